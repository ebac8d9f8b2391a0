"""What is on the pixels: a card for as long as it takes to read, the time of a recording, or a film that plays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

from glasses.clock import Clock
from glasses.errors import DisplayFailedError
from glasses.hud.cards import Card
from glasses.hud.screen import Screen, Status

if TYPE_CHECKING:
    from glasses.hw.base import Panel

log = logging.getLogger("glasses.display")

TICK_S, CALM_S = 1.0, 10.0
"""How often the strip is looked at while recording, and else."""


class Screens:
    """``status`` and ``brightness`` are asked before each drawing. ``show`` and ``play`` may be called at any time."""

    def __init__(self, panels: list[Panel], status: Callable[[], Status], brightness: Callable[[], float], clock: Clock) -> None:
        self._panels, self._status, self._brightness, self._clock = panels, status, brightness, clock
        self._card: Card | None = None
        self._until_s = 0.0
        self._film: Path | None = None
        self._changed = asyncio.Event()
        self._drawn: tuple[Screen, float] | None = None
        self.films_played = 0

    def show(self, card: Card) -> None:
        """From now on, instead of what is shown; a film that plays is over."""
        self._card, self._film = card, None
        self._until_s = self._clock.monotonic_s() + card.shown_s
        self._changed.set()

    def play(self, film: Path) -> None:
        """When the card that is up has been read."""
        self._film = film
        self._changed.set()

    async def run(self) -> None:
        while self._panels:
            await self.step()

    async def step(self) -> None:
        """Draw what is to be seen now, then wait until that changes."""
        self._changed.clear()
        left_s = self._until_s - self._clock.monotonic_s()
        if left_s <= 0:
            self._card = None
        status = self._status()
        if self._card is None and self._film is not None and status.recording_s is None:
            await self._play(self._film)
            return
        await self._draw(Screen(self._card, status))
        pause_s = TICK_S if status.recording_s is not None else CALM_S
        await self._wait(min(pause_s, left_s) if self._card is not None else pause_s)

    async def close(self) -> None:
        for panel in self._panels:
            panel.close()

    async def _draw(self, screen: Screen) -> None:
        if (screen, self._brightness()) == self._drawn:
            return
        self._drawn = screen, self._brightness()
        self._put(await asyncio.to_thread(_pixels, screen))

    async def _play(self, film: Path) -> None:
        """To its end, or until something else is to be seen. A film that does not play is left out with a word in the log."""
        from glasses.hud.player import FilmUnplayableError, frames_of

        started_s = self._clock.monotonic_s()
        try:
            async with aclosing(frames_of(film)) as frames:
                async for at_s, rgb in frames:
                    await self._wait(started_s + at_s - self._clock.monotonic_s())
                    if self._changed.is_set() or self._status().recording_s is not None:
                        break
                    self._put(rgb)
            self.films_played += 1
        except FilmUnplayableError as problem:
            log.warning("%s", problem)
        self._drawn = None
        if self._film == film:
            self._film = None

    async def _wait(self, seconds: float) -> None:
        """Until then, or until something changes."""
        if seconds <= 0:
            return
        changed, pause = asyncio.ensure_future(self._changed.wait()), asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({changed, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            pause.cancel()

    def _put(self, rgb: bytes) -> None:
        """A panel that fails is said once and left out."""
        for panel in list(self._panels):
            try:
                panel.put(rgb, self._brightness())
            except DisplayFailedError as problem:
                log.warning("%s", problem)
                self._panels.remove(panel)


def _pixels(screen: Screen) -> bytes:
    from glasses.hud.render import render

    return render(screen).tobytes()
