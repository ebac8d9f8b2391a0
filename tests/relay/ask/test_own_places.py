"""Requests that name places as their owner does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.ask.context import AskContext, NamedSpot
from relay.ask.understand import understand

SPOTS = (
    NamedSpot("The cabin", 60.1, 24.9, 0.4), NamedSpot("Grandma's house", 48.2, 16.4, 0.1), NamedSpot("work", 52.5, 13.4, 0.2),
    NamedSpot("Anna's", 52.6, 13.5, 0.1), NamedSpot("Café Grün", 52.4, 13.3, 0.1), NamedSpot("cabin", 61.0, 25.0, 0.2),
)  # fmt: skip
CABINS, GRANDMA, WORK, ANNA, CAFE = (
    ["near:60.1,24.9,0.4", "near:61.0,25.0,0.2"],
    ["near:48.2,16.4,0.1"],
    ["near:52.5,13.4,0.2"], ["near:52.6,13.5,0.1"], ["near:52.4,13.3,0.1"],
)  # fmt: skip


@pytest.fixture(scope="module")
def settled(context: AskContext) -> AskContext:
    return replace(context, named=SPOTS)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("my wife at the cabin", CABINS), ("the cabin last summer with tom", CABINS), ("cabin", CABINS), ("tom at grandmas house", GRANDMA),
        ("at Grandma's house with the dog", GRANDMA), ("tom at work", WORK), ("clips from work with a dog", WORK), ("tom at anna's", ANNA),
        ("dog in cafe grun", CAFE), ("anna with a dog", []), ("tom working", []),
    ],
)  # fmt: skip
def test_own_names_are_places(settled: AskContext, query: str, ids: list[str]) -> None:
    places = [term for term in understand(query, settled).terms if term.kind == "place"]
    assert [term.ids for term in places] == ([ids] if ids else []), understand(query, settled).terms
    assert all(term.source == "named" for term in places)


def test_people_and_things_beside_a_named_place_are_still_read(settled: AskContext) -> None:
    kinds = sorted(str(term.kind) for term in understand("my wife at grandma's house with a dog in june", settled).terms)
    assert kinds == ["person", "place", "thing", "time"]


def test_a_named_place_that_must_not_be(settled: AskContext) -> None:
    (term,) = [term for term in understand("tom but not at the cabin", settled).terms if term.kind == "without"]
    assert term.ids == CABINS


def test_it_is_said_back(settled: AskContext) -> None:
    assert "at The cabin" in understand("tom at the cabin", settled).said
