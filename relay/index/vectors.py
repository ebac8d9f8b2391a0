"""Nearest neighbours in one account: all that may answer are compared while they are few, else candidates of a graph (usearch, HNSW).

The rows in the database are the truth. A matrix file (one row for each moment key) and the graph's file are copies: what they lack after a
crash is added when they are opened, and a file that is missing or damaged is made anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from relay.index.base import Floats
from relay.index.sets import EMPTY, Keys, KeySet, array_of, keys_of

Bytes = npt.NDArray[np.int8]

COMPARED = 32_768
"""Vectors up to which all that may answer are compared, wherever they lie: exact, and 2 ms."""
SCANNED = 65_536
"""Rows up to which the whole matrix is read from end to end instead."""
SAVE_EVERY = 20_000
"""Adds after which the files are written anew; a quarter of all, when that is more."""
_CANDIDATES = 400
_GROWS_BY = 65_536
_CONNECTIVITY = 16
_EFFORT_ADD, _EFFORT_SEARCH = 64, 256


class Rows(Protocol):
    """The stored vectors of one channel."""

    def after(self, key: int) -> Iterable[tuple[Keys, Bytes]]:
        """Batches in the order of their keys."""
        ...


class Watermark(Protocol):
    """Up to which key the files go."""

    def read(self) -> int: ...

    def write(self, key: int) -> None: ...


class Vectors:
    """One channel of one account: ``name`` .rows and .usearch in ``folder``. Not thread-safe: its shard holds the lock."""

    def __init__(self, folder: Path, name: str, rows: Rows, watermark: Watermark) -> None:
        self._rows_path, self._graph_path = folder / f"{name}.rows", folder / f"{name}.usearch"
        self._rows = rows
        self._watermark = watermark
        self._matrix: Any = None
        self._graph: Any = None
        self._last_key = 0
        self._unsaved = 0

    def added(self, keys: Keys, rows: Bytes) -> None:
        """Rows that were just committed, with keys above all before."""
        if self._matrix is None or not len(keys):
            return
        self._write(keys, rows)
        if self._graph is not None:
            self._graph.add(keys, rows)
        if self._unsaved >= max(SAVE_EVERY, self._last_key // 4):
            self.save()

    def removed(self, keys: Iterable[int]) -> None:
        """Only the graph forgets them: who asks names what may answer."""
        if self._graph is not None:
            for key in keys:
                if key in self._graph:
                    self._graph.remove(key)

    def forget(self) -> None:
        """Somebody else has written the rows: what is in memory is stale."""
        self._graph, self._matrix, self._unsaved = None, None, 0

    def nearest(self, vector: Floats, limit: int, pool: KeySet, hints: Callable[[], KeySet]) -> list[tuple[int, float]]:
        """(key, cosine) of those in ``pool``, nearest first. Of a large pool, the candidates are the graph's and ``hints``."""
        if not vector.any() or not pool:
            return []
        self._open(len(vector))
        span = slice(int(pool.min()), int(pool.max()) + 1)
        if len(pool) > COMPARED and span.stop - span.start > SCANNED:
            pool = pool & (self._of_graph(vector) | hints())
        keys = array_of(pool)
        return self._compared(vector, keys, limit) if len(keys) else []

    def ready(self, dimensions: int, size: int) -> None:
        """Makes what ``size`` vectors need now, not with the first question."""
        if size:
            self._open(dimensions)
            if size > COMPARED:
                self._opened_graph()

    def save(self) -> None:
        """Writes the files, whole or not at all; then the watermark."""
        if self._matrix is None or not self._unsaved:
            return
        self._matrix.flush()
        if self._graph is not None:
            fresh = self._graph_path.with_suffix(".new")
            self._graph.save(str(fresh))
            with fresh.open("rb") as written:
                os.fsync(written.fileno())
            fresh.replace(self._graph_path)
        _sync_folder(self._graph_path.parent)
        self._watermark.write(self._last_key)
        self._unsaved = 0

    def _compared(self, vector: Floats, keys: Keys, limit: int) -> list[tuple[int, float]]:
        """Whole numbers against whole numbers for most, then the query as it is against the best."""
        import numkong

        first, end = int(keys[0]), int(keys[-1]) + 1
        dense = end - first <= 2 * len(keys)
        rows = self._matrix[first:end] if dense else np.take(self._matrix, keys, axis=0)
        few = max(200, 2 * limit)
        if len(keys) > few:
            asked = quantised(vector[None])
            distances = np.asarray(numkong.cdist(asked, rows, metric="angular"), np.float32).ravel()
            distances = distances[keys - first] if dense and len(distances) != len(keys) else distances
            best = np.argpartition(distances, few)[:few]
            keys = keys[best]
        chosen = np.take(self._matrix, keys, axis=0).astype(np.float32)
        scores = np.clip(chosen @ vector / np.maximum(np.linalg.norm(chosen, axis=1), 1e-9), -1.0, 1.0)
        order = np.lexsort((-keys, -scores))[:limit]
        return [(int(keys[index]), float(scores[index])) for index in order]

    def _of_graph(self, vector: Floats) -> KeySet:
        found = self._opened_graph().search(quantised(vector[None])[0], _CANDIDATES, threads=1)
        return keys_of(np.asarray(found.keys, np.int64))

    def _write(self, keys: Keys, rows: Bytes) -> None:
        self._grow(int(keys[-1]) + 1, rows.shape[1])
        self._matrix[keys] = rows
        self._last_key, self._unsaved = int(keys[-1]), self._unsaved + len(keys)

    def _grow(self, rows: int, dimensions: int) -> None:
        have = len(self._matrix) if self._matrix is not None else 0
        if rows > have:
            capacity = -(-rows // _GROWS_BY) * _GROWS_BY
            with self._rows_path.open("ab") as file:
                file.truncate(capacity * dimensions)  # a sparse file: rows that were never written take no room
            self._matrix = np.memmap(self._rows_path, np.int8, "r+", shape=(capacity, dimensions))

    def _open(self, dimensions: int) -> None:
        if self._matrix is not None:
            return
        self._last_key = self._watermark.read()
        size = self._rows_path.stat().st_size if self._rows_path.exists() else 0
        if not size or size % (dimensions * _GROWS_BY) or size // dimensions <= self._last_key:
            self._last_key = 0
            self._rows_path.unlink(missing_ok=True)
            self._graph_path.unlink(missing_ok=True)
        self._grow(max(size // dimensions, 1), dimensions)
        for keys, rows in self._rows.after(self._last_key):
            self._write(keys, rows)

    def _opened_graph(self) -> Any:
        """The graph, with all rows of the matrix in it."""
        if self._graph is None:
            self._graph, last_key = self._loaded()
            for keys, rows in self._rows.after(last_key):
                fresh = np.array([key not in self._graph for key in keys.tolist()], bool)
                if fresh.any():
                    self._graph.add(keys[fresh], rows[fresh])
                self._unsaved += int(fresh.sum())
        return self._graph

    def _loaded(self) -> tuple[Any, int]:
        """The graph of the file and its last key; an empty graph and 0 when there is no file that fits."""
        from usearch.index import Index as Graph

        def empty() -> Any:
            return Graph(
                ndim=self._matrix.shape[1], metric="cos", dtype="i8",
                connectivity=_CONNECTIVITY, expansion_add=_EFFORT_ADD, expansion_search=_EFFORT_SEARCH,
            )  # fmt: skip

        if not self._graph_path.exists():
            return empty(), 0
        graph = empty()
        try:
            graph.load(str(self._graph_path))
        except (RuntimeError, ValueError):
            return empty(), 0  # damaged: it is only a copy of the rows, and is made anew from them
        return (graph, self._watermark.read()) if graph.ndim == self._matrix.shape[1] and len(graph) else (empty(), 0)


def quantised(vectors: Floats) -> Bytes:
    """Each row in whole numbers to 127 of its largest: a cosine moves by less than .002."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    scaled = np.divide(vectors * 127.0, largest, out=np.zeros_like(vectors), where=largest > 0)
    made: Bytes = np.rint(scaled).astype(np.int8)
    return made


def no_hints() -> KeySet:
    return EMPTY


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
