"""What the glasses make of the relay's feed: names to listen for, and names to listen for no longer."""

from __future__ import annotations

from typing import Any

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.events import MemoryChanged
from glasses.spool.settings import FEED_CURSOR
from glasses.spool.spool import Spool
from glasses.sync.pull import Pull
from glasses.wire.change import RESET, FeedEntry, OpKind


class Feed:
    """As much of a relay as is asked for its changes."""

    def __init__(self, *pieces: list[FeedEntry]) -> None:
        self._pieces = list(pieces)

    async def changes(self, cursor: int) -> list[FeedEntry]:
        return next((piece for piece in self._pieces if piece and piece[-1].cursor > cursor), [])


def person(cursor: int, person_id: str, name: str = "", **more: Any) -> FeedEntry:
    return FeedEntry(cursor=cursor, kind=OpKind.PERSON, subject_id=person_id, value={"name": name, "relations": [], **more})


def place(cursor: int, place_id: str, name: str) -> FeedEntry:
    return FeedEntry(cursor=cursor, kind=OpKind.PLACE, subject_id=place_id, value={"name": name})


async def pulled(spool: Spool, *pieces: list[FeedEntry], bus: Bus | None = None) -> list[tuple[str, str]]:
    pull = Pull(spool, Feed(*pieces), bus or Bus(), FakeClock(), 30.0)  # type: ignore[arg-type]  # asked for changes only
    while await pull.step():
        pass
    return [(item.kind, item.name) for item in await spool.settings.known()]


async def test_people_and_places_are_listened_for(spool: Spool) -> None:
    assert await pulled(spool, [person(1, "p1", "Anna"), place(2, "c1", "Paris")]) == [("person", "Anna"), ("place", "Paris")]
    assert await spool.settings.get(FEED_CURSOR, "0") == "2"


async def test_a_new_name_takes_the_place_of_the_old(spool: Spool) -> None:
    assert await pulled(spool, [person(1, "p1", "Anna")], [person(2, "p1", "Annette")]) == [("person", "Annette")]


@pytest.mark.parametrize("apart", [True, False], ids=["later", "at once"])
async def test_a_person_who_is_gone_is_forgotten(spool: Spool, apart: bool) -> None:
    first, second = [person(1, "p1", "Anna"), person(2, "p2", "Ben")], [person(3, "p1", gone=True)]
    assert await pulled(spool, *([first, second] if apart else [[*first, *second]])) == [("person", "Ben")]


async def test_a_reset_leaves_what_it_tells_and_announces_no_old_film(spool: Spool) -> None:
    film = FeedEntry(cursor=2, kind=OpKind.MEMORY, subject_id="m1", value={"memory_id": "m1", "status": "completed"})
    bus = Bus()
    announced = bus.subscribe(MemoryChanged)
    await pulled(spool, [person(1, "p1", "Anna"), film], bus=bus)
    assert announced.poll() is not None
    anew = [
        FeedEntry(cursor=3, kind=RESET),
        person(4, "p2", "Ben"),
        FeedEntry(cursor=5, kind=OpKind.MEMORY, subject_id="m1", value=film.value),
    ]
    assert await pulled(spool, anew, bus=bus) == [("person", "Ben")]
    assert announced.poll() is None
