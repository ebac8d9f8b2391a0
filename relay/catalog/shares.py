"""Links by which somebody without an account sees one film or video."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection


class ShareRow(msgspec.Struct, kw_only=True):
    share_id: str
    user_id: str
    kind: str
    """"video" or "memory"."""
    subject_id: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None
    opened: int = 0


def put(connection: Connection, share: ShareRow) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO shares VALUES (:share_id, :user_id, :kind, :subject_id, :created_at, :expires_at, :revoked_at, :opened)",
        msgspec.to_builtins(share),
    )


def find(connection: Connection, share_id: str) -> ShareRow | None:
    row = connection.execute("SELECT * FROM shares WHERE share_id = ?", (share_id,)).fetchone()
    return msgspec.convert(dict(row), ShareRow) if row else None


def of_user(connection: Connection, user_id: str) -> list[ShareRow]:
    rows = connection.execute("SELECT * FROM shares WHERE user_id = ? ORDER BY created_at DESC, share_id DESC", (user_id,)).fetchall()
    return [msgspec.convert(dict(row), ShareRow) for row in rows]


def revoke(connection: Connection, user_id: str, share_id: str, at: int) -> bool:
    """False when the account has no such share."""
    return (
        connection.execute(
            "UPDATE shares SET revoked_at = coalesce(revoked_at, ?) WHERE user_id = ? AND share_id = ?", (at, user_id, share_id)
        ).rowcount
        == 1
    )


def alive(connection: Connection, share_ids: list[str]) -> set[str]:
    """Those of ``share_ids`` that have not been taken back."""
    marks = ", ".join("?" * len(share_ids))
    rows = connection.execute(
        f"SELECT share_id FROM shares WHERE revoked_at IS NULL AND share_id IN ({marks})",  # noqa: S608 -- question marks only
        share_ids,
    ).fetchall()
    return {str(row["share_id"]) for row in rows}


def count_opening(connection: Connection, share_id: str) -> None:
    connection.execute("UPDATE shares SET opened = opened + 1 WHERE share_id = ?", (share_id,))
