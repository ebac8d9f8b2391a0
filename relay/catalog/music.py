"""Pieces of music of an account."""

from __future__ import annotations

from relay.catalog import users
from relay.catalog.records import Music
from relay.catalog.rows import Connection, record, records, text
from relay.errors import NotFoundError


def put(connection: Connection, music: Music) -> None:
    connection.execute("INSERT OR REPLACE INTO music VALUES (?, ?, ?)", (music.user_id, music.music_id, text(music)))


def find(connection: Connection, user_id: str, music_id: str) -> Music | None:
    return record(connection.execute("SELECT record FROM music WHERE user_id = ? AND music_id = ?", (user_id, music_id)).fetchone(), Music)


def get(connection: Connection, user_id: str, music_id: str) -> Music:
    """Raises NotFoundError."""
    music = find(connection, user_id, music_id)
    if music is None:
        raise NotFoundError(f"music {music_id}", hint="GET /api/v1/music lists what the account has brought.")
    return music


def of_bytes(connection: Connection, user_id: str, sha256: str) -> Music | None:
    sql = "SELECT record FROM music WHERE user_id = ? AND json_extract(record, '$.sha256') = ?"
    return record(connection.execute(sql, (user_id, sha256)).fetchone(), Music)


def of_user(connection: Connection, user_id: str) -> list[Music]:
    """The newest first."""
    return records(connection.execute("SELECT record FROM music WHERE user_id = ? ORDER BY music_id DESC", (user_id,)).fetchall(), Music)


def drop(connection: Connection, user_id: str, music_id: str) -> Music:
    """The account's usual one no longer, if it was. Raises NotFoundError."""
    music, user = get(connection, user_id, music_id), users.get(connection, user_id)
    connection.execute("DELETE FROM music WHERE user_id = ? AND music_id = ?", (user_id, music_id))
    if user.music_id == music_id:
        user.music_id = ""
        users.save(connection, user)
    return music
