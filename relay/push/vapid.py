"""Who sends: a key pair of the relay, by which push services know that it is the same one (VAPID, RFC 8292)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

LASTS_S = 12 * 3600
"""Of one signature; a service takes 24 hours at most."""


class Vapid:
    """``contact``: where the service's people find the relay's, as mailto: or https:."""

    def __init__(self, pem: bytes, contact: Callable[[], str], now_ms: Callable[[], int]) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError("the key of push messages is not of P-256")
        self._key, self._contact, self._now_ms = key, contact, now_ms
        self.public = unpadded(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        """Base64url of the point, as a browser's ``applicationServerKey`` is."""

    def authorization(self, endpoint: str) -> str:
        """The header that a message to ``endpoint`` needs."""
        where = urlsplit(endpoint)
        claims = {"aud": f"{where.scheme}://{where.netloc}", "exp": self._now_ms() // 1000 + LASTS_S, "sub": self._contact()}
        return f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self.public}"


def new_pem() -> bytes:
    return generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    """Raises ValueError for what is no base64url."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
