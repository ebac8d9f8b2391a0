"""Questions about a made-up life, with the real gazetteer and the real text model."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.meaning import TextEmbedder
from models.places import PlaceFinder
from models.store import ModelStore
from relay.ask.context import AskContext, VisitedPlace
from relay.ask.gazetteer import WorldGazetteer
from relay.ask.search import Searcher
from relay.ask.understand import understand
from relay.index.labels import LabelNeighbours
from relay.index.local import LocalIndex
from tests.relay.ask.synthetic import NOW, PEOPLE, library, questions


@pytest.fixture(scope="module")
def gazetteer() -> WorldGazetteer:
    return WorldGazetteer(PlaceFinder(ModelStore().path("places")))


@pytest.fixture(scope="module")
def embedder() -> TextEmbedder:
    return TextEmbedder(ModelStore().path("meaning"))


def context_of(index: LocalIndex, gazetteer: WorldGazetteer, embedder: TextEmbedder) -> AskContext:
    """As the relay makes it from its catalogue and index."""
    labels = frozenset(index.terms("u", "label"))
    visited = tuple(VisitedPlace(place.name, place.ids, place.videos) for place in index.places("u"))
    return AskContext(
        now_ms=int(NOW.timestamp() * 1000), gazetteer=gazetteer, timezone="Europe/Berlin", people=PEOPLE, labels=labels,
        visited=visited, neighbours=LabelNeighbours(embedder, labels),
    )  # fmt: skip


def test_what_is_found_is_what_was_asked_for(tmp_path: Path, gazetteer: WorldGazetteer, embedder: TextEmbedder) -> None:
    docs = library(1500, seed=11)
    index = LocalIndex(tmp_path, embedder)
    index.put(docs)
    context, searcher = context_of(index, gazetteer, embedder), Searcher(index, embedder)
    precision, wrong = [], []
    for question in questions(docs, 150, seed=12):
        result = searcher.search("u", understand(question.query, context), limit=1500)
        wanted = min(10, len(question.relevant))
        score = len({hit.video_id for hit in result.hits[:wanted]} & question.relevant) / wanted
        precision.append(score)
        exact = sum(hit.exact for hit in result.hits)
        if score < 1 or exact != len(question.relevant):
            wrong.append((question.query, score, result.total, len(question.relevant), result.plan.said, result.problem))
    index.close()
    assert sum(precision) / len(precision) >= 0.97, wrong[:10]
    assert len(wrong) <= 5, wrong


@pytest.mark.parametrize(
    ("query", "place_id"),
    [
        ("in paris", "city:2988507"),
        ("in new york", "city:5128581"),
        ("paris texas", "city:4717560"),
        ("in florence", "city:3176959"),
        ("in london england", "city:2643743"),
        ("in turkey", "country:TR"),
        ("in the us", "country:US"),
        ("in georgia", "country:GE"),
        ("in california", "admin1:US.CA"),
        ("in münchen", "city:2867714"),
        ("in the netherlands", "country:NL"),
    ],
)
def test_places_of_the_world(query: str, place_id: str, gazetteer: WorldGazetteer) -> None:
    (term,) = understand(query, AskContext(now_ms=0, gazetteer=gazetteer)).terms
    assert term.ids == [place_id]


@pytest.mark.parametrize(
    "query", ["in the park", "with the dog", "my dog on a long beach", "at the table", "the boat", "a nice day", "in the water"]
)
def test_words_that_are_also_towns_are_no_places(query: str, gazetteer: WorldGazetteer) -> None:
    assert [term for term in understand(query, AskContext(now_ms=0, gazetteer=gazetteer)).terms if term.kind == "place"] == []
