"""What every camera must do, whatever stands behind it. Real ones by --hardware=laptop: and --hardware=pi:."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from glasses.hw.base import Camera
from glasses.hw.conformance import ProfileCheck
from glasses.hw.libcamera import LibcameraCamera
from glasses.hw.packet import EncodedFrame
from glasses.hw.replay import ReplayCamera, day_of_clips
from glasses.hw.sim.camera import SimCamera
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.world import World
from glasses.hw.spec import open_hardware
from glasses.wire.segment import PROFILE, CaptureProfile

SMALL = CaptureProfile(width=320, height=180)
BACKENDS = ["sim", "replay", "fake-v4l2", "fake-libcamera", "hardware"]


@asynccontextmanager
async def passing(world: World) -> AsyncIterator[None]:
    """A simulated world passes only while somebody listens."""

    async def listen() -> None:
        while True:
            await world.pass_time(0.1)
            await asyncio.sleep(0)

    listening = asyncio.create_task(listen())
    yield
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@pytest.fixture(params=BACKENDS)
async def backend(request: pytest.FixtureRequest, make_clip: Callable[..., Path]) -> AsyncIterator[tuple[Camera, CaptureProfile]]:
    async with AsyncExitStack() as stack:
        if request.param == "sim":
            world = World(Day(scenes=[Scene(at="2025-06-14T10:00:00+02:00", duration_s=600)], speed=1e6))
            await stack.enter_async_context(passing(world))
            camera, profile = SimCamera(world), SMALL
        elif request.param == "replay":
            clip = make_clip([(np.full((90, 160, 3), 120, np.uint8), 8.0)])
            world = World(day_of_clips(clip.parent))
            await stack.enter_async_context(passing(world))
            camera, profile = ReplayCamera(world), SMALL
        elif request.param == "fake-v4l2":
            camera, profile = request.getfixturevalue("v4l2_camera")(), SMALL
        elif request.param == "fake-libcamera":
            stack.enter_context(request.getfixturevalue("picamera2_installed")())
            camera, profile = LibcameraCamera(), SMALL
        else:
            camera, profile = open_hardware(request.getfixturevalue("hardware_spec")).camera, PROFILE
        yield camera, profile
        await camera.close()


async def first(camera: Camera, count: int) -> list[EncodedFrame]:
    got = []
    async with aclosing(camera.frames()) as frames:
        async for frame in frames:
            got.append(frame)
            if len(got) == count:
                break
    return got


async def test_it_delivers_the_capture_profile(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    check = ProfileCheck(profile, await camera.start(profile))
    frames = await first(camera, 65)
    assert frames[0].is_keyframe
    for frame in frames:
        check.check(frame)
    assert [frame.index for frame in frames] == list(range(65)), "no frame is missing or doubled"


async def test_its_times_are_those_of_its_frames(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    await camera.start(profile)
    times = [frame.at_s for frame in await first(camera, 40)]
    assert None not in times
    steps = np.diff(np.array(times, float))
    assert np.all(steps > 0)
    assert steps.mean() == pytest.approx(1 / profile.fps, rel=0.05)


async def test_every_frame_decodes(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = await camera.start(profile)
    decoder.thread_count = 1
    shown = []
    for frame in await first(camera, 35):
        shown += decoder.decode(av.Packet(frame.data))
    shown += decoder.decode(None)
    assert len(shown) == 35
    assert {(frame.width, frame.height) for frame in shown} == {(profile.width, profile.height)}


async def test_frames_end_when_it_is_stopped_and_it_can_be_stopped_twice(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    await camera.start(profile)
    count = 0
    async with asyncio.timeout(20):
        async for frame in camera.frames():
            count = frame.index
            if count == 10:
                await camera.stop()
    assert count < 10 + profile.fps * 4
    await camera.stop()


async def test_each_start_counts_from_nought_and_begins_with_a_key_frame(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    headers = []
    for _ in range(2):
        headers.append(await camera.start(profile))
        (frame,) = await first(camera, 1)
        assert (frame.index, frame.is_keyframe) == (0, True)
        await camera.stop()
    assert headers[0] == headers[1], "all clips share their parameter sets"


async def test_a_picture_can_be_taken_at_any_time(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    await camera.start(profile)
    await first(camera, 3)
    while_running = await camera.still()
    await camera.stop()
    after = await camera.still()
    for picture in (while_running, after):
        assert picture.shape == (profile.height, profile.width, 3)
        assert picture.dtype == np.uint8


async def test_a_picture_stays_as_it_was_while_the_camera_goes_on(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    await camera.start(profile)
    taken = before = np.zeros(0, np.uint8)
    async with aclosing(camera.frames()) as frames:
        async for frame in frames:
            if frame.index == 3:
                taken = await camera.still()
                before = taken.copy()
            elif frame.index == 30:
                break
    assert before.size
    np.testing.assert_array_equal(taken, before)


async def test_it_can_be_closed_and_opened_again(backend: tuple[Camera, CaptureProfile]) -> None:
    camera, profile = backend
    await camera.close()
    await camera.start(profile)
    await first(camera, 1)
    await camera.close()
    await camera.close()
    await camera.start(profile)
    assert (await first(camera, 1))[0].is_keyframe
