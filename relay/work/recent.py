"""Answers kept for a while: the same question to the same library gets the same answer at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Recent(Generic[V]):
    """``state`` stands for all that an answer depends on: an answer is given again only while that is equal, for ``keep_s`` at most."""

    def __init__(self, now_ms: Callable[[], int], keep_s: float, most: int = 256) -> None:
        self._now_ms, self._keep_ms, self._most = now_ms, int(keep_s * 1000), most
        self._kept: OrderedDict[Hashable, tuple[Hashable, int, V]] = OrderedDict()

    def get(self, key: Hashable, state: Hashable) -> V | None:
        found = self._kept.get(key)
        if found is None:
            return None
        if found[0] != state or self._now_ms() - found[1] >= self._keep_ms:
            del self._kept[key]
            return None
        return found[2]

    def put(self, key: Hashable, state: Hashable, value: V) -> None:
        self._kept[key] = (state, self._now_ms(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
