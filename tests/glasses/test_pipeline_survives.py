"""The whole device on simulated hardware: whatever else dies, a recording goes on and closes whole."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Self

import av
import pytest

from glasses.config import Config, Recording
from glasses.events import Answered, FaultRaised, IntentHeard, PlanChanged, SegmentClosed
from glasses.hw.base import AudioChunk
from glasses.hw.sim.day import Day, Scene
from glasses.hw.spec import open_hardware
from glasses.pipeline import Pipeline
from glasses.supervisor import Stage
from glasses.wire.intent import Intent, IntentName
from models.store import ModelStore

DAY = Day(
    scenes=[
        Scene(at="2025-06-14T10:00:00+02:00", duration_s=600, battery=0.8, temperature_c=41.0),
        Scene(at="2025-06-14T18:00:00+02:00", duration_s=600, battery=0.04),
    ],
    speed=20,
)


class Device:
    """Runs until it is told to stop; ``breaking`` decides which stages fail, from ``fail`` on, and how often."""

    def __init__(self, folder: Path, store: ModelStore) -> None:
        hardware = open_hardware("sim:")
        world = hardware.clock
        world.__init__(DAY)  # type: ignore[misc]  # the same world with another day
        self.world = world
        config = Config(data_dir=str(folder), recording=Recording(width=320, height=180, reserve_bytes=1))
        self.pipeline = Pipeline(config, hardware, store)
        self.faults, self.closed = self.pipeline.bus.subscribe(FaultRaised), self.pipeline.bus.subscribe(SegmentClosed)
        self.plans, self.answers = self.pipeline.bus.subscribe(PlanChanged), self.pipeline.bus.subscribe(Answered)
        self.fail, self.stop, self.ready = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.shown: list[str] = []
        hardware.display.show = lambda title, lines: self.shown.append(title)  # type: ignore[method-assign]

    def breaking(self, names: Callable[[Stage], bool], times: int) -> None:
        """These stages raise, ``times`` times each, as soon as ``fail`` is set."""
        whole = self.pipeline._stages()
        self.pipeline._stages = lambda: [self._broken(stage, times) if names(stage) else stage for stage in whole]  # type: ignore[method-assign]

    def _broken(self, stage: Stage, times: int) -> Stage:
        left = [times]

        async def run() -> None:
            if left[0] <= 0:
                return await stage.run()
            failing = asyncio.ensure_future(self.fail.wait())
            working = asyncio.ensure_future(stage.run())  # type: ignore[arg-type]  # a coroutine function
            try:
                await asyncio.wait({failing, working}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
            left[0] -= 1
            raise RuntimeError(f"{stage.name} died")

        return dataclasses.replace(stage, run=run)

    async def __aenter__(self) -> Self:
        self.running = asyncio.create_task(self.pipeline.run(self.stop, self.ready.set))
        waiting = asyncio.ensure_future(self.ready.wait())
        await asyncio.wait({self.running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        assert not self.running.done(), self.running
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await self.running

    def say(self, name: IntentName) -> None:
        self.pipeline.bus.publish(IntentHeard(Intent(name=name, confidence=1.0)))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(40):
            while not true():
                assert not self.running.done(), self.running
                await asyncio.sleep(0.005)

    async def record(self, seconds: float) -> None:
        self.say(IntentName.RECORD_VIDEO)
        await self.until(lambda: self.pipeline.recorder.recording is not None)
        await self.pass_s(seconds)

    async def pass_s(self, seconds: float) -> None:
        until_s = self.world.stream_s + seconds
        await self.until(lambda: self.world.stream_s >= until_s)

    async def stop_recording(self) -> tuple[int, float, float]:
        """Frames decoded, seconds of pictures and seconds of sound of the clip that was closed."""
        self.say(IntentName.STOP_RECORDING)
        segment = (await asyncio.wait_for(self.closed.next(), 30)).segment
        path = self.pipeline.spool.media.path(segment)
        assert path.stat().st_size == segment.size_bytes
        with av.open(str(path)) as clip:
            frames = sum(1 for _ in clip.decode(video=0))
        with av.open(str(path)) as clip:
            sound_s = sum(piece.samples for piece in clip.decode(audio=0)) / 48_000
        return frames, segment.duration_s, sound_s


@pytest.fixture
async def device(tmp_path: Path, store: ModelStore) -> AsyncIterator[Device]:
    return Device(tmp_path, store)


def assert_whole(clip: tuple[int, float, float], at_least_s: float) -> None:
    frames, duration_s, sound_s = clip
    assert duration_s >= at_least_s
    assert frames == round(duration_s * 30)
    assert sound_s == pytest.approx(duration_s, abs=0.05)


async def test_every_other_stage_dies_for_good_and_the_recording_goes_on(device: Device) -> None:
    device.breaking(lambda stage: not stage.vital, times=99)
    async with device:
        await device.record(1.0)
        device.fail.set()
        states = device.pipeline.supervisor.states if device.pipeline.supervisor else {}
        dying = [name for name, state in states.items() if name not in ("recorder", "ears") and state.wanted]
        assert {"presenter", "screens", "power", "tagging", "requests"} <= set(dying)
        await device.until(lambda: all(states[name].left_down for name in dying))
        assert states["recorder"].running
        await device.pass_s(1.0)
        assert_whole(await device.stop_recording(), 2.0)
        assert "power is down (RuntimeError: power died)" in device.pipeline.supervisor.sentence  # type: ignore[union-attr]  # it runs


@pytest.mark.parametrize("name", ["ears", "recorder"])
async def test_a_vital_stage_that_dies_once_comes_back_and_the_recording_goes_on(device: Device, name: str) -> None:
    device.breaking(lambda stage: stage.name == name, times=1)
    async with device:
        await device.record(1.0)
        device.fail.set()
        fault = await asyncio.wait_for(device.faults.next(), 20)
        assert f"{name} died" in fault.detail
        await device.pass_s(2.0)
        assert_whole(await device.stop_recording(), 2.0)


async def test_whoever_cannot_understand_any_more_the_recording_goes_on_with_its_sound(device: Device) -> None:
    async def puzzled(_chunk: AudioChunk) -> None:
        if device.fail.is_set():
            raise RuntimeError("it understands nothing")

    device.pipeline.listener.hear = puzzled  # type: ignore[method-assign]  # whatever may be wrong with what it hears
    async with device:
        await device.record(1.0)
        assert (await device.pipeline.standing.status()).listening
        device.fail.set()
        states = device.pipeline.supervisor.states if device.pipeline.supervisor else {}
        await device.until(lambda: any(state.left_down for state in states.values()))
        assert states["ears"].failures == []
        assert not (await device.pipeline.standing.status()).listening
        await device.pass_s(1.0)
        assert_whole(await device.stop_recording(), 2.0)


async def test_a_killed_tagger_is_replaced_and_the_recording_goes_on(device: Device) -> None:
    async with device:
        device.say(IntentName.TAKE_PICTURE)
        await asyncio.wait_for(device.closed.next(), 20)
        await device.record(0.5)

        def workers() -> list[int]:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            return [int(pid) for pid in children if b"tag.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        await device.until(lambda: bool(workers()))
        os.kill(workers()[0], signal.SIGKILL)
        await device.pass_s(1.0)
        assert_whole(await device.stop_recording(), 1.2)


async def test_an_empty_battery_ends_the_recording_whole_and_the_question_is_answered(device: Device) -> None:
    async with device:
        device.say(IntentName.BATTERY)
        answer = await asyncio.wait_for(device.answers.next(), 20)
        assert answer.title == "Battery 80%"
        assert answer.lines[1] == "Battery at 80%: everything runs."
        await device.until(lambda: "Battery 80%" in device.shown)
        await device.record(1.0)
        device.world.stream_s = 700.0
        device.pipeline.governor.look()
        segment = (await asyncio.wait_for(device.closed.next(), 30)).segment
        assert segment.duration_s >= 0.8
        states = device.pipeline.supervisor.states if device.pipeline.supervisor else {}
        await device.until(lambda: not states["tagging"].running)
        device.say(IntentName.RECORD_VIDEO)
        fault = await asyncio.wait_for(device.faults.next(), 20)
        assert (fault.code, fault.detail) == ("power.saving", "Battery nearly empty at 4%: I only listen.")
        assert device.pipeline.recorder.recording is None
