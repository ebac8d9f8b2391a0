"""What befalls a process at a named point, for tests of what survives: a kill, or a disk that fails."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Container


class Fault:
    """Acts once, when ``name`` is passed for the ``nth`` time; every other passing does nothing."""

    def __init__(self, act: str, name: str, nth: int = 1) -> None:
        """``act``: "kill", or the name of an ``errno``. Raises ValueError for what is neither."""
        if act != "kill" and not hasattr(errno, act):
            raise ValueError(f"neither kill nor an errno: {act}")
        self._act, self._name, self._left = act, name, nth

    def __call__(self, name: str) -> None:
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            self._happen()

    def _happen(self) -> None:
        if self._act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self._act)
        raise OSError(number, os.strerror(number))


def parsed(text: str, points: Container[str]) -> Fault:
    """ACT POINT [NTH]; points may hold blanks. Raises ValueError, for a point that is none of ``points`` too."""
    act, _, rest = text.strip().partition(" ")
    name, _, nth = rest.rpartition(" ")
    point, count = (name, int(nth)) if nth.isdecimal() else (rest, 1)
    if point not in points:
        raise ValueError(f"no such point: {point}")
    return Fault(act, point, count)
