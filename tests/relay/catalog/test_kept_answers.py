"""Kept answers are given again only while they are true."""

from __future__ import annotations

from relay.catalog.kept import Kept


class Clock:
    ms = 1_000

    def __call__(self) -> int:
        return self.ms


def test_an_answer_is_kept_for_its_time_and_no_longer() -> None:
    clock = Clock()
    recent: Kept[str] = Kept(clock, keep_s=600)
    recent.put("query", 1, "answer")
    clock.ms += 599_999
    assert recent.get("query", 1) == "answer"
    clock.ms += 1
    assert recent.get("query", 1) is None


def test_a_change_to_what_it_depends_on_voids_it() -> None:
    recent: Kept[str] = Kept(Clock(), keep_s=600)
    recent.put("query", 1, "answer")
    recent.put("other account's", 1, "stays")
    assert recent.get("query", 2) is None
    assert recent.get("query", 1) is None
    assert recent.get("other account's", 1) == "stays"


def test_the_oldest_go_first() -> None:
    recent: Kept[int] = Kept(Clock(), keep_s=600, most=2)
    for number in range(3):
        recent.put(number, 0, number)
    assert [recent.get(number, 0) for number in range(3)] == [None, 1, 2]
