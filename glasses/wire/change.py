"""Edits and facts that travel as operations, each applied once by its id."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from glasses.wire.codec import Wire


class OpKind(StrEnum):
    TAGS = "video.tags"
    """``value`` is a Tags struct as plain data: what the glasses saw in the clip."""
    EDIT = "video.edit"
    DELETE = "video.delete"
    CUSTODY = "video.custody"
    PERSON = "person"
    PLACE = "place"
    MEMORY = "memory"


class Op(Wire):
    op_id: str = ""
    kind: OpKind = OpKind.TAGS
    subject_id: str = ""
    value: dict[str, Any] = {}
    stamp: str = ""
    device_id: str = ""
    seen: int | None = None
    """Cursor of the feed up to which the author knew what others had done; None: all that the relay knows."""


class OpBatch(Wire):
    ops: list[Op] = []


class OpResult(Wire):
    op_id: str = ""
    accepted: bool = False
    code: str = ""
    detail: str = ""


class OpResults(Wire):
    results: list[OpResult] = []


RESET, RESET_DONE = "reset", "reset.done"
"""Feed entries that say: forget what earlier entries told, all there is follows; and: that was all, go on from my cursor."""


class FeedEntry(Wire):
    """One line of the change feed."""

    cursor: int = 0
    kind: str = OpKind.EDIT
    """An OpKind, RESET, RESET_DONE, or a kind of a newer relay, to be passed over."""
    subject_id: str = ""
    value: dict[str, Any] = {}
    at: int = 0


class ConflictInfo(Wire):
    """Two values that met; the later one was kept."""

    conflict_id: str = ""
    subject_id: str = ""
    field: str = ""
    """ "caption", or "deleted": an edit and a deletion met."""
    kept: Any = None
    kept_stamp: str = ""
    lost: Any = None
    lost_stamp: str = ""
    at: int = 0


class ConflictList(Wire):
    conflicts: list[ConflictInfo] = []


class ConflictChoice(Wire):
    choose: str = ""
    """"kept" or "lost"."""
