"""Full text of one account: FTS5 with BM25 over what was said, written, noted, labelled, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from relay.index.base import TextField

_WEIGHTS = {TextField.SPEECH: 1.0, TextField.WRITTEN: 1.0, TextField.NOTES: 2.0, TextField.LABELS: 1.5, TextField.PLACE: 0.5}
"""A wearer's own note says most of a clip."""


def matching(db: sqlite3.Connection, words: Sequence[str], fields: Sequence[TextField]) -> list[int]:
    """The keys of all moments with every word, ascending; empty for no words."""
    match = _query(words, fields, every=True)
    return [row[0] for row in db.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", (match,))] if match else []


def find(db: sqlite3.Connection, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
    """(moment key, score: higher is better), best first; empty for no words."""
    match = _query(words, fields, every=every)
    if not match:
        return []
    weights = ", ".join(str(weight) for weight in _WEIGHTS.values())
    sql = f"SELECT rowid, -bm25(words, {weights}) AS score FROM words WHERE words MATCH ? ORDER BY score DESC, rowid DESC LIMIT ?"  # noqa: S608 - constants only
    return [(int(key), float(score)) for key, score in db.execute(sql, (match, limit))]


def _query(words: Sequence[str], fields: Sequence[TextField], *, every: bool) -> str:
    """In FTS5's language, each word quoted; empty when there is nothing to ask."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words if word.strip()]
    if not quoted or not fields:
        return ""
    return f"{{{' '.join(fields)}}} : ({(' AND ' if every else ' OR ').join(quoted)})"
