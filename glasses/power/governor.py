"""Reads battery, heat and network, keeps the plan, says when it changes, and answers how long the wearer can go on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.events import Answered, IntentHeard, OutboxFilled, PlanChanged, SegmentClosed
from glasses.power.planner import BitrateMeter, DrainMeter, Outlook, how_long
from glasses.power.policy import Reading, budget_for, next_bands
from glasses.pulse import Pulse
from glasses.wire.intent import Intent, IntentName

if TYPE_CHECKING:
    from glasses.hw.base import Battery, Network, Thermal

log = logging.getLogger("glasses.power")

EVERY_S = 5.0
SILENCE_S = 60.0


class Governor:
    """``free_bytes``: room for clips, without the reserve; ``recording``: whether a video is being recorded."""

    def __init__(
        self, battery: Battery, thermal: Thermal, network: Network, free_bytes: Callable[[], int], recording: Callable[[], bool],
        bus: Bus, clock: Clock,
    ) -> None:  # fmt: skip
        self._battery, self._thermal, self._network = battery, thermal, network
        self._free_bytes, self._recording, self._bus, self._clock = free_bytes, recording, bus, clock
        self._events = bus.subscribe(IntentHeard, SegmentClosed)
        self._drain, self._bitrate = DrainMeter(), BitrateMeter()
        self.pulse = Pulse(SILENCE_S, clock.monotonic_s)
        self.reading = self._read()
        self.bands = next_bands(None, self.reading)
        self.budget = budget_for(self.bands, self.reading)

    async def run(self) -> None:
        self._bus.publish(PlanChanged(self.budget.sentence))
        while True:
            await self.step()

    async def step(self) -> None:
        """Look at the senses once; then until the next look answer what is asked."""
        self.pulse.beat()
        self.look()
        pause = asyncio.ensure_future(self._clock.sleep(EVERY_S))
        try:
            while not pause.done():
                event: asyncio.Future[Any] = asyncio.ensure_future(self._events.next())
                await asyncio.wait({pause, event}, return_when=asyncio.FIRST_COMPLETED)
                if event.done():
                    self._heed(event.result())
                event.cancel()
        finally:
            pause.cancel()

    def look(self) -> None:
        """Take the senses' reading into the plan. A plan that allows more wakes whatever waits to be sent."""
        self.reading = reading = self._read()
        bands, self.bands = self.bands, next_bands(self.bands, reading)
        budget, self.budget = self.budget, budget_for(self.bands, reading)
        self._drain.note(self._clock.monotonic_s(), reading.battery_fraction, charging=reading.charging, recording=self._recording())
        if (bands, budget) != (self.bands, self.budget):
            log.info("plan: %s", self.budget.sentence)
            self._bus.publish(PlanChanged(self.budget.sentence))
        if self.budget.wake_only and self._recording():
            self._bus.publish(IntentHeard(Intent(name=IntentName.STOP_RECORDING, confidence=1.0)))
        if self.budget != budget:
            self._bus.publish(OutboxFilled())

    def outlook(self) -> Outlook:
        return how_long(
            battery_fraction=self.reading.battery_fraction, charging=self.reading.charging,
            drain_per_h=self._drain.per_h(recording=True), free_bytes=self._free_bytes(), bitrate_bps=self._bitrate.bps,
        )  # fmt: skip

    def answer(self) -> Answered:
        """To "what's my battery?": from the same plan that everything obeys."""
        self.look()
        fraction = self.reading.battery_fraction
        title = "On mains power" if fraction is None else f"Battery {fraction:.0%}" + (", charging" if self.reading.charging else "")
        return Answered(title, (self.outlook().sentence, self.budget.sentence))

    def _heed(self, event: object) -> None:
        if isinstance(event, SegmentClosed):
            self._bitrate.note(event.segment.size_bytes, event.segment.duration_s)
        elif isinstance(event, IntentHeard) and event.intent.name == IntentName.BATTERY:
            self._bus.publish(self.answer())

    def _read(self) -> Reading:
        return Reading(
            battery_fraction=self._battery.fraction(), charging=self._battery.charging(), temperature_c=self._thermal.temperature_c(),
            network=self._network.is_up(), metered=self._network.is_metered(),
        )  # fmt: skip
