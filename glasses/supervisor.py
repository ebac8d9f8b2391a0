"""Keeps stages running: when each may run, restarts with a limit and a reason, heartbeats, and stops in the reverse order of the start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.errors import StageStalledError
from glasses.events import FaultRaised, PlanChanged
from glasses.pulse import Pulse
from glasses.wire.errors import Action, SouvenirError

log = logging.getLogger("glasses.supervisor")

RESTART_WINDOW_S = 60.0
RESTART_DELAY_S = 0.5
LEFT_DOWN_S = 300.0
"""What failed too often is tried again after this: what was wrong may have gone away by itself."""
CHECK_S = 1.0
"""How often heartbeats and predicates are looked at; a change of the power plan is acted on at once."""


class Notifier(Protocol):
    """Whoever watches over the process."""

    def ready(self) -> None: ...

    def alive(self) -> None: ...

    def status(self, sentence: str) -> None: ...

    def stopping(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One long-running task. ``run`` returns only when the stage is done for good."""

    name: str
    run: Callable[[], Awaitable[None]]
    vital: bool = False
    """The device stops with an error when this stage cannot be kept up."""
    restarts: int = 5
    """How often it may fail within ``RESTART_WINDOW_S`` before it is left down for ``LEFT_DOWN_S``."""
    close: Callable[[], Awaitable[None]] | None = None
    should_run: Callable[[], bool] = lambda: True
    """Looked at again and again: the stage is stopped when it turns false, and started again when it turns true."""
    pulse: Pulse | None = None
    """Beaten by the stage: when it falls silent for longer than its limit, the stage is restarted."""


@dataclass(slots=True)
class StageState:
    running: bool = False
    wanted: bool = True
    left_down: bool = False
    failures: list[float] = field(default_factory=list)
    last_error: str = ""


