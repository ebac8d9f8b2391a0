"""Full text of one account: FTS5 with BM25 over what was said, written, noted, labelled, and where."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from relay.index.base import TextField

_WEIGHTS = {TextField.SPEECH: 1.0, TextField.WRITTEN: 1.0, TextField.NOTES: 2.0, TextField.LABELS: 1.5, TextField.PLACE: 0.5}
"""A wearer's own note says most of a clip."""


def find(db: sqlite3.Connection, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
    """(moment key, score: higher is better), best first; empty for no words."""
    quoted = ['"' + word.replace('"', '""') + '"' for word in words if word.strip()]
    if not quoted or not fields:
        return []
    match = f"{{{' '.join(fields)}}} : ({(' AND ' if every else ' OR ').join(quoted)})"
    weights = ", ".join(str(weight) for weight in _WEIGHTS.values())
    sql = f"SELECT rowid, -bm25(words, {weights}) AS score FROM words WHERE words MATCH ? ORDER BY score DESC, rowid DESC LIMIT ?"  # noqa: S608 - constants only
    return [(int(key), float(score)) for key, score in db.execute(sql, (match, limit))]
