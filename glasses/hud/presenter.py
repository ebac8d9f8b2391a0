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
        if isinstance(event, FilmFetched):
            self._play(event)
        elif (card := await self._card(event)) is not None:
            self._show(card)

    def _play(self, fetched: FilmFetched) -> None:
        """Its poster, then the film itself; where there are only words, "Film ready" has been said already."""
        if self._screens is not None:
            self._screens.show(film_card(fetched))
            self._screens.play(Path(fetched.film_path))

    def _show(self, card: Card) -> None:
        self._display.show(card.title, card.spoken_lines)
        if self._screens is not None:
            self._screens.show(card)

    async def _card(self, event: Event) -> Card | None:
        if not isinstance(event, IntentHeard):
            return card_for(event)
        intent = event.intent
        if intent.name == IntentName.IS_IT_SAFE:
            return safety(await self._spool.catalog.custody())
        if intent.name == IntentName.SHOW_MEMORIES:
            return memories_card(intent, await self._spool.settings.memories())
        return understood(intent)
