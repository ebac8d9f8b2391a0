"""What the parts of looking into a clip have found, until the clip is searchable. A killed relay goes on with the first that is missing."""

from __future__ import annotations

from collections.abc import Iterable

from relay.catalog import users, videos
from relay.catalog.records import Part
from relay.catalog.rows import Connection, records, text


def keep(connection: Connection, user_id: str, video_id: str, found: Iterable[Part]) -> None:
    """Not of a video that is gone, and no faces without consent: both may have changed while it was looked into."""
    video = videos.find(connection, user_id, video_id)
    if video is None or video.deleted_at is not None:
        return
    consent = users.get(connection, user_id).faces_consent_at is not None
    connection.executemany(
        "INSERT OR REPLACE INTO parts (user_id, video_id, name, faces, record) VALUES (?, ?, ?, ?, ?)",
        [(user_id, video_id, part.name, part.faces, text(part)) for part in found if consent or not part.faces],
    )


def of_video(connection: Connection, user_id: str, video_id: str) -> list[Part]:
    rows = connection.execute("SELECT record FROM parts WHERE user_id = ? AND video_id = ? ORDER BY rowid", (user_id, video_id)).fetchall()
    return records(rows, Part)


def drop(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM parts WHERE user_id = ? AND video_id = ?", (user_id, video_id))


def erase_faces(connection: Connection, user_id: str) -> None:
    """Every part that may hold a face goes; what is missing is looked for again."""
    connection.execute("DELETE FROM parts WHERE user_id = ? AND faces", (user_id,))
