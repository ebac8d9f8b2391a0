"""RFC 8628 device pairing: the glasses speak and show an eight-letter code, a person approves it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple

from glasses.wire.ids import uuid7
from glasses.wire.pairing import DeviceAuthorization, TokenGrant
from relay.auth.proofs import Proof, ProofRefusedError
from relay.auth.sessions import LOST_ANSWER_MS, Sessions, hash_of
from relay.auth.throttle import Guesser, Kind, Throttle
from relay.auth.tokens import Scope
from relay.catalog import devices
from relay.catalog.db import Database
from relay.catalog.devices import Pairing
from relay.catalog.rows import Connection
from relay.config import AuthConfig
from relay.errors import SouvenirError

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""RFC 8628, 6.1: no vowels, so no words; nothing that is misread."""
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_KEEP_MS = 86_400_000


class PairingPendingError(SouvenirError):
    code = "auth.pairing_pending"


class PairingSlowDownError(SouvenirError):
    code = "auth.pairing_slow_down"


class PairingExpiredError(SouvenirError):
    code = "auth.pairing_expired"


class PairingDeniedError(SouvenirError):
    code = "auth.pairing_denied"


class PairingUnknownError(SouvenirError):
    code = "auth.pairing_unknown"


class Asking(NamedTuple):
    """Who shows a code."""

    device_id: str
    name: str
    scope: Scope
    expires_at: int


class Pairings:
    def __init__(
        self, database: Database, sessions: Sessions, throttle: Throttle, config: AuthConfig, now_ms: Callable[[], int],
        public_url: Callable[[], str],
    ) -> None:  # fmt: skip
        self._database, self._sessions, self._throttle, self._config = database, sessions, throttle, config
        self._now_ms, self._public_url = now_ms, public_url

    async def begin(
        self, device_id: str, device_name: str, *, scope: Scope = Scope.DEVICE, proof: Proof | None = None
    ) -> DeviceAuthorization:
        """A code for a device to speak and show. What it proves itself by now, it must prove itself by ever after.

        Raises ProofRefusedError.
        """
        now, device_code, user_code = self._now_ms(), secrets.token_urlsafe(32), _user_code()
        pairing = Pairing(
            device_code_hash=hash_of(device_code), user_code=hash_of(user_code), device_id=device_id or uuid7(now),
            name=device_name or "glasses", created_at=now, expires_at=now + self._config.pairing_s * 1000,
            interval_s=self._config.pairing_interval_s,
            key_thumbprint=proof.thumbprint if proof else "", scope=scope.value,
        )  # fmt: skip

        def keep(connection: Connection) -> None:
            if proof is not None:
                self._sessions.proofs.use_in(connection, proof)
            devices.drop_old_pairings(connection, now - _KEEP_MS)
            devices.put_pairing(connection, pairing)

        await self._database.write(keep)
        uri = f"{self._public_url()}/pair"
        return DeviceAuthorization(
            device_code=device_code, user_code=user_code, verification_uri=uri, verification_uri_complete=f"{uri}?user_code={user_code}",
            expires_in=self._config.pairing_s, interval=pairing.interval_s,
        )  # fmt: skip

    async def asking(self, user_code: str, user_id: str) -> Asking:
        """Who shows ``user_code``, so that a person sees whom they let in. Raises what ``approve`` does."""
        return await self._looked_up(user_code, user_id, lambda _connection, _pairing: None)

    async def approve(self, user_code: str, user_id: str, *, deny: bool = False) -> Asking:
        """Give the device that shows ``user_code`` to an account, or refuse it.

        Raises PairingUnknownError, PairingExpiredError, PairingDeniedError, TooManyRequestsError after too many wrong codes.
        """

        def decide(connection: Connection, pairing: Pairing) -> None:
            pairing.user_id, pairing.denied_at = user_id, self._now_ms() if deny else None
            devices.put_pairing(connection, pairing)

        return await self._looked_up(user_code, user_id, decide)

    async def redeem(self, device_code: str, proof: Proof | None = None) -> TokenGrant:
        """The device's question. Raises PairingPendingError, PairingSlowDownError, ProofRefusedError and those of ``approve``."""
        outcome = await self._database.write(lambda connection: self._redeem(connection, hash_of(device_code), proof))
        if isinstance(outcome, SouvenirError):
            raise outcome
        await self._sessions.settle()
        return outcome

    async def _looked_up(self, user_code: str, user_id: str, then: Callable[[Connection, Pairing], None]) -> Asking:
        guesser = Guesser(Kind.PAIRING, user_id)
        await self._throttle.begin(guesser)

        def find(connection: Connection) -> Asking:
            pairing = devices.pairing_by_user_code(connection, hash_of(normal_code(user_code)))
            if pairing is None or pairing.redeemed_at is not None or pairing.user_id not in (None, user_id):
                raise PairingUnknownError("nobody shows that code")
            self._check_alive(pairing)
            then(connection, pairing)
            return Asking(pairing.device_id, pairing.name, Scope(pairing.scope), pairing.expires_at)

        found = await self._database.write(find)
        await self._throttle.passed(guesser)
        return found

    def _redeem(self, connection: Connection, device_code_hash: str, proof: Proof | None) -> TokenGrant | SouvenirError:
        pairing, now = devices.pairing_by_device_code(connection, device_code_hash), self._now_ms()
        if pairing is None or (pairing.redeemed_at is not None and now - pairing.redeemed_at > LOST_ANSWER_MS):
            return PairingUnknownError("the device code is not known or was used")
        self._check_alive(pairing)
        if pairing.key_thumbprint and (proof is None or proof.thumbprint != pairing.key_thumbprint):
            return ProofRefusedError("the key that began the pairing did not sign")
        if proof is not None:
            self._sessions.proofs.use_in(connection, proof)
        if pairing.user_id is None:
            early = now - pairing.asked_at < pairing.interval_s * 1000
            pairing.asked_at, pairing.interval_s = now, pairing.interval_s + 5 * early
            devices.put_pairing(connection, pairing)
            return PairingSlowDownError(f"now every {pairing.interval_s} s") if early else PairingPendingError(f"for {pairing.name}")
        pairing.redeemed_at = pairing.redeemed_at or now
        devices.put_pairing(connection, pairing)
        scope = Scope(pairing.scope)
        return self._sessions.open_in(
            connection, user_id=pairing.user_id, device_id=pairing.device_id, name=pairing.name,
            kind="glasses" if scope is Scope.DEVICE else "companion", scope=scope, key_thumbprint=pairing.key_thumbprint,
        )  # fmt: skip

    def _check_alive(self, pairing: Pairing) -> None:
        if pairing.denied_at is not None:
            raise PairingDeniedError(f"for {pairing.name}")
        if self._now_ms() >= pairing.expires_at:
            raise PairingExpiredError(f"for {pairing.name}")


def normal_code(spoken: str) -> str:
    """'bcdf ghjk' and 'BCDFGHJK' are 'BCDF-GHJK'."""
    letters = "".join(letter for letter in spoken.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def _user_code() -> str:
    return normal_code("".join(secrets.choice(LETTERS) for _ in range(8)))
