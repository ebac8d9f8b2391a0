"""Access tokens: short-lived EdDSA JWTs (RFC 7519, RFC 8037), checked by anyone who reads the JWKS."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from relay.errors import SouvenirError

ISSUER = "souvenir-relay"
_SKEW_S = 5


class Scope(StrEnum):
    DEVICE = "device"
    """Glasses: hand over clips and facts, ask for films."""
    COMPANION = "companion"
    """A person's phone or browser: everything of their account."""
    ADMIN = "admin"
    SHARE = "share"


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
    def __init__(self, key: Ed25519PrivateKey, now_ms: Callable[[], int], lifetime_s: int) -> None:
        self._key, self._now_ms, self.lifetime_s = key, now_ms, lifetime_s
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self._x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
        self._key_id = hashlib.sha256(public).hexdigest()[:16]

    def issue(self, identity: Identity) -> str:
        now_s = self._now_ms() // 1000
        claims: dict[str, Any] = {
            "iss": ISSUER, "sub": identity.user_id, "device_id": identity.device_id, "sid": identity.session_id,
            "scope": identity.scope.value, "iat": now_s, "exp": now_s + self.lifetime_s,
        }  # fmt: skip
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._key_id})

    def read(self, token: str) -> Identity:
        """Raises TokenInvalidError, TokenExpiredError."""
        required = ["iss", "sub", "device_id", "sid", "scope", "iat", "exp"]
        options: Any = {"require": required, "verify_exp": False, "verify_iat": False}  # by our clock, below
        try:
            claims = jwt.decode(token, self._key.public_key(), algorithms=["EdDSA"], issuer=ISSUER, options=options)
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
        """RFC 7517 key set."""
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self._key_id, "x": self._x}]}
