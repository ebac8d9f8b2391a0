"""Accounts and what they log in with."""

from __future__ import annotations

from relay.catalog.records import User
from relay.catalog.rows import Connection, record, records, text
from relay.errors import NotFoundError, SouvenirError


class NameTakenError(SouvenirError):
    code = "auth.name_taken"


def add(connection: Connection, user: User, password_hash: str) -> None:
    """Raises NameTakenError, whatever the case of the letters."""
    if by_name(connection, user.name) is not None:
        raise NameTakenError(user.name)
    connection.execute("INSERT INTO users (user_id, record) VALUES (?, ?)", (user.user_id, text(user)))
    connection.execute("INSERT INTO credentials VALUES (?, ?)", (user.user_id, password_hash))


def save(connection: Connection, user: User) -> None:
    connection.execute("UPDATE users SET record = ? WHERE user_id = ?", (text(user), user.user_id))


def get(connection: Connection, user_id: str) -> User:
    """Raises NotFoundError."""
    user = record(connection.execute("SELECT record FROM users WHERE user_id = ?", (user_id,)).fetchone(), User)
    if user is None:
        raise NotFoundError(f"account {user_id}")
    return user


def by_name(connection: Connection, name: str) -> User | None:
    return record(connection.execute("SELECT record FROM users WHERE name = ? COLLATE NOCASE", (name,)).fetchone(), User)


def everyone(connection: Connection) -> list[User]:
    return records(connection.execute("SELECT record FROM users ORDER BY user_id").fetchall(), User)


def password_hash(connection: Connection, user_id: str) -> str:
    row = connection.execute("SELECT password_hash FROM credentials WHERE user_id = ?", (user_id,)).fetchone()
    return str(row["password_hash"]) if row else ""


def set_password_hash(connection: Connection, user_id: str, password_hash: str) -> None:
    connection.execute("UPDATE credentials SET password_hash = ? WHERE user_id = ?", (password_hash, user_id))


def delete(connection: Connection, user_id: str) -> None:
    """The account and every row of it, in every table that has a ``user_id``."""
    tables = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    for table in tables:
        columns = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()}
        if "user_id" in columns and table != "users":
            connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608 -- the catalogue's own table names
    connection.execute("DELETE FROM users WHERE user_id = ?", (user_id,))
    connection.execute("DELETE FROM touched WHERE user_id = ?", (user_id,))  # the last: all the others touch it
