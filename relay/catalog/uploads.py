"""Uploads under way: how much of each is durable, and what became of it."""

from __future__ import annotations

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


def put(connection: Connection, upload: Upload) -> None:
    connection.execute(
        "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            upload.upload_id, upload.user_id, upload.device_id, encode_json(upload.segment).decode(), upload.length_bytes,
            upload.offset_bytes, upload.created_at, upload.expires_at, upload.ended,
        ),
    )  # fmt: skip


def get(connection: Connection, user_id: str, upload_id: str) -> Upload | None:
    row = connection.execute("SELECT * FROM uploads WHERE user_id = ? AND upload_id = ?", (user_id, upload_id)).fetchone()
    return None if row is None else msgspec.convert({**dict(row), "segment": decode_json(row["segment"], Segment)}, Upload)


def advance(connection: Connection, upload_id: str, offset_bytes: int, expires_at: int) -> None:
    """Never to less than it was."""
    connection.execute(
        "UPDATE uploads SET offset_bytes = max(offset_bytes, ?), expires_at = ? WHERE upload_id = ?", (offset_bytes, expires_at, upload_id)
    )


def end(connection: Connection, upload_id: str, how: str) -> None:
    connection.execute("UPDATE uploads SET ended = ? WHERE upload_id = ?", (how, upload_id))


def running(connection: Connection, user_id: str) -> int:
    return int(connection.execute("SELECT count(*) FROM uploads WHERE user_id = ? AND ended = ''", (user_id,)).fetchone()[0])


def expired(connection: Connection, now: int) -> list[str]:
    rows = connection.execute("SELECT upload_id FROM uploads WHERE ended = '' AND expires_at < ?", (now,)).fetchall()
    return [row["upload_id"] for row in rows]


def running_ids(connection: Connection, user_id: str) -> list[str]:
    rows = connection.execute("SELECT upload_id FROM uploads WHERE user_id = ? AND ended = ''", (user_id,)).fetchall()
    return [row["upload_id"] for row in rows]


def all_running(connection: Connection) -> list[str]:
    return [row["upload_id"] for row in connection.execute("SELECT upload_id FROM uploads WHERE ended = ''").fetchall()]
