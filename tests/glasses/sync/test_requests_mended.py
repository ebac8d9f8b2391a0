"""Requests by voice: kept, mended by "no, I said ...", and taken back."""

from __future__ import annotations

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.events import Answered, IntentHeard
from glasses.spool import outbox
from glasses.spool.spool import Spool
from glasses.sync.requests import Requests, corrected
from glasses.wire.codec import decode_json
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import MemoryRequest

PREFIX = "create a memory video of"


def asked(rest: str, *unsure: str, audio: str = "") -> Intent:
    text = f"{PREFIX} {rest}"
    return Intent(name=IntentName.CREATE_MEMORY, slots={"request": text, "prefix": PREFIX}, text=text, unsure=[*unsure], audio=audio)


def no_i_said(rest: str) -> Intent:
    return Intent(name=IntentName.CORRECT, slots={"request": rest}, text=f"no i said {rest}")


@pytest.mark.parametrize(
    ("last", "said", "meant"),
    [
        (asked("my life in paris"), "my wife in paris", f"{PREFIX} my wife in paris"),
        (asked("my wife in lima", "lima"), "london", f"{PREFIX} my wife in london"),
        (asked("my wife in san lima", "san", "lima"), "san francisco", f"{PREFIX} my wife in san francisco"),
        (asked("my wife in lima", "lima"), "anna and me in london", f"{PREFIX} anna and me in london"),
        (asked("my wife"), f"{PREFIX} anna", f"{PREFIX} anna"),
    ],
)
def test_a_correction_stands_for_what_was_unsure_or_for_everything(last: Intent, said: str, meant: str) -> None:
    mended = corrected(last, no_i_said(said))
    assert mended.slots["request"] == mended.text == meant
    assert mended.name == IntentName.CREATE_MEMORY
    assert mended.unsure == []


class Wearer:
    def __init__(self, spool: Spool) -> None:
        self.spool, self.bus = spool, Bus()
        self.answers = self.bus.subscribe(Answered)
        self.stage = Requests(spool, self.bus, FakeClock())

    async def says(self, intent: Intent) -> str:
        self.bus.publish(IntentHeard(intent))
        await self.stage.step()
        answer = self.answers.poll()
        return answer.title if answer else ""

    async def waiting(self) -> list[str]:
        found = []
        while (entry := await self.spool.outbox.lease()) is not None:
            found.append(decode_json(entry.payload, MemoryRequest).query)
        return found


@pytest.fixture
def wearer(spool: Spool) -> Wearer:
    return Wearer(spool)


async def test_an_unsure_request_takes_its_sound_along(wearer: Wearer) -> None:
    await wearer.says(asked("my wife in lima", "lima", audio="ZkxhQw=="))
    entry = await wearer.spool.outbox.lease()
    assert entry is not None
    request = decode_json(entry.payload, MemoryRequest)
    assert (request.unsure, request.audio) == (["lima"], "ZkxhQw==")


async def test_a_mended_request_goes_instead_of_the_first(wearer: Wearer) -> None:
    await wearer.says(asked("my wife in lima", "lima"))
    assert await wearer.says(no_i_said("london")) == "Understood"
    assert await wearer.waiting() == [f"{PREFIX} my wife in london"]


async def test_a_request_is_taken_back_before_it_is_sent(wearer: Wearer) -> None:
    await wearer.says(asked("anna"))
    await wearer.says(asked("paris"))
    assert await wearer.says(Intent(name=IntentName.UNDO)) == "Cancelled"
    assert await wearer.waiting() == [f"{PREFIX} anna"]


async def test_what_is_being_sent_cannot_be_taken_back_and_that_is_said(wearer: Wearer) -> None:
    assert await wearer.says(Intent(name=IntentName.CANCEL)) == "Nothing to cancel"
    assert await wearer.says(no_i_said("london")) == "Nothing to correct"
    await wearer.says(asked("anna"))
    entry = await wearer.spool.outbox.lease()
    assert await wearer.says(Intent(name=IntentName.CANCEL)) == "Too late"
    assert entry is not None
    await wearer.spool.outbox.done(entry)
    assert await wearer.spool.outbox.withdraw_newest(outbox.REQUEST) is None
