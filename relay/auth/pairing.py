"""RFC 8628 device pairing: the glasses speak and show an eight-letter code, a person approves it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from glasses.wire.ids import uuid7
from glasses.wire.pairing import DeviceAuthorization, TokenGrant
from relay.auth.sessions import LOST_ANSWER_MS, Sessions
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


class Pairings:
    def __init__(
        self, database: Database, sessions: Sessions, config: AuthConfig, now_ms: Callable[[], int], public_url: Callable[[], str]
    ) -> None:
        self._database, self._sessions, self._config, self._now_ms, self._public_url = database, sessions, config, now_ms, public_url

    async def begin(self, device_id: str, device_name: str) -> DeviceAuthorization:
        now, device_code = self._now_ms(), secrets.token_urlsafe(32)
        pairing = Pairing(
            device_code_hash=_hash(device_code), user_code=_user_code(), device_id=device_id or uuid7(now), name=device_name or "glasses",
            created_at=now, expires_at=now + self._config.pairing_s * 1000, interval_s=self._config.pairing_interval_s,
        )  # fmt: skip

        def keep(connection: Connection) -> None:
            devices.drop_old_pairings(connection, now - _KEEP_MS)
            devices.put_pairing(connection, pairing)

        await self._database.write(keep)
        uri = f"{self._public_url()}/pair"
        return DeviceAuthorization(
            device_code=device_code, user_code=pairing.user_code, verification_uri=uri,
            verification_uri_complete=f"{uri}?user_code={pairing.user_code}", expires_in=self._config.pairing_s,
            interval=pairing.interval_s,
        )  # fmt: skip

    async def approve(self, user_code: str, user_id: str, *, deny: bool = False) -> str:
        """Give the device that shows ``user_code`` to an account; returns its id.

        Raises PairingUnknownError, PairingExpiredError, PairingDeniedError.
        """

        def decide(connection: Connection) -> str:
            pairing = devices.pairing_by_user_code(connection, normal_code(user_code))
            if pairing is None or pairing.redeemed_at is not None or pairing.user_id not in (None, user_id):
                raise PairingUnknownError(user_code)
            self._check_alive(pairing)
            pairing.user_id, pairing.denied_at = user_id, self._now_ms() if deny else None
            devices.put_pairing(connection, pairing)
            return pairing.device_id

        return await self._database.write(decide)

    async def redeem(self, device_code: str) -> TokenGrant:
        """The device's question. Raises PairingPendingError, PairingSlowDownError and those of ``approve``."""
        outcome = await self._database.write(lambda connection: self._redeem(connection, _hash(device_code)))
        if isinstance(outcome, SouvenirError):
            raise outcome
        return outcome

    def _redeem(self, connection: Connection, device_code_hash: str) -> TokenGrant | SouvenirError:
        pairing, now = devices.pairing_by_device_code(connection, device_code_hash), self._now_ms()
        if pairing is None or (pairing.redeemed_at is not None and now - pairing.redeemed_at > LOST_ANSWER_MS):
            return PairingUnknownError("the device code is not known or was used")
        self._check_alive(pairing)
        if pairing.user_id is None:
            early = now - pairing.asked_at < pairing.interval_s * 1000
            pairing.asked_at, pairing.interval_s = now, pairing.interval_s + 5 * early
            devices.put_pairing(connection, pairing)
            return PairingSlowDownError(f"now every {pairing.interval_s} s") if early else PairingPendingError(pairing.user_code)
        pairing.redeemed_at = pairing.redeemed_at or now
        devices.put_pairing(connection, pairing)
        return self._sessions.open_in(
            connection, user_id=pairing.user_id, device_id=pairing.device_id, name=pairing.name, kind="glasses", scope=Scope.DEVICE
        )

    def _check_alive(self, pairing: Pairing) -> None:
        if pairing.denied_at is not None:
            raise PairingDeniedError(pairing.user_code)
        if self._now_ms() >= pairing.expires_at:
            raise PairingExpiredError(pairing.user_code)


def normal_code(spoken: str) -> str:
    """'bcdf ghjk' and 'BCDFGHJK' are 'BCDF-GHJK'."""
    letters = "".join(letter for letter in spoken.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def _user_code() -> str:
    return normal_code("".join(secrets.choice(LETTERS) for _ in range(8)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
