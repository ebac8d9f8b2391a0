"""Who may work beside the recorder: one process at a time, because two would not fit into a small board's memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Leave = Callable[[], Awaitable[None]]


class Turn:
    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._leave: Leave | None = None

    @asynccontextmanager
    async def take(self, leave: Leave) -> AsyncIterator[None]:
        """Wait for it, in the order of asking. ``leave`` ends what stays behind afterwards, once somebody else's turn has come."""
        async with self._lock:
            if self._leave is not None and self._leave != leave:
                await self._leave()
            self._leave = leave
            yield
