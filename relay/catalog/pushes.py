"""Browsers that want to be told when something happens."""

from __future__ import annotations

import msgspec

from relay.catalog.rows import Connection


class Subscription(msgspec.Struct, kw_only=True):
    subscription_id: str
    user_id: str
    device_id: str
    session_id: str
    endpoint: str
    p256dh: str
    auth: str
    created_at: int
    delivered_at: int | None = None


def put(connection: Connection, subscription: Subscription) -> None:
    """A browser that says its subscription again, perhaps for another account, has one."""
    connection.execute(
        "INSERT OR REPLACE INTO push_subscriptions VALUES (:subscription_id, :user_id, :device_id, :session_id, :endpoint, :p256dh, :auth,"
        " :created_at, :delivered_at)",
        msgspec.to_builtins(subscription),
    )


def find(connection: Connection, subscription_id: str) -> Subscription | None:
    row = connection.execute("SELECT * FROM push_subscriptions WHERE subscription_id = ?", (subscription_id,)).fetchone()
    return msgspec.convert(dict(row), Subscription) if row else None


def of_user(connection: Connection, user_id: str) -> list[Subscription]:
    sql = "SELECT * FROM push_subscriptions WHERE user_id = ? ORDER BY created_at, subscription_id"
    rows = connection.execute(sql, (user_id,)).fetchall()
    return [msgspec.convert(dict(row), Subscription) for row in rows]


def everyone(connection: Connection) -> list[Subscription]:
    """Of all accounts: for doctor only."""
    return [msgspec.convert(dict(row), Subscription) for row in connection.execute("SELECT * FROM push_subscriptions").fetchall()]


def delivered(connection: Connection, subscription_id: str, at: int) -> None:
    connection.execute("UPDATE push_subscriptions SET delivered_at = ? WHERE subscription_id = ?", (at, subscription_id))


def drop(connection: Connection, user_id: str, subscription_id: str) -> bool:
    """False when the account has no such subscription."""
    sql = "DELETE FROM push_subscriptions WHERE user_id = ? AND subscription_id = ?"
    return connection.execute(sql, (user_id, subscription_id)).rowcount == 1
