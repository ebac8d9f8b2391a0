"""The phone asks for a film and reads the answer, whatever becomes of the records in between."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from glasses.wire.codec import encode_msgpack
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.record import RecordKind, RecordPage
from phone import commands
from phone.link import GlassesLink

from .conftest import House

ASKED = Namespace(query="my wife in Tokyo", wait=30.0)


class OvertakenLink(GlassesLink):
    """``overtake`` is done once, between the list of records and the reading of what it names."""

    overtake: Callable[[], Awaitable[Any]] | None = None

    async def records(self, after: int = 0, *, every: bool = False) -> RecordPage:
        page = await super().records(after, every=every)
        if page.records and self.overtake is not None:
            overtake, self.overtake = self.overtake, None
            await overtake()
            self.changed.set()  # as the glasses would say
        return page


async def put(house: House, status: MemoryStatus, query: str = ASKED.query) -> None:
    problem = {"detail": "Nothing was filmed in Tokyo.", "hint": "another place"} if status is MemoryStatus.FAILED else {}
    memory = Memory(memory_id=query, query=query, status=status, problem=problem)
    await house.put(encode_msgpack(memory), RecordKind.MEMORY, query)


async def test_an_answer_that_overtakes_the_word_that_it_is_being_made_is_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    async def being_made(command: str, _body: dict[str, Any]) -> dict[str, Any]:
        assert command == "film"
        await put(house, MemoryStatus.PROCESSING)
        return {}

    house.act = being_made
    await house.glasses_up()
    radio = await house.phone()
    async with OvertakenLink(radio, await radio.find(), channel=False) as link:
        link.overtake = lambda: put(house, MemoryStatus.FAILED)
        assert await commands._ask_for_film(link, ASKED) == 1
    assert "No film: Nothing was filmed in Tokyo. Try: another place" in capsys.readouterr().out


async def test_a_film_that_was_asked_for_elsewhere_is_no_answer(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    async def answered(_command: str, _body: dict[str, Any]) -> dict[str, Any]:
        await put(house, MemoryStatus.COMPLETED, "the dog at the sea")
        await put(house, MemoryStatus.FAILED)
        return {}

    house.act = answered
    await house.glasses_up()
    async with await house.link(await house.phone()) as link:
        assert await commands._ask_for_film(link, ASKED) == 1
    assert "Nothing was filmed in Tokyo." in capsys.readouterr().out


async def test_a_record_that_was_overtaken_is_none_and_any_other_refusal_is_told(house: House) -> None:
    await house.glasses_up()
    await put(house, MemoryStatus.PROCESSING)
    async with await house.link(await house.phone()) as link:
        (info,) = (await link.records()).records
        assert await link.whole(info) is not None
        await put(house, MemoryStatus.COMPLETED)
        assert await link.whole(info) is None
        (newer,) = (await link.records()).records
        house.held_back = (RecordKind.MEMORY,)
        with pytest.raises(SouvenirError) as raised:
            await link.whole(newer)
        assert raised.value.code == "phone.held"
