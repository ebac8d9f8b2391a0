"""The places that an account's owner has named."""

from __future__ import annotations

from relay.catalog.records import OwnPlace
from relay.catalog.rows import Connection, record, records, text
from relay.errors import NotFoundError


def put(connection: Connection, place: OwnPlace) -> None:
    connection.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (place.user_id, place.place_id, text(place)))


def find(connection: Connection, user_id: str, place_id: str) -> OwnPlace | None:
    row = connection.execute("SELECT record FROM places WHERE user_id = ? AND place_id = ?", (user_id, place_id)).fetchone()
    return record(row, OwnPlace)


def get(connection: Connection, user_id: str, place_id: str) -> OwnPlace:
    """Raises NotFoundError."""
    place = find(connection, user_id, place_id)
    if place is None:
        raise NotFoundError(f"place {place_id}", hint="GET /api/v1/places lists those that were named.")
    return place


def of_user(connection: Connection, user_id: str) -> list[OwnPlace]:
    rows = connection.execute("SELECT record FROM places WHERE user_id = ? ORDER BY place_id", (user_id,)).fetchall()
    return records(rows, OwnPlace)


def drop(connection: Connection, user_id: str, place_id: str) -> None:
    connection.execute("DELETE FROM places WHERE user_id = ? AND place_id = ?", (user_id, place_id))
