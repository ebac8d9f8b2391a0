"""How much one account or address may ask for: a token bucket for each, and each route."""

from __future__ import annotations

import math
from collections.abc import Callable

from relay.errors import TooManyRequestsError

_MOST_KEYS = 10_000


class Limit:
    """``per_minute`` requests for each key, all of them at once if they were saved up."""

    def __init__(self, per_minute: int, now_ms: Callable[[], int]) -> None:
        self._per_minute, self._now_ms = per_minute, now_ms
        self._left: dict[str, tuple[float, int]] = {}

    def take(self, key: str) -> None:
        """Raises TooManyRequestsError, which says when the next one is due."""
        now = self._now_ms()
        left, at = self._left.pop(key, (float(self._per_minute), now))
        left = min(self._per_minute, left + max(0, now - at) * self._per_minute / 60_000)
        if len(self._left) >= _MOST_KEYS:
            self._left.pop(next(iter(self._left)))
        self._left[key] = (left - (left >= 1), now)
        if left < 1:
            raise TooManyRequestsError(f"more than {self._per_minute} a minute", math.ceil((1 - left) * 60 / self._per_minute))


class Rates:
    """One bucket for each route and each who: the account behind a token, the address without one."""

    def __init__(self, per_minute: int, public_per_minute: int, now_ms: Callable[[], int]) -> None:
        self._per_minute, self._public_per_minute, self._now_ms = per_minute, public_per_minute, now_ms
        self._limits: dict[str, Limit] = {}

    def take(self, route: str, who: str, *, public: bool, factor: float = 1.0) -> None:
        """``factor``: how much dearer or cheaper than others the route is. Raises TooManyRequestsError."""
        if route not in self._limits:
            rate = (self._public_per_minute if public else self._per_minute) * factor
            self._limits[route] = Limit(max(1, round(rate)), self._now_ms)
        self._limits[route].take(who)
