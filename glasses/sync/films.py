"""Fetches finished films and their posters, so that the wearer can see them without a phone; the newest few are kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from glasses.bus import Bus
from glasses.events import FilmFetched, MemoryChanged, PlanChanged
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryStatus

log = logging.getLogger("glasses.films")

KEPT = 5


class Fetch(Protocol):
    async def memory(self, memory_id: str) -> Memory: ...

    async def fetch(self, url: str, path: Path) -> None: ...


class Films:
    """``allowed``: whether the power plan has room for it now. What is not allowed now is fetched when the plan changes."""

    def __init__(self, folder: Path, link: Fetch, bus: Bus, allowed: Callable[[], bool]) -> None:
        self._folder, self._link, self._bus, self._allowed = folder, link, bus, allowed
        self._events = bus.subscribe(MemoryChanged, PlanChanged)
        self._waiting: dict[str, Memory] = {}

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        """Heed the next event, then fetch what waits. A film that cannot be fetched is tried again at the next event."""
        event = await self._events.next()
        if isinstance(event, MemoryChanged) and event.memory.status == MemoryStatus.COMPLETED:
            self._waiting[event.memory.memory_id] = event.memory
        for memory_id in list(self._waiting):
            if not self._allowed():
                return
            try:
                await self._fetch(memory_id)
            except SouvenirError as error:
                log.info("the film %s is fetched later: %s", memory_id, error)
                return
            del self._waiting[memory_id]

    async def _fetch(self, memory_id: str) -> None:
        memory = await self._link.memory(memory_id)
        film, poster = self._folder / f"{memory_id}.mp4", self._folder / f"{memory_id}.jpg"
        if not memory.video_url:
            return
        if memory.poster_url and not poster.exists():
            await self._link.fetch(memory.poster_url, poster)
        if not film.exists():
            await self._link.fetch(memory.video_url, film)
        self._forget_old()
        self._bus.publish(FilmFetched(memory, str(film), str(poster) if poster.exists() else ""))

    def _forget_old(self) -> None:
        films = sorted(self._folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for film in films[KEPT:]:
            film.unlink(missing_ok=True)
            film.with_suffix(".jpg").unlink(missing_ok=True)
