"""Small facts about the relay itself: its id, when it last looked at the clock."""

from __future__ import annotations

from relay.catalog.rows import Connection


def get(connection: Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def put(connection: Connection, key: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))


def once(connection: Connection, key: str, value: str) -> str:
    """The value kept under ``key``; ``value`` if there was none."""
    connection.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (key, value))
    return get(connection, key) or value
