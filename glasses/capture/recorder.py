"""From frames and sound to closed segments in the spool. Nothing else in the device may stop it."""

from __future__ import annotations

import asyncio
import logging

from glasses.bus import Bus
from glasses.capture.mp4 import ClosedFile
from glasses.capture.photo import encode_jpeg
from glasses.capture.take import Take, with_facts
from glasses.clock import Clock
from glasses.config import Recording
from glasses.errors import RecordingIdleError, RecordingRunningError, StorageDamagedError, StorageFullError
from glasses.events import FaultRaised, IntentHeard, OutboxFilled, RecordingStarted, SegmentClosed
from glasses.hw.base import AudioChunk, Camera, Gps
from glasses.spool.files import sha256_of, write_atomic
from glasses.spool.spool import Spool
from glasses.wire.errors import SouvenirError
from glasses.wire.ids import uuid7
from glasses.wire.intent import IntentName
from glasses.wire.segment import PROFILE, CaptureProfile, Kind, Segment

log = logging.getLogger("glasses.recorder")


class Recorder:
    """Takes photos and one recording at a time."""

    def __init__(self, camera: Camera, gps: Gps, spool: Spool, bus: Bus, clock: Clock, limits: Recording) -> None:
        self._camera, self._gps, self._spool, self._bus, self._clock = camera, gps, spool, bus, clock
        self._limits = limits
        self._profile = CaptureProfile(name=PROFILE.name, width=limits.width, height=limits.height)
        self._take: Take | None = None
        self._heard_samples = 0
        self._requests = bus.subscribe(IntentHeard)

    @property
    def recording(self) -> Segment | None:
        return self._take.segment if self._take else None

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        """Act on the next request. An error is said to the wearer; recording goes on."""
        request = await self._requests.next()
        try:
            await self._act(request)
        except SouvenirError as error:
            self._bus.publish(FaultRaised(error.code, error.detail, error.hint))

    async def hear(self, chunk: AudioChunk) -> None:
        """Sound goes into the recording that is running, if any."""
        self._heard_samples = chunk.first_sample + len(chunk.pcm) // 2
        if self._take is not None:
            await self._take.hear(chunk)

    async def start(self) -> Segment:
        """Raises RecordingRunningError, StorageFullError and what the camera raises."""
        if self._take is not None:
            raise RecordingRunningError(f"since {self._take.segment.captured_at}")
        self._check_room()
        headers = await self._camera.start(self._profile)
        segment = await self._spool.begin(self._new_segment(Kind.VIDEO))
        take = Take(segment, self._spool.media.part_path(segment), self._profile, headers, self._heard_samples)
        take.pump = asyncio.create_task(self._pump(take), name="recording")
        self._take = take
        self._bus.publish(RecordingStarted(segment))
        return segment

    async def stop(self, command_began_s: float | None = None) -> Segment | None:
        """End the recording and put it in the spool; None when nothing was captured. Raises RecordingIdleError."""
        take = self._take
        if take is None or take.pump is None:
            raise RecordingIdleError("there is nothing to stop")
        if command_began_s is not None:
            take.segment.command_from_s = max(0.0, command_began_s - take.from_sample / PROFILE.audio_rate_hz)
        await self._camera.stop()
        await take.pump
        return take.closed

    async def photo(self) -> Segment:
        """Raises StorageFullError and what the camera raises."""
        self._check_room()
        picture = await self._camera.still()
        segment = await self._spool.begin(self._new_segment(Kind.PHOTO))
        jpeg = await asyncio.to_thread(encode_jpeg, picture, segment)
        part = self._spool.media.part_path(segment)
        try:
            await asyncio.to_thread(write_atomic, part, jpeg, at="photo")
        except StorageFullError:
            await self._spool.abandon(segment)
            raise
        segment.size_bytes, segment.sha256 = len(jpeg), await asyncio.to_thread(sha256_of, part)
        await self._keep(segment)
        return segment

    async def close(self) -> None:
        """What is being recorded is closed and kept; the camera is let go."""
        if self._take is not None:
            await self.stop()
        await self._camera.close()

    async def _act(self, request: IntentHeard) -> None:
        name = request.intent.name
        if name == IntentName.RECORD_VIDEO:
            await self.start()
        elif name == IntentName.STOP_RECORDING:
            await self.stop(request.began_s)
        elif name == IntentName.TAKE_PICTURE:
            await self.photo()

    async def _pump(self, take: Take) -> None:
        """Frames into the file until the camera is stopped, fails, or the recording is long enough."""
        longest = round(self._limits.longest_s * self._profile.fps)
        try:
            async for frame in self._camera.frames():
                await take.see(frame)
                if frame.index + 1 >= longest:
                    await self._camera.stop()
            self._take = None
            closed = await take.close()
        except (SouvenirError, OSError) as error:
            known = error if isinstance(error, SouvenirError) else StorageDamagedError(str(error))
            self._bus.publish(FaultRaised(known.code, known.detail, known.hint))
            self._take = None
            await self._camera.stop()
            closed = await take.rescue()
        await self._put_away(take, closed)

    async def _put_away(self, take: Take, closed: ClosedFile | None) -> None:
        if closed is None or closed.frames == 0:
            await self._spool.abandon(take.segment)
            return
        take.closed = with_facts(take.segment, closed)
        await self._keep(take.closed)

    async def _keep(self, segment: Segment) -> None:
        await self._spool.close_segment(segment)
        self._bus.publish(SegmentClosed(segment))
        self._bus.publish(OutboxFilled())

    def _new_segment(self, kind: Kind) -> Segment:
        now_ms = self._clock.now_ms()
        identifier = uuid7(now_ms)
        return Segment(
            segment_id=identifier, recording_id=identifier, kind=kind, captured_at=now_ms,
            place=self._gps.fix(), correlation_id=identifier,
        )  # fmt: skip

    def _check_room(self) -> None:
        free = self._spool.media.free_bytes()
        if free < self._limits.reserve_bytes:
            raise StorageFullError(f"{free // 1_000_000} MB are left, {self._limits.reserve_bytes // 1_000_000} MB are kept in reserve")
