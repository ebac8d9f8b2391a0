"""The recorder on the simulated camera and microphone, real encoder and real files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import av
import numpy as np
import piexif
import pytest

from glasses.bus import Bus
from glasses.capture.ears import Ears
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.config import Recording
from glasses.errors import CameraStoppedError, RecordingIdleError, RecordingRunningError, StorageFullError
from glasses.events import FaultRaised, IntentHeard, SegmentClosed
from glasses.hw.packet import EncodedFrame
from glasses.hw.sim.camera import SimCamera
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.microphone import SimMicrophone
from glasses.hw.sim.senses import SimGps
from glasses.hw.sim.world import World
from glasses.spool.spool import Spool
from glasses.wire.intent import Intent, IntentName
from glasses.wire.segment import Kind

SMALL = Recording(width=320, height=180, longest_s=4.0, reserve_bytes=1)


class Bench:
    """A recorder with its ears on, in a world that passes as fast as it can."""

    def __init__(self, folder: Path, limits: Recording = SMALL) -> None:
        self.world = World(Day(scenes=[Scene(at="2025-06-14T10:00:00+02:00", duration_s=600, lat=48.8584, lon=2.2945)], speed=50))
        self.bus, self.spool = Bus(), Spool(folder, self.world)
        self.camera = SimCamera(self.world)
        self.recorder = Recorder(self.camera, SimGps(self.world), self.spool, self.bus, self.world, limits)
        self.ears = Ears(SimMicrophone(self.world), [self.recorder.hear])

    async def until(self, stream_s: float) -> None:
        while self.world.stream_s < stream_s:
            await asyncio.sleep(0.002)


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
    assert segment.command_from_s <= 2.5


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


async def test_what_a_failing_camera_gave_is_kept_and_the_fault_is_said(bench: Bench) -> None:
    class Breaks(SimCamera):
        async def frames(self) -> AsyncIterator[EncodedFrame]:
            async for frame in super().frames():
                if frame.index == 75:
                    raise CameraStoppedError("the cable")
                yield frame

    bench.recorder = Recorder(Breaks(bench.world), SimGps(bench.world), bench.spool, bench.bus, bench.world, SMALL)
    faults, closed = bench.bus.subscribe(FaultRaised), bench.bus.subscribe(SegmentClosed)
    await bench.recorder.start()
    segment = (await closed.next()).segment
    assert (await faults.next()).detail == "the cable"
    assert measured(bench.spool.media.path(segment))[0] == segment.frames >= 60
    assert bench.recorder.recording is None


async def test_a_picture_shows_the_scene(bench: Bench) -> None:
    picture = await bench.camera.still()
    assert picture.shape == (1080, 1920, 3)
    assert np.ptp(picture) > 100
