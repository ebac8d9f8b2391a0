"""Moments: what is in a time range of a video."""

from __future__ import annotations

from relay.catalog.records import MomentRecord
from relay.catalog.rows import Connection, records, text


def replace(connection: Connection, user_id: str, video_id: str, moments: list[MomentRecord]) -> None:
    """The video's moments are these from now on: extraction may run twice."""
    drop(connection, user_id, video_id)
    connection.executemany(
        "INSERT INTO moments (user_id, video_id, moment_id, record) VALUES (?, ?, ?, ?)",
        [(user_id, video_id, moment.moment_id, text(moment)) for moment in moments],
    )


def drop(connection: Connection, user_id: str, video_id: str) -> None:
    connection.execute("DELETE FROM moments WHERE user_id = ? AND video_id = ?", (user_id, video_id))


def of_video(connection: Connection, user_id: str, video_id: str) -> list[MomentRecord]:
    rows = connection.execute(
        "SELECT record FROM moments WHERE user_id = ? AND video_id = ? ORDER BY json_extract(record, '$.start_s')", (user_id, video_id)
    ).fetchall()
    return records(rows, MomentRecord)


def of_user(connection: Connection, user_id: str) -> list[MomentRecord]:
    rows = connection.execute("SELECT record FROM moments WHERE user_id = ? ORDER BY video_id, moment_id", (user_id,)).fetchall()
    return records(rows, MomentRecord)


def thumbnails(connection: Connection, user_id: str, moment_ids: list[str]) -> dict[str, tuple[str, float]]:
    """Moment id to the key of its picture and where in the clip it was taken; of those that have one."""
    rows = connection.execute(
        "SELECT moment_id, json_extract(record, '$.thumbnail_key') AS key, json_extract(record, '$.thumbnail_at_s') AS at_s FROM moments"
        " WHERE user_id = ? AND moment_id IN (SELECT value FROM json_each(?))",
        (user_id, text(moment_ids)),
    ).fetchall()
    return {row["moment_id"]: (row["key"], float(row["at_s"])) for row in rows if row["key"]}


def erase_faces(connection: Connection, user_id: str) -> list[str]:
    """Forget every face, every name that came from one, and every picture that was chosen by one. Returns the keys of these pictures."""
    keys = set()
    for moment in of_user(connection, user_id):
        keys.add(moment.thumbnail_key)
        moment.faces, moment.people, moment.unknown_faces = [], [], 0
        moment.thumbnail_key, moment.thumbnail_at_s = "", 0.0
        connection.execute("UPDATE moments SET record = ? WHERE user_id = ? AND moment_id = ?", (text(moment), user_id, moment.moment_id))
    return sorted(keys - {""})
