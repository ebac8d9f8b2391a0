"""The people of an account, and the faces that they are known by."""

from __future__ import annotations

import msgspec

from relay.catalog.records import Person
from relay.catalog.rows import Connection, record, records, text
from relay.errors import NotFoundError


class PersonPhoto(msgspec.Struct, kw_only=True):
    user_id: str
    photo_id: str
    person_id: str
    sha256: str
    embedding: list[float]
    blob_key: str = ""
    added_at: int = 0


def put(connection: Connection, person: Person) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO people (user_id, person_id, record) VALUES (?, ?, ?)", (person.user_id, person.person_id, text(person))
    )


def find(connection: Connection, user_id: str, person_id: str) -> Person | None:
    row = connection.execute("SELECT record FROM people WHERE user_id = ? AND person_id = ?", (user_id, person_id)).fetchone()
    return record(row, Person)


def get(connection: Connection, user_id: str, person_id: str) -> Person:
    """Raises NotFoundError."""
    person = find(connection, user_id, person_id)
    if person is None:
        raise NotFoundError(f"person {person_id}")
    return person


def of_user(connection: Connection, user_id: str) -> list[Person]:
    rows = connection.execute("SELECT record FROM people WHERE user_id = ? ORDER BY person_id", (user_id,)).fetchall()
    return records(rows, Person)


def add_photo(connection: Connection, photo: PersonPhoto) -> bool:
    """False when the person has this very photo already."""
    added = connection.execute(
        "INSERT OR IGNORE INTO person_photos VALUES (?, ?, ?, ?, ?, ?, ?)",
        (photo.user_id, photo.photo_id, photo.person_id, photo.sha256, text(photo.embedding), photo.blob_key, photo.added_at),
    ).rowcount
    return added > 0


def photos(connection: Connection, user_id: str, person_id: str) -> list[PersonPhoto]:
    rows = connection.execute(
        "SELECT * FROM person_photos WHERE user_id = ? AND person_id = ? ORDER BY photo_id", (user_id, person_id)
    ).fetchall()
    return [msgspec.convert({**dict(row), "embedding": msgspec.json.decode(row["embedding"])}, PersonPhoto) for row in rows]


def move_photos(connection: Connection, user_id: str, photo_ids: list[str], person_id: str) -> None:
    """To another person; one that they have already is dropped."""
    marks = ", ".join("?" * len(photo_ids))
    connection.execute(
        f"UPDATE OR IGNORE person_photos SET person_id = ? WHERE user_id = ? AND photo_id IN ({marks})",  # noqa: S608 -- marks only
        (person_id, user_id, *photo_ids),
    )
    connection.execute(
        f"DELETE FROM person_photos WHERE user_id = ? AND person_id != ? AND photo_id IN ({marks})",  # noqa: S608 -- marks only
        (user_id, person_id, *photo_ids),
    )


def drop(connection: Connection, user_id: str, person_id: str) -> None:
    """The person and every face that they are known by."""
    connection.execute("DELETE FROM person_photos WHERE user_id = ? AND person_id = ?", (user_id, person_id))
    connection.execute("DELETE FROM people WHERE user_id = ? AND person_id = ?", (user_id, person_id))


def erase_faces(connection: Connection, user_id: str) -> list[str]:
    """Forget every stored face of the account; names and relations stay. Returns the blob keys of the photos."""
    rows = connection.execute("SELECT blob_key FROM person_photos WHERE user_id = ?", (user_id,)).fetchall()
    connection.execute("DELETE FROM person_photos WHERE user_id = ?", (user_id,))
    for person in of_user(connection, user_id):
        person.embedding, person.photos = [], 0
        put(connection, person)
    return [row["blob_key"] for row in rows if row["blob_key"]]
