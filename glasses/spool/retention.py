"""Makes room: clips that a relay has are given up here, the oldest first, before recording time gets short. Nothing else ever is."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from glasses import faults
from glasses.bus import Bus
from glasses.clock import Clock
from glasses.config import Config
from glasses.errors import StorageFullError
from glasses.events import CustodyChanged, FaultRaised, SegmentClosed
from glasses.spool.catalog import Held
from glasses.spool.spool import Spool
from glasses.wire.segment import Kind
from glasses.wire.status import Custody

log = logging.getLogger("glasses.retention")

ASSUMED_BYTES_PER_S = 1_000_000.0
"""Of a recording, before any has been measured."""
MEASURED_CLIPS = 20
SAFE = (Custody.STORED, Custody.FILMED)
WHAT_TO_DO = "Bring the glasses near a network that reaches the relay: what it has makes room here."


@dataclass(frozen=True, slots=True)
class Room:
    """What is to be done. ``left_s``: recording time after it."""

    evict: tuple[Held, ...]
    left_s: float
    unsent: int
    """Clips that are only here."""


def rate_bytes_per_s(clips: Iterable[Held]) -> float:
    """Of the last recordings, by length."""
    videos = [held.segment for held in clips if held.segment.kind == Kind.VIDEO and held.segment.duration_s > 0][-MEASURED_CLIPS:]
    seconds = sum(segment.duration_s for segment in videos)
    return sum(segment.size_bytes for segment in videos) / seconds if seconds else ASSUMED_BYTES_PER_S


def left_s(room_bytes: int, reserve_bytes: int, rate: float) -> float:
    """Recording time in ``room_bytes``, at ``rate`` bytes a second."""
    return max(0, room_bytes - reserve_bytes) / rate


def plan(clips: list[Held], room_bytes: int, reserve_bytes: int, headroom_s: float) -> Room:
    """The fewest of the oldest clips with a receipt whose files must go for ``headroom_s`` of recording. ``clips`` in order of sequence."""
    rate, going, room = rate_bytes_per_s(clips), [], room_bytes
    for held in clips:
        if left_s(room, reserve_bytes, rate) >= headroom_s:
            break
        if held.custody in SAFE and held.receipt is not None and not held.evicted:
            going.append(held)
            room += held.segment.size_bytes
    return Room(tuple(going), left_s(room, reserve_bytes, rate), sum(held.custody not in SAFE for held in clips))


class Retention:
    def __init__(self, spool: Spool, bus: Bus, clock: Clock, config: Config) -> None:
        self._spool, self._bus, self._clock = spool, bus, clock
        self._limits, self._reserve_bytes = config.spool, config.recording.reserve_bytes
        self._changed = bus.subscribe(SegmentClosed, CustodyChanged, limit=1)
        self._said_s: float | None = None

    async def run(self) -> None:
        while True:
            await self.step()
            await self._changed.next()

    async def step(self) -> Room:
        """Make room as far as it takes, and say so when that is not far enough."""
        clips = await self._spool.catalog.held()
        room = plan(clips, self._spool.media.free_bytes(), self._reserve_bytes, self._limits.headroom_s)
        for held in room.evict:
            faults.point("evict.chosen")
            if await self._spool.catalog.evict(held.segment.segment_id):
                self._spool.media.evict(held.segment)
                log.info("gave up the file of clip %d, which the relay has", held.segment.sequence)
        self._say(room)
        return room

    def _say(self, room: Room) -> None:
        """Once when it gets short, and again each time it has halved."""
        if room.left_s >= self._limits.warn_s:
            self._said_s = None
        elif self._said_s is None or room.left_s <= self._said_s / 2:
            self._said_s = room.left_s
            only_here = "1 clip is" if room.unsent == 1 else f"{room.unsent} clips are"
            said = f"{told(room.left_s)} of recording left; {only_here} only here"
            self._bus.publish(FaultRaised(StorageFullError.code, said, WHAT_TO_DO))


def told(seconds: float) -> str:
    """ "45 seconds", "12 minutes", "3 hours"."""
    for unit_s, unit in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return "1 second" if round(seconds) == 1 else f"{seconds:.0f} seconds"
