"""What the wearer asks of the camera: photos, videos, and the last thirty seconds. Nothing else in the device may stop it."""

from __future__ import annotations

import asyncio
import logging

from glasses.bus import Bus
from glasses.capture.filming import Filming
from glasses.capture.footage import Footage
from glasses.capture.guard import GuardedCamera
from glasses.capture.photo import encode_jpeg
from glasses.capture.preroll import Gop, Moment
from glasses.capture.roll import Roll
from glasses.clock import Clock
from glasses.config import Recording
from glasses.errors import (
    NothingHeldError,
    RecordingForbiddenError,
    RecordingIdleError,
    RecordingRunningError,
    StorageDamagedError,
    StorageFullError,
)
from glasses.events import Answered, FaultRaised, IntentHeard, OutboxFilled, RecordingStarted, SegmentClosed
from glasses.hw.base import AudioChunk, Gps
from glasses.hw.packet import EncodedFrame
from glasses.spool.files import sha256_of, write_atomic
from glasses.spool.spool import Spool
from glasses.wire.errors import SouvenirError
from glasses.wire.ids import uuid7
from glasses.wire.intent import IntentName
from glasses.wire.journal import following
from glasses.wire.segment import PROFILE, CaptureProfile, Kind, Segment

log = logging.getLogger("glasses.recorder")

LOOK_AGAIN_S = 5.0
"""How often a place or hour that is closed to the camera is looked at again."""


