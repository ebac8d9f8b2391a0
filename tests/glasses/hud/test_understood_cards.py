"""What the wearer is answered: as they were understood, and how to mend it."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.events import Answered, IntentHeard
from glasses.hud.presenter import Presenter
from glasses.hud.understood import REPAIR, memories_card, understood
from glasses.spool.spool import Spool
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import Memory, MemoryStatus


def request(name: IntentName, text: str, prefix: str = "", *unsure: str) -> Intent:
    return Intent(name=name, slots={"request": text, "prefix": prefix}, text=text, unsure=[*unsure])


def test_a_request_is_shown_as_it_was_understood_and_what_was_not_sure() -> None:
    sure = understood(request(IntentName.FIND, "find anna"))
    unsure = understood(request(IntentName.CREATE_MEMORY, "create a memory video of my wife in lima", "", "lima"))
    assert sure is not None
    assert unsure is not None
    assert sure.lines == ("find anna", REPAIR)
    assert unsure.lines[1] == "Not sure: lima"
    assert understood(Intent(name=IntentName.TAKE_PICTURE)) is None


def test_the_memories_that_were_asked_for_are_listed_newest_first() -> None:
    films = [Memory(memory_id=each, query=f"anna in {each}", status=MemoryStatus.COMPLETED) for each in ("paris", "rome", "oslo")]
    making = Memory(memory_id="x", query="anna in paris again")
    asked = request(IntentName.SHOW_MEMORIES, "show my memories from anna", "show my memories from")
    assert memories_card(asked, [*films, making]).lines == ("anna in oslo", "anna in rome", "anna in paris")
    asked = request(IntentName.SHOW_MEMORIES, "show my memories from paris", "show my memories from")
    assert memories_card(asked, [*films, making]).lines == ("anna in paris",)
    asked = request(IntentName.SHOW_MEMORIES, "show my memories from tokyo", "show my memories from")
    assert memories_card(asked, films).title == "No memories"


class FakeDisplay:
    def __init__(self) -> None:
        self.shown: list[tuple[str, tuple[str, ...]]] = []

    def show(self, title: str, lines: tuple[str, ...]) -> None:
        self.shown.append((title, lines))


async def test_the_presenter_answers_what_is_asked(spool: Spool) -> None:
    bus, display = Bus(), FakeDisplay()
    presenter = Presenter(display, spool, bus)
    asked = [Intent(name=IntentName.IS_IT_SAFE), request(IntentName.FIND, "find the dog")]
    for intent in asked:
        bus.publish(IntentHeard(intent))
        await presenter.step()
    bus.publish(Answered("Cancelled"))
    await presenter.step()
    assert [title for title, _ in display.shown] == ["Nothing yet", "Looking for", "Cancelled"]
