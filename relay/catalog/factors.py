"""Second factors of accounts: a sealed secret, the last step that was used, and recovery codes as hashes."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection


class Factor(msgspec.Struct, kw_only=True):
    user_id: str
    sealed_secret: str
    confirmed_at: int | None = None
    """None: enrolment has begun, no code has been shown yet; nothing is asked for at a login."""
    last_step: int = 0
    """Of the newest code that was taken (RFC 6238's T): no code of it or before is taken again."""


def get(connection: Connection, user_id: str) -> Factor | None:
    row = connection.execute("SELECT * FROM second_factors WHERE user_id = ?", (user_id,)).fetchone()
    return msgspec.convert(dict(row), Factor) if row else None


def put(connection: Connection, factor: Factor) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO second_factors VALUES (:user_id, :sealed_secret, :confirmed_at, :last_step)", msgspec.to_builtins(factor)
    )


def drop(connection: Connection, user_id: str) -> None:
    connection.execute("DELETE FROM second_factors WHERE user_id = ?", (user_id,))
    connection.execute("DELETE FROM recovery_codes WHERE user_id = ?", (user_id,))


def put_recovery_codes(connection: Connection, user_id: str, hashes: list[str]) -> None:
    """In place of those that were there."""
    connection.execute("DELETE FROM recovery_codes WHERE user_id = ?", (user_id,))
    connection.executemany("INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?)", [(user_id, one) for one in hashes])


def use_recovery_code(connection: Connection, user_id: str, code_hash: str, at: int) -> bool:
    """False when there is no such code, or it was used before."""
    return (
        connection.execute(
            "UPDATE recovery_codes SET used_at = ? WHERE user_id = ? AND code_hash = ? AND used_at IS NULL", (at, user_id, code_hash)
        ).rowcount
        == 1
    )


def recovery_codes_left(connection: Connection, user_id: str) -> int:
    row = connection.execute("SELECT count(*) FROM recovery_codes WHERE user_id = ? AND used_at IS NULL", (user_id,)).fetchone()
    return int(row[0])
