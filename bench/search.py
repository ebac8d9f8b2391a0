"""Requests in libraries of a thousand to a million clips, read and found in one process; a numpy scan of the same vectors beside it."""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench._processes import own_peak_mb
from bench.search_life import NOW_MS, PEOPLE, RECIPE, USER, ZONE, Life, clips, life_of
from bench.search_words import requests
from relay.ask.context import AskContext, VisitedPlace
from relay.ask.search import Searcher
from relay.ask.understand import understand
from relay.index.base import Channel, Floats
from relay.index.labels import LabelNeighbours
from relay.index.local import LocalIndex
from relay.index.schema import VERSION
from relay.index.sets import KeySet, array_of
from relay.work.asking import Models, load_models

NAME = "search"
HELP = "milliseconds from a request to its clips, in libraries of 1,000 to 1,000,000 clips; recall against comparing all vectors"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
NEIGHBOURS = 50
"""Of which recall is said."""
_WARM, _ADDS, _SCANS, _COMPARED = 32, 50, 10, 150


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), metavar="N,N", help="clips of the libraries (default: %(default)s)")
    parser.add_argument("--queries", type=int, default=400, metavar="N", help="requests asked of each library (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="make the libraries anew (they are kept in ~/.cache/souvenir/search-bench)")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The first run makes the libraries."""
    models = load_models()
    result: dict[str, Any] = {"sizes": [], "neighbours": NEIGHBOURS, "queries": arguments.queries}
    for size in sorted(int(each) for each in arguments.sizes.split(",")):
        folder = _library(models, life_of(models.gazetteer), size, fresh=arguments.fresh)
        figures = _Measured(models, folder, size, arguments.queries).figures()
        result["sizes"].append(size)
        for name, value in figures.items():
            result.setdefault(name, {})[str(size)] = value
        gc.collect()
    result["recall_by_size"] = result.pop("recall")
    result["recall"] = min(result["recall_by_size"].values())
    if {10_000, 1_000_000} <= set(result["sizes"]):
        result["p99_1m_to_10k"] = round(result["p99_ms"]["1000000"] / result["p99_ms"]["10000"], 2)
    result["load_average"] = round(os.getloadavg()[0], 2)
    return result


def table(result: dict[str, Any]) -> Any:
    from rich.table import Table

    shown = Table(title=f"Requests to clips ({result['queries']} requests each)", title_justify="left")
    shown.add_column("")
    for size in result["sizes"]:
        shown.add_column(f"{size:,}", justify="right")
    for name, values in result.items():
        if isinstance(values, dict):
            shown.add_row(name, *(str(values[str(size)]) for size in result["sizes"]))
    return shown


class _Measured:
    """One library, opened as the relay opens it."""

    def __init__(self, models: Models, folder: Path, size: int, queries: int) -> None:
        self._models = models
        self._life = life_of(models.gazetteer)
        self._size = size
        self._index = LocalIndex(folder, models.embedder)
        self._searcher = Searcher(self._index, models.embedder, models.locate)
        self._neighbours: LabelNeighbours | None = None
        self._labels: frozenset[str] = frozenset()
        asked = requests(self._life, queries + _WARM, seed=5)
        self._warm, self._queries = asked[:_WARM], asked[_WARM:]

    def figures(self) -> dict[str, Any]:
        first_ms = _timed(lambda: self._ask(self._warm[0]))[0]
        for query in self._warm:
            self._ask(query)
        timed = [self._timed_parts(query) for query in self._queries]
        walls, cpus = sorted(each[0] for each in timed), sorted(each[1] for each in timed)
        adds = [_timed(lambda number=number: self._add(number)) for number in range(_ADDS)]
        after = [self._after_add(query) for query in self._queries[:5]]
        removes = [_timed(lambda number=number: self._index.remove(USER, f"added{number}"))[0] for number in range(_ADDS + 1)]
        figures = {
            "p50_ms": _ms(statistics.median(walls)), "p99_ms": _ms(_percentile(walls)),
            "p50_cpu_ms": _ms(statistics.median(cpus)), "p99_cpu_ms": _ms(_percentile(cpus)),
            "p50_understand_ms": _ms(statistics.median(each[2] for each in timed)),
            "first_ms": _ms(first_ms), "add_ms": _ms(statistics.median(each[0] for each in adds)),
            "add_cpu_ms": _ms(statistics.median(each[1] for each in adds)),
            "remove_ms": _ms(statistics.median(removes)), "query_after_add_ms": _ms(statistics.median(after)),
            "answered": round(sum(each[3] for each in timed) / len(timed), 3),
            "median_found": statistics.median(each[4] for each in timed),
            **self._against_all(),
        }  # fmt: skip
        self._index.close()
        return figures | {"rss_mb": own_peak_mb()}

    def _ask(self, query: str) -> tuple[float, Any]:
        """As ``relay/work/asking.py`` does it; seconds of understanding, and the result."""
        began = time.perf_counter()
        plan = understand(query, self._context())
        understood = time.perf_counter() - began
        return understood, self._searcher.search(USER, plan)

    def _context(self) -> AskContext:
        labels = frozenset(self._index.terms(USER, "label"))
        if self._neighbours is None or labels != self._labels:
            self._labels, self._neighbours = labels, LabelNeighbours(self._models.embedder, labels)
        visited = tuple(VisitedPlace(place.name, place.ids, place.videos) for place in self._index.places(USER))
        home = self._life.places[0]
        return AskContext(
            now_ms=NOW_MS, gazetteer=self._models.gazetteer, timezone=ZONE, people=PEOPLE, labels=labels, visited=visited,
            home=(home.lat or 0.0, home.lon or 0.0), neighbours=self._neighbours,
        )  # fmt: skip

    def _timed_parts(self, query: str) -> tuple[float, float, float, bool, int]:
        wall, cpu, (understood, result) = _timed(lambda: self._ask(query))
        return wall, cpu, understood, bool(result.hits), result.total

    def _add(self, number: int) -> None:
        self._index.put(doc for doc in clips(self._life, 1, seed=1000 + number, first=0) if _renamed(doc, f"added{number}"))

    def _after_add(self, query: str) -> float:
        """Seconds of a request that comes right after a clip."""
        self._add(_ADDS)
        return _timed(lambda: self._ask(query))[0]

    def _against_all(self) -> dict[str, Any]:
        """Recall of the nearest that the requests asked for, with their filters and without, against a scan of all vectors."""
        keys, matrix = self._all_vectors()
        calls = self._calls()[:_COMPARED]
        within = [_recall(self._index, keys, matrix, vector, pool) for vector, pool in calls]
        overall = [_recall(self._index, keys, matrix, vector, None) for vector, _ in calls]
        scans = [_timed(lambda vector=vector: _nearest(matrix @ vector))[0] for vector, _ in calls[:_SCANS]]
        graphs = [_timed(lambda vector=vector: self._index.nearest(USER, vector, Channel.SEEN, NEIGHBOURS))[0] for vector, _ in calls]
        return {
            "recall": round(min(statistics.mean(within), statistics.mean(overall)), 4),
            "recall_filtered": round(statistics.mean(within), 4), "recall_unfiltered": round(statistics.mean(overall), 4),
            "brute_force_ms": _ms(statistics.median(scans)), "nearest_ms": _ms(statistics.median(graphs)), "vectors": len(keys),
        }  # fmt: skip

    def _all_vectors(self) -> tuple[Any, Floats]:
        """Keys and vectors of what was seen, each of length 1, as the index keeps them."""
        batches = list(self._index.vectors(USER, Channel.SEEN))
        matrix = np.empty((sum(len(keys) for keys, _ in batches), batches[0][1].shape[1]), np.float32)
        at = 0
        for keys, rows in batches:
            matrix[at : at + len(keys)] = rows
            matrix[at : at + len(keys)] /= np.linalg.norm(matrix[at : at + len(keys)], axis=1, keepdims=True)
            at += len(keys)
        return np.concatenate([keys for keys, _ in batches]), matrix

    def _calls(self) -> list[tuple[Floats, KeySet]]:
        """The vectors that the requests are looked for by, and the moments that may answer."""
        seen: list[tuple[Floats, KeySet]] = []
        real = self._index.nearest

        def noted(user_id: str, vector: Floats, channel: Channel, limit: int, within: KeySet | None = None) -> list[tuple[int, float]]:
            if channel is Channel.SEEN and vector.any():
                seen.append((vector, self._index.having(USER, "vector:seen") if within is None else within))
            return real(user_id, vector, channel, limit, within)

        self._index.nearest = noted  # type: ignore[method-assign]  # listens for the length of this loop
        for query in self._queries:
            self._ask(query)
        self._index.nearest = real  # type: ignore[method-assign]
        return [(vector, pool) for vector, pool in seen if pool]


def _recall(index: LocalIndex, keys: Any, matrix: Floats, vector: Floats, pool: KeySet | None) -> float:
    """Share of the truly nearest ``NEIGHBOURS`` that the index names; of equals, any."""
    inside = slice(None) if pool is None else np.isin(keys, array_of(pool), assume_unique=True)
    scores = (matrix @ vector)[inside]
    want = min(NEIGHBOURS, len(scores))
    if not want:
        return 1.0
    least = np.partition(scores, -want)[-want]
    found = index.nearest(USER, vector, Channel.SEEN, want, pool)
    return sum(score >= float(least) - 1e-5 for _, score in found) / want


def _nearest(scores: Floats) -> Any:
    best = np.argpartition(-scores, NEIGHBOURS)[:NEIGHBOURS]
    return best[np.argsort(-scores[best])]


def _library(models: Models, life: Life, size: int, *, fresh: bool) -> Path:
    """The folder of the library, made if it is not there: under the versions of the index and of the life."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "souvenir" / "search-bench"
    folder = root / f"{size}-v{VERSION}.{RECIPE}"
    if folder.exists() and not fresh:
        return folder
    for old in root.glob(f"{size}-*"):
        shutil.rmtree(old)
    building = folder.with_suffix(".new")
    shutil.rmtree(building, ignore_errors=True)
    index = LocalIndex(building, models.embedder)
    index.rebuild(USER, _shown(clips(life, size), size))
    index.close()
    building.rename(folder)
    return folder


def _shown(docs: Iterator[Any], size: int) -> Iterator[Any]:
    """The same, with a progress bar."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Making a library", total=size)
        last = ""
        for doc in docs:
            if doc.video_id != last:
                progress.advance(task)
                last = doc.video_id
            yield doc


def _renamed(doc: Any, name: str) -> bool:
    doc.video_id, doc.moment_id, doc.captured_at = name, f"{name}.{doc.moment_id.rpartition('.')[2]}", NOW_MS
    return True


def _timed(work: Any) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def _percentile(values: Sequence[float], share: float = 0.99) -> float:
    return float(np.quantile(np.array(values), share))


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)
