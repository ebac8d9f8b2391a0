"""A way to the next holder of a clip, and what it may answer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from glasses.wire.change import FeedEntry, Op, OpResult
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt


class Uploads(Protocol):
    """Where interrupted uploads are remembered."""

    async def upload_url(self, segment_id: str) -> str: ...

    async def remember_upload(self, segment_id: str, url: str) -> None: ...


class Link(Protocol):
    """Every method raises SouvenirError; its ``kind.action`` says whether to retry, park or fix."""

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:
        """Returns only when the receiver has the clip durably."""
        ...

    async def send_ops(self, ops: list[Op]) -> list[OpResult]: ...

    async def request_memory(self, request: MemoryRequest) -> Memory: ...

    async def memory(self, memory_id: str) -> Memory: ...

    async def changes(self, cursor: int) -> list[FeedEntry]:
        """What has changed since ``cursor``, in order; empty when nothing has."""
        ...

    async def close(self) -> None: ...
