"""The graph of vectors: as good as comparing all, whatever happens to its file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.meaning import TextEmbedder
from models.store import ModelStore
from relay.catalog.records import MomentDoc
from relay.index import vectors
from relay.index.base import Channel, Floats
from relay.index.local import LocalIndex
from relay.index.sets import keys_of

VIDEOS, DIMENSIONS = 6000, 64
ROOT = Path(__file__).parents[3]


class ClusteredEmbedder:
    """Text N -> a point near one of 200 centres: as uneven as meanings are."""

    def __init__(self) -> None:
        random = np.random.default_rng(3)
        self._centres = random.normal(size=(200, DIMENSIONS)).astype(np.float32)

    def embed(self, texts: list[str]) -> Floats:
        rows = np.empty((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(rows, texts, strict=True):
            number = int(text.split()[-1])
            row[:] = self._centres[number % 200] + np.random.default_rng(number).normal(size=DIMENSIONS) * 0.5
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows


def docs(start: int, end: int) -> list[MomentDoc]:
    return [
        MomentDoc(user_id="u1", video_id=f"v{number}", moment_id=f"m{number}", captured_at=number, objects=[f"label {number}"])
        for number in range(start, end)
    ]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, LocalIndex]]:
    root = tmp_path_factory.mktemp("graph")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "COMPARED", 500)  # so that a few thousand are many
        patch.setattr(vectors, "SCANNED", 1000)
        index = LocalIndex(root, ClusteredEmbedder())
        index.rebuild("u1", docs(0, VIDEOS))
        yield root, index
        index.close()


def recall(index: LocalIndex, present: range, queries: int = 40, limit: int = 20) -> float:
    """Share of the truly nearest that the index names."""
    embedder = ClusteredEmbedder()
    matrix = embedder.embed([f"label {number}" for number in present])
    found = 0
    for query in embedder.embed([f"label {100_000 + number}" for number in range(queries)]):
        best = np.sort(matrix @ query)[::-1][:limit]
        scores = [score for _, score in index.nearest("u1", query, Channel.SEEN, limit)]
        found += sum(score >= best[-1] - 2e-3 for score in scores)
    return found / (queries * limit)


def test_recall_against_comparing_all(filled: tuple[Path, LocalIndex]) -> None:
    assert recall(filled[1], range(VIDEOS)) >= 0.98


def test_damaged_or_missing_file_is_made_anew_and_added_clips_are_found(filled: tuple[Path, LocalIndex]) -> None:
    root, index = filled
    query = ClusteredEmbedder().embed(["label 77"])[0]
    before = index.nearest("u1", query, Channel.SEEN, 5)
    index.close()
    graph = root / "u1" / "seen.usearch"
    assert graph.stat().st_size > 0
    for damage in (lambda: graph.write_bytes(b"not a graph"), graph.unlink):
        damage()
        assert index.nearest("u1", query, Channel.SEEN, 5) == before
        index.close()
    index.put(docs(VIDEOS, VIDEOS + 1))
    found = index.nearest("u1", ClusteredEmbedder().embed([f"label {VIDEOS}"])[0], Channel.SEEN, 1)
    assert found[0][1] == pytest.approx(1.0, abs=2e-3)
    index.remove("u1", f"v{VIDEOS}")
    assert found[0][0] not in {key for key, _ in index.nearest("u1", query, Channel.SEEN, 50)}


def test_clips_added_after_the_file_was_written_are_there_after_a_crash(filled: tuple[Path, LocalIndex]) -> None:
    root, index = filled
    query = ClusteredEmbedder().embed(["label 990001"])[0]
    index.nearest("u1", query, Channel.SEEN, 1)
    index.put(docs(990_001, 990_002))
    crashed = LocalIndex(root, ClusteredEmbedder())  # the first was never closed: its graph's file lacks the new clip
    assert crashed.nearest("u1", query, Channel.SEEN, 1)[0][1] == pytest.approx(1.0, abs=2e-3)
    crashed.close()
    index.remove("u1", "v990001")


def test_a_matrix_that_is_damaged_missing_or_short_is_made_anew(filled: tuple[Path, LocalIndex]) -> None:
    root, index = filled
    query = ClusteredEmbedder().embed(["label 78"])[0]
    before = index.nearest("u1", query, Channel.SEEN, 5)
    rows = root / "u1" / "seen.rows"
    for damage in (lambda: rows.write_bytes(b"odd"), rows.unlink, lambda: os.truncate(rows, 64), lambda: os.truncate(rows, 0)):
        index.close()
        damage()
        assert index.nearest("u1", query, Channel.SEEN, 5) == before


def test_rows_that_a_power_cut_took_from_the_matrix_come_back(filled: tuple[Path, LocalIndex]) -> None:
    root, index = filled
    index.close()
    index.put(docs(980_000, 980_040))
    crashed = LocalIndex(root, ClusteredEmbedder())  # neither closed nor saved: the watermark is before the new rows
    query = ClusteredEmbedder().embed(["label 980005"])[0]
    assert crashed.nearest("u1", query, Channel.SEEN, 1)[0][1] == pytest.approx(1.0, abs=2e-3)
    crashed.close()
    for number in range(980_000, 980_040):
        index.remove("u1", f"v{number}")
    assert index.nearest("u1", query, Channel.SEEN, 1)[0][1] < 0.99


def test_only_what_is_within_answers_and_all_of_it_is_compared(filled: tuple[Path, LocalIndex]) -> None:
    _, index = filled
    query = ClusteredEmbedder().embed(["label 100001"])[0]
    everything = index.everything("u1")
    some = keys_of(list(everything)[::17])
    found = index.nearest("u1", query, Channel.SEEN, 20, some)
    assert {key for key, _ in found} <= set(some)
    every = dict(index.nearest("u1", query, Channel.SEEN, len(everything), some))
    assert len(every) == len(some)
    assert [score for _, score in found] == sorted(every.values(), reverse=True)[:20]
    assert index.nearest("u1", query, Channel.SEEN, 20, keys_of([])) == []


def lived(embedder: TextEmbedder, folder: Path) -> tuple[LocalIndex, list[str], Floats]:
    """An index of 10,000 moments with things in them, a few often and many seldom; the things, and the moments' true vectors."""
    things = (ROOT / "models/imagenet.txt").read_text().casefold().splitlines()[:800]
    random, weights = np.random.default_rng(4), 1 / (np.arange(800) + 3)
    chosen = [set(random.choice(800, random.integers(2, 6), p=weights / weights.sum()).tolist()) for _ in range(10_000)]
    made = [
        MomentDoc(user_id="u1", video_id=f"v{number}", moment_id="m", captured_at=number, objects=[things[each] for each in sorted(few)])
        for number, few in enumerate(chosen)
    ]
    index = LocalIndex(folder, embedder)
    index.rebuild("u1", made)
    return index, things, embedder.embed([" ".join(doc.objects) for doc in made])


def share_found(index: LocalIndex, matrix: Floats, asked: Floats) -> float:
    """Of the truly nearest 20."""
    right = 0
    for query in asked:
        least = np.sort(matrix @ query)[-20]
        right += sum(score >= least - 2e-3 for _, score in index.nearest("u1", query, Channel.SEEN, 20))
    return right / (len(asked) * 20)


def test_single_words_find_the_moments_that_have_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the real model a text is the mean of its words: one word lies far from every longer text, and the graph alone misses a fifth."""
    monkeypatch.setattr(vectors, "COMPARED", 500)
    monkeypatch.setattr(vectors, "SCANNED", 1000)
    embedder = TextEmbedder(ModelStore().path("meaning"))
    index, things, matrix = lived(embedder, tmp_path)
    assert share_found(index, matrix, embedder.embed(things[::16])) >= 0.98
    index.close()
