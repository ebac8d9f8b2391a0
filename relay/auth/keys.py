"""The relay's secrets: the keys that sign tokens, in a ring that turns, and those that sign links and seal second factors."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from relay.errors import SouvenirError

LEAD_MS = 60_000
"""A new key is published this long before it signs."""
_LOOK_MS = 30_000
_NAME = re.compile(r"token-key(?:-(\d+))?\.pem")


class KeyDamagedError(SouvenirError):
    code = "storage.damaged"


class SigningKey(NamedTuple):
    key_id: str
    made_at: int
    private: Ed25519PrivateKey
    public: bytes
    """Raw, 32 bytes."""
    path: Path


class KeyRing:
    """Keys in files of ``directory``, shared by every process that reads it: a new one is noticed within half a minute.

    The newest signs, from a minute after it was made; one before it is accepted for ``overlap_s`` more, then its file goes.
    Raises KeyDamagedError when a file holds no Ed25519 key.
    """

    def __init__(self, directory: Path, now_ms: Callable[[], int], *, rotate_s: int, overlap_s: int) -> None:
        self._directory, self._now_ms = directory, now_ms
        self._rotate_ms, self._overlap_ms = rotate_s * 1000, overlap_s * 1000
        self._keys: list[SigningKey] = []
        self._looked_at = -_LOOK_MS
        if not self._look():
            self.rotate()

    def signing(self) -> SigningKey:
        keys = self._current()
        if self._rotate_ms and self._now_ms() - keys[-1].made_at >= self._rotate_ms:
            self.rotate()
            keys = self._keys
        return self._signing(keys)

    def find(self, key_id: str) -> SigningKey | None:
        return next((key for key in self._current() if key.key_id == key_id), None)

    def published(self) -> list[SigningKey]:
        return list(self._current())

    def rotate(self) -> SigningKey:
        """Make the key that signs from a minute on."""
        path = self._directory / f"token-key-{self._now_ms()}.pem"
        _make_once(path, lambda: Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._look()
        return self._keys[-1]

    def _signing(self, keys: list[SigningKey]) -> SigningKey:
        ready = [key for key in keys if key.made_at + LEAD_MS <= self._now_ms()]
        return ready[-1] if ready else keys[0]

    def _current(self) -> list[SigningKey]:
        if abs(self._now_ms() - self._looked_at) >= _LOOK_MS:
            self._look()
        return self._keys

    def _look(self) -> bool:
        self._looked_at = self._now_ms()
        found = [(int(name[1] or 0), path) for path in self._directory.glob("token-key*.pem") if (name := _NAME.fullmatch(path.name))]
        known = {key.path: key for key in self._keys}
        self._keys = [known.get(path) or _load(made_at, path) for made_at, path in sorted(found)]
        if self._keys:
            self._retire()
        return bool(self._keys)

    def _retire(self) -> None:
        signing = self._signing(self._keys)
        if self._now_ms() < signing.made_at + LEAD_MS + self._overlap_ms:
            return
        for key in [key for key in self._keys if key.made_at < signing.made_at]:
            key.path.unlink(missing_ok=True)
            self._keys.remove(key)


def link_key(directory: Path) -> bytes:
    return _secret(directory / "link-key")


def seal_key(directory: Path) -> bytes:
    """Seals what must be read again and must not be read in the catalogue: secrets of second factors."""
    return _secret(directory / "seal-key")


def push_key(directory: Path, make: Callable[[], bytes]) -> bytes:
    """The relay's own for push services, as PEM: another one would be another sender to them."""
    path = directory / "push-key.pem"
    _make_once(path, make)
    return path.read_bytes()


def _secret(path: Path) -> bytes:
    _make_once(path, lambda: secrets.token_bytes(32))
    return path.read_bytes()


def _load(made_at: int, path: Path) -> SigningKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as problem:
        raise KeyDamagedError(f"{path}: {problem}") from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyDamagedError(f"{path}: not an Ed25519 key")
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(hashlib.sha256(public).hexdigest()[:16], made_at, key, public, path)


def _make_once(path: Path, make: Callable[[], bytes]) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(temporary)  # fails when another process was first: its key stands
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
