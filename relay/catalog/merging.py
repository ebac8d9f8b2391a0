"""What several devices edit at once, merged: every order of arrival ends in the same state.

A join-semilattice (Shapiro et al., "Conflict-free replicated data types", 2011): ``merge`` is commutative, associative and
idempotent. A field belongs to its latest stamp. A set keeps, for each element and device, its latest addition and how far its
additions were seen when it was removed: a removal takes away only what its author had seen. A deletion beats what was edited
before it, and yields to what was edited after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from glasses.wire.stamp import parse

EVERYTHING = 1 << 62
"""As ``seen`` of an author who had the relay's own state before their eyes."""


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who edits. ``seen``: the cursor of the feed up to which they knew what others had done."""

    stamp: str
    seen: int = EVERYTHING

    @property
    def device(self) -> str:
        return parse(self.stamp).device


class Register(msgspec.Struct, frozen=True):
    """A field's value; ``cursor``: where the feed told of it."""

    value: Any = None
    stamp: str = ""
    cursor: int = 0


class Added(msgspec.Struct, frozen=True):
    stamp: str = ""
    cursor: int = 0


class Marks(msgspec.Struct, frozen=True):
    """Of one element of a set, by device."""

    added: dict[str, Added] = {}
    removed: dict[str, str] = {}
    """Device to the stamp up to which its additions are taken back."""

    @property
    def present(self) -> bool:
        return any(mark.stamp > self.removed.get(device, "") for device, mark in self.added.items())

    def known_to(self, author: Author) -> dict[str, str]:
        """Device to stamp of the additions that the author has seen, their own included."""
        seen = {device: mark.stamp for device, mark in self.added.items() if mark.cursor <= author.seen}
        return {**seen, author.device: author.stamp}

    def shown_to(self, author: Author) -> bool:
        known = self.known_to(author)
        return any(device in known and mark.stamp > self.removed.get(device, "") for device, mark in self.added.items())


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    """What people have said of a clip: fields, sets, and whether it is there."""

    fields: dict[str, Register] = {}
    sets: dict[str, dict[str, Marks]] = {}
    edited: str = ""
    """The latest stamp of an edit."""
    deleted: str = ""
    """The latest stamp of a deletion."""

    @property
    def alive(self) -> bool:
        return not self.deleted or self.edited > self.deleted

    def field(self, name: str, default: Any = None) -> Any:
        return self.fields[name].value if name in self.fields else default

    def members(self, name: str) -> list[str]:
        return sorted(element for element, marks in self.sets.get(name, {}).items() if marks.present)

    def denied(self, name: str) -> list[str]:
        """What was taken out and not put back."""
        return sorted(element for element, marks in self.sets.get(name, {}).items() if not marks.present)

    def at(self, stamp: str, cursor: int) -> Edits:
        """The same, with the feed's cursor noted where ``stamp`` stands."""

        def noted(marks: Marks) -> Marks:
            return Marks({device: _at(mark, stamp, cursor) for device, mark in marks.added.items()}, marks.removed)

        fields = {name: _at(register, stamp, cursor) for name, register in self.fields.items()}
        sets = {name: {element: noted(marks) for element, marks in members.items()} for name, members in self.sets.items()}
        return msgspec.structs.replace(self, fields=fields, sets=sets)


def merge(one: Edits, other: Edits) -> Edits:
    return Edits(
        fields=_joined(one.fields, other.fields, _later),
        sets=_joined(one.sets, other.sets, lambda a, b: _joined(a, b, _marks)),
        edited=max(one.edited, other.edited), deleted=max(one.deleted, other.deleted),
    )  # fmt: skip


def changed(author: Author, fields: dict[str, Any], sets: dict[str, dict[str, Marks]]) -> Edits:
    """What an edit adds to the state."""
    return Edits(fields={name: Register(value, author.stamp) for name, value in fields.items()}, sets=sets, edited=author.stamp)


def erased(author: Author) -> Edits:
    return Edits(deleted=author.stamp)


def adding(author: Author, elements: Iterable[str]) -> dict[str, Marks]:
    return {element: Marks(added={author.device: Added(author.stamp)}) for element in elements}


def removing(author: Author, elements: Iterable[str], state: dict[str, Marks]) -> dict[str, Marks]:
    return {element: Marks(removed=state.get(element, Marks()).known_to(author)) for element in elements}


def becoming(author: Author, elements: Iterable[str], state: dict[str, Marks]) -> dict[str, Marks]:
    """The whole set as its author wants it: the difference to what they saw of it."""
    wanted, shown = set(elements), {element for element, marks in state.items() if marks.shown_to(author)}
    return {**adding(author, wanted - shown), **removing(author, shown - wanted, state)}


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A value that was overruled without its author's or the other's knowing."""

    field: str
    value: Any
    stamp: str
    kept: Any
    kept_stamp: str


DELETED = "deleted"
"""The name under which a deletion is lost or won."""


def losses(state: Edits, change: Edits, author: Author) -> list[Lost]:
    """What is overruled when ``change`` meets ``state``: late values, and values that the author had not seen."""
    after, found = merge(state, change), []
    for name, new in change.fields.items():
        old = state.fields.get(name)
        if old is None or old.value == new.value or parse(old.stamp).device == author.device:
            continue
        if old.stamp > new.stamp:
            found.append(Lost(field=name, value=new.value, stamp=new.stamp, kept=old.value, kept_stamp=old.stamp))
        elif old.cursor > author.seen:
            found.append(Lost(field=name, value=old.value, stamp=old.stamp, kept=new.value, kept_stamp=new.stamp))
    if change.deleted and after.alive:
        found.append(Lost(field=DELETED, value=True, stamp=change.deleted, kept=False, kept_stamp=after.edited))
    if change.edited and state.deleted and after.alive and not state.alive:
        found.append(Lost(field=DELETED, value=True, stamp=state.deleted, kept=False, kept_stamp=after.edited))
    if not after.alive:
        lost = change.fields if change.edited else {name: one for name, one in state.fields.items() if one.cursor > author.seen}
        known = {one.field for one in found}
        found += [
            Lost(field=name, value=one.value, stamp=one.stamp, kept=None, kept_stamp=after.deleted)
            for name, one in lost.items()
            if name not in known
        ]
    return found


def _joined(one: dict[str, Any], other: dict[str, Any], join: Any) -> dict[str, Any]:
    both = {**one, **other}
    return {name: join(one[name], other[name]) if name in one and name in other else value for name, value in both.items()}


def _later(one: Register, other: Register) -> Register:
    """Of equal stamps, as when an edit comes twice, either; of unequal values under one stamp, always the same one."""
    return max(one, other, key=lambda register: (register.stamp, msgspec.json.encode(register.value), register.cursor))


def _marks(one: Marks, other: Marks) -> Marks:
    return Marks(
        _joined(one.added, other.added, lambda a, b: max(a, b, key=lambda mark: (mark.stamp, mark.cursor))),
        _joined(one.removed, other.removed, max),
    )


def _at(mark: Any, stamp: str, cursor: int) -> Any:
    return msgspec.structs.replace(mark, cursor=cursor) if mark.stamp == stamp else mark
