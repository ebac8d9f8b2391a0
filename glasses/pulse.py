"""A stage's heartbeat."""

from __future__ import annotations

from collections.abc import Callable


class Pulse:
    """``beat`` while working, ``rest`` before waiting for something that may never come: at rest no beat is due."""

    def __init__(self, limit_s: float, monotonic_s: Callable[[], float]) -> None:
        self.limit_s = limit_s
        self._monotonic_s = monotonic_s
        self._beaten_s: float | None = None

    def beat(self) -> None:
        self._beaten_s = self._monotonic_s()

    def renew(self) -> None:
        """A beat that counts only while one is due: progress, told by somebody who does not know whose it is."""
        if self._beaten_s is not None:
            self.beat()

    def rest(self) -> None:
        self._beaten_s = None

    @property
    def silent(self) -> bool:
        """True when a beat has been due for longer than the limit."""
        return self._beaten_s is not None and self._monotonic_s() - self._beaten_s > self.limit_s
