"""The simulated world: one clock that the microphone drives and the camera holds back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from glasses.clock import RealClock

if TYPE_CHECKING:
    from glasses.hw.sim.day import Day, Scene

LEAD_S = 0.2
"""How far sound may run ahead of pictures that are being recorded."""


class World:
    """Passes only as fast as it is watched: sound is played when it is read, frames are drawn when they are due.

    ``stream_s`` counts the seconds that have been played; the time of day jumps from scene to scene.
    After the last scene time goes on at real speed, in silence.
    """

    def __init__(self, day: Day) -> None:
        self.day = day
        self.stream_s = 0.0
        self._starts_s = [0.0]
        for scene in day.scenes:
            self._starts_s.append(self._starts_s[-1] + scene.duration_s)
        self._real = RealClock()
        self._pace_from = (time.monotonic(), 0.0)
        self._filming_at_s: float | None = None
        self._changed = asyncio.Condition()

    # the clock of the device
    def now_ms(self) -> int:
        scene, into_s = self.scene()
        return scene.at_ms + round(into_s * 1000)

    def monotonic_s(self) -> float:
        return self._real.monotonic_s()

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds)

    # what is around
    @property
    def length_s(self) -> float:
        return self._starts_s[-1]

    @property
    def over(self) -> bool:
        """True when the last scene has been played."""
        return self.stream_s >= self.length_s

    def scene(self, at_s: float | None = None) -> tuple[Scene, float]:
        """The scene at a stream time, and the seconds into it."""
        moment = self.stream_s if at_s is None else at_s
        for index, scene in enumerate(self.day.scenes):
            if moment < self._starts_s[index + 1]:
                return scene, moment - self._starts_s[index]
        return self.day.scenes[-1], moment - self._starts_s[-2]

    def bounds(self, scene: Scene) -> tuple[float, float]:
        index = self.day.scenes.index(scene)
        return self._starts_s[index], self._starts_s[index + 1]

    # how time passes
    async def pass_time(self, seconds: float) -> None:
        """Let sound of this length play: waits for the pace, and for a camera that lags behind."""
        await self._keep_pace(self.stream_s + seconds)
        async with self._changed:
            await self._changed.wait_for(lambda: self._filming_at_s is None or self.stream_s <= self._filming_at_s + LEAD_S)
            self.stream_s += seconds
            self._changed.notify_all()

    async def film(self, at_s: float) -> None:
        """The camera is about to take the frame of this stream time: waits until it is due, or filming is stopped."""
        async with self._changed:
            self._filming_at_s = at_s
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self.stream_s >= at_s or self._filming_at_s is None)

    async def stop_filming(self) -> None:
        async with self._changed:
            self._filming_at_s = None
            self._changed.notify_all()

    async def _keep_pace(self, until_s: float) -> None:
        speed = 1.0 if self.over else self.day.speed
        started, from_s = self._pace_from
        early_s = (until_s - from_s) / speed - (time.monotonic() - started)
        if early_s > 0:
            await self._real.sleep(early_s)
        else:
            self._pace_from = (time.monotonic(), until_s)
