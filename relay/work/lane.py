"""One thread for the index: it is opened, read and written there, and nowhere else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from relay.index.indexer import Indexer

P = ParamSpec("P")
R = TypeVar("R")


class Lane:
    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="index")

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(*args, **kwargs))

    def close(self, last: Callable[[], None]) -> None:
        """``last`` runs there after all that waits."""
        self._thread.submit(last)
        self._thread.shutdown()


class LaneIndexer:
    """The indexer, kept in its lane. An account is compared with the catalogue once after each start, then followed."""

    def __init__(self, lane: Lane, indexer: Callable[[], Indexer]) -> None:
        self._lane, self._indexer = lane, indexer
        self._refreshed: set[str] = set()
        self._changes: Counter[str] = Counter()

    def state(self, user_id: str) -> int:
        """In the lane: another one after every change to the account's index."""
        return self._changes[user_id]

    async def changed(self, user_id: str, video_id: str) -> None:
        await self._lane.run(self._changed, user_id, video_id)

    async def refresh(self, user_id: str) -> None:
        self._refreshed.discard(user_id)
        await self._lane.run(self.ensure, user_id)

    def ensure(self, user_id: str) -> None:
        """In the lane: the account's index says what the catalogue does, also after a crash or a lost index."""
        if user_id not in self._refreshed:
            self._indexer().refresh(user_id)
            self._changes[user_id] += 1
            self._refreshed.add(user_id)

    def _changed(self, user_id: str, video_id: str) -> None:
        self.ensure(user_id)
        self._indexer().changed(user_id, video_id)
        self._changes[user_id] += 1
