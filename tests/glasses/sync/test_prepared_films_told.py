"""What the relay prepared without being asked is known to the glasses, and rings for nobody; what it deleted is forgotten."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.events import MemoryChanged
from glasses.sync.pull import Pull
from glasses.wire.change import FeedEntry, OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.memory import Memory, MemoryStatus, Occasion


class Feed:
    def __init__(self, *told: Memory) -> None:
        self._told = told

    async def changes(self, cursor: int) -> list[FeedEntry]:
        entries = [
            FeedEntry(cursor=number, kind=OpKind.MEMORY, subject_id=memory.memory_id, value=to_builtins(memory))
            for number, memory in enumerate(self._told, 1)
        ]
        return [entry for entry in entries if entry.cursor > cursor]


async def test_a_prepared_film_is_known_and_does_not_ring(spool, clock):
    asked = Memory(memory_id="asked", query="us in Paris", status=MemoryStatus.COMPLETED)
    prepared = Memory(memory_id="prepared", query="Rome, 1 May 2025", status=MemoryStatus.COMPLETED, occasion=Occasion(kind="trip"))
    bus = Bus()
    rung = bus.subscribe(MemoryChanged)
    assert await Pull(spool, Feed(asked, prepared), bus, clock, 1.0).step()
    assert [memory.memory_id for memory in await spool.settings.memories()] == ["asked", "prepared"]
    event = rung.poll()
    assert event is not None
    assert event.memory.memory_id == "asked"
    assert rung.poll() is None


async def test_a_deleted_film_is_forgotten_without_a_word(spool, clock):
    film = Memory(memory_id="m", query="us in Paris", status=MemoryStatus.COMPLETED)
    bus = Bus()
    pull = Pull(spool, Feed(film, Memory(memory_id="m", gone=True)), bus, clock, 1.0)
    rung = bus.subscribe(MemoryChanged)
    assert await pull.step()
    assert await spool.settings.memories() == []
    assert rung.poll() is not None
    assert rung.poll() is None
