"""Requests for films, and the films."""

from __future__ import annotations

import sqlite3

import msgspec

from glasses.wire.codec import decode_json, encode_json
from glasses.wire.memory import Memory, MemoryRequest
from relay.catalog.rows import Connection
from relay.errors import NotFoundError, SouvenirError


class KeyReusedError(SouvenirError):
    code = "request.conflict"


class MemoryRow(msgspec.Struct, kw_only=True):
    memory: Memory
    blob_key: str = ""
    poster_key: str = ""
    fingerprint: str = ""
    """Of all that decides how the film looks: an equal one is the same film."""


def create(connection: Connection, user_id: str, memory: Memory, request: MemoryRequest) -> tuple[Memory, bool]:
    """The memory and True; or that of an earlier request with the same key, and False. Raises KeyReusedError for another query."""
    key = request.idempotency_key or None
    row = connection.execute("SELECT record FROM memories WHERE user_id = ? AND idempotency_key = ?", (user_id, key)).fetchone()
    if row is not None:
        earlier = decode_json(row["record"], Memory)
        if earlier.query != request.query or earlier.corrections != memory.corrections:
            raise KeyReusedError(f"{key} was used for: {'; '.join([earlier.query, *earlier.corrections])}")
        return earlier, False
    connection.execute(
        "INSERT INTO memories (user_id, memory_id, record, idempotency_key) VALUES (?, ?, ?, ?)",
        (user_id, memory.memory_id, encode_json(memory).decode(), key),
    )
    return memory, True


def save(connection: Connection, user_id: str, row: MemoryRow) -> None:
    connection.execute(
        "UPDATE memories SET record = ?, blob_key = ?, poster_key = ?, fingerprint = ? WHERE user_id = ? AND memory_id = ?",
        (encode_json(row.memory).decode(), row.blob_key, row.poster_key, row.fingerprint, user_id, row.memory.memory_id),
    )
    connection.execute("DELETE FROM memory_clips WHERE user_id = ? AND memory_id = ?", (user_id, row.memory.memory_id))
    connection.executemany(
        "INSERT OR IGNORE INTO memory_clips VALUES (?, ?, ?)",
        [(user_id, row.memory.memory_id, clip.video_id) for clip in row.memory.clips_used],
    )


def get(connection: Connection, user_id: str, memory_id: str) -> MemoryRow:
    """Raises NotFoundError."""
    row = connection.execute("SELECT * FROM memories WHERE user_id = ? AND memory_id = ?", (user_id, memory_id)).fetchone()
    if row is None:
        raise NotFoundError(f"memory {memory_id}")
    return _row(row)


def is_there(connection: Connection, user_id: str, memory_id: str) -> bool:
    return connection.execute("SELECT 1 FROM memories WHERE user_id = ? AND memory_id = ?", (user_id, memory_id)).fetchone() is not None


def same_film(connection: Connection, user_id: str, fingerprint: str, variant: str = "") -> MemoryRow | None:
    """A finished film of the account with that fingerprint (and in that form), the newest."""
    row = connection.execute(
        "SELECT * FROM memories WHERE user_id = ?1 AND fingerprint = ?2 AND blob_key <> ''"
        " AND (?3 = '' OR json_extract(record, '$.variant') = ?3) ORDER BY memory_id DESC LIMIT 1",
        (user_id, fingerprint, variant),
    ).fetchone()
    return None if row is None else _row(row)


def of_user(connection: Connection, user_id: str) -> list[MemoryRow]:
    """The newest first."""
    rows = connection.execute("SELECT * FROM memories WHERE user_id = ? ORDER BY memory_id DESC", (user_id,)).fetchall()
    return [_row(row) for row in rows]


def with_clip(connection: Connection, user_id: str, video_id: str) -> list[MemoryRow]:
    """The account's films that the clip is in."""
    sql = "SELECT m.* FROM memories m JOIN memory_clips c USING (user_id, memory_id) WHERE c.user_id = ? AND c.video_id = ?"
    return [_row(row) for row in connection.execute(sql, (user_id, video_id)).fetchall()]


def drop(connection: Connection, user_id: str, memory_id: str) -> None:
    connection.execute("DELETE FROM memories WHERE user_id = ? AND memory_id = ?", (user_id, memory_id))
    connection.execute("DELETE FROM memory_clips WHERE user_id = ? AND memory_id = ?", (user_id, memory_id))


def miss(connection: Connection, user_id: str, video_id: str, memory_ids: list[str]) -> None:
    """These films were made of the clip, which is in the trash."""
    connection.executemany("INSERT OR IGNORE INTO missed_clips VALUES (?, ?, ?)", [(user_id, video_id, one) for one in memory_ids])


def missing(connection: Connection, user_id: str, video_id: str) -> list[MemoryRow]:
    """The films that miss it, those that were deleted left out; they miss it no more."""
    sql = "SELECT m.* FROM memories m JOIN missed_clips c USING (user_id, memory_id) WHERE c.user_id = ? AND c.video_id = ?"
    found = [_row(row) for row in connection.execute(sql, (user_id, video_id)).fetchall()]
    miss_no_more(connection, user_id, video_id)
    return found


def miss_no_more(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM missed_clips WHERE user_id = ? AND video_id = ?", (user_id, video_id))


def count(connection: Connection) -> int:
    """Of all accounts: for status only."""
    return int(connection.execute("SELECT count(*) FROM memories WHERE blob_key <> ''").fetchone()[0])


def _row(row: sqlite3.Row) -> MemoryRow:
    memory = decode_json(row["record"], Memory)
    return MemoryRow(memory=memory, blob_key=row["blob_key"], poster_key=row["poster_key"], fingerprint=row["fingerprint"])
