"""Keeps the camera running while it is wanted: one run after another, with one restart when it stops delivering."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from glasses.capture.guard import GuardedCamera
from glasses.capture.preroll import Moment, Ring
from glasses.capture.roll import Roll
from glasses.capture.timeline import RateClock
from glasses.clock import Clock
from glasses.config import Recording
from glasses.errors import CameraStoppedError
from glasses.hw.base import AudioChunk, Gps
from glasses.hw.packet import EncodedFrame
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import CaptureProfile

log = logging.getLogger("glasses.filming")

RESTART_WINDOW_S = 60.0
"""A camera that stops twice within this time has failed."""

WORDS_S = 4.0
"""How long the words that ask for the last seconds take to be said and understood; the ring reaches back before them."""


class Filming:
    """``open``, then ``turn``: between the two nothing is seen yet, and nothing is lost.

    ``seen`` gets every frame. ``broken`` is told that a run has ended by itself, before the camera is started again;
    ``again`` then gets the new run, or ``failed`` the error when there is none.
    """

    def __init__(self, camera: GuardedCamera, gps: Gps, clock: Clock, profile: CaptureProfile, limits: Recording) -> None:
        self._camera, self._gps, self._clock, self._profile, self._limits = camera, gps, clock, profile, limits
        self.roll: Roll | None = None
        self.ears = RateClock(profile.audio_rate_hz)
        self.holds_ring = False
        """Whether the whole ring is held, or only the group of pictures that has begun."""
        self.seen: Callable[[EncodedFrame, Moment], None] = lambda _frame, _moment: None
        self.broken: Callable[[], None] = lambda: None
        self.again: Callable[[Roll], Awaitable[None]] = _nothing
        self.failed: Callable[[SouvenirError], None] = lambda _: None
        self.restarts = 0
        self._restarted_s: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def open(self) -> Roll:
        """Start the camera, if it does not run. Raises what the guarded camera raises."""
        if self.roll is None:
            self._stopping = False
            self.roll = await self._begin()
        return self.roll

    def hold(self, ring: bool) -> None:
        """Hold the whole ring from now on, or no longer."""
        self.holds_ring = ring
        if self.roll is not None:
            self.roll.ring.reach(self._reach_s)

    def turn(self) -> None:
        """Let the frames come."""
        if self._task is None:
            self._task = asyncio.create_task(self._film(), name="filming")

    async def stop(self) -> None:
        """The camera stops, and what it was holding is forgotten."""
        self._stopping = True
        await self._camera.stop()
        task, self._task = self._task, None
        if task is not None:
            await task
        self.roll = None

    async def close(self) -> None:
        await self.stop()
        await self._camera.close()

    def hear(self, chunk: AudioChunk) -> float:
        """Note when the chunk was heard; returns that time."""
        seconds = len(chunk.pcm) // 2 / self._profile.audio_rate_hz
        at_s = chunk.at_s if chunk.at_s is not None else self._clock.monotonic_s() - seconds
        self.ears.observe(chunk.first_sample, at_s)
        return at_s

    async def _film(self) -> None:
        while True:
            try:
                await self._watch()
            except SouvenirError as error:
                problem = error
            except Exception as error:
                log.exception("the camera's program failed")
                problem = CameraStoppedError(f"{type(error).__name__}: {error}")
            else:
                return
            if not await self._start_again(problem):
                self._task = None
                return

    async def _watch(self) -> None:
        async with aclosing(self._camera.frames()) as frames:
            async for frame in frames:
                self._see(frame)

    async def _begin(self) -> Roll:
        headers = await self._camera.start(self._profile)
        ring = Ring(self._reach_s, self._limits.ring_bytes, self._profile.fps, self._profile.audio_rate_hz)
        return Roll(self._profile, headers, self.ears, ring)

    def _see(self, frame: EncodedFrame) -> None:
        if self.roll is None:
            return
        at_s = frame.at_s if frame.at_s is not None else self._clock.monotonic_s()
        moment = Moment(self._clock.now_ms(), self._gps.fix() if frame.is_keyframe else None)
        self.roll.see(frame, moment, at_s)
        self.seen(frame, moment)

    async def _start_again(self, error: SouvenirError) -> bool:
        """True when frames come again."""
        self.roll = None
        self.broken()
        await self._camera.stop()
        if self._stopping:
            log.warning("while the camera was being stopped: %s", error)
            return False
        if not isinstance(error, CameraStoppedError) or not self._may_restart():
            self.failed(error)
            return False
        log.warning("%s; the camera is started again", error.detail)
        try:
            await self._camera.close()
            self.roll = await self._begin()
        except SouvenirError as second:
            self.failed(second)
            return False
        await self.again(self.roll)
        return await self._still_wanted()

    async def _still_wanted(self) -> bool:
        """False when the camera was stopped while it was started again."""
        if self._stopping:
            await self._camera.stop()
        return not self._stopping

    def _may_restart(self) -> bool:
        now_s = self._clock.monotonic_s()
        if self._restarted_s is not None and now_s - self._restarted_s < RESTART_WINDOW_S:
            return False
        self._restarted_s = now_s
        self.restarts += 1
        return True

    @property
    def _reach_s(self) -> float:
        return max(self._limits.ring_s, self._limits.preroll_s) + WORDS_S if self.holds_ring else 0.0


async def _nothing(_: Roll) -> None:
    return
