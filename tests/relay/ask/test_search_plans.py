"""Plans against a library of ten clips: what is found, what is nearly, and what is said when there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from glasses.wire.memory import Plan
from relay.ask.result import Filters, SearchResult
from relay.ask.search import Searcher
from relay.index.local import LocalIndex

USER = "user-1"
Ask = Callable[[str], Plan]


def ids(result: SearchResult) -> list[str]:
    return [hit.video_id for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("my wife and me in paris", {"couple-1", "couple-2", "couple-3", "stranger"}),
        ("my wife in paris", {"couple-1", "couple-2", "couple-3", "stranger", "anna-paris"}),
        ("my wife and me in paris or beijing", {"couple-1", "couple-2", "couple-3", "stranger", "beijing"}),
        ("my wife and me in paris and beijing", {"couple-1", "couple-2", "couple-3", "stranger", "beijing"}),
        ("my wife and me in france", {"couple-1", "couple-2", "couple-3", "stranger"}),
        ("my wife and me in june 2025", {"couple-1", "couple-2", "stranger"}),
        ("my wife and me last summer", {"couple-1", "couple-2", "stranger"}),
        ("my wife and me in 2024", {"couple-3"}),
        ("my wife and me in paris without the dog", {"couple-1", "couple-2", "stranger"}),
        ("just the two of us in paris", {"couple-1", "couple-3"}),
        ("just my wife and me in paris", {"couple-1", "couple-3"}),
        ("our kids", {"kids-park", "tom-beach"}),
        ("our kids in the park yesterday evening", {"kids-park"}),
        ("tom on the beach", {"tom-beach"}),
        ("dogs", {"couple-3", "kids-park"}),
        ("a dog or a mitten", {"couple-3", "kids-park", "gloves"}),
        ("gloves", {"gloves"}),
        ("a sandcastle", {"tom-beach"}),
        ("where we talk about the exam", {"couple-3", "gloves"}),
        ("where we talk about the test", {"gloves"}),
        ("a sign that says exit", {"stranger"}),
        ("in the evening", {"couple-1", "kids-park"}),
        ("near notre dame with my wife and me", {"couple-1", "couple-2", "couple-3", "stranger"}),
        ("cars not in paris", {"nowhere"}),
        ("on saturdays", {"stranger", "nowhere"}),
    ],
)
def test_exactly_the_clips_that_were_asked_for(searcher: Searcher, ask: Ask, query: str, expected: set[str]) -> None:
    result = searcher.search(USER, ask(f"find clips of {query}"))
    assert set(ids(result)) == expected, result.problem
    assert result.problem is None
    assert result.total == len(expected)


def test_clips_with_everybody_in_one_moment_come_first(searcher: Searcher, ask: Ask) -> None:
    result = searcher.search(USER, ask("my wife and me in paris"))
    assert ids(result)[-1] == "couple-2"
    assert ids(result)[0] == "couple-1"  # of equals, the best quality
    best = {hit.video_id: hit.moments[0] for hit in result.hits}
    assert best["couple-1"].score == 1.0
    assert best["couple-2"].score == 0.5


def test_hits_say_why(searcher: Searcher, ask: Ask) -> None:
    hit = searcher.search(USER, ask("my wife and me in paris with a car")).hits[0]
    assert hit.reason == "Anna Berg and you are in it; taken in Paris; car in it"
    assert (hit.moments[0].start_s, hit.moments[0].end_s) == (0.0, 5.0)


def test_near_misses_say_what_is_missing(searcher: Searcher, ask: Ask) -> None:
    result = searcher.search(USER, ask("my wife and me in paris"))
    misses = {miss.video_id: miss for miss in result.near_misses}
    assert misses["beijing"].reason == "Anna Berg and you, but in Beijing"
    assert misses["beijing"].failed_terms == ["in Paris"]
    assert misses["anna-paris"].reason == "Anna Berg, in Paris, but you are not in it"
    assert not set(misses) & set(ids(result))
    assert "kids-park" not in misses


def test_near_misses_are_ranked_by_how_nearly(searcher: Searcher, ask: Ask) -> None:
    scores = [miss.score for miss in searcher.search(USER, ask("my wife and me in paris with a dog in 2025")).near_misses]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 3


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("my wife with bob in paris", "ask.unknown_person", "Bob"),
        ("my uncle in paris", "ask.unknown_person", "uncle"),
        ("my wife in atlantisville", "ask.unknown_place", "Atlantisville"),
        ("my wife and me in rome", "ask.nothing_found", "no clips in Rome; the nearest are in Nice"),
        ("my wife at the eiffel tower", "ask.nothing_found", "no clips at Eiffel Tower; the nearest are in Paris"),
        ("jordan in paris", "ask.nothing_found", "no clips of Jordan"),
        ("my wife on christmas 2023", "ask.nothing_found", "Christmas 2023"),
        ("an elephant", "ask.nothing_found", "elephant"),
        ("my wife and the beach", "ask.nothing_found", "together"),
        ("where we talk about quantum chromodynamics", "ask.nothing_found", "quantum"),
        ("on jordan's birthday", "ask.nothing_understood", "birthday"),
        ("paris without bob", "ask.unknown_person", "Bob"),
        ("", "ask.nothing_understood", ""),
        ("a memory video please", "ask.nothing_understood", ""),
    ],
)
def test_no_film_where_something_is_unknown_or_absent(searcher: Searcher, ask: Ask, query: str, code: str, words: str) -> None:
    result = searcher.search(USER, ask(f"create a memory video of {query}"))
    assert result.hits == ()
    assert result.problem is not None
    assert result.problem.code == code
    assert words in result.problem.detail


def test_an_unknown_person_still_shows_the_nearest(searcher: Searcher, ask: Ask) -> None:
    result = searcher.search(USER, ask("my wife with bob in paris"))
    assert "couple-1" in {miss.video_id for miss in result.near_misses}
    assert result.problem is not None


def test_counts_are_of_each_term_alone(searcher: Searcher, ask: Ask) -> None:
    counts = {count.term.value: count.videos for count in searcher.search(USER, ask("my wife and me in beijing")).counts}
    assert counts == {"Anna Berg": 6, "Martin Berg": 5, "Beijing": 1}


def test_filters_narrow_without_words(searcher: Searcher, ask: Ask) -> None:
    result = searcher.search(USER, ask(""), filters=Filters(people=("tom",), places=("country:FR",)))
    assert ids(result) == ["tom-beach"]


def test_a_vague_request_is_answered_with_what_fits_most_of_it(searcher: Searcher, ask: Ask) -> None:
    sure, vague = (searcher.search(USER, ask(f"tom on the beach in nice {when}")) for when in ("in may", "i think in may or so"))
    assert (ids(sure), sure.problem is not None) == ([], True)
    assert [(hit.video_id, hit.exact) for hit in vague.hits] == [("tom-beach", False)]
    assert ids(searcher.search(USER, ask("maybe bob in nice"))) == []


def test_limit_and_total(searcher: Searcher, ask: Ask) -> None:
    result = searcher.search(USER, ask("my wife"), limit=2)
    assert len(result.hits) == 2
    assert result.total == 6


def test_another_account_finds_nothing(searcher: Searcher, ask: Ask, index: LocalIndex) -> None:
    result = searcher.search("user-2", ask("my wife and me in paris"))
    assert result.hits == ()
    assert result.near_misses == ()


def test_a_word_that_no_clip_knows_is_said_and_does_not_hide_the_rest(searcher: Searcher, ask: Ask) -> None:
    plan = ask("my wife in paris with a blorptang")
    result = searcher.search(USER, plan)
    assert {hit.video_id for hit in result.hits} == {hit.video_id for hit in searcher.search(USER, ask("my wife in paris")).hits}
    assert not any(hit.exact for hit in result.hits)
    assert "blorptang" in plan.said


def test_a_word_that_no_clip_knows_alone_finds_nothing(searcher: Searcher, ask: Ask) -> None:
    assert searcher.search(USER, ask("a blorptang")).hits == ()


def test_whose_something_is_comes_first_and_is_not_required(searcher: Searcher, ask: Ask) -> None:
    with_anna = {hit.video_id for hit in searcher.search(USER, ask("anna with a dog")).hits}
    assert {hit.video_id for hit in searcher.search(USER, ask("anna's dog")).hits} == with_anna
    dogs = {hit.video_id for hit in searcher.search(USER, ask("a dog")).hits}
    assert {hit.video_id for hit in searcher.search(USER, ask("will's dog")).hits} == dogs
