"""Looks at every closed segment once, oldest first. What cannot be looked at is parked with its reason; the clip goes on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from glasses.bus import Bus
from glasses.events import OutboxFilled, SegmentClosed, SegmentTagged
from glasses.spool.spool import Spool
from glasses.wire.errors import SouvenirError
from glasses.wire.journal import following
from glasses.wire.tag import Tags

if TYPE_CHECKING:
    from pathlib import Path

    from glasses.wire.segment import Segment

log = logging.getLogger("glasses.tagging")


class Looker(Protocol):
    async def tag(self, path: Path, segment: Segment) -> Tags: ...

    async def close(self) -> None: ...


class Tagging:
    def __init__(self, spool: Spool, bus: Bus, looker: Looker) -> None:
        self._spool, self._bus, self._looker = spool, bus, looker
        self._closed = bus.subscribe(SegmentClosed, limit=1)

    async def run(self) -> None:
        while True:
            if not await self.step():
                await self._closed.next()

    async def step(self) -> bool:
        """Look at the next segment; False when there is none."""
        segment = await self._spool.catalog.untagged()
        if segment is None:
            return False
        with following(segment.correlation_id):
            await self._tag(segment)
        return True

    async def _tag(self, segment: Segment) -> None:
        try:
            tags = await self._looker.tag(self._spool.media.path(segment), segment)
        except SouvenirError as error:
            log.warning("%s could not be tagged: %s", segment.segment_id, error)
            await self._spool.catalog.tag_failed(segment.segment_id, f"{error.code}: {error.detail}")
            return
        await self._spool.catalog.tagged(tags)
        log.info("clip %d is tagged", segment.sequence)
        self._bus.publish(SegmentTagged(segment.segment_id, summary(tags)))
        self._bus.publish(OutboxFilled())

    async def close(self) -> None:
        await self._looker.close()


def summary(tags: Tags) -> tuple[str, ...]:
    """What was seen, the surest first, in words."""
    best: dict[str, float] = {}
    faces = max((len(moment.faces) for moment in tags.moments), default=0)
    for moment in tags.moments:
        for label in (*moment.objects, *moment.scene):
            best[label.name] = max(best.get(label.name, 0.0), label.score)
    named = sorted(best, key=lambda name: -best[name])[:4]
    return (*named, f"{faces} face{'s' if faces != 1 else ''}") if faces else tuple(named)
