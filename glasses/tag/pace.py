"""Looks at clips at the pace that the power plan allows, and lets the looking process go when there is nothing to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from glasses.clock import Clock
from glasses.tag.tagging import Looker
from glasses.turn import Turn
from glasses.wire.tag import Tags

if TYPE_CHECKING:
    from pathlib import Path

    from glasses.wire.segment import Segment

IDLE_S = 20.0
"""After so long without a clip the process ends, and its memory is free; to start it again takes about two seconds."""


class PacedLooker:
    """``share``: of the time, that looking may take; asked before each clip. At 0.25 a look is followed by three times as long a rest."""

    def __init__(self, looker: Looker, share: Callable[[], float], clock: Clock, turn: Turn, idle_s: float = IDLE_S) -> None:
        self._looker, self._share, self._clock, self._turn, self._idle_s = looker, share, clock, turn, idle_s
        self._looked_s = 0.0
        self._ended_s = clock.monotonic_s()
        self._leaving: asyncio.Task[None] | None = None

    async def tag(self, path: Path, segment: Segment) -> Tags:
        self._stay()
        await self._rest()
        async with self._turn.take(self._looker.close):
            started_s = self._clock.monotonic_s()
            try:
                return await self._looker.tag(path, segment)
            finally:
                self._ended_s = self._clock.monotonic_s()
                self._looked_s = self._ended_s - started_s
                self._leaving = asyncio.create_task(self._leave(), name="tagger idle")

    async def close(self) -> None:
        self._stay()
        await self._looker.close()

    async def _rest(self) -> None:
        share = max(0.01, min(1.0, self._share()))
        rest_s = self._ended_s + self._looked_s * (1 / share - 1) - self._clock.monotonic_s()
        if self._looked_s and rest_s > 0:
            await self._clock.sleep(rest_s)

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    async def _leave(self) -> None:
        await self._clock.sleep(self._idle_s)
        await self._looker.close()
