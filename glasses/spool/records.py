"""The log of records that a phone reads over Bluetooth: numbered once, read as often as need be, given up only when superseded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass

from glasses.spool.db import SpoolDb
from glasses.wire.ids import uuid7
from glasses.wire.record import RecordInfo, RecordKind
from glasses.wire.status import Custody

LOG_ID = "record_log"
Mark = tuple[str, str]
"""Kind and subject."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """``payload`` None: its bytes are a file of the spool. ``mark`` tells one version from the next, whatever its bytes."""

    kind: RecordKind
    subject_id: str
    mark: str
    payload: bytes | None
    size_bytes: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Stored:
    info: RecordInfo
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class Taken:
    info: RecordInfo
    carried: bool
    """This was an original that the glasses alone had until now."""


class RecordLog:
    """Methods end when what they did is durable."""

    def __init__(self, db: SpoolDb, now_ms: Callable[[], int]) -> None:
        self._db, self._now_ms = db, now_ms

    async def log_id(self) -> str:
        """Made with the first call; another one after the database was lost."""

        def work(connection: sqlite3.Connection) -> str:
            connection.execute("INSERT OR IGNORE INTO settings (key, value) VALUES (?, ?)", (LOG_ID, uuid7(self._now_ms())))
            (found,) = connection.execute("SELECT value FROM settings WHERE key = ?", (LOG_ID,)).fetchone()
            return str(found)

        return await self._db.write(work)

    async def put(self, record: NewRecord, newest: int | None = None) -> int:
        """Its sequence. It takes the place of an older one of the same kind and subject; of its kind the ``newest`` so many stay."""

        def work(connection: sqlite3.Connection) -> int:
            _remove(connection, "kind = ? AND subject_id = ?", (record.kind, record.subject_id))
            put = connection.execute(
                "INSERT INTO records (kind, subject_id, mark, payload, size_bytes, crc32, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (record.kind, record.subject_id, record.mark, record.payload, record.size_bytes, record.crc32, self._now_ms()),
            )
            if newest is not None:
                older = "kind = ? AND sequence NOT IN (SELECT sequence FROM records WHERE kind = ? ORDER BY sequence DESC LIMIT ?)"
                _remove(connection, older, (record.kind, record.kind, newest))
            return int(put.lastrowid or 0)

        return await self._db.write(work, "record")

    async def drop(self, kind: RecordKind, subject_id: str) -> None:
        await self._db.write(lambda c: _remove(c, "kind = ? AND subject_id = ?", (kind, subject_id)))

    async def marks(self) -> dict[Mark, str]:
        rows = await self._db.read(lambda c: c.execute("SELECT kind, subject_id, mark FROM records").fetchall())
        return {(row["kind"], row["subject_id"]): row["mark"] for row in rows}

    async def page(
        self, phone: str, after: int, limit: int, *, every: bool = False, held_back: Collection[RecordKind] = ()
    ) -> list[RecordInfo]:
        """At most ``limit`` records after ``after`` that ``phone`` has not taken (``every``: also those it has)."""
        marks = ", ".join("?" * len(held_back))
        query = (
            "SELECT r.*, s.upload_url FROM records r LEFT JOIN segments s ON r.kind = 'original' AND s.segment_id = r.subject_id "  # noqa: S608  # marks only
            f"WHERE r.sequence > ? AND r.kind NOT IN ({marks}) "
            "AND (? OR NOT EXISTS (SELECT 1 FROM taken t WHERE t.sequence = r.sequence AND t.phone = ?)) ORDER BY r.sequence LIMIT ?"
        )
        rows = await self._db.read(lambda c: c.execute(query, (after, *held_back, every, phone, limit)).fetchall())
        return [_info(row, row["upload_url"] or "") for row in rows]

    async def newest(self) -> int:
        row = await self._db.read(lambda c: c.execute("SELECT coalesce(max(sequence), 0) FROM records").fetchone())
        return int(row[0])

    async def get(self, sequence: int) -> Stored | None:
        row = await self._db.read(lambda c: c.execute("SELECT * FROM records WHERE sequence = ?", (sequence,)).fetchone())
        return Stored(_info(row), row["payload"]) if row else None

    async def take(self, sequence: int, crc32: int, phone: str) -> Taken | None:
        """``phone`` has it durably. None: there is no such record any more. Raises ValueError when its CRC is another one.

        With an original the clip becomes ``carried``, in the same transaction, if only the glasses had it until now.
        """

        def work(connection: sqlite3.Connection) -> Taken | None:
            row = connection.execute("SELECT * FROM records WHERE sequence = ?", (sequence,)).fetchone()
            if row is None:
                return None
            if row["crc32"] != crc32:
                raise ValueError(f"record {sequence} has the CRC {row['crc32']:08x}, not {crc32:08x}")
            connection.execute("INSERT OR IGNORE INTO taken (sequence, phone) VALUES (?, ?)", (sequence, phone))
            return Taken(_info(row), row["kind"] == RecordKind.ORIGINAL and _carry(connection, row["subject_id"], self._now_ms()))

        return await self._db.write(work, "advance")

    async def forget(self, phone: str) -> None:
        """What this phone has taken is no longer known."""
        await self._db.write(lambda c: c.execute("DELETE FROM taken WHERE phone = ?", (phone,)))


def _carry(connection: sqlite3.Connection, segment_id: str, now_ms: int) -> bool:
    """The entry of the outbox stays: carried is not stored."""
    done = connection.execute(
        "UPDATE segments SET custody = ?, changed_at = ? WHERE segment_id = ? AND custody = ?",
        (Custody.CARRIED, now_ms, segment_id, Custody.KEPT),
    )
    return done.rowcount == 1


def _remove(connection: sqlite3.Connection, where: str, values: tuple[object, ...]) -> None:
    """``where`` is a literal of this file."""
    connection.execute(f"DELETE FROM taken WHERE sequence IN (SELECT sequence FROM records WHERE {where})", values)  # noqa: S608  # as above
    connection.execute(f"DELETE FROM records WHERE {where}", values)  # noqa: S608  # as above


def _info(row: sqlite3.Row, upload_url: str = "") -> RecordInfo:
    return RecordInfo(
        sequence=row["sequence"], kind=RecordKind(row["kind"]), subject_id=row["subject_id"], size_bytes=row["size_bytes"],
        crc32=row["crc32"], made_at=row["made_at"], upload_url=upload_url,
    )  # fmt: skip
