"""One writer per upload. Whoever comes next asks the one before, perhaps long dead, to let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

from relay.errors import SouvenirError

T = TypeVar("T")


class UploadLockedError(SouvenirError):
    code = "upload.locked"


class EvictedError(Exception):
    """Another client wants this upload: save what there is and let go."""


class Hold:
    def __init__(self) -> None:
        self.evicted = asyncio.Event()

    async def unless_evicted(self, reading: Awaitable[T], timeout_s: float) -> T:
        """What ``reading`` gives. Raises EvictedError, TimeoutError."""
        read = asyncio.ensure_future(reading)
        evicted = asyncio.ensure_future(self.evicted.wait())
        try:
            done, _ = await asyncio.wait({read, evicted}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if read in done:
                return read.result()
            raise EvictedError if evicted in done else TimeoutError
        finally:
            evicted.cancel()
            read.cancel()


class UploadLocks:
    def __init__(self, graceful_s: float) -> None:
        self._graceful_s = graceful_s
        self._locks: dict[str, asyncio.Lock] = {}
        self._holds: dict[str, Hold] = {}
        self._wanted: dict[str, int] = {}

    @asynccontextmanager
    async def hold(self, upload_id: str) -> AsyncIterator[Hold]:
        """Raises UploadLockedError when the one before does not let go in time."""
        lock = self._locks.setdefault(upload_id, asyncio.Lock())
        self._wanted[upload_id] = self._wanted.get(upload_id, 0) + 1
        try:
            if (before := self._holds.get(upload_id)) is not None:
                before.evicted.set()
            try:
                await asyncio.wait_for(lock.acquire(), self._graceful_s)
            except TimeoutError as problem:
                raise UploadLockedError(upload_id) from problem
            self._holds[upload_id] = hold = Hold()
            try:
                yield hold
            finally:
                del self._holds[upload_id]
                lock.release()
        finally:
            self._wanted[upload_id] -= 1
            if not self._wanted[upload_id]:
                del self._wanted[upload_id], self._locks[upload_id]
