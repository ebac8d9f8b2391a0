"""What fits is ordered by what is meant most; what fits only if taken widely comes last and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from glasses.wire.memory import Plan
from relay.ask.search import Searcher
from relay.index.local import LocalIndex
from tests.relay.ask.conftest import USER, Atlas, ConceptEmbedder, moment

Ask = Callable[[str], Plan]


@pytest.fixture
def searcher(tmp_path: Path, atlas: Atlas) -> Searcher:
    index = LocalIndex(tmp_path / "meant", ConceptEmbedder())
    index.put(
        [
            moment(atlas, "both", "2024-01-05 12:00", "city:berlin", ["tom", "mia"]),
            moment(atlas, "one", "2025-05-05 12:00", "city:berlin", ["tom"]),
            moment(atlas, "april-now", "2025-04-10 10:00", "city:nice", ["anna"]),
            moment(atlas, "april-then", "2023-04-10 10:00", "city:nice", ["anna"], quality=1.0),
            moment(atlas, "christmas-eve", "2024-12-24 18:00", "city:rome", ["grace"], quality=1.0),
            moment(atlas, "christmas-day", "2024-12-25 12:00", "city:rome", ["grace"]),
            moment(atlas, "mixed", "2025-03-01 10:00", "city:rome", ["anna", "jordan"]),
            moment(atlas, "mixed", "2025-03-01 10:00", "city:rome", ["anna"], 1),
            moment(atlas, "clean", "2022-03-01 10:00", "city:rome", ["anna"]),
            moment(atlas, "with-me", "2022-06-01 10:00", "city:beijing", ["martin", "anna"]),
            moment(atlas, "others", "2025-06-01 10:00", "city:beijing", ["anna", "will"], quality=1.0),
            moment(atlas, "empty", "2025-07-01 10:00", "city:munich"),
        ]
    )
    return Searcher(index, ConceptEmbedder(), atlas.locate)


def found(searcher: Searcher, plan: Plan) -> list[tuple[str, bool]]:
    return [(hit.video_id, hit.exact) for hit in searcher.search(USER, plan).hits]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("our kids", [("both", True), ("one", True)]),
        ("anna in april", [("april-now", True), ("april-then", False)]),
        ("anna in april 2025", [("april-now", True)]),
        ("grace at christmas", [("christmas-day", True), ("christmas-eve", True)]),
        ("anna in rome without jordan", [("clean", True), ("mixed", False)]),
        ("just the two of us in beijing", [("with-me", True), ("others", True)]),
        ("no people", [("empty", True)]),
    ],
)
def test_what_is_meant_most_comes_first(searcher: Searcher, ask: Ask, query: str, expected: list[tuple[str, bool]]) -> None:
    assert found(searcher, ask(query)) == expected


def test_the_moment_shown_is_free_of_whom_it_should_not_show(searcher: Searcher, ask: Ask) -> None:
    hits = searcher.search(USER, ask("anna in rome without jordan")).hits
    assert [hit.moments[0].start_s for hit in hits if hit.video_id == "mixed"] == [5.0]
