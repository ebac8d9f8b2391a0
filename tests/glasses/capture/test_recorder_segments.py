"""Linked files of one recording: every frame once, every sample once, also with clocks that differ and sound that comes late."""

from __future__ import annotations

import asyncio
from functools import cache

import av
import numpy as np
import numpy.typing as npt
import pytest

from glasses.capture.footage import BACKLOG_BYTES, Footage
from glasses.capture.preroll import Moment
from glasses.capture.timeline import RateClock, Sound, TimeLine
from glasses.config import Recording
from glasses.errors import StorageFullError
from glasses.hw.base import AudioChunk
from glasses.hw.packet import EncodedFrame
from glasses.hw.x264 import SoftwareEncoder
from glasses.spool.spool import Spool
from glasses.wire.ids import uuid7
from glasses.wire.segment import CaptureProfile, Segment

SMALL = CaptureProfile(width=160, height=96)
RATE_HZ, CHUNK = 48_000, 4_800


@cache
def gop() -> tuple[bytes, tuple[EncodedFrame, ...]]:
    """One second of pictures that can be repeated for ever: its group is closed."""
    encoder = SoftwareEncoder(SMALL)
    pictures = (np.full((96, 160, 3), 3 * n, np.uint8) for n in range(30))
    return encoder.parameter_sets, tuple(frame for n, picture in enumerate(pictures) for frame in encoder.encode(picture, n))


def frame(index: int) -> EncodedFrame:
    one = gop()[1][index % 30]
    return EncodedFrame(one.data, index, one.is_keyframe)


class Shelf:
    """Where a recording's files are begun and kept."""

    def __init__(self, spool: Spool) -> None:
        self.spool, self.kept, self.first_kept = spool, list[Segment](), asyncio.Event()

    async def footage(self, **limits: float) -> Footage:
        segment = await self.spool.begin(Segment(segment_id=uuid7(1_750_000_000_000), captured_at=1_750_000_000_000))
        return Footage(segment, SMALL, gop()[0], self.spool, Recording(**limits), self.follow, self.keep)  # type: ignore[arg-type]  # floats

    async def follow(self, before: Segment, moment: Moment) -> Segment:
        following = Segment(segment_id=uuid7(moment.captured_at), captured_at=moment.captured_at, part=before.part + 1)
        return await self.spool.begin(following)

    async def keep(self, segment: Segment) -> None:
        await self.spool.close_segment(segment)
        self.kept.append(segment)
        self.first_kept.set()

    def sound(self, segment: Segment) -> npt.NDArray[np.float32]:
        with av.open(str(self.spool.media.path(segment))) as clip:
            return np.concatenate([piece.to_ndarray()[0] for piece in clip.decode(audio=0)])

    def frames(self, segment: Segment) -> int:
        with av.open(str(self.spool.media.path(segment))) as clip:
            return sum(1 for _ in clip.decode(video=0))


@pytest.fixture
def shelf(spool: Spool) -> Shelf:
    return Shelf(spool)


def clicks(seconds: float, rate_hz: float) -> npt.NDArray[np.int16]:
    """One in each true second, at its middle."""
    pcm = np.zeros(round(seconds * rate_hz) + CHUNK, np.int16)
    for second in range(int(seconds)):
        begin = round((second + 0.5) * rate_hz)
        pcm[begin : begin + 240] = 20_000
    return pcm


