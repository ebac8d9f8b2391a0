"""Has the camera hold the last seconds only while the power plan allows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from glasses.bus import Bus
from glasses.events import FaultRaised, PlanChanged
from glasses.wire.errors import SouvenirError

if TYPE_CHECKING:
    from glasses.power.policy import Budget


class RingPlan:
    """``hold`` turns the ring on or off; it is asked once for each change of what the plan says of it."""

    def __init__(self, bus: Bus, budget: Callable[[], Budget], hold: Callable[[bool], Awaitable[None]]) -> None:
        self._bus, self._budget, self._hold = bus, budget, hold
        self._plans = bus.subscribe(PlanChanged, limit=1)
        self._held = True

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        await self._plans.next()
        wanted = self._budget().preroll and self._budget().recording
        if wanted == self._held:
            return
        self._held = wanted
        try:
            await self._hold(wanted)
        except SouvenirError as error:
            self._bus.publish(FaultRaised(error.code, error.detail, error.hint))
