import asyncio
from contextlib import nullcontext

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.errors import CameraStoppedError, MicrophoneMissingError
from glasses.events import FaultRaised
from glasses.supervisor import LEFT_DOWN_S, RESTART_DELAY_S, RESTART_WINDOW_S, Stage, Supervisor


class Flaky:
    """Fails as often as it is told, then runs for ever."""

    def __init__(self, failures: int) -> None:
        self.failures, self.starts = failures, 0

    async def run(self) -> None:
        self.starts += 1
        if self.starts <= self.failures:
            raise CameraStoppedError("no frame")
        await asyncio.Event().wait()


async def _turn(clock: FakeClock, times: int) -> None:
    for _ in range(times):
        await _settle()
        await clock.advance(RESTART_DELAY_S)
        await _settle()


async def _settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(12):
        await asyncio.sleep(0)


async def test_a_stage_that_fails_is_started_again_and_its_fault_said() -> None:
    clock, bus, stop = FakeClock(), Bus(), asyncio.Event()
    faults, flaky = bus.subscribe(FaultRaised), Flaky(2)
    supervisor = Supervisor([Stage("camera", flaky.run)], bus, clock)
    running = asyncio.create_task(supervisor.run(stop))
    await _turn(clock, 4)
    assert flaky.starts == 3
    assert supervisor.states["camera"].running
    fault = await faults.next()
    assert (fault.code, fault.detail) == ("camera.stopped", "no frame")
    stop.set()
    await running


async def test_a_stage_that_keeps_failing_is_left_down_and_the_others_go_on() -> None:
    clock, bus, stop = FakeClock(), Bus(), asyncio.Event()
    hopeless, steady = Flaky(99), Flaky(0)
    supervisor = Supervisor([Stage("tagging", hopeless.run, restarts=2), Stage("recorder", steady.run, vital=True)], bus, clock)
    running = asyncio.create_task(supervisor.run(stop))
    await _turn(clock, 10)
    assert hopeless.starts == 3
    assert not supervisor.states["tagging"].running
    assert supervisor.states["recorder"].running
    assert not running.done()
    stop.set()
    await running


async def test_what_was_left_down_is_tried_once_in_a_while_and_kept_up_when_it_works_again() -> None:
    clock, bus, stop = FakeClock(), Bus(), asyncio.Event()
    faults, listening = bus.subscribe(FaultRaised), Flaky(4)
    supervisor = Supervisor([Stage("listening", listening.run, restarts=2)], bus, clock)
    running, state = asyncio.create_task(supervisor.run(stop)), supervisor.states["listening"]
    await _turn(clock, 10)
    assert (listening.starts, state.left_down) == (3, True)
    await clock.advance(LEFT_DOWN_S)
    await _turn(clock, 10)
    assert (listening.starts, state.left_down) == (4, True), "it failed as before: one try is enough"
    await clock.advance(LEFT_DOWN_S)
    await _turn(clock, 10)
    assert (listening.starts, state.left_down, state.running) == (5, False, True)
    told = 0
    while faults.poll() is not None:
        told += 1
    assert told == 4
    stop.set()
    await running


async def test_a_vital_stage_that_cannot_be_kept_up_ends_the_device_with_its_error() -> None:
    clock, stop = FakeClock(), asyncio.Event()
    supervisor = Supervisor([Stage("recorder", Flaky(99).run, vital=True, restarts=1)], Bus(), clock)
    running = asyncio.create_task(supervisor.run(stop))
    await _turn(clock, 6)
    with pytest.raises(CameraStoppedError):
        await running


async def test_failures_long_ago_do_not_count() -> None:
    clock, stop = FakeClock(), asyncio.Event()
    flaky = Flaky(6)
    supervisor = Supervisor([Stage("sync", flaky.run, restarts=2)], Bus(), clock)
    running = asyncio.create_task(supervisor.run(stop))
    for _ in range(8):
        await _turn(clock, 1)
        await clock.advance(RESTART_WINDOW_S)
        await _settle()
    assert flaky.starts == 7
    stop.set()
    await running


async def test_stages_are_closed_in_the_reverse_order_of_their_start() -> None:
    closed: list[str] = []

    def stage(name: str) -> Stage:
        async def close() -> None:
            closed.append(name)

        return Stage(name, asyncio.Event().wait, close=close)  # type: ignore[arg-type]  # ends never, returns nothing of use

    stop = asyncio.Event()
    running = asyncio.create_task(Supervisor([stage("first"), stage("second")], Bus(), FakeClock()).run(stop))
    await asyncio.sleep(0)
    stop.set()
    await running
    assert closed == ["second", "first"]


@pytest.mark.parametrize("vital", [True, False])
async def test_what_a_person_must_mend_is_not_tried_again(vital: bool) -> None:
    starts = 0

    async def run() -> None:
        nonlocal starts
        starts += 1
        raise MicrophoneMissingError("nothing is plugged in")

    clock, stop = FakeClock(), asyncio.Event()
    running = asyncio.create_task(Supervisor([Stage("ears", run, vital=vital)], Bus(), clock).run(stop))
    await _turn(clock, 4)
    await clock.advance(LEFT_DOWN_S)
    await _turn(clock, 4)
    assert starts == 1
    stop.set()
    with pytest.raises(MicrophoneMissingError) if vital else nullcontext():
        await running
