"""The recorder on the simulated camera and microphone, real encoder and real files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import av
import msgspec
import numpy as np
import piexif
import pytest

from glasses.bus import Bus
from glasses.capture.ears import Ears
from glasses.capture.forbidden import Forbidden
from glasses.capture.guard import GuardedCamera
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.config import NoRecordPlace, Recording
from glasses.errors import (
    CameraStoppedError,
    LightFailedError,
    NothingHeldError,
    RecordingForbiddenError,
    RecordingIdleError,
    RecordingRunningError,
    StorageFullError,
)
from glasses.events import FaultRaised, IntentHeard, SegmentClosed
from glasses.hw.base import Camera
from glasses.hw.packet import EncodedFrame
from glasses.hw.sim.camera import SimCamera
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.microphone import SimMicrophone
from glasses.hw.sim.senses import SimGps, SimLight
from glasses.hw.sim.world import World
from glasses.spool.spool import Spool
from glasses.wire.intent import Intent, IntentName
from glasses.wire.segment import Kind

SMALL = Recording(width=320, height=180, longest_s=9.0, reserve_bytes=1, ring_s=6.0)


class Bench:
    """A recorder with its ears on, in a world that passes as fast as it can."""

    def __init__(self, folder: Path, limits: Recording = SMALL) -> None:
        self.world = World(Day(scenes=[Scene(at="2025-06-14T10:00:00+02:00", duration_s=600, lat=48.8584, lon=2.2945)], speed=12))
        self.began_ms = self.world.now_ms()
        self.bus, self.spool = Bus(), Spool(folder, self.world)
        self.camera = SimCamera(self.world)
        self.light, self.limits = SimLight(), limits
        self.recorder = self.recorder_on(self.camera)
        self._moving = asyncio.Event()
        self._moving.set()
        self.ears = Ears(SimMicrophone(self.world), [lambda chunk: self.recorder.hear(chunk), lambda _chunk: self._moves()])

    def recorder_on(self, camera: Camera) -> Recorder:
        gps = SimGps(self.world)
        guarded = GuardedCamera(camera, self.light, Forbidden(self.limits), gps, self.world)
        return Recorder(guarded, gps, self.spool, self.bus, self.world, self.limits)

    async def ring_on(self) -> float:
        """Returns the second from which on the ring is filled."""
        async with self.standing_still():
            await self.recorder.ring(True)
            return self.world.stream_s

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """The world waits, so that a slow machine's camera starts at once too."""
        self._moving.clear()
        try:
            yield
        finally:
            self._moving.set()

    async def _moves(self) -> None:
        await self._moving.wait()

    async def until(self, stream_s: float) -> None:
        async with self.world._changed:
            await self.world._changed.wait_for(lambda: self.world.stream_s >= stream_s)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.spool.open(mend)
    listening = asyncio.create_task(made.ears.run())
    yield made
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await made.recorder.close()
    await made.spool.close()


def measured(path: Path) -> tuple[int, float]:
    """Frames and seconds of sound."""
    with av.open(str(path)) as clip:
        frames = sum(1 for _ in clip.decode(video=0))
    with av.open(str(path)) as clip:
        return frames, sum(piece.samples for piece in clip.decode(audio=0)) / 48_000


async def test_a_recording_is_what_the_camera_saw_and_the_microphone_heard(bench: Bench) -> None:
    await bench.recorder.start()
    await bench.until(3.0)
    segment = await bench.recorder.stop(command_began_s=2.5)
    assert segment is not None
    frames, sound_s = measured(bench.spool.media.path(segment))
    assert frames == segment.frames
    assert 60 < frames <= 95
    assert sound_s == pytest.approx(frames / 30, abs=0.025)
    assert segment.place is not None
    assert (segment.place.lat, segment.kind) == (48.8584, Kind.VIDEO)
    assert segment.command_from_s is not None
    assert segment.command_from_s <= 2.5 + 1e-9


async def test_two_recordings_cannot_run_and_none_cannot_stop(bench: Bench) -> None:
    with pytest.raises(RecordingIdleError):
        await bench.recorder.stop()
    await bench.recorder.start()
    with pytest.raises(RecordingRunningError):
        await bench.recorder.start()


async def test_a_recording_that_nobody_stops_ends_by_itself(bench: Bench) -> None:
    closed = bench.bus.subscribe(SegmentClosed)
    await bench.recorder.start()
    segment = (await closed.next()).segment
    assert segment.frames == SMALL.longest_s * 30


