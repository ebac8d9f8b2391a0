"""Guessing is slowed: a few tries are free, then each takes twice as long as the one before. A restart does not forget."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from relay.catalog import guesses
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.errors import TooManyRequestsError

FORGOTTEN_MS = 86_400_000


class _Rule(NamedTuple):
    free: int
    longest_s: int


class Kind(StrEnum):
    """What is guessed, and by whom it is counted."""

    ACCOUNT = "account"
    """Passwords of one account, from anywhere."""
    ADDRESS = "address"
    """Passwords of any account, from one address."""
    FACTOR = "factor"
    """Second factors of an account, by somebody who knows its password."""
    PAIRING = "pairing"
    """Pairing codes, by one account."""


_RULES = {
    Kind.ACCOUNT: _Rule(5, 60),  # a short wait: it must not be a way to lock the owner out
    Kind.ADDRESS: _Rule(20, 900),
    Kind.FACTOR: _Rule(5, 900),
    Kind.PAIRING: _Rule(5, 900),
}


class Guesser(NamedTuple):
    kind: Kind
    name: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind} {self.name}".encode()).hexdigest()


class Throttle:
    """Every try is counted before it is looked at, so that a hundred at once are a hundred."""

    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database, self._now_ms = database, now_ms

    async def begin(self, *guessers: Guesser) -> None:
        """Count a try of each. Raises TooManyRequestsError when one of them must wait; then none is counted."""

        def count(connection: Connection) -> float:
            now = self._now_ms()
            guesses.drop_before(connection, now - FORGOTTEN_MS)
            rows = [guesses.of(connection, guesser.key) for guesser in guessers]
            wait_ms = max(row.blocked_until for row in rows) - now
            if wait_ms > 0:
                return wait_ms / 1000
            for guesser, row in zip(guessers, rows, strict=True):
                row.failures, row.failed_at = row.failures + 1, now
                row.blocked_until = now + _wait_s(_RULES[guesser.kind], row.failures) * 1000
                guesses.put(connection, row)
            return 0.0

        if wait_s := await self._database.write(count):
            raise TooManyRequestsError("too many wrong tries", math.ceil(wait_s))

    async def passed(self, guesser: Guesser, *others: Guesser) -> None:
        """The try was right: ``guesser`` starts anew; of ``others`` only this try is taken back."""

        def forget(connection: Connection) -> None:
            guesses.forget(connection, guesser.key)
            for other in others:
                row = guesses.of(connection, other.key)
                if row.failures:
                    row.failures, row.blocked_until = row.failures - 1, 0
                    guesses.put(connection, row)

        await self._database.write(forget)


def _wait_s(rule: _Rule, failures: int) -> int:
    over = failures - rule.free
    return 0 if over < 0 else min(rule.longest_s, 1 << min(over, 20))
