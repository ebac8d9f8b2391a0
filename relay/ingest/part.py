"""A file that is being received: written and hashed off the event loop while the next bytes come in."""

from __future__ import annotations

import asyncio
import hashlib
import mmap
import os
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from relay import faults
from relay.ingest.disk import begin_write_out, translated_disk_errors
from relay.ingest.lane import Lane

WRITE_OUT_BYTES = 4 << 20
"""After so many the disk is told to begin with them, long before they are fsynced."""
LARGEST_BATCH_BYTES = 1 << 20
SMALLEST_BATCH_BYTES = 64 << 10
BUDGET_BYTES = 32 << 20
"""Of memory for batches of all uploads together."""
BATCHES = 3
"""Of one upload at most: one is gathered, one waits, one is written and hashed."""


class Digest(Protocol):
    @property
    def digest_size(self) -> int: ...
    def update(self, data: bytes | memoryview, /) -> None: ...
    def digest(self) -> bytes: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Digest: ...


class Whole(NamedTuple):
    """What a complete file was found to be."""

    sha256: str
    size_bytes: int


class PartFile:
    """Open at ``offset_bytes``, which is its durable end: what was written beyond it and never reported is cut off.

    ``piece`` is fed with what is added. Writing and hashing do not wait for each other; ``threads`` do both, and ``syncers`` what
    is asked of ``sync_behind``.
    """

    def __init__(
        self, path: Path, offset_bytes: int, whole: Digest | None, piece: Digest | None, batch_bytes: int, threads: Executor,
        syncers: Executor | None = None,
    ) -> None:  # fmt: skip
        self.path, self.written_bytes = path, offset_bytes
        self._whole, self._piece, self._batch_bytes = whole, piece, batch_bytes
        self._hashed_bytes = self._begun_bytes = offset_bytes
        self._memory: deque[mmap.mmap] = deque()
        """Of the batches, used in turn: fresh memory for each costs more than reading the bytes."""
        self._gathered_bytes = 0
        self._lanes = self._writing, self._hashing = Lane(threads), Lane(threads)
        self._behind = Lane(syncers or threads)
        self._syncing: set[asyncio.Future[None]] = set()
        with translated_disk_errors(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._descriptor).st_size > offset_bytes:
                os.ftruncate(self._descriptor, offset_bytes)

    @property
    def whole(self) -> Digest | None:
        """The SHA-256 of the file up to ``written_bytes``; None when nobody knows it."""
        return self._whole if self._hashed_bytes == self.written_bytes else None

    async def add(self, data: bytes) -> None:
        """Raises DiskFullError, possibly for what was added before."""
        left = memoryview(data)
        while left:
            memory = self._room()[: len(left)]
            memory[:] = left[: len(memory)]
            left = left[len(memory) :]
            await self._gathered(len(memory))

    async def fill(self, read: Callable[[memoryview], Awaitable[int]]) -> int:
        """Adds what ``read`` puts into the memory that it is given: so many bytes from its start, which are returned.

        The memory is its own until it returns or raises. Raises DiskFullError, possibly for what was added before.
        """
        count = await read(self._room())
        await self._gathered(count)
        return count

    def take(self, read: Callable[[memoryview], int]) -> int:
        """``fill`` for a thread of its own, which then writes too. Nothing else may be called meanwhile but ``sync``."""
        self._writing.wait_for_fewer_than(1)
        count = read(self._room())
        self._gathered_bytes += count
        if self._gathered_bytes == self._batch_bytes:
            batch = self._batch()
            self._hashing.put(partial(self._hash, batch))
            self._write(batch)
            self._hashing.wait_for_fewer_than(BATCHES)  # whoever had the next memory is done with it
        return count

    async def written(self) -> None:
        """Everything that was added is written; not yet durable, perhaps not hashed. Raises DiskFullError."""
        if self._gathered_bytes:
            await self._hand_over()
        await self._writing.fewer_than(1)

    async def settle(self) -> None:
        """Everything that was added is written and hashed; not yet durable. Raises DiskFullError."""
        await self.written()
        await self._hashing.fewer_than(1)

    async def sync(self) -> int:
        """Makes what is written durable, while more may be added meanwhile; returns up to where."""
        offset_bytes = self.written_bytes
        syncing = asyncio.get_running_loop().run_in_executor(None, os.fsync, self._descriptor)
        self._syncing.add(syncing)
        syncing.add_done_callback(self._syncing.discard)
        with translated_disk_errors(self.path):
            await asyncio.wait({syncing})  # whoever waits may be cancelled, what the disk does may not
            syncing.result()
        return offset_bytes

    def sync_behind(self, then: Callable[[int], None]) -> None:
        """``sync`` for any thread, which does not wait: another one tells ``then`` up to where. What either raises, ``synced`` raises."""
        self._behind.put(partial(self._sync, then))

    async def synced(self) -> None:
        """Waits for what was asked of ``sync_behind``. Raises DiskFullError."""
        await self._behind.fewer_than(1)

    async def close(self) -> None:
        """Waits for what the disk is still doing; drops what was added and not handed over."""
        for lane in (*self._lanes, self._behind):
            await lane.ended()
        if self._syncing:
            await asyncio.wait(self._syncing)
        os.close(self._descriptor)

    def _room(self) -> memoryview:
        """What is left of the batch that is being gathered."""
        if not self._memory:
            self._memory.extend(mmap.mmap(-1, self._batch_bytes) for _ in range(BATCHES))
        return memoryview(self._memory[0])[self._gathered_bytes :]

    async def _gathered(self, count: int) -> None:
        self._gathered_bytes += count
        if self._gathered_bytes == self._batch_bytes:
            await self._hand_over()

    async def _hand_over(self) -> None:
        batch = self._batch()
        self._writing.put(partial(self._write, batch))
        self._hashing.put(partial(self._hash, batch))
        for lane in self._lanes:
            await lane.fewer_than(BATCHES)  # whoever had the next memory is done with it

    def _batch(self) -> memoryview:
        """What has been gathered; the next memory is another."""
        batch = memoryview(self._memory[0])[: self._gathered_bytes]
        self._memory.rotate(-1)
        self._gathered_bytes = 0
        return batch

    def _write(self, batch: memoryview) -> None:
        with translated_disk_errors(self.path):
            _write_all(self._descriptor, batch, self.written_bytes)
            faults.point("part.written")
        self.written_bytes += len(batch)
        if self.written_bytes - self._begun_bytes >= WRITE_OUT_BYTES:
            begin_write_out(self._descriptor, self._begun_bytes, self.written_bytes - self._begun_bytes)
            self._begun_bytes = self.written_bytes

    def _sync(self, then: Callable[[int], None]) -> None:
        offset_bytes = self.written_bytes
        with translated_disk_errors(self.path):
            os.fsync(self._descriptor)
        then(offset_bytes)

    def _hash(self, batch: memoryview) -> None:
        for digest in (self._whole, self._piece):
            if digest is not None:
                digest.update(batch)
        self._hashed_bytes += len(batch)


def batch_bytes(uploads: int) -> int:
    """How much each of ``uploads`` at once may gather before it writes: all batches of each fit into the budget."""
    return max(SMALLEST_BATCH_BYTES, min(LARGEST_BATCH_BYTES, BUDGET_BYTES // (BATCHES * max(1, uploads))))


def hashed(path: Path) -> Whole:
    """Reads the file."""
    with path.open("rb") as opened:
        return Whole(hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell())


def _write_all(descriptor: int, data: memoryview, at: int) -> None:
    while data:
        done = os.pwrite(descriptor, data, at)
        data, at = data[done:], at + done
