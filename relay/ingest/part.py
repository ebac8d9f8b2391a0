"""A file that is being received: written and hashed off the event loop while the next bytes come in."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from relay import faults
from relay.ingest.disk import translated_disk_errors

T = TypeVar("T")

LARGEST_BATCH_BYTES = 512 << 10
SMALLEST_BATCH_BYTES = 64 << 10
BUDGET_BYTES = 32 << 20
"""Of memory for batches of all uploads together."""
_MOST_PIECES = 512
"""Of one batch; the system takes 1024 buffers a call."""


class Digest(Protocol):
    @property
    def digest_size(self) -> int: ...
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Digest: ...


class Whole(NamedTuple):
    """What a complete file was found to be."""

    sha256: str
    size_bytes: int


class PartFile:
    """Open at ``offset_bytes``, which is its durable end: what was written beyond it and never reported is cut off.

    ``whole`` is the SHA-256 of everything up to there, or None when nobody knows it any more; ``piece`` is fed with what is added.
    """

    def __init__(self, path: Path, offset_bytes: int, whole: Digest | None, piece: Digest | None, batch_bytes: int) -> None:
        self.path, self.written_bytes, self.whole = path, offset_bytes, whole
        self._piece, self._batch_bytes = piece, batch_bytes
        self._pieces: list[bytes] = []
        self._pieces_bytes = 0
        self._busy: set[asyncio.Future[None]] = set()
        self._writing: asyncio.Future[None] | None = None
        with translated_disk_errors(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._descriptor).st_size > offset_bytes:
                os.ftruncate(self._descriptor, offset_bytes)

    async def add(self, data: bytes) -> None:
        """Raises DiskFullError, possibly for what was added before."""
        self._pieces.append(data)
        self._pieces_bytes += len(data)
        if self._pieces_bytes >= self._batch_bytes or len(self._pieces) >= _MOST_PIECES:
            await self._hand_over()

    async def settle(self) -> None:
        """Everything that was added is written and hashed; not yet durable. Raises DiskFullError."""
        if self._pieces:
            await self._hand_over()
        await self._written()

    async def sync(self) -> int:
        """Makes what is written durable, while more may be added meanwhile; returns up to where."""
        offset_bytes = self.written_bytes
        await self._off(lambda: os.fsync(self._descriptor))
        return offset_bytes

    async def close(self) -> None:
        """Waits for what the disk is still doing; drops what was added and not written."""
        self._pieces = []
        if self._busy:
            await asyncio.wait(self._busy)
        os.close(self._descriptor)

    async def _hand_over(self) -> None:
        await self._written()
        pieces, self._pieces, self._pieces_bytes = self._pieces, [], 0
        self._writing = self._begin(lambda: self._write(pieces))

    async def _written(self) -> None:
        if self._writing is not None:
            await _shielded(self._writing)
            self._writing = None

    def _write(self, pieces: Sequence[bytes]) -> None:
        with translated_disk_errors(self.path):
            _write_all(self._descriptor, pieces, self.written_bytes)
            faults.point("part.written")
        for data in pieces:
            if self.whole is not None:
                self.whole.update(data)
            if self._piece is not None:
                self._piece.update(data)
        self.written_bytes += sum(map(len, pieces))

    async def _off(self, work: Callable[[], None]) -> None:
        with translated_disk_errors(self.path):
            await _shielded(self._begin(work))

    def _begin(self, work: Callable[[], None]) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().run_in_executor(None, work)
        self._busy.add(future)
        future.add_done_callback(self._busy.discard)
        return future


def batch_bytes(uploads: int) -> int:
    """How much each of ``uploads`` at once may gather before it writes: two batches of each fit into the budget."""
    return max(SMALLEST_BATCH_BYTES, min(LARGEST_BATCH_BYTES, BUDGET_BYTES // (2 * max(1, uploads))))


def hashed(path: Path) -> Whole:
    """Reads the file."""
    with path.open("rb") as opened:
        return Whole(hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell())


async def _shielded(future: asyncio.Future[T]) -> T:
    """Its result; whoever waits may be cancelled, what the disk does may not."""
    await asyncio.wait({future})
    return future.result()


def _write_all(descriptor: int, pieces: Sequence[bytes], at: int) -> None:
    left: list[bytes | memoryview] = list(pieces)
    while left:
        done = os.pwritev(descriptor, left, at)
        at += done
        while left and done >= len(left[0]):
            done -= len(left.pop(0))
        if done:
            left[0] = memoryview(left[0])[done:]
