"""The parts that looking into a clip is made of: each stands alone, names what it was found with, and can be kept. Types and names only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from glasses.wire.tag import Moment, Tags, Word
from relay.catalog.records import Part, PlaceName, Second, Span
from relay.extract.facts import ExtractRequest

LOOK_ROLES = ("objects", "scene", "faces", "who")
SPEECH_ROLES = ("voice", "speech")
PICTURES_ROLE = "pictures"
"""Not a model's: how the pictures of moments are chosen has a version too, so that ``relay reindex`` gives old clips theirs."""
ROLES: dict[str, tuple[str, ...]] = {
    "probe": (), "place": ("places",), "quality": (), "look": LOOK_ROLES, "pictures": (PICTURES_ROLE,), "text": ("text",), "sound": (),
    "speech": SPEECH_ROLES,
}  # fmt: skip
"""Part to the roles of the models that it is found with, in the order of work."""
FORMS: dict[str, int] = dict.fromkeys(ROLES, 1)
"""Raise a part's number when its code finds something else than before: what was kept of it counts no more."""
OF_FACES = ("look", "pictures")
"""Parts that hold faces, or were chosen by them: with the consent they go."""
T = TypeVar("T")


class Placed(msgspec.Struct, kw_only=True):
    place: PlaceName = msgspec.field(default_factory=PlaceName)
    timezone: str = ""


class Quality(msgspec.Struct, kw_only=True):
    seconds: list[Second] = []
    """Without their loudness."""
    thumbnail: bytes = b""


class Look(msgspec.Struct, kw_only=True):
    moments: list[Moment] = []


class Picture(msgspec.Struct, kw_only=True):
    """What a moment is shown by."""

    at_s: float
    jpeg: bytes = b""
    key: str = ""
    """The blob that it is already; then without its bytes."""


class Pictures(msgspec.Struct, kw_only=True):
    found: list[Picture] = []


class ReadText(msgspec.Struct, kw_only=True):
    at_s: float
    text: str


class Texts(msgspec.Struct, kw_only=True):
    found: list[ReadText] = []


class Loudness(msgspec.Struct, kw_only=True):
    loudness_lufs: float | None = None
    seconds_lufs: list[float | None] = []


class Speech(msgspec.Struct, kw_only=True):
    spans: list[Span] = []
    words: list[Word] = []


def made(name: str, found: object, key: str, *, faces: bool = False) -> Part:
    return Part(name=name, key=key, found=msgspec.json.encode(found), faces=faces)


def read(part: Part, kind: type[T]) -> T:
    return msgspec.json.decode(part.found, type=kind)


def key_of(name: str, request: ExtractRequest, models: Mapping[str, str], said: Tags | None = None) -> str:
    """What the part's finding depends on: another key, another finding. ``said``: the glasses' tags where they are believed."""
    inputs: list[object] = [request.lat, request.lon] if name == "place" else []
    if name == "pictures":
        inputs = ["who" in models]  # with consent those with faces come first
    if name == "look" and said is not None:
        inputs = [hashlib.sha256(msgspec.json.encode(said.moments)).hexdigest()]
    found_with = {role: models[role] for role in ROLES[name] if role in models}
    return msgspec.json.encode([FORMS[name], request.sha256, inputs, found_with]).decode()
