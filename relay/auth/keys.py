"""The relay's secrets, made on its first start: the key that signs tokens, and the one that signs links."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from relay.errors import SouvenirError


class KeyDamagedError(SouvenirError):
    code = "storage.damaged"


def token_key(directory: Path) -> Ed25519PrivateKey:
    """Raises KeyDamagedError when the file holds no Ed25519 key."""
    path = directory / "token-key.pem"
    _make_once(path, lambda: Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as problem:
        raise KeyDamagedError(f"{path}: {problem}") from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyDamagedError(f"{path}: not an Ed25519 key")
    return key


def link_key(directory: Path) -> bytes:
    path = directory / "link-key"
    _make_once(path, lambda: secrets.token_bytes(32))
    return path.read_bytes()


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
