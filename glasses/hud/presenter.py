"""Shows each event's card, and answers what the wearer asks about the clips."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.events import (
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
from glasses.hw.base import Display
from glasses.spool.spool import Spool
from glasses.wire.intent import IntentName


class Presenter:
    def __init__(self, display: Display, spool: Spool, bus: Bus) -> None:
        self._display, self._spool = display, spool
        self._events = bus.subscribe(
            WakeHeard, IntentHeard, RecordingStarted, SegmentClosed, SegmentTagged, CustodyChanged, LinkChanged, MemoryChanged, FaultRaised
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
        if event.intent.name == IntentName.IS_IT_SAFE:
            return safety(await self._spool.catalog.custody())
        if event.intent.name == IntentName.CREATE_MEMORY:
            return Card("Asked", (event.intent.slots.get("request", ""),))
        return None
