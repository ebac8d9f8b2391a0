"""Small things the device remembers: its id, its last stamp, how far it has read the relay's feed, the words it should know."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from glasses.spool.db import SpoolDb
from glasses.wire.codec import decode_json, encode_json
from glasses.wire.memory import Memory

DEVICE_ID, LAST_STAMP, FEED_CURSOR, LINK_PLAN = "device_id", "last_stamp", "feed_cursor", "link_plan"


@dataclass(frozen=True, slots=True)
class Known:
    """A person or place of the wearer's, as the relay told it."""

    kind: str
    """``person`` or ``place``."""
    id: str
    name: str
    """Nothing for one who is to be forgotten."""
    detail: str
    """Of a person: what the wearer calls them ("wife, me")."""


class Settings:
    def __init__(self, db: SpoolDb) -> None:
        self._db = db

    async def get(self, key: str, default: str = "") -> str:
        row = await self._db.read(lambda c: c.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone())
        return row["value"] if row else default

    async def set(self, key: str, value: str, at: str = "") -> None:
        """``at``: as in ``SpoolDb.write``."""
        await self._db.write(lambda c: _set(c, key, value), at)

    async def learn(self, known: list[Known], memories: list[Memory], cursor: int, *, anew: bool = False) -> None:
        """Apply one piece of the relay's feed, never twice, because the cursor moves with it. ``anew``: it is all there is."""

        def work(connection: sqlite3.Connection) -> None:
            if anew:
                connection.execute("DELETE FROM vocabulary")
                connection.execute("DELETE FROM memories")
            _teach(connection, known)
            connection.executemany(
                "INSERT OR REPLACE INTO memories (memory_id, body, changed_at) VALUES (?, ?, ?)",
                [(memory.memory_id, encode_json(memory).decode(), memory.completed_at or memory.created_at) for memory in memories],
            )
            connection.executemany("DELETE FROM memories WHERE memory_id = ?", [(memory.memory_id,) for memory in memories if memory.gone])
            _set(connection, FEED_CURSOR, str(cursor))

        await self._db.write(work, "feed")

    async def teach(self, known: list[Known]) -> None:
        """People and places that somebody else than the relay's feed tells of."""
        await self._db.write(lambda c: _teach(c, known))

    async def known(self) -> list[Known]:
        rows = await self._db.read(lambda c: c.execute("SELECT kind, id, name, detail FROM vocabulary ORDER BY kind, name").fetchall())
        return [Known(*row) for row in rows]

    async def memories(self) -> list[Memory]:
        rows = await self._db.read(lambda c: c.execute("SELECT body FROM memories ORDER BY changed_at").fetchall())
        return [decode_json(row["body"], Memory) for row in rows]


def _teach(connection: sqlite3.Connection, known: list[Known]) -> None:
    """In the order given: the last word on each of them counts."""
    for item in known:
        connection.execute("DELETE FROM vocabulary WHERE kind = ? AND id = ?", (item.kind, item.id))
        if item.name:
            connection.execute(
                "INSERT INTO vocabulary (kind, id, name, detail) VALUES (?, ?, ?, ?)", (item.kind, item.id, item.name, item.detail)
            )


def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )
