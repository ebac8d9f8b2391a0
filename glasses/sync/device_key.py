"""The device's own key: made on it, never leaves it, and signs its requests for tokens (RFC 7523)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from glasses.errors import StorageDamagedError
from glasses.spool.files import write_atomic

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AUDIENCE = "souvenir-relay"


class DeviceKey:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> DeviceKey:
        return cls(Ed25519PrivateKey.generate())

    def signed(self, device_id: str, now_ms: int, secret: str = "") -> dict[str, str]:
        """The two fields that a request for a token carries. ``secret``: the refresh token or device code that it goes with.

        The public half is in the header (as in RFC 9449); ``ath`` binds it to ``secret``; ``jti`` makes it good for once.
        """
        claims: dict[str, Any] = {
            "iss": device_id, "sub": device_id, "aud": AUDIENCE, "iat": now_ms // 1000, "jti": secrets.token_urlsafe(16),
        }  # fmt: skip
        if secret:
            claims["ath"] = _base64(hashlib.sha256(secret.encode()).digest())
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": _base64(public)}
        return {
            "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(claims, self._key, algorithm="EdDSA", headers={"jwk": jwk}),
        }

    def pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class DeviceKeyFile:
    """Readable by its owner only. Re-pairing keeps the key; it goes with the data folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "device-key.pem"

    def load(self) -> DeviceKey | None:
        """None when there is none: the device was paired before devices had keys. Raises StorageDamagedError."""
        try:
            key = load_pem_private_key(self.path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except ValueError as problem:
            raise StorageDamagedError(f"{self.path}: {problem}") from problem
        if not isinstance(key, Ed25519PrivateKey):
            raise StorageDamagedError(f"{self.path}: not an Ed25519 key")
        return DeviceKey(key)

    def load_or_make(self) -> DeviceKey:
        """A damaged file is replaced: the device must be paired anew anyway."""
        try:
            found = self.load()
        except StorageDamagedError:
            found = None
        if found is None:
            found = DeviceKey.generate()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self.path, found.pem(), mode=0o600, at="credentials")
        return found


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
