"""The change feed: an ordered list per account, resumed by cursor."""

from __future__ import annotations

from typing import Any

import msgspec

from glasses.wire.change import FeedEntry, OpKind
from relay.catalog.rows import Connection, text


def append(connection: Connection, user_id: str, kind: OpKind, subject_id: str, value: dict[str, Any], at: int) -> int:
    """Returns the entry's cursor. Call it in the transaction that makes the change."""
    row = connection.execute(
        "INSERT INTO changes (user_id, kind, subject_id, value, at) VALUES (?, ?, ?, ?, ?)", (user_id, kind, subject_id, text(value), at)
    )
    return int(row.lastrowid or 0)


def after(connection: Connection, user_id: str, cursor: int, limit: int) -> list[FeedEntry]:
    rows = connection.execute(
        "SELECT cursor, kind, subject_id, value, at FROM changes WHERE user_id = ? AND cursor > ? ORDER BY cursor LIMIT ?",
        (user_id, cursor, limit),
    ).fetchall()
    return [
        FeedEntry(
            cursor=row["cursor"],
            kind=OpKind(row["kind"]),
            subject_id=row["subject_id"],
            value=msgspec.json.decode(row["value"]),
            at=row["at"],
        )
        for row in rows
    ]


def told(connection: Connection, user_id: str, kind: OpKind, subject_id: str) -> bool:
    """Whether the feed has an entry of this kind about the subject."""
    sql = "SELECT 1 FROM changes WHERE user_id = ? AND kind = ? AND subject_id = ? LIMIT 1"
    return connection.execute(sql, (user_id, kind, subject_id)).fetchone() is not None


def count_after(connection: Connection, user_id: str, cursor: int) -> tuple[int, int]:
    """How many entries follow ``cursor``, and the newest cursor of the account."""
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE cursor > ?) AS pending, coalesce(max(cursor), 0) AS newest FROM changes WHERE user_id = ?",
        (cursor, user_id),
    ).fetchone()
    return int(row["pending"]), int(row["newest"])


def newest(connection: Connection, user_id: str) -> int:
    """The cursor of the account's last entry."""
    row = connection.execute("SELECT coalesce(max(cursor), 0) FROM changes WHERE user_id = ?", (user_id,)).fetchone()
    return max(int(row[0]), floor(connection, user_id))


def floor(connection: Connection, user_id: str) -> int:
    """Up to here the feed has been forgotten: who reads from before it must be told all there is instead."""
    row = connection.execute("SELECT cursor FROM feed_floors WHERE user_id = ?", (user_id,)).fetchone()
    return int(row["cursor"]) if row else 0


def forget(connection: Connection, before_ms: int) -> int:
    """Drop entries older than that, of all accounts; returns how many."""
    connection.execute(
        "INSERT INTO feed_floors SELECT user_id, max(cursor) FROM changes WHERE at < ? GROUP BY user_id"
        " ON CONFLICT (user_id) DO UPDATE SET cursor = max(cursor, excluded.cursor)",
        (before_ms,),
    )
    return connection.execute("DELETE FROM changes WHERE at < ?", (before_ms,)).rowcount


def acknowledge(connection: Connection, user_id: str, device_id: str, cursor: int, at: int) -> None:
    """The device has what the feed told up to ``cursor``: it asked for what follows."""
    connection.execute(
        "INSERT OR REPLACE INTO feed_readers (user_id, device_id, cursor, at) VALUES (?, ?, ?, ?)", (user_id, device_id, cursor, at)
    )


def acknowledged(connection: Connection, user_id: str, device_id: str) -> int:
    row = connection.execute("SELECT cursor FROM feed_readers WHERE user_id = ? AND device_id = ?", (user_id, device_id)).fetchone()
    return int(row["cursor"]) if row else 0


def drop(connection: Connection, user_id: str, kind: OpKind, subject_id: str) -> None:
    """The feed never told it."""
    connection.execute("DELETE FROM changes WHERE user_id = ? AND kind = ? AND subject_id = ?", (user_id, kind, subject_id))


def blank(connection: Connection, user_id: str, subject_id: str) -> None:
    """What the feed told of the subject is forgotten; that it told something is not."""
    connection.execute("UPDATE changes SET value = '{}' WHERE user_id = ? AND subject_id = ?", (user_id, subject_id))
