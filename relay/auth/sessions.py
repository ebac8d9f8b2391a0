"""Sessions of devices: from a login or pairing to the revocation, carried by rotating refresh tokens (RFC 9700, 4.14)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from glasses.wire.ids import uuid7
from glasses.wire.pairing import TokenGrant
from relay.auth.proofs import Proof, ProofRefusedError, Proofs
from relay.auth.tokens import Identity, Scope, TokenInvalidError, Tokens
from relay.auth.visits import DeviceRevokedError, Visits
from relay.catalog import devices, shares
from relay.catalog.db import Database
from relay.catalog.devices import Device, RefreshToken
from relay.catalog.rows import Connection
from relay.config import AuthConfig
from relay.errors import NotFoundError, SouvenirError

LOST_ANSWER_MS = 60_000
"""How long a device without a key may ask again for an answer that it lost; one with a key has no such limit."""

__all__ = ["DeviceRevokedError", "Sessions"]


class Sessions:
    def __init__(self, database: Database, tokens: Tokens, config: AuthConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._tokens, self._config, self._now_ms = database, tokens, config, now_ms
        self.proofs, self.visits = Proofs(now_ms), Visits()

    def open_in(
        self, connection: Connection, *, user_id: str, device_id: str, name: str, kind: str, scope: Scope, key_thumbprint: str = "",
        renewable: bool = True,
    ) -> TokenGrant:  # fmt: skip
        """Start a session of a device; one that it had before ends. Call it inside a write, and ``settle`` after it."""
        now = self._now_ms()
        devices.revoke(connection, user_id, device_id, now)
        devices.drop_expired_tokens(connection, now)
        device = Device(
            user_id=user_id, device_id=device_id, name=name, kind=kind, scope=scope.value, session_id=uuid7(now), created_at=now,
            seen_at=now, key_thumbprint=key_thumbprint,
        )  # fmt: skip
        devices.put(connection, device)
        identity = Identity(user_id=user_id, device_id=device_id, session_id=device.session_id, scope=scope)
        return self._grant(connection, identity, renewable=renewable)

    async def refresh(self, refresh_token: str, proof: Proof | None = None) -> TokenGrant:
        """A new pair of tokens for one refresh token.

        A device with a key must prove itself; then a token may be shown again as long as its successor never was: the answer was
        lost. After that, showing it again ends the session, for a copy of the device's files is about.
        Raises TokenInvalidError, DeviceRevokedError, ProofRefusedError.
        """
        outcome = await self._database.write(lambda connection: self._refresh(connection, hash_of(refresh_token), proof))
        if isinstance(outcome, SouvenirError):
            await self.settle()
            raise outcome
        return outcome

    async def check(self, identity: Identity) -> None:
        """Raises DeviceRevokedError when the session behind a token has ended, TokenInvalidError when there was none."""
        device = await self._database.read(lambda connection: devices.get(connection, identity.user_id, identity.device_id))
        if device is None:
            raise TokenInvalidError("its device is not known")
        if device.revoked_at is not None or device.session_id != identity.session_id:
            raise DeviceRevokedError(f"device {device.name or device.device_id}")

    async def check_alive(self, session_id: str) -> None:
        """Raises DeviceRevokedError."""
        if session_id not in await self._database.read(lambda connection: devices.alive(connection, [session_id])):
            raise DeviceRevokedError("the session of the device that was given the link has ended")

    async def revoke(self, user_id: str, device_id: str) -> None:
        """At once: its requests under way end, the next one is refused. Raises NotFoundError."""
        if not await self._database.write(lambda connection: devices.revoke(connection, user_id, device_id, self._now_ms())):
            raise NotFoundError(f"device {device_id}")
        await self.settle()

    async def settle(self) -> None:
        """End the requests under way of sessions and shared links that have ended, by whichever process."""
        under_way = self.visits.sessions()
        if not under_way:
            return
        alive = await self._database.read(
            lambda connection: devices.alive(connection, under_way) | shares.alive(connection, under_way)
        )  # fmt: skip
        for session_id in under_way:
            if session_id not in alive:
                self.visits.end(session_id)

    async def list(self, user_id: str) -> list[Device]:
        return await self._database.read(lambda connection: devices.of_user(connection, user_id))

    def _refresh(self, connection: Connection, token_hash: str, proof: Proof | None) -> TokenGrant | SouvenirError:
        now = self._now_ms()
        token = devices.get_token(connection, token_hash)
        if token is None or token.expires_at <= now:
            return TokenInvalidError("the refresh token is not known or has expired")
        device = devices.get(connection, token.user_id, token.device_id)
        if device is None or device.revoked_at is not None or device.session_id != token.session_id:
            return DeviceRevokedError(f"device {token.device_id}")
        if device.key_thumbprint and (proof is None or proof.thumbprint != device.key_thumbprint):
            return ProofRefusedError("the session belongs to another key" if proof else "the session's key did not sign")
        if proof is not None:
            self.proofs.use_in(connection, proof)
        if token.used_at is not None and not self._answer_was_lost(connection, token, now, proven=bool(device.key_thumbprint)):
            devices.revoke(connection, token.user_id, token.device_id, now)
            return DeviceRevokedError("a refresh token was used twice; the session is ended to be safe")
        identity = Identity(user_id=device.user_id, device_id=device.device_id, session_id=device.session_id, scope=Scope(device.scope))
        grant = self._grant(connection, identity)
        token.used_at, token.successor_hash = token.used_at or now, hash_of(grant.refresh_token)
        devices.put_token(connection, token)
        devices.seen(connection, device.user_id, device.device_id, now)
        return grant

    def _answer_was_lost(self, connection: Connection, token: RefreshToken, now: int, *, proven: bool) -> bool:
        successor = devices.get_token(connection, token.successor_hash)
        late = token.used_at is None or now - token.used_at > LOST_ANSWER_MS
        if (late and not proven) or successor is None or successor.used_at is not None:
            return False
        successor.used_at, successor.successor_hash = now, None  # whoever shows it from now on got it by theft
        devices.put_token(connection, successor)
        return True

    def _grant(self, connection: Connection, identity: Identity, *, renewable: bool = True) -> TokenGrant:
        now, refresh_token = self._now_ms(), secrets.token_urlsafe(32) if renewable else ""
        if refresh_token:
            token = RefreshToken(
                token_hash=hash_of(refresh_token), session_id=identity.session_id, user_id=identity.user_id, device_id=identity.device_id,
                issued_at=now, expires_at=now + self._config.refresh_token_s * 1000,
            )  # fmt: skip
            devices.put_token(connection, token)
        return TokenGrant(
            access_token=self._tokens.issue(identity), expires_in=self._tokens.lifetime_s, refresh_token=refresh_token,
            scope=identity.scope.value, device_id=identity.device_id, user_id=identity.user_id,
        )  # fmt: skip


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