class Supervisor:
    def __init__(self, stages: list[Stage], bus: Bus, clock: Clock, notifier: Notifier | None = None) -> None:
        self.states = {stage.name: StageState() for stage in stages}
        self._stages, self._bus, self._clock, self._notifier = stages, bus, clock, notifier
        self._failed: asyncio.Future[None] | None = None
        self._plans = bus.subscribe(PlanChanged, limit=1)
        self._plan = ""
        self._turned = {stage.name: asyncio.Event() for stage in stages}

    async def run(self, stop: asyncio.Event) -> None:
        """Run all stages until ``stop`` is set. Raises the error of a vital stage that cannot be kept up."""
        self._failed = asyncio.get_running_loop().create_future()
        self._look()
        tasks = [asyncio.create_task(self._keep(stage), name=stage.name) for stage in self._stages]
        watch = asyncio.create_task(self._watch(), name="watch")
        stopped: asyncio.Future[Any] = asyncio.create_task(stop.wait())
        if self._notifier is not None:
            self._notifier.ready()
        try:
            await asyncio.wait({stopped, self._failed, watch}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (self._failed, watch):
                if ended.done():
                    ended.result()
        finally:
            if self._notifier is not None:
                self._notifier.stopping()
            stopped.cancel()
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await self._shut_down(tasks)

    @property
    def well(self) -> bool:
        """True while every vital stage runs and beats."""
        return all(self.states[stage.name].running and not _silent(stage) for stage in self._stages if stage.vital)

    @property
    def sentence(self) -> str:
        """The plan, and what is down and why."""
        down = [f"{name} is down ({state.last_error})" for name, state in self.states.items() if state.left_down]
        return ". ".join([*down, self._plan or f"{sum(state.running for state in self.states.values())} stages run"])

    # watching
    async def _watch(self) -> None:
        plan = asyncio.ensure_future(self._plans.next())
        try:
            while True:
                pause = asyncio.ensure_future(self._clock.sleep(CHECK_S))
                await asyncio.wait({plan, pause}, return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                if plan.done():
                    self._plan = plan.result().sentence
                    plan = asyncio.ensure_future(self._plans.next())
                self._look()
                self._tell()
        finally:
            plan.cancel()

    def _look(self) -> None:
        for stage in self._stages:
            state, wanted = self.states[stage.name], self._wanted(stage)
            if wanted != state.wanted:
                log.info("stage %s %s", stage.name, "may run again" if wanted else "is not to run now")
                state.wanted = wanted
                self._turned[stage.name].set()
            elif state.running and _silent(stage):
                self._turned[stage.name].set()

    def _wanted(self, stage: Stage) -> bool:
        """A question that fails is answered by no, and said once: it must not take the other stages down."""
        state = self.states[stage.name]
        try:
            return stage.should_run()
        except Exception as error:  # said in the log and kept as the stage's reason
            if state.wanted:
                state.last_error = f"{type(error).__name__}: {error}"
                log.error("stage %s cannot say whether it should run: %s", stage.name, error, exc_info=error)  # noqa: TRY400  # with its trace
            return False

    def _tell(self) -> None:
        if self._notifier is not None:
            self._notifier.status(self.sentence)
            if self.well:
                self._notifier.alive()

    # one stage
    async def _keep(self, stage: Stage) -> None:
        state = self.states[stage.name]
        while True:
            while not state.wanted:
                await self._turn(stage)
            error = await self._run_once(stage, state)
            if error is None and state.wanted:
                return
            if error is not None:
                self._note(stage, state, error)
                if not _needs_a_person(error) and self._may_restart(stage, state):
                    await self._clock.sleep(RESTART_DELAY_S)
                    continue
                self._give_up(stage, state, error)
                if stage.vital or _needs_a_person(error):
                    return
                await self._clock.sleep(LEFT_DOWN_S)
                self._try_again(stage, state)

    async def _run_once(self, stage: Stage, state: StageState) -> Exception | None:
        """Run the stage until it ends, fails, falls silent or is no longer wanted. Returns what went wrong."""
        if stage.pulse is not None:
            stage.pulse.beat()
        running = asyncio.ensure_future(stage.run())
        state.running = True
        try:
            while not running.done() and state.wanted and not _silent(stage):
                turned = asyncio.ensure_future(self._turn(stage))
                await asyncio.wait({running, turned}, return_when=asyncio.FIRST_COMPLETED)
                turned.cancel()
            ended, silent = running.done(), _silent(stage)
        finally:
            state.running = False
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        if ended:
            return _reason(stage, running)
        if silent and stage.pulse is not None:
            return StageStalledError(f"{stage.name} gave no sign of life for {stage.pulse.limit_s:.0f} s")
        await self._close(stage)
        return None

    async def _turn(self, stage: Stage) -> None:
        await self._turned[stage.name].wait()
        self._turned[stage.name].clear()

    # failures
    def _note(self, stage: Stage, state: StageState, error: Exception) -> None:
        state.last_error = f"{type(error).__name__}: {error}"
        state.failures.append(self._clock.monotonic_s())
        expected = isinstance(error, SouvenirError)
        log.error("stage %s failed: %s", stage.name, error, exc_info=None if expected else error)
        known = error if isinstance(error, SouvenirError) else SouvenirError(f"{stage.name}: {state.last_error}", code="stage.stalled")
        self._bus.publish(FaultRaised(known.code, known.detail, known.hint))

    def _may_restart(self, stage: Stage, state: StageState) -> bool:
        since = self._clock.monotonic_s() - RESTART_WINDOW_S
        state.failures = [at for at in state.failures if at >= since]
        return len(state.failures) <= stage.restarts

    def _give_up(self, stage: Stage, state: StageState, error: Exception) -> None:
        log.error("stage %s is left down", stage.name)
        state.left_down = True
        if stage.vital and self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    def _try_again(self, stage: Stage, state: StageState) -> None:
        """Once: when it fails as before, it is left down at once, and said once."""
        log.info("stage %s is tried again", stage.name)
        state.left_down, state.failures = False, [self._clock.monotonic_s()] * stage.restarts

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        for stage, task in reversed(list(zip(self._stages, tasks, strict=True))):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._close(stage)
            self.states[stage.name].running = False

    async def _close(self, stage: Stage) -> None:
        """A stage that cannot be closed must not keep the next from being closed: the next may be the recorder."""
        if stage.close is None:
            return
        try:
            await stage.close()
        except Exception as error:  # noqa: BLE001  # said on the bus and in the log, and the others are still to be closed
            self._note(stage, self.states[stage.name], error)


def _needs_a_person(error: Exception) -> bool:
    return isinstance(error, SouvenirError) and error.kind.action == Action.FIX


def _silent(stage: Stage) -> bool:
    return stage.pulse is not None and stage.pulse.silent


def _reason(stage: Stage, ended: asyncio.Future[None]) -> Exception | None:
    if ended.cancelled():
        return StageStalledError(f"{stage.name} was cancelled from within")
    error = ended.exception()
    if error is None or isinstance(error, Exception):
        return error
    raise error
