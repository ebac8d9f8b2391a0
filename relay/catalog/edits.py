"""What people have said of each clip, mergeable, and the values that lost where two of them met."""

from __future__ import annotations

import msgspec

from glasses.wire.change import ConflictInfo
from glasses.wire.ids import uuid7
from relay.catalog.merging import Edits, Lost
from relay.catalog.rows import Connection, record, text
from relay.errors import NotFoundError


def get(connection: Connection, user_id: str, subject_id: str) -> Edits:
    row = connection.execute("SELECT state FROM edits WHERE user_id = ? AND subject_id = ?", (user_id, subject_id)).fetchone()
    return record(row, Edits, "state") or Edits()


def put(connection: Connection, user_id: str, subject_id: str, state: Edits) -> None:
    connection.execute("INSERT OR REPLACE INTO edits VALUES (?, ?, ?)", (user_id, subject_id, text(state)))


def drop(connection: Connection, user_id: str, subject_id: str) -> None:
    connection.execute("DELETE FROM edits WHERE user_id = ? AND subject_id = ?", (user_id, subject_id))
    connection.execute("DELETE FROM conflicts WHERE user_id = ? AND subject_id = ?", (user_id, subject_id))


def lose(connection: Connection, user_id: str, subject_id: str, lost: Lost, at: int) -> None:
    """Kept until a person has chosen."""
    met = ConflictInfo(
        conflict_id=uuid7(at), subject_id=subject_id, field=lost.field, kept=lost.kept, kept_stamp=lost.kept_stamp, lost=lost.value,
        lost_stamp=lost.stamp, at=at,
    )  # fmt: skip
    connection.execute("INSERT INTO conflicts VALUES (?, ?, ?, ?)", (user_id, met.conflict_id, subject_id, text(met)))


def conflicts(connection: Connection, user_id: str) -> list[ConflictInfo]:
    """Those that wait for a choice, the newest first."""
    rows = connection.execute("SELECT record FROM conflicts WHERE user_id = ? ORDER BY conflict_id DESC", (user_id,)).fetchall()
    return [msgspec.json.decode(row["record"], type=ConflictInfo) for row in rows]


def conflict(connection: Connection, user_id: str, conflict_id: str) -> ConflictInfo:
    """Raises NotFoundError."""
    row = connection.execute("SELECT record FROM conflicts WHERE user_id = ? AND conflict_id = ?", (user_id, conflict_id)).fetchone()
    if row is None:
        raise NotFoundError(f"conflict {conflict_id}", hint="It was settled already; GET /sync/conflicts lists those that wait.")
    return msgspec.json.decode(row["record"], type=ConflictInfo)


def settle(connection: Connection, user_id: str, conflict_id: str) -> None:
    """Taken off the list."""
    connection.execute("DELETE FROM conflicts WHERE user_id = ? AND conflict_id = ?", (user_id, conflict_id))
