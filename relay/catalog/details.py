"""What is known of a video beyond its moments."""

from __future__ import annotations

from relay.catalog.records import Detail
from relay.catalog.rows import Connection, record, records, text
from relay.catalog.videos import FACE_ROLES


def put(connection: Connection, detail: Detail) -> None:
    connection.execute("INSERT OR REPLACE INTO details VALUES (?, ?, ?)", (detail.user_id, detail.video_id, text(detail)))


def find(connection: Connection, user_id: str, video_id: str) -> Detail | None:
    """None before the video was looked into."""
    row = connection.execute("SELECT record FROM details WHERE user_id = ? AND video_id = ?", (user_id, video_id)).fetchone()
    return record(row, Detail)


def outdate(connection: Connection, user_id: str, video_id: str) -> None:
    """Whatever it was looked into with counts as old from now on."""
    detail = find(connection, user_id, video_id)
    if detail is not None:
        detail.models = {}
        put(connection, detail)


def erase_faces(connection: Connection, user_id: str) -> None:
    """Faces were not looked for, as far as anybody knows."""
    rows = connection.execute("SELECT record FROM details WHERE user_id = ?", (user_id,)).fetchall()
    for detail in records(rows, Detail):
        detail.models = {role: version for role, version in detail.models.items() if role not in FACE_ROLES}
        put(connection, detail)


def drop(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM details WHERE user_id = ? AND video_id = ?", (user_id, video_id))
