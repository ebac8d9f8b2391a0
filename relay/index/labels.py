"""Which labels of a library are near in meaning to a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from relay.index.base import Embedder

NEAREST = 12


class LabelNeighbours:
    """A word -> the nearest of ``labels`` with their cosines, nearest first. Made once for each state of a library."""

    def __init__(self, embedder: Embedder, labels: Iterable[str]) -> None:
        self._labels = sorted(set(labels))
        self._embedder = embedder
        self._matrix = embedder.embed(self._labels) if self._labels else None
        self._cached = lru_cache(maxsize=1024)(self._nearest)

    def __call__(self, word: str) -> Sequence[tuple[str, float]]:
        return self._cached(word)

    def _nearest(self, word: str) -> Sequence[tuple[str, float]]:
        if self._matrix is None:
            return ()
        scores = self._matrix @ self._embedder.embed([word])[0]
        order = np.argsort(-scores, kind="stable")[:NEAREST]
        return tuple((self._labels[index], float(scores[index])) for index in order)
