"""Keeps stages running: restarts with a limit and a reason, and stops in the reverse order of the start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.events import FaultRaised
from glasses.wire.errors import Action, SouvenirError

log = logging.getLogger("glasses.supervisor")


@dataclass(frozen=True, slots=True)
class Stage:
    """One long-running task. ``run`` returns only when the stage is done for good."""

    name: str
    run: Callable[[], Awaitable[None]]
    vital: bool = False
    """The device stops with an error when this stage cannot be kept up."""
    restarts: int = 5
    """How often it may fail within ``RESTART_WINDOW_S`` before it is left down."""
    close: Callable[[], Awaitable[None]] | None = None


@dataclass(slots=True)
class StageState:
    running: bool = False
    failures: list[float] = field(default_factory=list)
    last_error: str = ""


RESTART_WINDOW_S = 60.0
RESTART_DELAY_S = 0.5


class Supervisor:
    def __init__(self, stages: list[Stage], bus: Bus, clock: Clock) -> None:
        self.states = {stage.name: StageState() for stage in stages}
        self._stages, self._bus, self._clock = stages, bus, clock
        self._failed: asyncio.Future[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Run all stages until ``stop`` is set. Raises the error of a vital stage that cannot be kept up."""
        self._failed = asyncio.get_running_loop().create_future()
        tasks = [asyncio.create_task(self._keep(stage), name=stage.name) for stage in self._stages]
        stopped: asyncio.Future[Any] = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopped, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
        finally:
            stopped.cancel()
            await self._shut_down(tasks)

    async def _keep(self, stage: Stage) -> None:
        state = self.states[stage.name]
        while True:
            state.running = True
            try:
                await stage.run()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001  # every failure of a stage is raised on the bus and limited below
                state.running = False
                self._note(stage, state, error)
                if not self._may_restart(stage, state, error):
                    self._give_up(stage, error)
                    return
            else:
                state.running = False
                return
            await self._clock.sleep(RESTART_DELAY_S)

    def _note(self, stage: Stage, state: StageState, error: Exception) -> None:
        state.last_error = f"{type(error).__name__}: {error}"
        state.failures.append(self._clock.monotonic_s())
        expected = isinstance(error, SouvenirError)
        log.error("stage %s failed: %s", stage.name, error, exc_info=None if expected else error)
        known = error if isinstance(error, SouvenirError) else SouvenirError(f"{stage.name}: {state.last_error}")
        self._bus.publish(FaultRaised(known.code, known.detail, known.hint))

    def _may_restart(self, stage: Stage, state: StageState, error: Exception) -> bool:
        """Not when a person must mend something first, and not too often."""
        if isinstance(error, SouvenirError) and error.kind.action == Action.FIX:
            return False
        since = self._clock.monotonic_s() - RESTART_WINDOW_S
        state.failures = [at for at in state.failures if at >= since]
        return len(state.failures) <= stage.restarts

    def _give_up(self, stage: Stage, error: Exception) -> None:
        log.error("stage %s is left down", stage.name)
        if stage.vital and self._failed is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        for stage, task in reversed(list(zip(self._stages, tasks, strict=True))):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if stage.close is not None:
                await stage.close()
            self.states[stage.name].running = False
