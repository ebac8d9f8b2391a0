"""How often one address may guess: a token bucket each."""

from __future__ import annotations

from collections.abc import Callable

from relay.errors import SouvenirError

_MOST_KEYS = 10_000


class TooManyRequestsError(SouvenirError):
    code = "request.slow_down"


class Limit:
    """``per_minute`` tries for each key, all of them at once if they were saved up."""

    def __init__(self, per_minute: int, now_ms: Callable[[], int]) -> None:
        self._per_minute, self._now_ms = per_minute, now_ms
        self._left: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> None:
        """Raises TooManyRequestsError."""
        now = self._now_ms()
        left, at = self._left.pop(key, (float(self._per_minute), now))
        left = min(self._per_minute, left + max(0, now - at) * self._per_minute / 60_000)
        if len(self._left) >= _MOST_KEYS:
            self._left.pop(next(iter(self._left)))
        self._left[key] = (max(0.0, left - 1), now)
        if left < 1:
            raise TooManyRequestsError(f"more than {self._per_minute} a minute")
