"""Shows each event's card, and answers what the wearer asks about the clips."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.events import (
    Answered,
    CustodyChanged,
    Event,
    FaultRaised,
    IntentHeard,
    LinkChanged,
    MemoryChanged,
    RecordingStarted,
    SegmentClosed,
    SegmentTagged,
    WakeHeard,
)
from glasses.hud.cards import Card, card_for, safety
from glasses.hud.understood import battery_card, memories_card, understood
from glasses.hw.base import Battery, Display
from glasses.spool.spool import Spool
from glasses.wire.intent import IntentName


class Presenter:
    def __init__(self, display: Display, spool: Spool, bus: Bus, battery: Battery | None = None) -> None:
        self._display, self._spool, self._battery = display, spool, battery
        self._events = bus.subscribe(
            WakeHeard,
            IntentHeard,
            RecordingStarted,
            SegmentClosed,
            SegmentTagged,
            CustodyChanged,
            LinkChanged,
            MemoryChanged,
            FaultRaised,
            Answered,
        )

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        event: Event = await self._events.next()  # type: ignore[assignment]  # subscribed to events only
        card = await self._card(event)
        if card is not None:
            self._display.show(card.title, card.lines)

    async def _card(self, event: Event) -> Card | None:
        if not isinstance(event, IntentHeard):
            return card_for(event)
        intent = event.intent
        if intent.name == IntentName.IS_IT_SAFE:
            return safety(await self._spool.catalog.custody())
        if intent.name == IntentName.BATTERY:
            return battery_card(self._battery.fraction() if self._battery else None)
        if intent.name == IntentName.SHOW_MEMORIES:
            return memories_card(intent, await self._spool.settings.memories())
        return understood(intent)