class Recorder:
    """Takes photos and one recording at a time; holds the last seconds while ``run`` runs, if so configured."""

    def __init__(self, camera: GuardedCamera, gps: Gps, spool: Spool, bus: Bus, clock: Clock, limits: Recording) -> None:
        self._camera, self._gps, self._spool, self._bus, self._clock = camera, gps, spool, bus, clock
        self._limits = limits
        self._profile = CaptureProfile(name=PROFILE.name, width=limits.width, height=limits.height)
        self._filming = Filming(camera, gps, clock, self._profile, limits)
        self._filming.seen, self._filming.broken = self._see, self._lose_camera
        self._filming.again, self._filming.failed = self._go_on, self._give_up
        self._footage: Footage | None = None
        self._cut_short: Footage | None = None
        self._hearing: set[Footage] = set()
        self._writing: dict[Footage, asyncio.Task[None]] = {}
        self._said = ""
        self._lock = asyncio.Lock()
        self._requests = bus.subscribe(IntentHeard)

    @property
    def recording(self) -> Segment | None:
        return self._footage.segment if self._footage else None

    @property
    def ring_on(self) -> bool:
        return self._filming.holds_ring

    @property
    def out_of_step_s(self) -> float:
        """The most that sound was found out of step with the pictures, in this run of the camera."""
        return self._filming.roll.line.worst_s if self._filming.roll else 0.0

    async def run(self) -> None:
        tending = asyncio.create_task(self._tend_ring()) if self._limits.preroll_s > 0 else None
        try:
            while True:
                await self.step()
        finally:
            if tending is not None:
                tending.cancel()

    async def step(self) -> None:
        """Act on the next request. An error is said to the wearer; recording goes on."""
        request = await self._requests.next()
        try:
            await self._act(request)
        except SouvenirError as error:
            self._say(error)

    async def hear(self, chunk: AudioChunk) -> None:
        """Sound goes into the ring and into what is being recorded, if anything."""
        self._filming.hear(chunk)
        if self._filming.roll is not None:
            for sound in self._filming.roll.hear(chunk):
                for footage in self._hearing:
                    footage.hear(sound)

    async def ring(self, on: bool) -> None:
        """Hold the last seconds from now on, or no longer. Raises what starting the camera raises."""
        async with self._lock:
            self._filming.hold(on)
            if on:
                await self._filming.open()
                self._filming.turn()
            elif self._footage is None:
                await self._filming.stop()

    async def start(self, asked_s: float | None = None) -> Segment:
        """``asked_s``: when the words began that asked for it; with a ring the video begins before them.

        Raises RecordingRunningError, StorageFullError and what starting the camera raises.
        """
        async with self._lock:
            if self._footage is not None:
                raise RecordingRunningError(f"since {self._footage.segment.captured_at}")
            self._check_room()
            try:
                roll = await self._filming.open()
                self._footage = await self._new_footage(roll, self._index_before(roll, asked_s, self._limits.preroll_s), asked_s)
            except BaseException:
                if not self.ring_on:
                    await self._filming.stop()
                raise
            segment = self._footage.segment
            self._write(self._footage)
            self._filming.turn()
            self._said = ""
        self._bus.publish(RecordingStarted(segment))
        return segment

    async def stop(self, command_began_s: float | None = None) -> Segment | None:
        """End the recording and put it in the spool; returns its last file, None when nothing was captured.

        Raises RecordingIdleError.
        """
        async with self._lock:
            footage, self._cut_short = self._footage or self._cut_short, None
            if footage is None:
                raise RecordingIdleError("there is nothing to stop")
            roll = self._filming.roll
            footage.end(roll.sample_at(command_began_s) if roll and command_began_s is not None else None)
            if footage in self._writing:
                await self._writing[footage]
            if not self.ring_on:
                await self._filming.stop()
            return footage.closed[-1] if footage.closed else None

    async def keep_last(self, asked_s: float | None = None) -> Segment | None:
        """Save the ring: up to now, or up to the beginning of the recording that runs; None when that has it all.

        Raises NothingHeldError, StorageFullError.
        """
        async with self._lock:
            roll = self._filming.roll
            if roll is None or not self.ring_on or not roll.ring.span_frames:
                raise NothingHeldError("the camera was not running")
            self._check_room()
            until = self._footage.first_index if self._footage else None
            first = self._index_before(roll, asked_s, self._limits.ring_s)
            if until is not None and roll.ring.since(first)[0].first_index >= until:
                self._bus.publish(Answered("Recording", ("The last seconds are in the video that is being recorded.",)))
                return None
            footage = await self._new_footage(roll, first, None, until)
            footage.end(roll.sample_at(asked_s) if asked_s is not None and until is None else None)
            self._write(footage)
            await self._writing[footage]
            return footage.closed[-1] if footage.closed else None

    async def photo(self) -> Segment:
        """Raises StorageFullError and what the camera raises."""
        self._check_room()
        picture = await self._camera.still()
        segment = await self._spool.begin(self._new_segment(Kind.PHOTO, self._now()))
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
        self._filming.hold(False)
        if self._footage is not None or self._cut_short is not None:
            await self.stop()
        async with self._lock:
            await self._filming.close()

    async def _act(self, request: IntentHeard) -> None:
        name = request.intent.name
        if name == IntentName.RECORD_VIDEO:
            await self.start(request.began_s)
        elif name == IntentName.STOP_RECORDING:
            await self.stop(request.began_s)
        elif name == IntentName.KEEP_LAST:
            await self.keep_last(request.began_s)
        elif name == IntentName.TAKE_PICTURE:
            await self.photo()

    async def _tend_ring(self) -> None:
        """The ring is on from the start, and again after a place or hour where it may not be."""
        self._filming.hold(True)
        refused = False
        while True:
            if self._filming.roll is None and (refused or not self._said):
                try:
                    await self.ring(True)
                    self._said, refused = "", False
                except RecordingForbiddenError as error:
                    refused = True
                    self._say_once(error)
                except SouvenirError as error:
                    self._say_once(error)
            refused = refused or self._said == RecordingForbiddenError.code
            await self._clock.sleep(LOOK_AGAIN_S)

    # the camera's side
    def _see(self, frame: EncodedFrame, moment: Moment) -> None:
        if self._footage is not None:
            self._footage.see(frame, moment)

    def _lose_camera(self) -> None:
        """Its files are closed with what they have; ``_go_on`` takes up the recording if the camera comes back."""
        if self._footage is not None:
            if not self._footage.over:
                self._cut_short = self._footage
            self._footage.end()

    async def _go_on(self, roll: Roll) -> None:
        """The camera runs again: the recording that it cut short continues in a new file."""
        cut = self._cut_short
        if cut is None:
            return
        segment = await self._follow(cut.segment, self._now())
        if self._cut_short is not cut:  # the wearer has stopped it meanwhile
            await self._spool.abandon(segment)
            return
        footage = await self._new_footage(roll, 0, None, None, segment)
        self._footage, self._cut_short = footage, None
        self._write(footage)

    def _give_up(self, error: SouvenirError) -> None:
        self._cut_short = None
        self._say(error)

    def _say(self, error: SouvenirError) -> None:
        self._said = error.code
        self._bus.publish(FaultRaised(error.code, error.detail, error.hint))

    def _say_once(self, error: SouvenirError) -> None:
        if error.code != self._said:
            self._say(error)

    # recordings
    def _index_before(self, roll: Roll, asked_s: float | None, seconds: float) -> int:
        return roll.index_at(asked_s) - round(seconds * self._profile.fps)

    async def _new_footage(
        self, roll: Roll, first: int, asked_s: float | None, until: int | None = None, segment: Segment | None = None
    ) -> Footage:
        """A recording that begins with what the ring holds from ``first`` on, before ``until``."""
        if segment is None:
            held = roll.ring.since(first)
            moment = held[0].moment if held else self._now()
            segment = await self._spool.begin(self._new_segment(Kind.VIDEO, moment))
        footage = Footage(segment, self._profile, roll.headers, self._spool, self._limits, self._follow, self._keep)
        gops = _until(roll.ring.since(first), until)
        first_sample = gops[0].first_index * (self._profile.audio_rate_hz // self._profile.fps) if gops else 0
        footage.begin(gops, roll.ring.sound_since(first_sample), roll.sample_at(asked_s) if asked_s is not None and gops else None)
        self._hearing.add(footage)
        return footage

    def _write(self, footage: Footage) -> None:
        self._writing[footage] = asyncio.create_task(self._record(footage), name="recording")

    async def _record(self, footage: Footage) -> None:
        try:
            await footage.run()
        except (SouvenirError, OSError) as error:
            self._say(error if isinstance(error, SouvenirError) else StorageDamagedError(str(error)))
        finally:
            self._hearing.discard(footage)
            self._writing.pop(footage, None)
            if footage.dropped_frames:
                log.warning("%d frames were dropped: the disk is too slow", footage.dropped_frames)
            if self._footage is footage:
                self._footage = None
                if not self.ring_on and self._cut_short is not footage:
                    await self._filming.stop()

    async def _follow(self, before: Segment, moment: Moment) -> Segment:
        """The next file of the same recording."""
        self._check_room()
        segment = self._new_segment(Kind.VIDEO, moment)
        segment.recording_id, segment.part = before.recording_id, before.part + 1
        segment.correlation_id = before.correlation_id
        return await self._spool.begin(segment)

    async def _keep(self, segment: Segment) -> None:
        await self._spool.close_segment(segment)
        with following(segment.correlation_id):
            log.info("clip %d is kept: %.1f s, %d bytes", segment.sequence, segment.duration_s, segment.size_bytes)
        self._bus.publish(SegmentClosed(segment))
        self._bus.publish(OutboxFilled())

    def _now(self) -> Moment:
        return Moment(self._clock.now_ms(), self._gps.fix())

    def _new_segment(self, kind: Kind, moment: Moment) -> Segment:
        identifier = uuid7(moment.captured_at)
        return Segment(
            segment_id=identifier, recording_id=identifier, kind=kind, captured_at=moment.captured_at,
            place=moment.place, correlation_id=identifier,
        )  # fmt: skip

    def _check_room(self) -> None:
        free = self._spool.media.free_bytes()
        if free < self._limits.reserve_bytes:
            raise StorageFullError(f"{free // 1_000_000} MB are left, {self._limits.reserve_bytes // 1_000_000} MB are kept in reserve")


def _until(gops: list[Gop], index: int | None) -> list[Gop]:
    return gops if index is None else [gop for gop in gops if gop.first_index < index]
