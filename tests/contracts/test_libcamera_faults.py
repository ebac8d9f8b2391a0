"""What the libcamera camera does about an encoder or a sensor that does not keep its word."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from glasses.errors import CameraMissingError, CameraProfileError, CameraStoppedError, HardwareLibraryError
from glasses.hw.conformance import ProfileCheck, nal_units, slice_type
from glasses.hw.libcamera import LibcameraCamera
from glasses.hw.packet import EncodedFrame
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import CaptureProfile

SMALL = CaptureProfile(width=320, height=180)


@pytest.fixture
def pi(picamera2_installed: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
    with picamera2_installed() as camera_class:
        yield camera_class


@pytest.fixture
async def camera(pi: Any) -> AsyncIterator[LibcameraCamera]:
    made = LibcameraCamera(silence_s=0.4)
    yield made
    await made.close()


async def drain(camera: LibcameraCamera, frames: list[EncodedFrame]) -> None:
    async for frame in camera.frames():
        frames.append(frame)  # noqa: PERF401  # what came before an error is looked at too


def check_all(check: ProfileCheck, frames: list[EncodedFrame]) -> None:
    for frame in frames:
        check.check(frame)


async def test_a_camera_that_falls_silent_is_noticed(pi: Any, camera: LibcameraCamera) -> None:
    pi.behave = staticmethod(lambda number, data, at_us: (data, at_us) if number < 20 else None)
    await camera.start(SMALL)
    with pytest.raises(CameraStoppedError, match=r"no frame for 0.4 s"):
        await drain(camera, frames := [])
    assert [frame.index for frame in frames] == list(range(20))


async def test_an_encoder_that_never_begins_is_noticed(pi: Any, camera: LibcameraCamera) -> None:
    pi.behave = staticmethod(lambda *_: None)
    with pytest.raises(CameraStoppedError, match="no first frame"):
        await camera.start(SMALL)


async def test_frames_that_the_sensor_lost_are_gaps_in_the_numbers(pi: Any, camera: LibcameraCamera) -> None:
    pi.behave = staticmethod(lambda number, data, at_us: (data, at_us + (100_000 if number >= 10 else 0)))
    await camera.start(SMALL)
    frames: list[EncodedFrame] = []
    async for frame in camera.frames():
        frames.append(frame)
        if len(frames) == 20:
            break
    gaps = [(a.index, b.index) for a, b in pairwise(frames) if b.index != a.index + 1]
    assert gaps == [(9, 13)]
    assert (frames[10].at_s or 0) - (frames[9].at_s or 0) == pytest.approx(4 / 30, abs=0.001)


async def test_a_key_frame_that_does_not_come_is_a_broken_profile(pi: Any, camera: LibcameraCamera) -> None:
    pi.behave = staticmethod(lambda number, data, at_us: None if number == 30 else (data, at_us))
    await camera.start(SMALL)
    with pytest.raises(CameraProfileError, match="no key frame within 30"):
        await drain(camera, [])


async def test_another_size_is_refused(pi: Any, camera: LibcameraCamera) -> None:
    pi.size = (640, 480)
    with pytest.raises(CameraProfileError, match="640x480"):
        await camera.start(SMALL)


async def test_no_camera_and_no_library_are_said(pi: Any, camera: LibcameraCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    pi.cameras = 0
    with pytest.raises(CameraMissingError):
        await camera.start(SMALL)
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(HardwareLibraryError, match="python3-picamera2"):
        await camera.start(SMALL)


async def test_the_rows_of_a_picture_may_be_longer_than_the_picture(pi: Any, camera: LibcameraCamera) -> None:
    odd = CaptureProfile(width=336, height=192)  # rows of 384 bytes
    await camera.start(odd)
    picture = (await camera.still()).astype(int)
    assert picture.shape == (192, 336, 3)
    across = picture[90].mean(axis=1)
    assert np.all(np.diff(across) >= -2)
    assert across[-1] > across[0] + 150


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"bf": "2", "profile": "high"}, "B-frames|types|B-frame"),
        ({"bf": "0", "profile": "main"}, "Main yuv420p, not"),
        ({"bf": "0", "profile": "baseline"}, "Baseline yuv420p, not"),
        ({"bf": "0", "profile": "high", "g": "20"}, "a key frame comes after 20"),
        ({"bf": "0", "profile": "high", "g": "60"}, "no key frame within 30"),
    ],
)
def test_a_stream_that_breaks_the_profile_is_named(options: dict[str, str], wrong: str) -> None:
    import av

    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt, codec.framerate = 320, 180, "yuv420p", 30
    codec.time_base = 1 / codec.framerate
    codec.flags |= av.codec.context.Flags.global_header
    codec.options = {"g": "30", "preset": "fast", "sc_threshold": "0", "x264-params": "annexb=0:threads=1:rc-lookahead=4", **options}
    frames = []
    for number in range(70):
        shown = av.VideoFrame.from_ndarray(np.full((180, 320, 3), number * 3, np.uint8), "rgb24")
        shown.pts = number
        frames += codec.encode(shown)
    frames += codec.encode(None)
    check = ProfileCheck(SMALL, bytes(codec.extradata or b""))
    with pytest.raises(CameraProfileError, match=wrong):
        check_all(check, [EncodedFrame(bytes(packet), number, packet.is_keyframe) for number, packet in enumerate(frames)])


def test_slices_are_told_apart() -> None:
    encoder = SoftwareEncoder(SMALL)
    frames = [frame for n in range(3) for frame in encoder.encode(np.full((270, 320), 60 + n, np.uint8), n)]
    slices = [[unit for unit in nal_units(frame.data) if unit[0] & 0x1F in (1, 5)] for frame in frames]
    assert [slice_type(units[0]) for units in slices] == [2, 0, 0]
    with pytest.raises(CameraProfileError, match="cut short"):
        list(nal_units(frames[0].data[:-3]))
