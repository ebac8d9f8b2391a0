"""Time, as a dependency: the real clock, and one that tests turn by hand."""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """UTC milliseconds. May jump either way."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only go forward, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class RealClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_s(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class FakeClock:
    """Stands still until ``advance``; sleepers wake in order of their time."""

    def __init__(self, now_ms: int = 1_750_000_000_000) -> None:
        self._now_ms, self._monotonic_s = now_ms, 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic_s(self) -> float:
        return self._monotonic_s

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic_s + seconds, id(woken), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let time pass, and everything that was waiting for it run."""
        self._monotonic_s += seconds
        self._now_ms += round(seconds * 1000)
        while self._sleepers and self._sleepers[0][0] <= self._monotonic_s:
            woken = heapq.heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)
        await asyncio.sleep(0)

    def jump(self, seconds: float) -> None:
        """The wall clock is set to another time; monotonic time does not notice."""
        self._now_ms += round(seconds * 1000)
