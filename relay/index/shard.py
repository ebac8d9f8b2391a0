"""One account's index: an SQLite file and the graphs of its vectors in one folder."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from relay.catalog.records import MomentDoc
from relay.index import text
from relay.index.base import MOMENT_BITS, Channel, Columns, Embedder, Floats, Keys, MomentRow, PlaceCount, TextField, VideoRow
from relay.index.documents import by_video, digest_of, labels_of, local_ms, seen_of, terms_of, words_of
from relay.index.schema import TABLES, VERSION
from relay.index.vectors import Vectors

_MOST_MOMENTS = 1 << MOMENT_BITS
_CACHED_TERMS = 2048
_BATCH = 2000


class Shard:
    """Thread-safe. Opens or makes ``folder``; raises sqlite3.DatabaseError for a damaged file."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.RLock()
        self._db = sqlite3.connect(folder / "index.db", isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError:
            self._db.close()
            raise
        self._postings: dict[str, Keys] = {}
        self._columns: Columns | None = None
        self._terms: dict[str, dict[str, int]] = {}
        self._places: list[PlaceCount] | None = None
        self._written = self._data_version()
        self._vectors = {
            channel: Vectors(folder / f"{channel}.usearch", _VectorRows(self._db, channel), _Mark(self._db, channel)) for channel in Channel
        }

    def close(self) -> None:
        with self._lock:
            for vectors in self._vectors.values():
                vectors.save()
            self._db.close()

    def put(self, docs: Iterable[MomentDoc]) -> None:
        grouped = by_video(docs)
        with self._lock:
            fresh: dict[Channel, list[tuple[int, str]]] = {channel: [] for channel in Channel}
            stale: list[int] = []
            with self._transaction():
                for (_, video_id), moments in grouped.items():
                    stale += self._delete(video_id)
                    self._insert(video_id, moments, fresh)
                added = {channel: self._embed(channel, listed) for channel, listed in fresh.items() if listed}
            self._forget(stale)
            for channel, (last_row, keys, vectors) in added.items():
                self._vectors[channel].added(last_row, keys, vectors)

    def remove(self, video_id: str) -> None:
        with self._lock:
            with self._transaction():
                stale = self._delete(video_id)
            self._forget(stale)

    def digests(self) -> dict[str, str]:
        with self._reading():
            return dict(self._db.execute("SELECT video_id, digest FROM video"))

    def having(self, term: str) -> Keys:
        with self._reading():
            if term not in self._postings:
                if len(self._postings) >= _CACHED_TERMS:
                    self._postings.clear()
                found = self._db.execute("SELECT moment FROM posting WHERE term = ? ORDER BY moment", (term,)).fetchall()
                self._postings[term] = np.fromiter((row[0] for row in found), np.int64, len(found))
            return self._postings[term]

    def terms(self, kind: str) -> dict[str, int]:
        with self._reading():
            if kind not in self._terms:
                low, high = f"{kind}:", f"{kind};"
                rows = self._db.execute("SELECT term, count(*) FROM posting WHERE term >= ? AND term < ? GROUP BY term", (low, high))
                self._terms[kind] = {term[len(low) :]: count for term, count in rows}
            return self._terms[kind]

    def places(self) -> list[PlaceCount]:
        with self._reading():
            if self._places is not None:
                return self._places
            sql = "SELECT place, place_ids, count(*), avg(lat), avg(lon) FROM video WHERE place != '' GROUP BY place_ids ORDER BY 3 DESC, 1"
            found = self._db.execute(sql)
            self._places = [PlaceCount(name, tuple(json.loads(ids)), videos, lat, lon) for name, ids, videos, lat, lon in found]
            return self._places

    def columns(self) -> Columns:
        with self._reading():
            if self._columns is None:
                rows = self._db.execute(
                    "SELECT key, captured_at, local_at, lat, lon, quality FROM video ORDER BY captured_at, key"
                ).fetchall()
                table = np.array([tuple(np.nan if cell is None else cell for cell in row[3:]) for row in rows], np.float64).reshape(-1, 3)
                keys = np.fromiter((row[0] for row in rows), np.int64, len(rows))
                times = np.fromiter((row[1] for row in rows), np.int64, len(rows))
                local = np.fromiter((row[2] for row in rows), np.int64, len(rows))
                self._columns = Columns(keys, times, local, table[:, 0], table[:, 1], table[:, 2])
            return self._columns

    def text(self, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
        with self._reading():
            return text.find(self._db, words, fields, every=every, limit=limit)

    def matching(self, words: Sequence[str], fields: Sequence[TextField]) -> Keys:
        with self._reading():
            return np.array(text.matching(self._db, words, fields), np.int64)

    def nearest(self, vector: Floats, channel: Channel, limit: int) -> list[tuple[int, float]]:
        with self._reading():
            return self._vectors[channel].nearest(vector, limit)

    def rows(self, videos: Sequence[int]) -> list[VideoRow]:
        with self._reading():
            return [row for row in (self._row(key) for key in videos) if row]

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # a copy of the catalogue: losing the last second costs a refresh, not a clip
        self._db.execute("PRAGMA mmap_size = 268435456")
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
                self._written, self._columns, self._places = now, None, None
                self._postings.clear()
                self._terms.clear()
                for vectors in self._vectors.values():
                    vectors.forget()
            yield

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        self._places = None
        self._terms.clear()
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._columns = None
            self._postings.clear()
            raise
        self._db.execute("COMMIT")

    def _forget(self, stale: list[int]) -> None:
        for vectors in self._vectors.values():
            vectors.removed(stale)

    def _delete(self, video_id: str) -> list[int]:
        """Deletes a video's rows; the moment keys that it had."""
        found = self._db.execute("SELECT key FROM video WHERE video_id = ?", (video_id,)).fetchone()
        if not found:
            return []
        low, high = found[0] << MOMENT_BITS, (found[0] + 1) << MOMENT_BITS
        keys = [row[0] for row in self._db.execute("SELECT key FROM moment WHERE key >= ? AND key < ?", (low, high))]
        for (term,) in self._db.execute("SELECT DISTINCT term FROM posting WHERE moment >= ? AND moment < ?", (low, high)):
            self._postings.pop(term, None)
        self._db.execute("DELETE FROM posting WHERE moment >= ? AND moment < ?", (low, high))
        self._db.execute("DELETE FROM words WHERE rowid >= ? AND rowid < ?", (low, high))
        self._db.execute("DELETE FROM vector WHERE moment >= ? AND moment < ?", (low, high))
        self._db.execute("DELETE FROM moment WHERE key >= ? AND key < ?", (low, high))
        self._db.execute("DELETE FROM video WHERE key = ?", found)
        if self._columns is not None:
            here = np.flatnonzero(self._columns.videos == found[0])
            have = self._columns
            self._columns = Columns(
                np.delete(have.videos, here), np.delete(have.captured_at, here), np.delete(have.local_at, here),
                np.delete(have.lat, here), np.delete(have.lon, here), np.delete(have.quality, here),
            )  # fmt: skip
        return keys

    def _insert(self, video_id: str, moments: list[MomentDoc], fresh: dict[Channel, list[tuple[int, str]]]) -> None:
        first = moments[0]
        quality = max(doc.quality for doc in moments)
        row = {
            "video_id": video_id, "digest": digest_of(moments), "kind": str(first.kind), "captured_at": first.captured_at,
            "local_at": local_ms(first.captured_at, first.timezone), "timezone": first.timezone, "duration_s": first.duration_s,
            "lat": first.lat, "lon": first.lon, "place": first.place.name, "country": first.place.country,
            "place_ids": json.dumps(first.place.ids), "quality": quality,
        }  # fmt: skip
        sql = f"INSERT INTO video ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"  # noqa: S608 - own names only
        video = self._db.execute(sql, row).lastrowid
        if video is None:
            raise sqlite3.DatabaseError("the row of a video got no key")
        for number, doc in enumerate(moments[:_MOST_MOMENTS]):
            self._insert_moment(video << MOMENT_BITS | number, doc, fresh)
        self._insert_column(video, first, quality)

    def _insert_moment(self, key: int, doc: MomentDoc, fresh: dict[Channel, list[tuple[int, str]]]) -> None:
        people, labels = json.dumps(doc.people), json.dumps(labels_of(doc))
        self._db.execute(
            "INSERT INTO moment VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (key, doc.moment_id, doc.start_s, doc.end_s, doc.quality, people, doc.unknown_faces, labels),
        )
        for term in sorted(terms_of(doc)):
            self._db.execute("INSERT INTO posting VALUES (?, ?)", (term, key))
            self._postings.pop(term, None)
        sql = "INSERT INTO words (rowid, speech, written, notes, labels, place) VALUES (?, ?, ?, ?, ?, ?)"
        self._db.execute(sql, (key, *words_of(doc)))
        for channel, said in ((Channel.SEEN, seen_of(doc)), (Channel.SAID, doc.speech)):
            if said:
                fresh[channel].append((key, said))

    def _insert_column(self, video: int, first: MomentDoc, quality: float) -> None:
        """Keeps the columns without reading them all again."""
        have = self._columns
        if have is None:
            return
        at = int(np.searchsorted(have.captured_at, first.captured_at, "right"))
        lat = np.nan if first.lat is None else first.lat
        lon = np.nan if first.lon is None else first.lon
        self._columns = Columns(
            np.insert(have.videos, at, video), np.insert(have.captured_at, at, first.captured_at),
            np.insert(have.local_at, at, local_ms(first.captured_at, first.timezone)), np.insert(have.lat, at, lat),
            np.insert(have.lon, at, lon), np.insert(have.quality, at, quality),
        )  # fmt: skip

    def _embed(self, channel: Channel, listed: list[tuple[int, str]]) -> tuple[int, Keys, Floats]:
        """Stores the vectors of texts; those without known words get none."""
        matrix = self._embedder.embed([said for _, said in listed])
        last_row = 0
        kept = [index for index in range(len(listed)) if matrix[index].any()]
        for index in kept:
            value = matrix[index].astype(np.float16).tobytes()
            values = (channel, listed[index][0], value)
            row = self._db.execute("INSERT INTO vector (channel, moment, value) VALUES (?, ?, ?)", values).lastrowid
            last_row = row or last_row
        return last_row, np.array([listed[index][0] for index in kept], np.int64), matrix[kept]

    def _row(self, key: int) -> VideoRow | None:
        found = self._db.execute(
            "SELECT video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, place_ids FROM video WHERE key = ?", (key,)
        ).fetchone()
        if not found:
            return None
        low, high = key << MOMENT_BITS, (key + 1) << MOMENT_BITS
        moments = self._db.execute("SELECT * FROM moment WHERE key >= ? AND key < ? ORDER BY key", (low, high))
        listed = tuple(
            MomentRow(moment, name, start_s, end_s, quality, tuple(json.loads(people)), faces, tuple(json.loads(labels)))
            for moment, name, start_s, end_s, quality, people, faces, labels in moments
        )
        video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, place_ids = found
        ids = tuple(json.loads(place_ids))
        return VideoRow(key, video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, ids, listed)


class _VectorRows:
    def __init__(self, db: sqlite3.Connection, channel: Channel) -> None:
        self._db = db
        self._channel = channel

    def count(self) -> int:
        """Exact up to where it matters: counting stops once the graph is the better way."""
        sql = "SELECT count(*) FROM (SELECT 1 FROM vector WHERE channel = ? LIMIT 4097)"
        return int(self._db.execute(sql, (self._channel,)).fetchone()[0])

    def after(self, row: int) -> Iterable[tuple[int, Keys, Floats]]:
        while True:
            sql = "SELECT row, moment, value FROM vector WHERE channel = ? AND row > ? ORDER BY row LIMIT ?"
            found = self._db.execute(sql, (self._channel, row, _BATCH)).fetchall()
            if not found:
                return
            row = found[-1][0]
            yield row, np.array([each[1] for each in found], np.int64), _matrix([each[2] for each in found])

    def of(self, keys: Sequence[int]) -> tuple[Keys, Floats]:
        marks = ",".join("?" * len(keys))
        sql = f"SELECT moment, value FROM vector WHERE channel = ? AND moment IN ({marks})"  # noqa: S608 - question marks only
        found = self._db.execute(sql, (self._channel, *keys)).fetchall()
        return np.array([each[0] for each in found], np.int64), _matrix([each[1] for each in found])


def _matrix(blobs: list[bytes]) -> Floats:
    if not blobs:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), np.float16).reshape(len(blobs), -1).astype(np.float32)


class _Mark:
    def __init__(self, db: sqlite3.Connection, channel: Channel) -> None:
        self._db = db
        self._key = f"{channel}.row"

    def read(self) -> int:
        found = self._db.execute("SELECT value FROM meta WHERE key = ?", (self._key,)).fetchone()
        return int(found[0]) if found else 0

    def write(self, row: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (self._key, str(row)))
