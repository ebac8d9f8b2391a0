"""Reads the relay's feed of changes: people and places to listen for, films that are ready."""

from __future__ import annotations

import logging

from glasses import faults
from glasses.bus import Bus
from glasses.clock import Clock
from glasses.events import CustodyChanged, MemoryChanged
from glasses.spool.settings import FEED_CURSOR, Known
from glasses.spool.spool import Spool
from glasses.sync.links import Link
from glasses.wire.change import RESET, FeedEntry, OpKind
from glasses.wire.codec import from_builtins
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.status import Custody

log = logging.getLogger("glasses.pull")


class Pull:
    def __init__(self, spool: Spool, link: Link, bus: Bus, clock: Clock, every_s: float) -> None:
        self._spool, self._link, self._bus, self._clock, self._every_s = spool, link, bus, clock, every_s
        self._outage = ""

    async def run(self) -> None:
        while True:
            try:
                while await self.step():
                    pass
                self._say_outage("")
            except SouvenirError as error:
                self._say_outage(error.code)
            await self._clock.sleep(self._every_s)

    def _say_outage(self, code: str) -> None:
        """An outage is logged once, and its end once."""
        if code != self._outage:
            log.info("the feed cannot be read: %s" if code else "the feed is read again%s", code)
            self._outage = code

    async def step(self) -> bool:
        """Apply the next piece of the feed; False when there is nothing new."""
        cursor = int(await self._spool.settings.get(FEED_CURSOR, "0"))
        faults.point("feed.asking")
        entries = await self._link.changes(cursor)
        faults.point("feed.asked")
        if not entries:
            return False
        memories = [from_builtins(entry.value, Memory) for entry in entries if entry.kind == OpKind.MEMORY]
        known = [item for entry in entries if (item := _known(entry)) is not None]
        anew = entries[0].kind == RESET
        told = {memory.memory_id for memory in await self._spool.settings.memories()} if anew else set()
        await self._spool.settings.learn(known, memories, entries[-1].cursor, anew=anew)
        for memory in (memory for memory in memories if memory.memory_id not in told and not memory.gone):
            await self._announce(memory)
        return True

    async def _announce(self, memory: Memory) -> None:
        if memory.status == MemoryStatus.COMPLETED:
            for segment_id in await self._spool.catalog.filmed([clip.video_id for clip in memory.clips_used]):
                self._bus.publish(CustodyChanged(segment_id, Custody.FILMED))
        if memory.occasion is None:  # what was prepared is there when it is asked for; it rings for nobody
            self._bus.publish(MemoryChanged(memory))


def _known(entry: FeedEntry) -> Known | None:
    """A person or place as a word to listen for, or no longer to; None for everything else."""
    if entry.kind in {OpKind.PERSON, OpKind.PLACE} and entry.value.get("gone"):
        return Known(str(entry.kind), entry.subject_id, "", "")
    name = entry.value.get("name")
    if not isinstance(name, str) or not name:
        return None
    if entry.kind == OpKind.PERSON:
        relations = entry.value.get("relations", [])
        return Known("person", entry.subject_id, name, ", ".join(relations) if isinstance(relations, list) else "")
    if entry.kind == OpKind.PLACE:
        return Known("place", entry.subject_id, name, "")
    return None