async def test_spoken_requests_are_acted_on_and_refusals_are_said(bench: Bench) -> None:
    faults, closed = bench.bus.subscribe(FaultRaised), bench.bus.subscribe(SegmentClosed)
    for name in (IntentName.STOP_RECORDING, IntentName.TAKE_PICTURE):
        bench.bus.publish(IntentHeard(Intent(name=name)))
        await bench.recorder.step()
    assert (await faults.next()).code == "recording.idle"
    assert (await closed.next()).segment.kind == Kind.PHOTO


async def test_a_photo_says_when_and_where(bench: Bench) -> None:
    segment = await bench.recorder.photo()
    exif = piexif.load(str(bench.spool.media.path(segment)))
    assert exif["Exif"][piexif.ExifIFD.DateTimeOriginal].startswith(b"2025:06:14 08:00")
    (degrees, minutes, seconds) = exif["GPS"][piexif.GPSIFD.GPSLatitude]
    assert degrees[0] + minutes[0] / 60 + seconds[0] / seconds[1] / 3600 == pytest.approx(48.8584, abs=1e-5)


async def test_closing_the_device_keeps_what_is_being_recorded(bench: Bench) -> None:
    await bench.recorder.start()
    await bench.until(2.0)
    await bench.recorder.close()
    (clip,) = await bench.spool.catalog.custody()
    assert clip.custody == "kept"
    assert clip.size_bytes > 0


async def test_a_full_disk_is_said_before_anything_is_recorded(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Recording(width=320, height=180, reserve_bytes=10**18))
    await bench.spool.open(mend)
    with pytest.raises(StorageFullError, match="in reserve"):
        await bench.recorder.start()
    with pytest.raises(StorageFullError):
        await bench.recorder.photo()
    assert await bench.spool.catalog.custody() == []
    await bench.spool.close()


class Breaks(SimCamera):
    """Stops delivering at frame 75 of its first ``times`` runs."""

    times = 2

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        async with aclosing(super().frames()) as frames:
            async for frame in frames:
                if frame.index == 75 and self.times:
                    self.times -= 1
                    raise CameraStoppedError("the cable")
                yield frame


async def test_a_camera_that_stops_once_goes_on_in_a_linked_file(bench: Bench) -> None:
    camera = Breaks(bench.world)
    camera.times = 1
    bench.recorder = bench.recorder_on(camera)
    faults, closed = bench.bus.subscribe(FaultRaised), bench.bus.subscribe(SegmentClosed)
    await bench.recorder.start()
    first, second = (await closed.next()).segment, (await closed.next()).segment
    assert (first.part, second.part, second.recording_id) == (0, 1, first.segment_id)
    assert measured(bench.spool.media.path(first))[0] == first.frames == 75
    assert second.frames == SMALL.longest_s * 30
    assert faults.poll() is None


async def test_a_camera_that_stops_twice_is_said_and_all_it_gave_is_kept(bench: Bench) -> None:
    bench.recorder = bench.recorder_on(Breaks(bench.world))
    faults, closed = bench.bus.subscribe(FaultRaised), bench.bus.subscribe(SegmentClosed)
    await bench.recorder.start()
    for _ in range(2):
        segment = (await closed.next()).segment
        assert measured(bench.spool.media.path(segment))[0] == segment.frames == 75
    fault = await faults.next()
    assert (fault.code, fault.detail) == ("camera.stopped", "the cable")
    await asyncio.sleep(0)
    assert bench.recorder.recording is None
    assert not bench.light.is_on()


async def test_a_video_begins_before_the_words_that_asked_for_it(bench: Bench) -> None:
    on_s = await bench.ring_on()
    await bench.until(on_s + 5.2)
    segment = await bench.recorder.start(asked_s=on_s + 5.0)
    await bench.until(on_s + 6.5)
    closed = await bench.recorder.stop()
    assert closed is not None
    assert closed.asked_at_s is not None
    assert 3.0 <= closed.asked_at_s < 4.0  # there was no key frame nearer
    assert segment.captured_at + closed.asked_at_s * 1000 == pytest.approx(bench.began_ms + (on_s + 5.0) * 1000, abs=350)
    frames, sound_s = measured(bench.spool.media.path(closed))
    assert frames == closed.frames >= 4.3 * 30
    assert sound_s == pytest.approx(frames / 30, abs=0.025)
    assert bench.light.is_on()  # the ring goes on


