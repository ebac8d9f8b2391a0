"""Work off the event loop, one piece after the other: the thread takes the next by itself, and whoever waits is told when it is done."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor

_TURN = 16
"""After so many pieces the thread is given back: other lanes want it too."""


class Lane:
    """``put`` and ``wait_for_fewer_than`` are for any thread, the others for the event loop's.

    After a piece that raised none is begun any more.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._work: deque[Callable[[], None]] = deque()
        self._left = 0
        """Waiting or being worked on."""
        self._running = False
        self._problem: BaseException | None = None
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._less = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        """Of who waits for ``_less``."""

    def put(self, work: Callable[[], None]) -> None:
        with self._lock:
            self._work.append(work)
            self._left += 1
            begin, self._running = not self._running, True
        if begin:
            self._threads.submit(self._turn)

    async def fewer_than(self, count: int) -> None:
        """Waits until fewer than ``count`` pieces are left. Raises what one of them raised."""
        while not self._are_fewer_than(count):
            await self._less.wait()
        self._check()

    def wait_for_fewer_than(self, count: int) -> None:
        """``fewer_than`` for a thread of which the lane's own work is independent."""
        with self._lock:
            self._fewer.wait_for(lambda: self._left < count)
        self._check()

    async def ended(self) -> None:
        """Waits until nothing is left, and does not say how it went."""
        while not self._are_fewer_than(1):
            await self._less.wait()

    def _are_fewer_than(self, count: int) -> bool:
        with self._lock:
            if self._left < count:
                return True
            self._less.clear()
            self._loop = asyncio.get_running_loop()
            return False

    def _check(self) -> None:
        if self._problem is not None:
            raise self._problem

    def _turn(self) -> None:
        for _ in range(_TURN):
            with self._lock:
                if not self._work:
                    self._running = False
                    return
                work = self._work.popleft()
            self._do(work)
            with self._lock:
                self._left -= 1
                loop, self._loop = self._loop, None
                self._fewer.notify_all()
            if loop is not None:
                loop.call_soon_threadsafe(self._less.set)
        self._threads.submit(self._turn)

    def _do(self, work: Callable[[], None]) -> None:
        if self._problem is None:
            try:
                work()
            except BaseException as problem:  # noqa: BLE001 -- kept for whoever waits, who raises it
                self._problem = problem
