"""Work off the event loop, one piece after the other: the thread takes the next by itself, the loop is asked only when it waits."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable

_TURN = 16
"""After so many pieces the thread is given back: other lanes want it too."""


class Lane:
    """``put``, ``fewer_than`` and ``ended`` are for the event loop's thread. After a piece that raised none is begun any more."""

    def __init__(self) -> None:
        self._work: deque[Callable[[], None]] = deque()
        self._left = 0
        """Waiting or being worked on."""
        self._running = False
        self._problem: BaseException | None = None
        self._lock = threading.Lock()
        self._less = asyncio.Event()
        self._awaited = False

    def put(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._work.append(work)
            self._left += 1
            begin, self._running = not self._running, True
        if begin:
            self._begin(asyncio.get_running_loop())

    async def fewer_than(self, count: int) -> None:
        """Waits until fewer than ``count`` pieces are left. Raises what one of them raised."""
        while not self._are_fewer_than(count):
            await self._less.wait()
        if self._problem is not None:
            raise self._problem

    async def ended(self) -> None:
        """Waits until nothing is left, and does not say how it went."""
        while not self._are_fewer_than(1):
            await self._less.wait()

    def _are_fewer_than(self, count: int) -> bool:
        with self._lock:
            if self._left < count:
                return True
            self._less.clear()
            self._awaited = True
            return False

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_in_executor(None, self._turn, loop)

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        for _ in range(_TURN):
            with self._lock:
                if not self._work:
                    self._running = False
                    return
                work = self._work.popleft()
            self._do(work)
            with self._lock:
                self._left -= 1
                awaited, self._awaited = self._awaited, False
            if awaited:
                loop.call_soon_threadsafe(self._less.set)
        loop.call_soon_threadsafe(self._begin, loop)

    def _do(self, work: Callable[[], None]) -> None:
        if self._problem is None:
            try:
                work()
            except BaseException as problem:  # noqa: BLE001 -- kept for whoever waits, who raises it
                self._problem = problem