async def test_the_last_seconds_are_saved_though_nothing_was_recorded(bench: Bench) -> None:
    on_s = await bench.ring_on()
    await bench.until(on_s + 8.0)
    bench.bus.publish(IntentHeard(Intent(name=IntentName.KEEP_LAST), on_s + 7.5))
    closed = bench.bus.subscribe(SegmentClosed)
    await bench.recorder.step()
    segment = (await closed.next()).segment
    assert segment.command_from_s is not None
    assert 6.0 <= segment.command_from_s < 7.0
    assert segment.captured_at + segment.command_from_s * 1000 == pytest.approx(bench.began_ms + (on_s + 7.5) * 1000, abs=350)
    assert measured(bench.spool.media.path(segment))[0] == segment.frames >= 6.5 * 30


async def test_what_is_being_recorded_is_not_saved_twice(bench: Bench) -> None:
    on_s = await bench.ring_on()
    await bench.until(on_s + 5.1)
    async with bench.standing_still():
        await bench.recorder.start(asked_s=on_s + 5.1)
    early = await bench.recorder.keep_last(on_s + 5.1)
    running = bench.recorder.recording
    assert early is not None
    assert running is not None
    assert early.captured_at + early.duration_s * 1000 == pytest.approx(running.captured_at, abs=350)
    assert early.duration_s == 2.0
    await bench.recorder.stop()
    with pytest.raises(RecordingIdleError):
        await bench.recorder.stop()


async def test_nothing_is_held_without_a_ring(bench: Bench) -> None:
    with pytest.raises(NothingHeldError):
        await bench.recorder.keep_last()


async def test_without_its_light_nothing_is_recorded(bench: Bench) -> None:
    bench.light.broken = True
    with pytest.raises(LightFailedError):
        await bench.recorder.start()
    with pytest.raises(LightFailedError):
        await bench.recorder.photo()
    with pytest.raises(LightFailedError):
        await bench.recorder.ring(True)
    assert await bench.spool.catalog.custody() == []


async def test_a_light_that_goes_out_ends_the_recording_there(bench: Bench) -> None:
    faults, closed = bench.bus.subscribe(FaultRaised), bench.bus.subscribe(SegmentClosed)
    async with bench.standing_still():
        await bench.recorder.start()
    await bench.until(bench.world.stream_s + 1.5)
    bench.light.broken = True
    segment = (await closed.next()).segment
    assert 30 <= segment.frames <= 55
    assert (await faults.next()).code == "light.failed"
    await asyncio.sleep(0)
    assert bench.recorder.recording is None


async def test_a_place_without_recording_is_obeyed_and_said(tmp_path: Path) -> None:
    here = NoRecordPlace(lat=48.8585, lon=2.2946, radius_m=50, name="the clinic")
    bench = Bench(tmp_path, msgspec.structs.replace(SMALL, no_record_places=[here]))
    await bench.spool.open(mend)
    for call in (bench.recorder.start, bench.recorder.photo, lambda: bench.recorder.ring(True)):
        with pytest.raises(RecordingForbiddenError, match="the clinic"):
            await call()
    assert not bench.light.is_on()
    await bench.spool.close()


async def test_a_long_recording_is_linked_files_with_nothing_lost_or_doubled(tmp_path: Path) -> None:
    bench = Bench(tmp_path, msgspec.structs.replace(SMALL, segment_s=2.0, longest_s=7.5))
    await bench.spool.open(mend)
    listening = asyncio.create_task(bench.ears.run())
    closed = bench.bus.subscribe(SegmentClosed)
    first = await bench.recorder.start()
    parts = [(await closed.next()).segment for _ in range(4)]
    assert [(part.part, part.recording_id, part.frames) for part in parts] == [
        (0, first.segment_id, 60), (1, first.segment_id, 60), (2, first.segment_id, 60), (3, first.segment_id, 45),
    ]  # fmt: skip
    assert [part.captured_at - first.captured_at for part in parts] == pytest.approx([0, 2000, 4000, 6000], abs=350)
    for part in parts:
        frames, sound_s = measured(bench.spool.media.path(part))
        assert (frames, part.duration_s) == (part.frames, part.frames / 30)
        assert sound_s == pytest.approx(frames / 30, abs=0.025)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await bench.recorder.close()
    await bench.spool.close()


async def test_a_picture_shows_the_scene(bench: Bench) -> None:
    picture = await bench.camera.still()
    assert picture.shape == (1080, 1920, 3)
    assert np.ptp(picture) > 100
