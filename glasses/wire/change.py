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


class OpBatch(Wire):
    ops: list[Op] = []


class OpResult(Wire):
    op_id: str = ""
    accepted: bool = False
    code: str = ""
    detail: str = ""


class OpResults(Wire):
    results: list[OpResult] = []


class FeedEntry(Wire):
    """One line of the change feed."""

    cursor: int = 0
    kind: OpKind = OpKind.EDIT
    subject_id: str = ""
    value: dict[str, Any] = {}
    at: int = 0
