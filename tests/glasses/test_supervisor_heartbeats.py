"""Predicates, heartbeats and the watchdog."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Self

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.events import FaultRaised, PlanChanged
from glasses.pulse import Pulse
from glasses.supervisor import CHECK_S, RESTART_DELAY_S, Stage, Supervisor


@dataclass
class Systemd:
    told: list[str] = field(default_factory=list)

    def ready(self) -> None:
        self.told.append("ready")

    def alive(self) -> None:
        self.told.append("alive")

    def status(self, sentence: str) -> None:
        self.sentence = sentence

    def stopping(self) -> None:
        self.told.append("stopping")


class Counted:
    def __init__(self) -> None:
        self.starts, self.ends = 0, 0

    async def run(self) -> None:
        self.starts += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ends += 1


@dataclass
class Device:
    """A supervisor in a clock that is turned by hand."""

    stages: list[Stage]
    clock: FakeClock
    bus: Bus = field(default_factory=Bus)
    systemd: Systemd = field(default_factory=Systemd)

    async def __aenter__(self) -> Self:
        self.stop = asyncio.Event()
        self.supervisor = Supervisor(self.stages, self.bus, self.clock, self.systemd)
        self.running = asyncio.create_task(self.supervisor.run(self.stop))
        await self.settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        await self.running

    async def settle(self) -> None:
        for _ in range(15):
            await asyncio.sleep(0)

    async def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / CHECK_S)):
            await self.clock.advance(CHECK_S)
            await self.settle()


async def test_a_stage_runs_only_while_it_should() -> None:
    allowed, tagging = [False], Counted()
    async with Device([Stage("tagging", tagging.run, should_run=lambda: allowed[0])], FakeClock()) as device:
        assert tagging.starts == 0
        for turn in (1, 2):
            allowed[0] = True
            await device.passes(1)
            assert (tagging.starts, tagging.ends, device.supervisor.states["tagging"].running) == (turn, turn - 1, True)
            allowed[0] = False
            await device.passes(1)
            assert (tagging.ends, device.supervisor.states["tagging"].running) == (turn, False)


async def test_a_change_of_plan_is_acted_on_at_once() -> None:
    allowed, tagging = [True], Counted()
    async with Device([Stage("tagging", tagging.run, should_run=lambda: allowed[0])], FakeClock()) as device:
        allowed[0] = False
        device.bus.publish(PlanChanged("Battery very low at 12%: clips are looked at later."))
        await device.settle()
        assert tagging.ends == 1
        assert device.systemd.sentence == "Battery very low at 12%: clips are looked at later."


async def test_a_stage_that_stops_beating_is_started_again_and_the_reason_said() -> None:
    clock = FakeClock()
    pulse, ears = Pulse(5.0, clock.monotonic_s), Counted()
    device = Device([Stage("ears", ears.run, vital=True, pulse=pulse)], clock)
    faults = device.bus.subscribe(FaultRaised)
    async with device:
        for _ in range(4):
            await device.passes(4)
            pulse.beat()
        assert ears.starts == 1
        await device.passes(6)
        await clock.advance(RESTART_DELAY_S)
        await device.settle()
        assert (ears.starts, ears.ends) == (2, 1)
        fault = faults.poll()
        assert fault is not None
        assert (fault.code, fault.detail) == ("stage.stalled", "ears gave no sign of life for 5 s")


async def test_a_stage_at_rest_owes_no_beat() -> None:
    clock = FakeClock()
    pulse, sync = Pulse(5.0, clock.monotonic_s), Counted()
    async with Device([Stage("sync", sync.run, pulse=pulse)], clock) as device:
        pulse.rest()
        pulse.renew()
        await device.passes(60)
        assert sync.starts == 1


async def test_the_watchdog_is_fed_only_while_every_vital_stage_beats() -> None:
    clock = FakeClock()
    vital, other = Pulse(3.0, clock.monotonic_s), Pulse(3.0, clock.monotonic_s)

    async def deaf() -> None:
        while True:  # does not end when it is asked to: only systemd can help
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if released.is_set():
                    raise

    released = asyncio.Event()
    stages = [Stage("ears", deaf, vital=True, pulse=vital), Stage("power", Counted().run, pulse=other)]
    async with Device(stages, clock) as device:
        await device.passes(2)
        assert device.systemd.told == ["ready", "alive", "alive"]
        vital.beat()
        await device.passes(3)
        fed = device.systemd.told.count("alive")
        assert fed == 5, "the silence of a stage that is not vital does not count"
        await device.passes(20)
        assert device.systemd.told.count("alive") == fed
        released.set()
        for task in asyncio.all_tasks():
            if task.get_coro().__name__ == "deaf":  # type: ignore[union-attr]  # a coroutine has a name
                task.cancel()
    assert device.systemd.told[-1] == "stopping"


async def test_a_stage_that_is_cancelled_from_within_has_failed() -> None:
    runs = 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    async with Device([Stage("pull", run)], FakeClock()) as device:
        await device.passes(2)
        assert runs == 2
        assert "cancelled from within" in device.supervisor.states["pull"].last_error


async def test_a_stage_that_cannot_be_closed_does_not_keep_the_recorder_from_being_closed() -> None:
    closed: list[str] = []

    async def bad() -> None:
        raise OSError("the device is gone")

    async def good() -> None:
        closed.append("recorder")

    async with Device([Stage("recorder", Counted().run, close=good), Stage("ears", Counted().run, close=bad)], FakeClock()):
        pass
    assert closed == ["recorder"]


async def test_a_predicate_that_fails_stops_its_own_stage_only() -> None:
    broken, recorder, sync = [False], Counted(), Counted()

    def should_run() -> bool:
        if broken[0]:
            raise OSError("the file of the credentials cannot be read")
        return True

    async with Device([Stage("sync", sync.run, should_run=should_run), Stage("recorder", recorder.run, vital=True)], FakeClock()) as device:
        broken[0] = True
        await device.passes(3)
        assert (sync.ends, recorder.ends) == (1, 0)
        assert "cannot be read" in device.supervisor.states["sync"].last_error
        broken[0] = False
        await device.passes(1)
        assert sync.starts == 2


async def test_what_is_down_and_why_is_told() -> None:
    async def run() -> None:
        raise OSError("no such device")

    async with Device([Stage("tagging", run, restarts=0)], FakeClock()) as device:
        await device.passes(1)
        assert device.systemd.sentence.startswith("tagging is down (OSError: no such device)")


@pytest.mark.parametrize(("beats_s", "silent"), [(4.9, False), (5.1, True)])
def test_a_pulse_is_silent_after_its_limit(beats_s: float, silent: bool) -> None:
    now = [0.0]
    pulse = Pulse(5.0, lambda: now[0])
    assert not pulse.silent
    pulse.beat()
    now[0] = beats_s
    assert pulse.silent is silent
