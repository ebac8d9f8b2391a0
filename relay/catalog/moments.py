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


def erase_faces(connection: Connection, user_id: str) -> None:
    """Forget every face and every name that came from one."""
    for moment in of_user(connection, user_id):
        moment.faces, moment.people, moment.unknown_faces = [], [], 0
        connection.execute("UPDATE moments SET record = ? WHERE user_id = ? AND moment_id = ?", (text(moment), user_id, moment.moment_id))
