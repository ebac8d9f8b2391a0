"""The rows of videos and moments: written from documents, read for showing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay.catalog.records import MomentDoc
from relay.index.base import MomentRow, PlaceCount, VideoRow
from relay.index.documents import digest_of, labels_of

_VIDEO = "key, video_id, digest, kind, captured_at, late, timezone, duration_s, lat, lon, place, country, place_ids, moments, terms"
_SHOWN = "key, video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, place_ids, moments"


@dataclass(frozen=True)
class Stored:
    """What is there of a video."""

    key: int
    moments: int
    terms: bytes
    place_ids: str
    lat: float | None
    lon: float | None


class Records:
    """Not thread-safe: its shard holds the lock. Writes belong in the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._places: list[PlaceCount] | None = None

    def stored(self, video_id: str) -> Stored | None:
        sql = "SELECT key, moments, terms, place_ids, lat, lon FROM video WHERE video_id = ?"
        found = self._db.execute(sql, (video_id,)).fetchone()
        return Stored(*found) if found else None

    def insert(self, key: int, moments: Sequence[MomentDoc], *, late: bool, terms: bytes) -> None:
        first = moments[0]
        row = (
            key, first.video_id, digest_of(moments), str(first.kind), first.captured_at, late, first.timezone, first.duration_s,
            first.lat, first.lon, first.place.name, first.place.country, json.dumps(first.place.ids), len(moments), terms,
        )  # fmt: skip
        self._db.execute(f"INSERT INTO video ({_VIDEO}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - own names only
        self._db.executemany(
            "INSERT INTO moment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (_moment(key + at, doc) for at, doc in enumerate(moments))
        )
        if first.place.name:
            self._count_place(json.dumps(first.place.ids), first.place.name, 1, first.lat, first.lon)

    def delete(self, stored: Stored) -> None:
        self._db.execute("DELETE FROM moment WHERE key >= ? AND key < ?", (stored.key, stored.key + stored.moments))
        self._db.execute("DELETE FROM video WHERE key = ?", (stored.key,))
        self._count_place(stored.place_ids, "", -1, stored.lat, stored.lon)

    def digests(self) -> dict[str, str]:
        return dict(self._db.execute("SELECT video_id, digest FROM video"))

    def places(self) -> list[PlaceCount]:
        if self._places is None:
            found = self._db.execute("SELECT name, ids, videos, placed, lat_sum, lon_sum FROM place ORDER BY videos DESC, name")
            self._places = [
                PlaceCount(name, tuple(json.loads(ids)), videos, lat / placed if placed else None, lon / placed if placed else None)
                for name, ids, videos, placed, lat, lon in found
            ]
        return self._places

    def forget(self) -> None:
        self._places = None

    def rows(self, keys: Sequence[int]) -> list[VideoRow]:
        marks = ",".join("?" * len(keys))
        found = {row[0]: row for row in self._db.execute(f"SELECT {_SHOWN} FROM video WHERE key IN ({marks})", keys)}  # noqa: S608 - question marks only
        of_moments = [moment for row in found.values() for moment in range(row[0], row[0] + row[-1])]
        moments = self._moments(of_moments)
        return [_video(found[key], moments) for key in keys if key in found]

    def _moments(self, keys: Sequence[int]) -> dict[int, MomentRow]:
        listed: dict[int, MomentRow] = {}
        for start in range(0, len(keys), 10_000):
            part = keys[start : start + 10_000]
            sql = f"SELECT * FROM moment WHERE key IN ({','.join('?' * len(part))})"  # noqa: S608 - question marks only
            for key, name, start_s, end_s, quality, people, faces, labels in self._db.execute(sql, part):
                shown = tuple(json.loads(people)), faces, tuple(json.loads(labels))
                listed[key] = MomentRow(key, name, start_s, end_s, quality, *shown)
        return listed

    def _count_place(self, ids: str, name: str, step: int, lat: float | None, lon: float | None) -> None:
        placed = step if lat is not None and lon is not None else 0
        sums = (placed * (lat or 0.0), placed * (lon or 0.0))
        sql = "UPDATE place SET videos = videos + ?, placed = placed + ?, lat_sum = lat_sum + ?, lon_sum = lon_sum + ? WHERE ids = ?"
        if not self._db.execute(sql, (step, placed, *sums, ids)).rowcount and step > 0:
            self._db.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)", (ids, name, step, placed, *sums))
        if step < 0:
            self._db.execute("DELETE FROM place WHERE ids = ? AND videos <= 0", (ids,))
        self._places = None


def _moment(key: int, doc: MomentDoc) -> tuple[object, ...]:
    people, labels = json.dumps(doc.people), json.dumps(labels_of(doc))
    return key, doc.moment_id, doc.start_s, doc.end_s, doc.quality, people, doc.unknown_faces, labels


def _video(row: tuple[Any, ...], moments: dict[int, MomentRow]) -> VideoRow:
    key, video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, place_ids, count = row
    listed = tuple(moments[at] for at in range(key, key + count) if at in moments)
    ids = tuple(json.loads(place_ids))
    return VideoRow(key, video_id, kind, captured_at, timezone, duration_s, lat, lon, place, country, ids, listed)
