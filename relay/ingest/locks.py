"""One writer per upload. Whoever comes next asks the one before, perhaps long dead, to let go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from relay.errors import SouvenirError


class UploadLockedError(SouvenirError):
    code = "upload.locked"


class EvictedError(Exception):
    """Another client wants this upload: save what there is and let go."""


class Hold:
    def __init__(self) -> None:
        self._evicted = False
        self._work: asyncio.Task[None] | None = None

    @property
    def evicted(self) -> bool:
        return self._evicted

    def evict(self) -> None:
        self._evicted = True
        if self._work is not None:
            self._work.cancel()

    async def unless_evicted(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs ``work``, which ends where it waits when somebody else wants the upload. Raises EvictedError then."""
        if self.evicted:
            work.close()
            raise EvictedError
        self._work = asyncio.create_task(work)
        try:
            await self._work
        except asyncio.CancelledError:
            if self.evicted:
                raise EvictedError from None
            raise
        finally:
            self._work = None


class UploadLocks:
    def __init__(self, lock_s: float) -> None:
        self._lock_s = lock_s
        self._locks: dict[str, asyncio.Lock] = {}
        self._holds: dict[str, Hold] = {}
        self._wanted: dict[str, int] = {}

    @property
    def held(self) -> int:
        """How many uploads are being worked on."""
        return len(self._holds)

    @asynccontextmanager
    async def hold(self, upload_id: str) -> AsyncIterator[Hold]:
        """Raises UploadLockedError when the one before does not let go in time."""
        lock = self._locks.setdefault(upload_id, asyncio.Lock())
        self._wanted[upload_id] = self._wanted.get(upload_id, 0) + 1
        try:
            if (before := self._holds.get(upload_id)) is not None:
                before.evict()
            try:
                await asyncio.wait_for(lock.acquire(), self._lock_s)
            except TimeoutError as problem:
                raise UploadLockedError(upload_id) from problem
            self._holds[upload_id] = hold = Hold()
            if self._wanted[upload_id] > 1:  # somebody newer waits already
                hold.evict()
            try:
                yield hold
            finally:
                del self._holds[upload_id]
                lock.release()
        finally:
            self._wanted[upload_id] -= 1
            if not self._wanted[upload_id]:
                del self._wanted[upload_id], self._locks[upload_id]
