"""Passwords, kept as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from relay.errors import SouvenirError

SHORTEST = 10
"""NIST SP 800-63B asks for 8 at least; length is what counts."""


class WeakPasswordError(SouvenirError):
    code = "auth.weak_password"


class Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """Raises WeakPasswordError."""
        if len(password) < SHORTEST:
            raise WeakPasswordError(f"{len(password)} characters")
        return self._hasher.hash(password)

    def matches(self, password_hash: str, password: str) -> bool:
        """Takes as long for an account that does not exist (an empty hash) as for one that does."""
        try:
            return self._hasher.verify(password_hash or self._nobody, password) and bool(password_hash)
        except VerificationError:
            return False