async def play(footage: Footage, seconds: int, microphone_ppm: float = 0.0, sound_late_frames: int = 0) -> None:
    """The camera's and the microphone's output in the order of a real day."""
    rate_hz = RATE_HZ * (1 + microphone_ppm / 1e6)
    pcm, ears = clicks(seconds + 1, rate_hz), RateClock(RATE_HZ)
    line = TimeLine(30, RATE_HZ, ears)
    heard = 0
    for index in range(seconds * 30 + sound_late_frames):
        if index < seconds * 30:
            line.saw(index, index / 30)
            footage.see(frame(index), Moment(1_750_000_000_000 + index * 1000 // 30))
        while (heard + CHUNK) / rate_hz <= (index + 1 - sound_late_frames) / 30:
            chunk = AudioChunk(pcm[heard : heard + CHUNK].tobytes(), heard, heard / rate_hz)
            ears.observe(heard, heard / rate_hz)
            for sound in line.heard(chunk):
                footage.hear(sound)
            heard += CHUNK
        if index % 30 == 0:
            await asyncio.sleep(0)


@pytest.mark.parametrize(("microphone_ppm", "sound_late_frames"), [(0.0, 0), (100.0, 0), (-100.0, 20)])
async def test_parts_join_without_a_seam(shelf: Shelf, microphone_ppm: float, sound_late_frames: int) -> None:
    footage = await shelf.footage(segment_s=10.0)
    writing = asyncio.create_task(footage.run())
    await play(footage, 64, microphone_ppm, sound_late_frames)
    footage.end()
    await writing
    assert [segment.frames for segment in shelf.kept] == [300] * 6 + [120]
    assert [segment.part for segment in shelf.kept] == list(range(7))
    assert [segment.captured_at for segment in shelf.kept] == [1_750_000_000_000 + 10_000 * n for n in range(7)]
    joined = []
    for segment in shelf.kept:
        sound = shelf.sound(segment)
        assert shelf.frames(segment) == segment.frames
        assert len(sound) >= segment.frames * 1600
        joined.append(sound[: segment.frames * 1600])
    loud = np.flatnonzero(np.abs(np.concatenate(joined)) > 0.3)
    begins = loud[np.flatnonzero(np.diff(loud, prepend=-RATE_HZ) > 4800)]
    assert len(begins) == 64, "each click once"
    off_ms = (begins - (np.arange(64) + 0.5) * RATE_HZ) / RATE_HZ * 1000
    assert np.abs(off_ms).max() < 3.0


async def test_a_part_is_in_the_spool_while_the_next_is_written(shelf: Shelf) -> None:
    footage = await shelf.footage(segment_s=2.0)
    writing = asyncio.create_task(footage.run())
    await play(footage, 8)
    await shelf.first_kept.wait()
    assert not writing.done()
    assert footage.segment.part >= 1
    assert shelf.spool.media.path(shelf.kept[0]).exists()
    footage.end()
    await writing


async def test_what_the_disk_cannot_take_is_dropped_in_whole_groups_and_counted(shelf: Shelf) -> None:
    footage = await shelf.footage(segment_s=60.0)
    heavy = bytes(BACKLOG_BYTES // 40)
    for index in range(60):  # nobody writes: the backlog fills in the second group
        footage.see(EncodedFrame(frame(index).data if index < 30 else heavy, index, index % 30 == 0), Moment(0))
    assert footage.dropped_frames == 0
    for index in range(60, 75):
        footage.see(EncodedFrame(heavy, index, index == 60), Moment(0))
    assert footage.dropped_frames == 6
    for index in range(75, 90):
        footage.see(frame(index), Moment(0))
    assert footage.dropped_frames == 21


async def test_a_full_disk_ends_the_recording_with_all_that_was_written(shelf: Shelf) -> None:
    footage = await shelf.footage(segment_s=3.0)

    async def full(before: Segment, moment: Moment) -> Segment:
        raise StorageFullError("nothing is left")

    footage._follow = full
    await play(footage, 5)
    with pytest.raises(StorageFullError):
        await footage.run()
    (segment,) = shelf.kept
    assert shelf.frames(segment) == segment.frames == 90
    assert [clip.custody for clip in await shelf.spool.catalog.custody()] == ["kept"]


async def test_nothing_seen_leaves_no_trace(shelf: Shelf) -> None:
    footage = await shelf.footage()
    footage.hear(Sound(np.zeros(CHUNK, np.int16), 0))
    footage.end()
    await footage.run()
    assert await shelf.spool.catalog.custody() == []
    assert list(shelf.spool.media.folder.iterdir()) == []
