"""The examiner of requests: its rule, its figures, and what counts as a term that was dropped."""

from __future__ import annotations

from datetime import date

import pytest

from bench.ask import answer, figures
from bench.ask_days import easter_sunday
from bench.ask_import import instant_ms
from bench.ask_life import library
from bench.ask_questions import Asker
from bench.ask_strangers import STRANGERS
from bench.ask_terms import dropped
from bench.ask_wishes import PLANTED, asked_of
from bench.ask_worlds import WORLDS
from glasses.wire.memory import Plan, Term, TermKind

PEOPLE = {"me": "p1", "people": [{"id": "p1", "name": "Ann", "relations": []}, {"id": "p2", "name": "Bo Lee", "relations": ["wife"]}]}


@pytest.mark.parametrize("world", sorted(WORLDS))
def test_a_made_life_answers_its_own_questions(world: str) -> None:
    life = library(WORLDS[world], 400)
    questions = Asker(WORLDS[world], life).questions(30, 5)
    known = {video["id"] for video in life["videos"]}
    assert len(known) == 400
    assert len({question["query"] for question in questions}) == 30
    assert all(set(question["relevant"]) <= known and question["relevant"] for question in questions)


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_every_written_question_has_its_planted_clips(name: str) -> None:
    life, questions = asked_of(STRANGERS[name], 80)
    known = {video["id"] for video in life["videos"]}
    assert len({question["query"] for question in questions}) == len(questions) >= 60
    for question in questions:
        assert len(question["relevant"]) >= PLANTED, question["query"]
        assert set(question["relevant"]) <= known
        assert question["terms"], question["query"]


def test_the_same_seed_is_the_same_life() -> None:
    assert library(WORLDS["auckland"], 60) == library(WORLDS["auckland"], 60)


def test_a_given_library_is_asked_through_the_real_understanding() -> None:
    moments = [{"start_s": 0, "end_s": 5, "people": ["p2"], "unknown_faces": 0, "objects": ["dog"], "scene": [], "speech": "", "text": ""}]
    video = {"captured_at": "2025-06-05T10:00:00", "duration_s": 5, "lat": 48.8566, "lon": 2.3522, "moments": moments}
    life = {**PEOPLE, "now": "2025-11-22T10:00:00+01:00", "timezone": "Europe/Paris", "home": {"lat": 48.85, "lon": 2.35}}
    life["videos"] = [{"id": "a", **video}, {"id": "b", **video, "captured_at": 1748000000}]
    asked = {"query": "my wife with a puppy in france in june", "relevant": ["a"]}
    terms = [("person", "wife"), ("thing", "dog"), ("place", "France"), ("time", "2025-06")]
    (answered,) = answer(life, [{**asked, "terms": [{"kind": kind, "value": value} for kind, value in terms]}])
    assert (answered.found, answered.dropped, answered.wrong) == (["a"], [], [])
    assert figures([answered])["p_at_10"] == 1.0


@pytest.mark.parametrize(
    ("kind", "value", "term", "held"),
    [
        ("person", "wife", Term(kind=TermKind.PERSON, ids=["p2"]), True),
        ("person", "p1", Term(kind=TermKind.PERSON, ids=["p2"]), False),
        ("person", "Bo", Term(kind=TermKind.PERSON, value="Bo", resolved=False), True),
        ("place", "Rome", Term(kind=TermKind.PLACE, value="Rome"), True),
        ("place", "Rome", Term(kind=TermKind.PERSON, value="Rome", ids=["p1"]), False),
        ("time", "2025-06-01/2025-06-30", Term(kind=TermKind.TIME, start_at=1748736000000, end_at=1751328000000), True),
        ("time", "2024", Term(kind=TermKind.TIME, start_at=1748736000000, end_at=1751328000000), False),
        ("time", "evening", Term(kind=TermKind.TIME, value="evening", ids=["hours:17-24"]), True),
        ("thing", "bicycles", Term(kind=TermKind.THING, value="bike", ids=["bicycle"]), True),
        ("without", "Bo Lee", Term(kind=TermKind.WITHOUT, ids=["p2"]), True),
        ("without", "anyone else", Term(kind=TermKind.COUNT, value="1"), True),
        ("count", "two", Term(kind=TermKind.COUNT, value="2"), True),
        ("count", 3, Term(kind=TermKind.COUNT, value="2"), False),
    ],
)
def test_what_stands_for_a_term(kind: str, value: object, term: Term, held: bool) -> None:
    life = {**PEOPLE, "timezone": "UTC"}
    assert (dropped([{"kind": kind, "value": value}], Plan(terms=[term]), life) == []) is held


def test_words_left_over_are_not_dropped() -> None:
    assert dropped([{"kind": "thing", "value": "zebra"}], Plan(leftover=["zebra"]), PEOPLE) == []


@pytest.mark.parametrize(("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2038, date(2038, 4, 25))])
def test_easter(year: int, day: date) -> None:
    assert easter_sunday(year) == day


def test_times_as_they_are_written() -> None:
    for written in ("2025-06-01T12:00:00+02:00", "2025-06-01T10:00:00Z", "2025-06-01T12:00:00", 1748772000, 1748772000000):
        assert instant_ms(written, "Europe/Berlin") == 1748772000000
