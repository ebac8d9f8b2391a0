"""Accounts: who has one, and who speaks for it. Name and password, and a second factor where there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from glasses.wire.ids import uuid7
from glasses.wire.pairing import TokenGrant
from relay.auth.factors import SecondFactorNeededError, SecondFactors
from relay.auth.passwords import Passwords
from relay.auth.proofs import Proof
from relay.auth.sessions import Sessions
from relay.auth.throttle import Guesser, Kind, Throttle
from relay.auth.tokens import Scope
from relay.catalog import devices, users
from relay.catalog.db import Database
from relay.catalog.records import User
from relay.catalog.rows import Connection
from relay.errors import SouvenirError

_AT_ONCE = 2
"""Passwords that are hashed at one time: each takes 64 MiB."""


class CredentialsError(SouvenirError):
    code = "auth.credentials"


class NotAdminError(SouvenirError):
    code = "auth.forbidden"


class Accounts:
    def __init__(
        self, database: Database, passwords: Passwords, sessions: Sessions, factors: SecondFactors, throttle: Throttle,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._passwords, self._sessions, self._now_ms = database, passwords, sessions, now_ms
        self._factors, self._throttle = factors, throttle
        self._hashing = asyncio.Semaphore(_AT_ONCE)

    async def add(self, name: str, password: str, timezone: str = "UTC", *, tier: str = "standard", admin: bool = False) -> User:
        """Raises WeakPasswordError, NameTakenError."""
        now = self._now_ms()
        user = User(user_id=uuid7(now), name=name.strip(), created_at=now, timezone=timezone, tier=tier, admin=admin)
        password_hash = await asyncio.to_thread(self._passwords.hash, password)
        await self._database.write(lambda connection: users.add(connection, user, password_hash))
        return user

    async def login(
        self, name: str, password: str, *, device_id: str, device_name: str, code: str = "", address: str = "", proof: Proof | None = None,
        scope: Scope = Scope.COMPANION,
    ) -> TokenGrant:  # fmt: skip
        """A companion's session. Without a key it is as long as one access token.

        Raises CredentialsError, alike for a wrong name and a wrong password; SecondFactorNeededError and SecondFactorWrongError only
        after a right password; NotAdminError; TooManyRequestsError; ProofRefusedError.
        """
        account, source = Guesser(Kind.ACCOUNT, name.strip().casefold()), Guesser(Kind.ADDRESS, address)
        await self._throttle.begin(account, source)
        user, password_hash = await self._database.read(lambda connection: _credentials(connection, name))
        if not await self._matches(password_hash, password) or user is None:
            raise CredentialsError("no account has that name and password")
        await self._throttle.passed(account, source)
        await self._second(user.user_id, code)
        if scope is Scope.ADMIN and not user.admin:
            raise NotAdminError(f"{user.name} is no administrator")

        def begin(connection: Connection) -> TokenGrant:
            if proof is not None:
                self._sessions.proofs.use_in(connection, proof)
            return self._sessions.open_in(
                connection, user_id=user.user_id, device_id=device_id or uuid7(self._now_ms()), name=device_name or "companion",
                kind="companion", scope=scope, key_thumbprint=proof.thumbprint if proof else "", renewable=proof is not None,
            )  # fmt: skip

        grant = await self._database.write(begin)
        await self._sessions.settle()
        return grant

    async def confirm(self, user_id: str, password: str, code: str = "") -> None:
        """It is still the owner who asks: before what cannot be undone. Raises what ``login`` does."""
        guesser = Guesser(Kind.ACCOUNT, f"confirm {user_id}")
        await self._throttle.begin(guesser)
        password_hash = await self._database.read(lambda connection: users.password_hash(connection, user_id))
        if not await self._matches(password_hash, password):
            raise CredentialsError("the password is wrong")
        await self._throttle.passed(guesser)
        await self._second(user_id, code)

    async def change_password(self, user_id: str, device_id: str, password: str) -> None:
        """All other companions must log in anew; glasses stay paired. Raises WeakPasswordError."""
        async with self._hashing:
            password_hash = await asyncio.to_thread(self._passwords.hash, password)

        def change(connection: Connection) -> None:
            users.set_password_hash(connection, user_id, password_hash)
            devices.revoke_others(connection, user_id, device_id, self._now_ms())

        await self._database.write(change)
        await self._sessions.settle()

    async def _second(self, user_id: str, code: str) -> None:
        if not await self._factors.is_on(user_id):
            return
        if not code:
            raise SecondFactorNeededError("the password is right")
        guesser = Guesser(Kind.FACTOR, user_id)
        await self._throttle.begin(guesser)
        await self._factors.check(user_id, code)
        await self._throttle.passed(guesser)

    async def _matches(self, password_hash: str, password: str) -> bool:
        async with self._hashing:
            return await asyncio.to_thread(self._passwords.matches, password_hash, password)


def _credentials(connection: Connection, name: str) -> tuple[User | None, str]:
    user = users.by_name(connection, name.strip())
    return user, users.password_hash(connection, user.user_id) if user else ""
