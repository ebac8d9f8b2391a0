"""The second factor: codes of an authenticator (RFC 6238, the library's), each taken once, and recovery codes for a lost one."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from collections.abc import Callable

import pyotp
import segno
from cryptography.fernet import Fernet

from glasses.wire.account import FactorOffer, RecoveryCodes
from relay.auth.sessions import hash_of
from relay.catalog import factors
from relay.catalog.db import Database
from relay.catalog.factors import Factor
from relay.catalog.rows import Connection
from relay.errors import SouvenirError

ISSUER = "Souvenir"
STEP_S = 30
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
_RECOVERY_CODES = 10


class SecondFactorNeededError(SouvenirError):
    code = "auth.second_factor"


class SecondFactorWrongError(SouvenirError):
    code = "auth.second_factor_wrong"


class SecondFactorStateError(SouvenirError):
    code = "auth.second_factor_state"


class SecondFactors:
    def __init__(self, database: Database, seal_key: bytes, now_ms: Callable[[], int]) -> None:
        self._database, self._now_ms = database, now_ms
        self._seal = Fernet(base64.urlsafe_b64encode(seal_key))

    async def begin(self, user_id: str, name: str) -> FactorOffer:
        """A secret to put into an authenticator. Nothing changes before ``confirm``. Raises SecondFactorStateError when one is on."""
        secret = pyotp.random_base32()
        factor = Factor(user_id=user_id, sealed_secret=self._seal.encrypt(secret.encode()).decode())

        def keep(connection: Connection) -> None:
            there = factors.get(connection, user_id)
            if there is not None and there.confirmed_at is not None:
                raise SecondFactorStateError("it is on already")
            factors.put(connection, factor)

        await self._database.write(keep)
        uri = pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=name, issuer_name=ISSUER)
        return FactorOffer(secret=secret, otpauth_uri=uri, qr_svg=_svg(uri))

    async def confirm(self, user_id: str, code: str) -> RecoveryCodes:
        """Turn it on, by a first code. Raises SecondFactorWrongError, SecondFactorStateError."""
        codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(_RECOVERY_CODES)]

        def turn_on(connection: Connection) -> None:
            factor = factors.get(connection, user_id)
            if factor is None or factor.confirmed_at is not None:
                raise SecondFactorStateError("it is on already" if factor else "no enrolment was begun")
            if not self._takes(connection, factor, code):
                raise SecondFactorWrongError("the code does not fit the secret")
            factor.confirmed_at = self._now_ms()
            factors.put(connection, factor)
            factors.put_recovery_codes(connection, user_id, [hash_of(one) for one in codes])

        await self._database.write(turn_on)
        return RecoveryCodes(recovery_codes=codes)

    async def drop(self, user_id: str) -> None:
        await self._database.write(lambda connection: factors.drop(connection, user_id))

    async def is_on(self, user_id: str) -> bool:
        factor = await self._database.read(lambda connection: factors.get(connection, user_id))
        return factor is not None and factor.confirmed_at is not None

    async def recovery_codes_left(self, user_id: str) -> int:
        return await self._database.read(lambda connection: factors.recovery_codes_left(connection, user_id))

    async def check(self, user_id: str, code: str) -> None:
        """A code of the authenticator or a recovery code; used up by this. Raises SecondFactorWrongError."""

        def take(connection: Connection) -> bool:
            factor = factors.get(connection, user_id)
            if factor is None:
                return False
            given = "".join(code.split())
            if given.isascii() and given.isdigit():
                return self._takes(connection, factor, given)
            return factors.use_recovery_code(connection, user_id, hash_of(_recovery(given)), self._now_ms())

        if not await self._database.write(take):
            raise SecondFactorWrongError("it is wrong, was used before, or its half minute is over")

    def _takes(self, connection: Connection, factor: Factor, code: str) -> bool:
        """One step before and after now are taken, for clocks that are off; never the same step twice."""
        totp = pyotp.TOTP(self._seal.decrypt(factor.sealed_secret.encode()).decode(), interval=STEP_S)
        now = self._now_ms() // 1000 // STEP_S
        fits = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate_otp(step), code.strip())]
        fresh = [step for step in fits if step > factor.last_step]
        if not fresh:
            return False
        factor.last_step = fresh[0]
        factors.put(connection, factor)
        return True


def _recovery(given: str) -> str:
    letters = "".join(letter for letter in given.upper() if letter.isalnum())
    return f"{letters[:5]}-{letters[5:]}"


def _svg(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=4, border=4, xmldecl=False, svgns=True)
    return out.getvalue().decode()
