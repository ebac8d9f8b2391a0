"""Answers kept for a while: the same question to the same state of things gets the same answer at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import TTLCache

V = TypeVar("V")

ANSWERS_S, RECENT_S, METADATA_S, PROFILE_S = 600.0, 3600.0, 3600.0, 86_400.0
"""How long are kept: answers to searches; lists of the newest; what is told of one video; an account and its people."""


class Kept(Generic[V]):
    """``state`` stands for all that an answer depends on: an answer is given again only while that is equal, for ``keep_s`` at most.

    What was put must not be changed by whoever gets it. For any thread.
    """

    def __init__(self, now_ms: Callable[[], int], keep_s: float, most: int = 256) -> None:
        self._kept: TTLCache[Hashable, tuple[Hashable, V]] = TTLCache(most, keep_s * 1000, timer=now_ms)
        self._lock = Lock()
        self.hits = self.misses = 0

    def get(self, key: Hashable, state: Hashable) -> V | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None and found[0] == state:
                self.hits += 1
                return found[1]
            self._kept.pop(key, None)
            self.misses += 1
            return None

    def put(self, key: Hashable, state: Hashable, value: V) -> None:
        with self._lock:
            self._kept[key] = (state, value)

    def of(self, key: Hashable, state: Hashable, make: Callable[[], V]) -> V:
        """What is kept; else what ``make`` says, kept from now on."""
        found = self.get(key, state)
        if found is None:
            found = make()
            self.put(key, state, found)
        return found
