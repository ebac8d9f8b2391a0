"""False friends: what models say and is not believed, so that it never reaches search. Rows and their evidence: ``doubt.toml``."""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from glasses.wire.tag import Label, Moment
from models.manifest import HERE, read_labels

PERSON = "person"
_BODY_SEEN = 0.35


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alone: float
    agreed: float
    evidence: str
    name: str = ""


class _Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    objects: list[str]
    scene: list[tuple[int, int]]


class _OfPeople(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scene: list[tuple[int, int]]
    evidence: str


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    defaults: dict[str, Limits]
    object: list[Limits]
    family: list[_Family]
    of_people: _OfPeople


def believable(moment: Moment) -> Moment:
    """The moment without what is doubtful. What is believed once stays believed: the same answer when asked again.

    An object and a scene of one family support each other; clothes are no scene of a picture that shows a person.
    """
    table = _table()
    objects = {label.name for label in moment.objects}
    scenes = {label.name for label in moment.scene}
    shows_people = bool(moment.faces) or any(label.name == PERSON and label.score >= _BODY_SEEN for label in moment.objects)
    clothes = _names(table.of_people.scene) if shows_people else frozenset()
    moment.objects = [label for label in moment.objects if _holds(label, _object_limits(label.name), bool(scenes & _scenes_of(label.name)))]
    moment.scene = [
        label
        for label in moment.scene
        if label.name not in clothes and _holds(label, table.defaults["scene"], bool(objects & _objects_of(label.name)))
    ]
    return moment


def _holds(label: Label, limits: Limits, agreed: bool) -> bool:
    return label.score >= (limits.agreed if agreed else limits.alone)


@cache
def _table() -> _Table:
    return msgspec.convert(tomllib.loads((HERE / "doubt.toml").read_text("utf-8")), _Table)


@cache
def _object_limits(name: str) -> Limits:
    return next((row for row in _table().object if row.name == name), _table().defaults["object"])


@cache
def _scenes_of(thing: str) -> frozenset[str]:
    return frozenset().union(*(_names(family.scene) for family in _table().family if thing in family.objects))


@cache
def _objects_of(scene: str) -> frozenset[str]:
    return frozenset(thing for family in _table().family if scene in _names(family.scene) for thing in family.objects)


def _names(ranges: list[tuple[int, int]]) -> frozenset[str]:
    names = read_labels("imagenet.txt")
    return frozenset(names[index] for first, last in ranges for index in range(first, last + 1))
