"""What the Video4Linux camera does about a device that is missing, has another size, is slow, or falls silent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from glasses.errors import CameraMissingError, CameraProfileError, CameraStoppedError
from glasses.hw.packet import EncodedFrame
from glasses.hw.v4l2 import V4l2Camera
from glasses.wire.segment import CaptureProfile

SMALL = CaptureProfile(width=320, height=180)
Made = Callable[..., V4l2Camera]


async def drain(camera: V4l2Camera, frames: list[EncodedFrame], most: int = 10_000) -> None:
    async for frame in camera.frames():
        frames.append(frame)
        if len(frames) == most:
            return


async def test_a_device_that_is_not_there_is_named(v4l2_camera: Made) -> None:
    with pytest.raises(CameraMissingError, match="7"):
        await v4l2_camera(there=False).start(SMALL)


async def test_without_any_device_the_real_one_says_so() -> None:
    with pytest.raises(CameraMissingError, match="/dev/video-of-nobody"):
        await V4l2Camera("/dev/video-of-nobody").start(SMALL)


async def test_another_size_is_refused(v4l2_camera: Made) -> None:
    with pytest.raises(CameraProfileError, match="320x180"):
        await v4l2_camera().start(CaptureProfile(width=640, height=480))


async def test_a_camera_that_falls_silent_is_noticed_after_its_last_picture(v4l2_camera: Made) -> None:
    camera = v4l2_camera(most=31)  # the first is looked at for its size
    await camera.start(SMALL)
    with pytest.raises(CameraStoppedError, match="delivers nothing"):
        await drain(camera, frames := [])
    assert [frame.index for frame in frames] == list(range(len(frames)))
    await camera.close()


async def test_a_slow_camera_still_gives_thirty_pictures_a_second(v4l2_camera: Made) -> None:
    camera = v4l2_camera(fps=10.0)
    await camera.start(SMALL)
    await drain(camera, frames := [], 60)
    assert [frame.index for frame in frames] == list(range(60))
    assert [frame.index for frame in frames if frame.is_keyframe] == [0, 30]
    await camera.close()


async def test_colours_are_told_as_red_green_blue(v4l2_camera: Made) -> None:
    camera = v4l2_camera()
    await camera.start(SMALL)
    left, right = (await camera.still())[90, 4], (await camera.still())[90, -4]
    assert left.argmax() == 0
    assert right.argmax() == 2
    await camera.close()
