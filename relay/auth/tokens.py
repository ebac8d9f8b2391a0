"""Access tokens: short-lived EdDSA JWTs (RFC 7519, RFC 8037), checked by anyone who reads the JWKS."""

from __future__ import annotations

import base64
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import jwt
import msgspec

from relay.auth.keys import KeyRing
from relay.errors import SouvenirError

ISSUER = "souvenir-relay"
_SKEW_S = 5


class Scope(StrEnum):
    DEVICE = "device"
    """Glasses: hand over clips and facts, ask for films."""
    COMPANION = "companion"
    """A person's phone or browser: everything of their account."""
    ADMIN = "admin"
    """Accounts and their quotas; nothing that is in them."""
    SHARE = "share"
    """One film or video, by a link."""


class TokenInvalidError(SouvenirError):
    code = "auth.invalid"


class TokenExpiredError(SouvenirError):
    code = "auth.expired"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a request."""

    user_id: str
    device_id: str
    session_id: str
    scope: Scope


class Tokens:
    def __init__(self, ring: KeyRing, now_ms: Callable[[], int], lifetime_s: int) -> None:
        self.ring, self._now_ms, self.lifetime_s = ring, now_ms, lifetime_s

    def issue(self, identity: Identity) -> str:
        now_s, key = self._now_ms() // 1000, self.ring.signing()
        claims: dict[str, Any] = {
            "iss": ISSUER, "sub": identity.user_id, "device_id": identity.device_id, "sid": identity.session_id,
            "scope": identity.scope.value, "iat": now_s, "exp": now_s + self.lifetime_s,
        }  # fmt: skip
        return jwt.encode(claims, key.private, algorithm="EdDSA", headers={"kid": key.key_id})

    def read(self, token: str) -> Identity:
        """Raises TokenInvalidError, TokenExpiredError."""
        required = ["iss", "sub", "device_id", "sid", "scope", "iat", "exp"]
        options: Any = {"require": required, "verify_exp": False, "verify_iat": False}  # by our clock, below
        try:
            key = self.ring.find(str(jwt.get_unverified_header(token).get("kid", "")))
            if key is None:
                raise TokenInvalidError("no key of this relay signed it")
            claims = jwt.decode(token, key.private.public_key(), algorithms=["EdDSA"], issuer=ISSUER, options=options)
            identity = msgspec.convert(
                {"user_id": claims["sub"], "device_id": claims["device_id"], "session_id": claims["sid"], "scope": claims["scope"]},
                Identity,
            )
        except (jwt.InvalidTokenError, msgspec.ValidationError) as problem:
            raise TokenInvalidError(str(problem)) from problem
        if not isinstance(claims["exp"], int) or self._now_ms() // 1000 > claims["exp"] + _SKEW_S:
            raise TokenExpiredError("its time is over")
        return identity

    def jwks(self) -> dict[str, Any]:
        """RFC 7517 key set: the key that signs, the next one, and those whose tokens may still be about."""
        shown = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA"}
        return {"keys": [{**shown, "kid": key.key_id, "x": _base64(key.public)} for key in self.ring.published()]}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
