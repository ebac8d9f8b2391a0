"""Moments that are near only by several of their labels together are named, however many have each of these."""

from __future__ import annotations

import sqlite3

import numpy as np

from relay.index.base import Floats
from relay.index.hints import ANYWHERE, LabelHints, length_term
from relay.index.postings import Postings
from relay.index.schema import TABLES
from relay.index.sets import keys_of

MANY = 5000


class Corners:
    """A text -> the mean of its words' own directions: "sea" and "bird" are equally far from anything that lies between them."""

    words = ("sea", "bird", "horse", "taxi")

    def embed(self, texts: list[str]) -> Floats:
        rows = np.zeros((len(texts), len(self.words)), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.split():
                row[self.words.index(word)] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def postings_of(moments: dict[int, str]) -> Postings:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES)
    postings = Postings(db)
    changes: dict[str, list[int]] = {ANYWHERE: list(moments)}
    for key, labels in moments.items():
        for term in [f"label:{label}" for label in labels.split()] + [length_term(labels)]:
            changes.setdefault(term, []).append(key)
    postings.add(changes)
    return postings


def test_pairs_and_threes_among_very_many() -> None:
    moments = dict.fromkeys(range(1, MANY), "sea horse") | {MANY + key: "bird horse" for key in range(MANY)}
    moments |= {2 * MANY + 1: "sea bird horse", 2 * MANY + 2: "sea bird horse taxi", 2 * MANY + 3: "bird sea"}
    moments |= dict.fromkeys(range(3 * MANY, 4 * MANY), "sea horse") | {4 * MANY + key: "bird taxi" for key in range(MANY)}
    postings, embedder = postings_of(moments), Corners()
    hints = LabelHints(postings, embedder)
    pool = postings.of(ANYWHERE)
    both = {key for key, labels in moments.items() if {"sea", "bird"} <= set(labels.split())}
    assert both <= set(hints.near(embedder.embed(["sea bird"])[0], pool))
    assert both - {2 * MANY + 3} <= set(hints.near(embedder.embed(["sea bird horse"])[0], pool))
    named = hints.near(embedder.embed(["sea bird"])[0], pool - keys_of([2 * MANY + 1]))
    assert 2 * MANY + 1 not in named
    assert both - {2 * MANY + 1} <= set(named)


def test_a_word_that_many_have_for_itself_needs_no_others() -> None:
    moments = dict.fromkeys(range(1, MANY), "sea") | {MANY + key: "sea bird" for key in range(MANY)}
    postings, embedder = postings_of(moments), Corners()
    named = LabelHints(postings, embedder).near(embedder.embed(["sea"])[0], postings.of(ANYWHERE))
    assert {moments[key] for key in named} == {"sea"}


def test_no_labels_no_hints() -> None:
    assert not LabelHints(postings_of({1: ""}), Corners()).near(np.ones(4, np.float32), keys_of([1]))
