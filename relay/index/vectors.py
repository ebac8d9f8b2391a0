"""Nearest neighbours in one account: a graph (usearch, HNSW, int8) for candidates, the stored vectors for the exact order.

The rows are the truth. The graph's file is written now and then, to a new name and renamed; what it lacks is added from the rows when it is
opened, and a file that is missing or damaged is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from relay.index.base import Floats, Keys

EXACT_BELOW = 4096
"""Vectors up to which all of them are compared: faster than the graph, and exact."""
SAVE_EVERY = 5000
"""Adds after which the graph's file is written anew."""
_CANDIDATES_PER_ANSWER = 2
_FEWEST_CANDIDATES = 200
_CONNECTIVITY = 16
_EFFORT_ADD, _EFFORT_SEARCH = 96, 256


class Rows(Protocol):
    """The stored vectors of one channel."""

    def count(self) -> int: ...

    def after(self, row: int) -> Iterable[tuple[int, Keys, Floats]]:
        """Batches of (last row number, keys, vectors), in the order they were stored."""
        ...

    def of(self, keys: Sequence[int]) -> tuple[Keys, Floats]:
        """The vectors of those keys that are still there."""
        ...


class Watermark(Protocol):
    """Up to which row the graph's file goes."""

    def read(self) -> int: ...

    def write(self, row: int) -> None: ...


class Vectors:
    """One channel of one account. Not thread-safe: its shard holds the lock."""

    def __init__(self, path: Path, rows: Rows, watermark: Watermark) -> None:
        self._path = path
        self._rows = rows
        self._watermark = watermark
        self._graph: Any = None
        self._last_row = 0
        self._unsaved = 0
        self._all: tuple[Keys, Floats] | None = None

    def added(self, last_row: int, keys: Keys, vectors: Floats) -> None:
        """Rows that were just committed."""
        self._all = None
        if self._graph is None:
            return
        self._graph.add(keys, vectors)
        self._last_row, self._unsaved = last_row, self._unsaved + len(keys)
        if self._unsaved >= SAVE_EVERY:
            self.save()

    def removed(self, keys: Iterable[int]) -> None:
        self._all = None
        if self._graph is not None:
            for key in keys:
                if key in self._graph:
                    self._graph.remove(key)

    def forget(self) -> None:
        """Somebody else has written the rows: what is in memory is stale."""
        self._graph, self._all = None, None

    def nearest(self, vector: Floats, limit: int) -> list[tuple[int, float]]:
        """(key, cosine), nearest first."""
        if not vector.any():
            return []
        if self._rows.count() <= EXACT_BELOW:
            keys, matrix = self._everything()
        else:
            graph = self._opened(len(vector))
            found = graph.search(vector, max(_FEWEST_CANDIDATES, _CANDIDATES_PER_ANSWER * limit))
            keys, matrix = self._rows.of([int(key) for key in found.keys])
        if not len(keys):
            return []
        scores = np.clip(matrix @ vector, -1.0, 1.0)  # stored in half precision: a length may be 1.0001
        order = np.argsort(-scores, kind="stable")[:limit]
        return [(int(keys[index]), float(scores[index])) for index in order]

    def save(self) -> None:
        """Writes the graph's file, whole or not at all; then the watermark."""
        if self._graph is None or not self._unsaved:
            return
        fresh = self._path.with_suffix(".new")
        self._graph.save(str(fresh))
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._watermark.write(self._last_row)
        self._unsaved = 0

    def _everything(self) -> tuple[Keys, Floats]:
        if self._all is None:
            batches = [(keys, vectors) for _, keys, vectors in self._rows.after(0)] or [
                (np.empty(0, np.int64), np.empty((0, 0), np.float32))
            ]
            self._all = np.concatenate([keys for keys, _ in batches]), np.concatenate([vectors for _, vectors in batches])
        return self._all

    def _opened(self, dimensions: int) -> Any:
        if self._graph is None:
            self._graph, self._last_row = self._loaded(dimensions)
            for last_row, keys, vectors in self._rows.after(self._last_row):
                fresh = np.array([key not in self._graph for key in keys.tolist()], bool)
                if fresh.any():
                    self._graph.add(keys[fresh], vectors[fresh])
                self._last_row, self._unsaved = last_row, self._unsaved + int(fresh.sum())
            self.save()
        return self._graph

    def _loaded(self, dimensions: int) -> tuple[Any, int]:
        """The graph of the file and its last row; an empty graph and 0 when there is no file that fits."""
        from usearch.index import Index as Graph

        def empty() -> Any:
            return Graph(
                ndim=dimensions, metric="cos", dtype="i8",
                connectivity=_CONNECTIVITY, expansion_add=_EFFORT_ADD, expansion_search=_EFFORT_SEARCH,
            )  # fmt: skip

        if not self._path.exists():
            return empty(), 0
        graph = empty()
        try:
            graph.load(str(self._path))
        except (RuntimeError, ValueError):
            return empty(), 0  # damaged: it is only a copy of the rows, and is made anew from them
        return (graph, self._watermark.read()) if graph.ndim == dimensions else (empty(), 0)
