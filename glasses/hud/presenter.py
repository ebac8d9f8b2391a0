"""Shows each event's card, and answers what the wearer asks about the clips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glasses.bus import Bus
from glasses.events import (
    Answered,
    CustodyChanged,
    Event,
    FaultRaised,
    FilmFetched,
    IntentHeard,
    LinkChanged,
    MemoryChanged,
    RecordingStarted,
    SegmentClosed,
    SegmentTagged,
    WakeHeard,
)
from glasses.hud.cards import Card, card_for, film_card, safety
from glasses.hud.understood import memories_card, understood
from glasses.hw.base import Display
from glasses.spool.spool import Spool
from glasses.wire.intent import IntentName

if TYPE_CHECKING:
    from glasses.hud.screens import Screens


class Presenter:
    """``screens``: where there are pixels; every card goes to ``display`` as words."""

    def __init__(self, display: Display, spool: Spool, bus: Bus, *, screens: Screens | None = None) -> None:
        self._display, self._spool, self._screens = display, spool, screens
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
            FilmFetched,
        )

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        event: Event = await self._events.next()  # type: ignore[assignment]  # subscribed to events only
        card = await self._card(event)
        if card is not None:
            self._show(card)
        if isinstance(event, FilmFetched) and self._screens is not None:
            self._screens.play(Path(event.film_path))

    def _show(self, card: Card) -> None:
        self._display.show(card.title, card.spoken_lines)
        if self._screens is not None:
            self._screens.show(card)

    async def _card(self, event: Event) -> Card | None:
        if isinstance(event, FilmFetched):
            return film_card(event) if self._screens is not None else None
        if not isinstance(event, IntentHeard):
            return card_for(event)
        intent = event.intent
        if intent.name == IntentName.IS_IT_SAFE:
            return safety(await self._spool.catalog.custody())
        if intent.name == IntentName.SHOW_MEMORIES:
            return memories_card(intent, await self._spool.settings.memories())
        return understood(intent)
