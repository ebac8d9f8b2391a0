"""Where a graph of vectors may be blind: moments whose labels are near in meaning to what is asked, the shortest first.

The vector of a moment is the mean of its words. One word's vector lies far from most of them, and a walk through the graph ends early;
but a moment can only be near it if one of its few words is. The labels nearest in meaning name these moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from relay.index.base import Embedder, Floats
from relay.index.postings import Postings
from relay.index.sets import KeySet, keys_of, last, union

LENGTHS = 12
_LABELS = 12
_FEWEST_COSINE = 0.25
_OF_EACH = 512


class LabelHints:
    """Not thread-safe: its shard holds the lock."""

    def __init__(self, postings: Postings, embedder: Embedder) -> None:
        self._postings = postings
        self._embedder = embedder
        self._labels: list[str] = []
        self._matrix: Floats | None = None

    def near(self, vector: Floats, pool: KeySet) -> KeySet:
        """Up to some thousand of ``pool``."""
        labels = self._nearest(vector)
        sets = [self._postings.of(f"label:{label}") & pool for label in labels]
        pairs = [first & second for first, second in combinations(sets[:3], 2)]
        return union(self._shortest(each) for each in [*pairs, *sets] if each)

    def _shortest(self, keys: KeySet) -> KeySet:
        if len(keys) <= _OF_EACH:
            return keys
        chosen, missing = [], _OF_EACH
        for length in range(LENGTHS + 1):
            found = keys & self._postings.of(f"words-seen:{length}")
            chosen.append(found if len(found) <= missing else keys_of(last(found, missing)))
            missing -= len(chosen[-1])
            if missing <= 0:
                break
        return union(chosen)

    def _nearest(self, vector: Floats) -> Sequence[str]:
        labels = sorted(self._postings.of_kind("label"))
        if not labels:
            return []
        if labels != self._labels or self._matrix is None:
            self._labels, self._matrix = labels, self._embedder.embed(labels)
        scores = self._matrix @ vector
        order = np.argsort(-scores)[:_LABELS]
        return [labels[index] for index in order if scores[index] >= _FEWEST_COSINE]


def length_term(seen: str) -> str:
    return f"words-seen:{min(len(seen.split()), LENGTHS)}"
