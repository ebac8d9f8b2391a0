"""Films that were prepared without being asked for: of what, in which state, and which of them the wearer did not want."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection, records, text


class Prepared(msgspec.Struct, kw_only=True):
    memory_id: str
    kind: str
    start_at: int
    end_at: int
    state: str = ""
    """Of the clips that it was made of: made again only when another one."""
    removed_at: int | None = None
    """Deleted by its owner: never made again."""


def put(connection: Connection, user_id: str, prepared: Prepared) -> None:
    connection.execute("INSERT OR REPLACE INTO occasions VALUES (?, ?, ?)", (user_id, prepared.memory_id, text(prepared)))


def of_user(connection: Connection, user_id: str) -> list[Prepared]:
    rows = connection.execute("SELECT record FROM occasions WHERE user_id = ? ORDER BY memory_id", (user_id,)).fetchall()
    return records(rows, Prepared)


def remove(connection: Connection, user_id: str, memory_id: str, at: int) -> None:
    """Its owner deleted the film. Harmless for one that was asked for."""
    for prepared in of_user(connection, user_id):
        if prepared.memory_id == memory_id:
            prepared.removed_at = at
            put(connection, user_id, prepared)


def seen(connection: Connection, user_id: str) -> str:
    """The state of the account in which nothing was left to prepare; empty before."""
    row = connection.execute("SELECT state FROM occasions_seen WHERE user_id = ?", (user_id,)).fetchone()
    return "" if row is None else str(row["state"])


def see(connection: Connection, user_id: str, state: str) -> None:
    connection.execute("INSERT OR REPLACE INTO occasions_seen VALUES (?, ?)", (user_id, state))
