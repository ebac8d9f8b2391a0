"""What befalls a process at a named point, for tests of what survives: a kill, or a disk that fails.

Glasses and relay each have a table of such points and one Switch over it (``faults.py`` of each).
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Container


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


class Switch:
    """Off unless ``variable`` of the environment names a fault when it is made, or a test arms it."""

    def __init__(self, variable: str, points: Container[str]) -> None:
        self._points = points
        self._hook: Callable[[str], None] | None = self.parsed(os.environ[variable]) if variable in os.environ else None

    def point(self, name: str) -> None:
        """Is passed here; nothing happens while it is off."""
        if self._hook is not None:
            self._hook(name)

    def arm(self, hook: Callable[[str], None]) -> None:
        """Call ``hook`` at every point from now on."""
        self._hook = hook

    def disarm(self) -> None:
        self._hook = None

    def armed(self) -> bool:
        return self._hook is not None

    def parsed(self, text: str) -> Fault:
        """A fault as the environment names it: ACT POINT [NTH]. Raises ValueError."""
        return parsed(text, self._points)


def parsed(text: str, points: Container[str]) -> Fault:
    """ACT POINT [NTH]; points may hold blanks. Raises ValueError, for a point that is none of ``points`` too."""
    act, _, rest = text.strip().partition(" ")
    name, _, nth = rest.rpartition(" ")
    point, count = (name, int(nth)) if nth.isdecimal() else (rest, 1)
    if point not in points:
        raise ValueError(f"no such point: {point}")
    return Fault(act, point, count)
