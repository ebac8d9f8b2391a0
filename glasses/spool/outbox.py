"""What is still to be sent: leased to one sender at a time, parked when sending it is pointless, removed only when it has arrived."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from glasses.spool.db import SpoolDb

MEDIA, TAGS, REQUEST = "media", "tags", "request"
PRIORITY = {REQUEST: 0, TAGS: 1, MEDIA: 2}
"""Small things first: they say what is coming, and get through where a clip does not."""


@dataclass(frozen=True, slots=True)
class Entry:
    entry_id: int
    kind: str
    subject_id: str
    payload: str
    attempts: int


class Outbox:
    """A lease is held by an owner (one run of the program): leases of other owners are those of the dead, and void."""

    def __init__(self, db: SpoolDb, owner: str) -> None:
        self._db, self._owner = db, owner

    async def lease(self, held_back: Collection[str] = ()) -> Entry | None:
        """The next entry to send; None when there is nothing. One that keeps failing goes behind the others.

        ``held_back``: kinds that are not to be sent now.
        """
        marks = ", ".join("?" * len(held_back))

        def work(connection: sqlite3.Connection) -> Entry | None:
            row = connection.execute(
                f"SELECT * FROM outbox WHERE owner != ? AND parked_code = '' AND kind NOT IN ({marks}) "  # noqa: S608  # marks only
                "ORDER BY attempts / 3, priority, entry_id LIMIT 1",
                (self._owner, *held_back),
            ).fetchone()
            if row is None:
                return None
            connection.execute("UPDATE outbox SET owner = ?, attempts = attempts + 1 WHERE entry_id = ?", (self._owner, row["entry_id"]))
            return Entry(row["entry_id"], row["kind"], row["subject_id"], row["payload"], row["attempts"] + 1)

        return await self._db.write(work, "lease")

    async def release(self, entry: Entry, *, refused: bool = False) -> None:
        """It did not arrive and may be tried again. ``refused``: it was its own fault, not an outage's."""
        attempts = entry.attempts if refused else entry.attempts - 1
        await self._db.write(
            lambda c: c.execute("UPDATE outbox SET owner = '', attempts = ? WHERE entry_id = ?", (attempts, entry.entry_id)), "release"
        )

    async def park(self, entry: Entry, code: str, detail: str) -> None:
        """Trying again is pointless until a person has looked: kept, shown, not sent."""
        await self._db.write(
            lambda c: c.execute(
                "UPDATE outbox SET owner = '', parked_code = ?, parked_detail = ? WHERE entry_id = ?", (code, detail, entry.entry_id)
            ),
            "park",
        )

    async def park_subject(self, kind: str, subject_id: str, code: str, detail: str) -> None:
        """As ``park``, whoever holds the entry."""
        await self._db.write(
            lambda c: c.execute(
                "UPDATE outbox SET owner = '', parked_code = ?, parked_detail = ? WHERE kind = ? AND subject_id = ?",
                (code, detail, kind, subject_id),
            )
        )

    async def unpark(self) -> int:
        """Try all parked entries again. Returns how many there were."""
        done = await self._db.write(
            lambda c: c.execute("UPDATE outbox SET parked_code = '', parked_detail = '' WHERE parked_code != ''"), "unpark"
        )
        return done.rowcount

    async def done(self, entry: Entry) -> None:
        """It has arrived, and the receiver has said so."""
        await self._db.write(lambda c: remove(c, entry.kind, entry.subject_id), "done")

    async def put(self, kind: str, subject_id: str, payload: str, now_ms: int) -> None:
        await self._db.write(lambda c: add(c, kind, subject_id, now_ms, payload), "request row")

    async def put_again(self, kind: str, subject_id: str, payload: str, now_ms: int) -> None:
        """As ``put``; an entry that is there already stays as it is."""
        there = await self._db.read(
            lambda c: c.execute("SELECT 1 FROM outbox WHERE kind = ? AND subject_id = ?", (kind, subject_id)).fetchone()
        )
        if there is None:
            await self.put(kind, subject_id, payload, now_ms)

    async def withdraw_newest(self, kind: str) -> Entry | None:
        """Take back the newest entry of ``kind``. None: there is none that is not on its way already."""

        def work(connection: sqlite3.Connection) -> Entry | None:
            row = connection.execute(
                "DELETE FROM outbox WHERE entry_id = (SELECT max(entry_id) FROM outbox WHERE kind = ? AND owner != ?) RETURNING *",
                (kind, self._owner),
            ).fetchone()
            return Entry(row["entry_id"], row["kind"], row["subject_id"], row["payload"], row["attempts"]) if row else None

        return await self._db.write(work, "withdraw")

    async def waiting(self) -> int:
        """How many entries are still to be sent, parked ones left out."""
        row = await self._db.read(lambda c: c.execute("SELECT count(*) FROM outbox WHERE parked_code = ''").fetchone())
        return int(row[0])


def add(connection: sqlite3.Connection, kind: str, subject_id: str, now_ms: int, payload: str = "") -> None:
    connection.execute(
        "INSERT INTO outbox (kind, subject_id, payload, priority, created_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, subject_id) DO UPDATE SET payload = excluded.payload, owner = ''",
        (kind, subject_id, payload, PRIORITY[kind], now_ms),
    )


def remove(connection: sqlite3.Connection, kind: str, subject_id: str) -> None:
    connection.execute("DELETE FROM outbox WHERE kind = ? AND subject_id = ?", (kind, subject_id))
