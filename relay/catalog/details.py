"""What is known of a video beyond its moments."""

from __future__ import annotations

from relay.catalog.records import Detail
from relay.catalog.rows import Connection, record, text


def put(connection: Connection, detail: Detail) -> None:
    connection.execute("INSERT OR REPLACE INTO details VALUES (?, ?, ?)", (detail.user_id, detail.video_id, text(detail)))


def find(connection: Connection, user_id: str, video_id: str) -> Detail | None:
    """None before the video was looked into."""
    row = connection.execute("SELECT record FROM details WHERE user_id = ? AND video_id = ?", (user_id, video_id)).fetchone()
    return record(row, Detail)


def drop(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM details WHERE user_id = ? AND video_id = ?", (user_id, video_id))
