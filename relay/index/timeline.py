"""An account's videos in the order of their time.

Keys grow, and clips mostly come in the order in which they were taken: so the order of keys is the order of time, but for those that came
late. These few are looked at one by one. A rebuild sorts all anew.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left

from relay.index.documents import same_clock
from relay.index.postings import Postings
from relay.index.sets import EMPTY, KeySet, between, keys_of, last, union

VIDEOS, LATE = "video:", "late:"
"""Terms: the keys of all videos, and of those that came after a clip that was taken later."""


class Timeline:
    """Not thread-safe: its shard holds the lock."""

    def __init__(self, db: sqlite3.Connection, postings: Postings) -> None:
        self._db = db
        self._postings = postings
        self._late: list[tuple[int, int]] | None = None
        self._ranges: dict[tuple[int | None, int | None], KeySet] = {}

    def everything(self) -> KeySet:
        return self._postings.of(VIDEOS)

    def is_late(self, captured_at: int) -> bool:
        found = self._db.execute("SELECT captured_at FROM video WHERE late = 0 ORDER BY captured_at DESC LIMIT 1").fetchone()
        return bool(found and captured_at < found[0])

    def between(self, start_at: int | None, end_at: int | None) -> KeySet:
        """Videos taken from ``start_at`` (UTC ms) up to, not at, ``end_at``; None: no limit."""
        if start_at is None and end_at is None:
            return self.everything()
        if (start_at, end_at) not in self._ranges:
            if len(self._ranges) > 256:
                self._ranges.clear()
            self._ranges[start_at, end_at] = self._between(start_at, end_at)
        return self._ranges[start_at, end_at]

    def by_clock(self, start_at: int | None, end_at: int | None, timezone: str) -> KeySet:
        """As ``between``, but by the clock where each was taken: from when it showed what that of ``timezone`` shows at ``start_at``.
        Videos without a zone of their own go by ``timezone``."""
        zones: dict[tuple[int | None, int | None], list[KeySet]] = {}
        for zone in self._postings.of_kind("zone"):
            ends = [at if at is None else same_clock(at, zone, timezone) for at in (start_at, end_at)]
            zones.setdefault((ends[0], ends[1]), []).append(self._postings.of(f"zone:{zone}"))
        return union(self.between(*ends) & union(sets) for ends, sets in zones.items())

    def newest(self, videos: KeySet, limit: int) -> list[int]:
        """The keys of the latest ``limit`` of ``videos``, the latest first; of one moment, the higher key."""
        late = videos & self._postings.of(LATE)
        if not late:
            return last(videos, limit)
        listed = [(taken_at, key) for taken_at, key in self._latecomers() if key in late]
        in_order = last(videos - late, limit)
        marks = ",".join("?" * len(in_order))
        listed += self._db.execute(f"SELECT captured_at, key FROM video WHERE key IN ({marks})", in_order)  # noqa: S608 - question marks only
        return [key for _, key in sorted(listed, reverse=True)[:limit]]

    def forget(self) -> None:
        self._late = None
        self._ranges.clear()

    def _between(self, start_at: int | None, end_at: int | None) -> KeySet:
        late = self._postings.of(LATE)
        first = 0 if start_at is None else self._first_from(start_at)
        end = None if end_at is None else self._first_from(end_at)
        everything = self.everything()
        if not everything or first is None:
            in_order = EMPTY
        else:
            in_order = (everything - late) & between(first, everything.max() + 1 if end is None else end)
        if not late:
            return in_order
        listed = self._latecomers()
        low = 0 if start_at is None else bisect_left(listed, (start_at, -1))
        high = len(listed) if end_at is None else bisect_left(listed, (end_at, -1))
        return in_order | keys_of(key for _, key in listed[low:high])

    def _first_from(self, at: int) -> int | None:
        """The key of the first clip in order that was taken at ``at`` or later."""
        sql = "SELECT key FROM video WHERE late = 0 AND captured_at >= ? ORDER BY captured_at, key LIMIT 1"
        found = self._db.execute(sql, (at,)).fetchone()
        return int(found[0]) if found else None

    def _latecomers(self) -> list[tuple[int, int]]:
        if self._late is None:
            self._late = self._db.execute("SELECT captured_at, key FROM video WHERE late = 1 ORDER BY captured_at, key").fetchall()
        return self._late
