"""Accounts: made on the relay's own command line, logged in to by the companion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from glasses.wire.ids import uuid7
from glasses.wire.pairing import TokenGrant
from relay.auth.passwords import Passwords
from relay.auth.sessions import Sessions
from relay.auth.tokens import Scope
from relay.catalog import users
from relay.catalog.db import Database
from relay.catalog.records import User
from relay.catalog.rows import Connection
from relay.errors import SouvenirError


class CredentialsError(SouvenirError):
    code = "auth.credentials"


class Accounts:
    def __init__(self, database: Database, passwords: Passwords, sessions: Sessions, now_ms: Callable[[], int]) -> None:
        self._database, self._passwords, self._sessions, self._now_ms = database, passwords, sessions, now_ms

    async def add(self, name: str, password: str, timezone: str = "UTC") -> User:
        """Raises WeakPasswordError, NameTakenError."""
        now = self._now_ms()
        user = User(user_id=uuid7(now), name=name.strip(), created_at=now, timezone=timezone)
        password_hash = await asyncio.to_thread(self._passwords.hash, password)
        await self._database.write(lambda connection: users.add(connection, user, password_hash))
        return user

    async def login(self, name: str, password: str, *, device_id: str, device_name: str) -> TokenGrant:
        """A companion's session. Raises CredentialsError, alike for a wrong name and a wrong password."""
        user, password_hash = await self._database.read(lambda connection: _credentials(connection, name))
        if not await asyncio.to_thread(self._passwords.matches, password_hash, password) or user is None:
            raise CredentialsError("no account has that name and password")
        return await self._database.write(
            lambda connection: self._sessions.open_in(
                connection, user_id=user.user_id, device_id=device_id or uuid7(self._now_ms()), name=device_name or "companion",
                kind="companion", scope=Scope.COMPANION,
            )
        )  # fmt: skip


def _credentials(connection: Connection, name: str) -> tuple[User | None, str]:
    user = users.by_name(connection, name.strip())
    return user, users.password_hash(connection, user.user_id) if user else ""
