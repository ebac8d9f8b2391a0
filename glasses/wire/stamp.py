"""Hybrid logical clock stamps (Kulkarni et al., 2014): order that survives wrong and jumping clocks.

A stamp is text, ``TTTTTTTTTTTT-CCCC-device`` (hex milliseconds, hex counter), so that it sorts as text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

MOST_IN_A_MS = 0xFFFF
"""More would not sort as text."""


class Stamp(NamedTuple):
    time_ms: int
    counter: int
    device: str

    def __str__(self) -> str:
        return f"{self.time_ms:012x}-{self.counter:04x}-{self.device}"


def parse(text: str) -> Stamp:
    """Raises ValueError for text that is not a stamp."""
    time_hex, counter_hex, device = text.split("-", 2)
    return Stamp(int(time_hex, 16), int(counter_hex, 16), device)


class HybridClock:
    """Stamps that never go back, whatever the wall clock does."""

    def __init__(self, device: str, now_ms: Callable[[], int], last: Stamp | None = None) -> None:
        self._device, self._now_ms = device, now_ms
        self._last = last or Stamp(0, 0, device)

    def tick(self) -> Stamp:
        """The stamp of an event that happens here, now."""
        now = self._now_ms()
        last = self._last
        if now > last.time_ms:
            self._last = Stamp(now, 0, self._device)
        elif last.counter < MOST_IN_A_MS:
            self._last = Stamp(last.time_ms, last.counter + 1, self._device)
        else:
            self._last = Stamp(last.time_ms + 1, 0, self._device)
        return self._last

    @property
    def last(self) -> Stamp:
        """The latest that was made or witnessed."""
        return self._last

    def witness(self, seen: Stamp) -> None:
        """Take note of another device's stamp: what happens here next comes after it."""
        if seen[:2] > self._last[:2]:
            self._last = Stamp(seen.time_ms, seen.counter, self._device)
