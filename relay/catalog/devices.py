"""Devices of accounts, their refresh tokens, and pairings under way. Secrets are kept as hashes only."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection


class Device(msgspec.Struct, kw_only=True):
    user_id: str
    device_id: str
    name: str
    kind: str
    scope: str
    session_id: str
    """Of the login or pairing in force; tokens of an earlier one are void."""
    created_at: int
    seen_at: int
    revoked_at: int | None = None
    key_thumbprint: str = ""
    """RFC 7638, of the key that the device proves itself by; empty: the session was begun without one."""


class RefreshToken(msgspec.Struct, kw_only=True):
    token_hash: str
    session_id: str
    user_id: str
    device_id: str
    issued_at: int
    expires_at: int
    used_at: int | None = None
    successor_hash: str | None = None


class Pairing(msgspec.Struct, kw_only=True):
    device_code_hash: str
    user_code: str
    device_id: str
    name: str
    created_at: int
    expires_at: int
    interval_s: int
    asked_at: int = 0
    user_id: str | None = None
    """The account that approved it."""
    denied_at: int | None = None
    redeemed_at: int | None = None
    key_thumbprint: str = ""
    scope: str = "device"


def put(connection: Connection, device: Device) -> None:
    """A device that is paired again keeps its id and starts a new session."""
    connection.execute(
        "INSERT OR REPLACE INTO devices (user_id, device_id, name, kind, scope, session_id, created_at, seen_at, revoked_at,"
        " key_thumbprint) VALUES (:user_id, :device_id, :name, :kind, :scope, :session_id, :created_at, :seen_at,"
        " :revoked_at, :key_thumbprint)",
        msgspec.to_builtins(device),
    )


def get(connection: Connection, user_id: str, device_id: str) -> Device | None:
    row = connection.execute("SELECT * FROM devices WHERE user_id = ? AND device_id = ?", (user_id, device_id)).fetchone()
    return msgspec.convert(dict(row), Device) if row else None


def of_user(connection: Connection, user_id: str) -> list[Device]:
    rows = connection.execute("SELECT * FROM devices WHERE user_id = ? ORDER BY created_at", (user_id,)).fetchall()
    return [msgspec.convert(dict(row), Device) for row in rows]


def revoke(connection: Connection, user_id: str, device_id: str, at: int) -> bool:
    """End the device's session and its tokens. False when the account has no such device."""
    found = connection.execute(
        "UPDATE devices SET revoked_at = coalesce(revoked_at, ?) WHERE user_id = ? AND device_id = ?", (at, user_id, device_id)
    ).rowcount
    connection.execute("DELETE FROM refresh_tokens WHERE user_id = ? AND device_id = ?", (user_id, device_id))
    return found > 0


def revoke_others(connection: Connection, user_id: str, device_id: str, at: int) -> list[str]:
    """End the sessions of all other companions of the account; returns their ids."""
    rows = connection.execute(
        "SELECT device_id FROM devices WHERE user_id = ? AND device_id != ? AND revoked_at IS NULL AND scope != 'device'",
        (user_id, device_id),
    ).fetchall()
    found = [str(row["device_id"]) for row in rows]
    for other in found:
        revoke(connection, user_id, other, at)
    return found


def alive(connection: Connection, sessions: list[str]) -> set[str]:
    """Those of ``sessions`` that have not ended."""
    marks = ", ".join("?" * len(sessions))
    rows = connection.execute(
        f"SELECT session_id FROM devices WHERE revoked_at IS NULL AND session_id IN ({marks})",  # noqa: S608 -- question marks only
        sessions,
    ).fetchall()
    return {str(row["session_id"]) for row in rows}


def seen(connection: Connection, user_id: str, device_id: str, at: int) -> None:
    connection.execute("UPDATE devices SET seen_at = max(seen_at, ?) WHERE user_id = ? AND device_id = ?", (at, user_id, device_id))


def put_token(connection: Connection, token: RefreshToken) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO refresh_tokens VALUES"
        " (:token_hash, :session_id, :user_id, :device_id, :issued_at, :expires_at, :used_at, :successor_hash)",
        msgspec.to_builtins(token),
    )


def get_token(connection: Connection, token_hash: str | None) -> RefreshToken | None:
    row = connection.execute("SELECT * FROM refresh_tokens WHERE token_hash = ?", (token_hash,)).fetchone()
    return msgspec.convert(dict(row), RefreshToken) if row else None


def put_pairing(connection: Connection, pairing: Pairing) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO pairings (device_code_hash, user_code, device_id, name, created_at, expires_at, asked_at, interval_s,"
        " user_id, denied_at, redeemed_at, key_thumbprint, scope) VALUES (:device_code_hash, :user_code, :device_id, :name, :created_at,"
        " :expires_at, :asked_at, :interval_s, :user_id, :denied_at, :redeemed_at, :key_thumbprint, :scope)",
        msgspec.to_builtins(pairing),
    )


def pairing_by_device_code(connection: Connection, device_code_hash: str) -> Pairing | None:
    row = connection.execute("SELECT * FROM pairings WHERE device_code_hash = ?", (device_code_hash,)).fetchone()
    return msgspec.convert(dict(row), Pairing) if row else None


def pairing_by_user_code(connection: Connection, user_code: str) -> Pairing | None:
    row = connection.execute("SELECT * FROM pairings WHERE user_code = ?", (user_code,)).fetchone()
    return msgspec.convert(dict(row), Pairing) if row else None


def drop_old_pairings(connection: Connection, before: int) -> None:
    connection.execute("DELETE FROM pairings WHERE expires_at < ?", (before,))


def first_use(connection: Connection, proof_id: str, now: int, expires_at: int) -> bool:
    """False when a proof of that id has been shown before."""
    connection.execute("DELETE FROM proofs WHERE expires_at < ?", (now,))
    return connection.execute("INSERT OR IGNORE INTO proofs VALUES (?, ?)", (proof_id, expires_at)).rowcount == 1


def drop_expired_tokens(connection: Connection, now: int) -> None:
    connection.execute("DELETE FROM refresh_tokens WHERE expires_at < ?", (now,))
