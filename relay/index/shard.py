"""One account's index: an SQLite file and the files of its vectors in one folder."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from relay.catalog.records import MomentDoc
from relay.index.base import Channel, Embedder, Floats, PlaceCount, TextField, VideoRow
from relay.index.documents import by_video, seen_of, terms_of, video_terms, words_of
from relay.index.heads import FOLLOWERS, Heads
from relay.index.hints import LabelHints, length_term
from relay.index.positions import Positions
from relay.index.postings import Postings
from relay.index.records import Records
from relay.index.schema import TABLES, VERSION
from relay.index.sets import Keys, KeySet
from relay.index.text import FullText
from relay.index.timeline import LATE, VIDEOS, Timeline
from relay.index.vectors import Bytes, Vectors, no_hints, quantised

_BATCH = 8000


class Shard:
    """Thread-safe. Opens or makes ``folder``; raises sqlite3.DatabaseError for a damaged file."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "index.db", isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._db.close()
            raise
        self._postings = Postings(self._db)
        self._records = Records(self._db)
        self._positions = Positions(self._db)
        self._timeline = Timeline(self._db, self._postings)
        self._heads = Heads(self._postings)
        self._text = FullText(self._db, self._postings)
        self._hints = LabelHints(self._postings, embedder)
        self._written = self._data_version()
        self._vectors = {channel: Vectors(folder, channel, _VectorRows(self._db, channel), _Mark(self._db, channel)) for channel in Channel}

    def close(self) -> None:
        with self._lock:
            for vectors in self._vectors.values():
                vectors.save()
            self._text.tokens.close()
            self._db.close()

    def ready(self) -> None:
        """Makes what the vectors need now, not with the first question."""
        with self._lock:
            for channel, vectors in self._vectors.items():
                row = self._db.execute(f"SELECT value FROM vector_{channel} LIMIT 1").fetchone()  # noqa: S608 - own names only
                vectors.ready(len(row[0]) if row else 0, self._postings.size(f"vector:{channel}"))

    def put(self, docs: Iterable[MomentDoc]) -> None:
        grouped = by_video(docs)
        with self._lock:
            with self._transaction():
                stale = [key for _, video_id in grouped for key in self._delete(video_id)]
                keyed = self._insert(list(grouped.values()))
                added = {channel: self._embed(channel, keyed) for channel in Channel}
            for channel, vectors in self._vectors.items():
                vectors.removed(stale)
                vectors.added(*added[channel])

    def remove(self, video_id: str) -> None:
        with self._lock:
            with self._transaction():
                stale = self._delete(video_id)
            for vectors in self._vectors.values():
                vectors.removed(stale)

    def digests(self) -> dict[str, str]:
        with self._reading():
            return self._records.digests()

    def late(self) -> int:
        with self._reading():
            return self._postings.size(LATE)

    def everything(self) -> KeySet:
        with self._reading():
            return self._timeline.everything()

    def having(self, term: str) -> KeySet:
        with self._reading():
            return self._postings.of(term)

    def videos_of(self, moments: KeySet) -> KeySet:
        with self._reading():
            return self._heads.videos_of(moments)

    def moments_of(self, videos: KeySet) -> KeySet:
        with self._reading():
            return self._heads.moments_of(videos)

    def between(self, start_at: int | None, end_at: int | None) -> KeySet:
        with self._reading():
            return self._timeline.between(start_at, end_at)

    def by_clock(self, start_at: int | None, end_at: int | None, timezone: str) -> KeySet:
        with self._reading():
            return self._timeline.by_clock(start_at, end_at, timezone)

    def near(self, lat: float, lon: float, radius_km: float) -> KeySet:
        with self._reading():
            return self._positions.near((lat, lon, radius_km)) & self._timeline.everything()

    def newest(self, videos: KeySet, limit: int) -> list[int]:
        with self._reading():
            return self._timeline.newest(videos, limit)

    def terms(self, kind: str) -> dict[str, int]:
        with self._reading():
            return self._postings.of_kind(kind)

    def places(self) -> list[PlaceCount]:
        with self._reading():
            return self._records.places()

    def text(self, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
        with self._reading():
            return self._text.ranked(words, fields, every=every, limit=limit)

    def matching(self, words: Sequence[str], fields: Sequence[TextField]) -> KeySet:
        with self._reading():
            return self._text.matching(words, fields)

    def nearest(self, vector: Floats, channel: Channel, limit: int, within: KeySet | None) -> list[tuple[int, float]]:
        with self._reading():
            pool = self._postings.of(f"vector:{channel}")
            pool = pool if within is None else pool & within
            hints = (lambda: self._hints.near(vector, pool)) if channel is Channel.SEEN else no_hints
            return self._vectors[channel].nearest(vector, limit, pool, hints)

    def stored_vectors(self, channel: Channel) -> Iterable[tuple[Keys, Bytes]]:
        return _VectorRows(self._db, channel).after(0)

    def rows(self, videos: Sequence[int]) -> list[VideoRow]:
        with self._reading():
            return self._records.rows(videos)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # a copy of the catalogue: losing the last second costs a refresh, not a clip
        self._db.execute("PRAGMA mmap_size = 2147418112")
        self._db.execute("PRAGMA cache_size = -32768")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in {0, VERSION}:
            raise sqlite3.DatabaseError(f"index of version {version}, not {VERSION}")
        if version == 0:
            self._db.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;")

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Holds the lock, and drops what is cached when another process has written."""
        with self._lock:
            now = self._data_version()
            if now != self._written:
                self._written = now
                self._forget()
            yield

    def _forget(self) -> None:
        for each in (self._postings, self._records, self._positions, self._timeline, self._heads):
            each.forget()
        for vectors in self._vectors.values():
            vectors.forget()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._forget()
            raise
        self._db.execute("COMMIT")
        self._timeline.forget()

    def _delete(self, video_id: str) -> list[int]:
        """Deletes a video's rows; the moment keys that it had."""
        stored = self._records.stored(video_id)
        if not stored:
            return []
        first, end = stored.key, stored.key + stored.moments
        self._postings.remove(_unpacked(stored.terms, first))
        for table, column in (("words", "rowid"), ("vector_seen", "moment"), ("vector_said", "moment")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} >= ? AND {column} < ?", (first, end))  # noqa: S608 - own names only
        self._records.delete(stored)
        return list(range(first, end))

    def _insert(self, videos: Sequence[Sequence[MomentDoc]]) -> list[tuple[int, MomentDoc]]:
        """Stores videos with all that finds them; each moment with its key."""
        key = self._next_key(sum(len(moments) for moments in videos))
        starts, keyed = [], []
        for moments in videos:
            starts.append(key)
            keyed += list(zip(range(key, key + len(moments)), moments, strict=True))
            key += len(moments)
        stems: dict[int, list[str]] = defaultdict(list)
        for term, moment in self._text.tokens.of_texts((at, words_of(doc)) for at, doc in keyed):
            stems[moment].append(term)
        changes: dict[str, list[int]] = defaultdict(list)
        for start, moments in zip(starts, videos, strict=True):
            late = self._timeline.is_late(moments[0].captured_at)
            terms = _terms(start, moments, stems, late=late)
            self._records.insert(start, moments, late=late, terms=_packed(terms))
            self._positions.added(start, moments[0].lat, moments[0].lon)
            for at, listed in enumerate(terms):
                for term in listed:
                    changes[term].append(start + at)
        self._postings.add(changes)
        sql = "INSERT INTO words (rowid, speech, written, notes, labels, place) VALUES (?, ?, ?, ?, ?, ?)"
        self._db.executemany(sql, ((at, *words_of(doc)) for at, doc in keyed))
        return keyed

    def _next_key(self, count: int) -> int:
        """Reserves ``count`` keys, and the first of them. A key never comes back."""
        found = self._db.execute("SELECT value FROM meta WHERE key = 'next'").fetchone()
        first = int(found[0]) if found else 1
        self._db.execute("INSERT OR REPLACE INTO meta VALUES ('next', ?)", (first + count,))
        return first

    def _embed(self, channel: Channel, keyed: Sequence[tuple[int, MomentDoc]]) -> tuple[Keys, Bytes]:
        """Stores the vectors of texts; those without known words get none."""
        said = [(key, seen_of(doc) if channel is Channel.SEEN else doc.speech) for key, doc in keyed]
        said = [(key, text) for key, text in said if text]
        if not said:
            return np.empty(0, np.int64), np.empty((0, 0), np.int8)
        matrix = self._embedder.embed([text for _, text in said])
        known = np.flatnonzero(matrix.any(axis=1))
        keys, rows = np.array([key for key, _ in said], np.int64)[known], quantised(matrix[known])
        values = ((key, row.tobytes()) for key, row in zip(keys.tolist(), rows, strict=True))
        self._db.executemany(f"INSERT INTO vector_{channel} VALUES (?, ?)", values)  # noqa: S608 - own names only
        self._postings.add({f"vector:{channel}": keys.tolist()} if len(keys) else {})
        return keys, rows


def _terms(start: int, moments: Sequence[MomentDoc], stems: dict[int, list[str]], *, late: bool) -> list[set[str]]:
    """Each moment's terms; the first one's with those of the video."""
    listed = []
    for at, doc in enumerate(moments):
        terms = terms_of(doc) | set(stems.get(start + at, ())) | {length_term(seen_of(doc))}
        listed.append(terms | {FOLLOWERS} if at else terms)
    listed[0] |= video_terms(moments) | {VIDEOS} | ({LATE} if late else set())
    return listed


def _packed(terms: list[set[str]]) -> bytes:
    return zlib.compress(msgspec.json.encode([sorted(each) for each in terms]), 1)


def _unpacked(blob: bytes, first: int) -> dict[str, list[int]]:
    changes: dict[str, list[int]] = defaultdict(list)
    for at, listed in enumerate(msgspec.json.decode(zlib.decompress(blob), type=list[list[str]])):
        for term in [*listed, *(f"vector:{channel}" for channel in Channel)]:
            changes[term].append(first + at)
    return changes


class _VectorRows:
    def __init__(self, db: sqlite3.Connection, channel: Channel) -> None:
        self._db = db
        self._channel = channel

    def after(self, key: int) -> Iterable[tuple[Keys, Bytes]]:
        while True:
            sql = f"SELECT moment, value FROM vector_{self._channel} WHERE moment > ? ORDER BY moment LIMIT ?"  # noqa: S608 - own names only
            found = self._db.execute(sql, (key, _BATCH)).fetchall()
            if not found:
                return
            key = found[-1][0]
            rows = np.frombuffer(b"".join(row[1] for row in found), np.int8).reshape(len(found), -1)
            yield np.array([row[0] for row in found], np.int64), rows


class _Mark:
    def __init__(self, db: sqlite3.Connection, channel: Channel) -> None:
        self._db = db
        self._key = f"{channel}.key"

    def read(self) -> int:
        found = self._db.execute("SELECT value FROM meta WHERE key = ?", (self._key,)).fetchone()
        return int(found[0]) if found else 0

    def write(self, key: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (self._key, key))
