"""Uploads under way: how much of each is durable, and what became of it."""

from __future__ import annotations

import sqlite3

import msgspec

from glasses.wire.codec import decode_json, encode_json
from glasses.wire.segment import Segment
from relay.catalog.rows import Connection


class Upload(msgspec.Struct, kw_only=True):
    upload_id: str
    user_id: str
    device_id: str
    segment: Segment
    length_bytes: int
    offset_bytes: int = 0
    created_at: int = 0
    expires_at: int = 0
    ended: str = ""
    """Empty while it runs; "stored", "failed", "terminated" or "expired"."""
    metadata: str = ""
    """What its sender said of it, word for word."""


def put(connection: Connection, upload: Upload) -> None:
    connection.execute(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            upload.upload_id, upload.user_id, upload.device_id, encode_json(upload.segment).decode(), upload.length_bytes,
            upload.offset_bytes, upload.created_at, upload.expires_at, upload.ended, upload.metadata,
        ),
    )  # fmt: skip


def get(connection: Connection, user_id: str, upload_id: str) -> Upload | None:
    row = connection.execute("SELECT * FROM uploads WHERE user_id = ? AND upload_id = ?", (user_id, upload_id)).fetchone()
    return _upload(row)


def advance(connection: Connection, upload_id: str, offset_bytes: int, expires_at: int) -> None:
    """Never to less than it was."""
    connection.execute(
        "UPDATE uploads SET offset_bytes = max(offset_bytes, ?), expires_at = ? WHERE upload_id = ?", (offset_bytes, expires_at, upload_id)
    )


def end(connection: Connection, upload_id: str, how: str) -> None:
    """One that is stored has every byte."""
    sql = "UPDATE uploads SET ended = ?, offset_bytes = CASE ? WHEN 'stored' THEN length_bytes ELSE offset_bytes END WHERE upload_id = ?"
    connection.execute(sql, (how, how, upload_id))


def running(connection: Connection, user_id: str) -> int:
    return int(connection.execute("SELECT count(*) FROM uploads WHERE user_id = ? AND ended = ''", (user_id,)).fetchone()[0])


def expired(connection: Connection, now: int) -> list[Upload]:
    rows = connection.execute("SELECT * FROM uploads WHERE ended = '' AND expires_at < ?", (now,)).fetchall()
    return [upload for upload in map(_upload, rows) if upload is not None]


def forget(connection: Connection, before: int) -> None:
    """Ended uploads that nobody can have an interest in any more."""
    connection.execute("DELETE FROM uploads WHERE ended != '' AND expires_at < ?", (before,))


def running_ids(connection: Connection, user_id: str) -> list[str]:
    rows = connection.execute("SELECT upload_id FROM uploads WHERE user_id = ? AND ended = ''", (user_id,)).fetchall()
    return [row["upload_id"] for row in rows]


def all_running(connection: Connection) -> list[str]:
    return [row["upload_id"] for row in connection.execute("SELECT upload_id FROM uploads WHERE ended = ''").fetchall()]


def outstanding_bytes(connection: Connection, since_expiry: int) -> int:
    """Still to come, of everybody's running uploads that expire at ``since_expiry`` or later: those that move."""
    sql = "SELECT coalesce(sum(length_bytes - offset_bytes), 0) FROM uploads WHERE ended = '' AND expires_at >= ?"
    return int(connection.execute(sql, (since_expiry,)).fetchone()[0])


def announced_bytes(connection: Connection, user_id: str) -> int:
    """Of the account's running uploads; the same clip counts once."""
    sql = (
        "SELECT coalesce(sum(most), 0) FROM (SELECT max(length_bytes) AS most FROM uploads WHERE user_id = ? AND ended = ''"
        " GROUP BY json_extract(segment, '$.sha256'))"
    )
    return int(connection.execute(sql, (user_id,)).fetchone()[0])


def of_segment(connection: Connection, user_id: str, segment_id: str, sha256: str) -> Upload | None:
    """The newest running upload of these bytes under this id."""
    sql = (
        "SELECT * FROM uploads WHERE user_id = ? AND ended = '' AND json_extract(segment, '$.segment_id') = ?"
        " AND json_extract(segment, '$.sha256') = ? ORDER BY upload_id DESC LIMIT 1"
    )
    return _upload(connection.execute(sql, (user_id, segment_id, sha256)).fetchone())


def _upload(row: sqlite3.Row | None) -> Upload | None:
    return None if row is None else msgspec.convert({**dict(row), "segment": decode_json(row["segment"], Segment)}, Upload)
