"""Term -> the keys that have it, in chunks of an SQLite table: a new key writes one small chunk of each of its terms."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

from relay.index.sets import EMPTY, KeySet, packed, union, unpacked

CHUNK_BITS = 14
"""A chunk is at most 2 KB."""
_CACHED = 4096

Changes = Mapping[str, Iterable[int]]


class Postings:
    """Not thread-safe: its shard holds the lock. Changes belong in the caller's transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._sets: dict[str, KeySet] = {}
        self._kinds: dict[str, dict[str, int]] = {}

    def of(self, term: str) -> KeySet:
        """Empty for a term that nothing has."""
        found = self._sets.get(term)
        if found is None:
            if len(self._sets) >= _CACHED:
                self._sets.clear()
            rows = self._db.execute("SELECT keys FROM posting WHERE term = ? ORDER BY chunk", (term,))
            found = self._sets[term] = union(unpacked(row[0]) for row in rows)
        return found

    def size(self, term: str) -> int:
        if term in self._sets:
            return len(self._sets[term])
        found = self._db.execute("SELECT size FROM term WHERE term = ?", (term,)).fetchone()
        return int(found[0]) if found else 0

    def of_kind(self, kind: str) -> dict[str, int]:
        """The terms "kind:..." without that, and how many keys each has."""
        if kind not in self._kinds:
            rows = self._db.execute("SELECT term, size FROM term WHERE term >= ? AND term < ?", (f"{kind}:", f"{kind};"))
            self._kinds[kind] = {term[len(kind) + 1 :]: size for term, size in rows}
        return self._kinds[kind]

    def add(self, changes: Changes) -> None:
        self._change(changes, adds=True)

    def remove(self, changes: Changes) -> None:
        self._change(changes, adds=False)

    def forget(self) -> None:
        self._sets.clear()
        self._kinds.clear()

    def _change(self, changes: Changes, *, adds: bool) -> None:
        for term in sorted(changes):
            self._sets.pop(term, None)
            self._kinds.pop(term.partition(":")[0], None)
            chunks: dict[int, list[int]] = defaultdict(list)
            for key in changes[term]:
                chunks[key >> CHUNK_BITS].append(key)
            grown = sum(self._write(term, chunk, KeySet(keys), adds=adds) for chunk, keys in chunks.items())
            self._resize(term, grown)

    def _write(self, term: str, chunk: int, keys: KeySet, *, adds: bool) -> int:
        """By how many keys the chunk has grown."""
        found = self._db.execute("SELECT keys FROM posting WHERE term = ? AND chunk = ?", (term, chunk)).fetchone()
        before = unpacked(found[0]) if found else EMPTY
        after = before | keys if adds else before - keys
        if not after:
            self._db.execute("DELETE FROM posting WHERE term = ? AND chunk = ?", (term, chunk))
        elif len(after) != len(before):
            self._db.execute("INSERT OR REPLACE INTO posting VALUES (?, ?, ?)", (term, chunk, packed(after)))
        return len(after) - len(before)

    def _resize(self, term: str, grown: int) -> None:
        if grown > 0:
            sql = "INSERT INTO term VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET size = size + excluded.size"
            self._db.execute(sql, (term, grown))
        elif grown < 0:
            self._db.execute("UPDATE term SET size = size + ? WHERE term = ?", (grown, term))
            self._db.execute("DELETE FROM term WHERE term = ? AND size <= 0", (term,))
