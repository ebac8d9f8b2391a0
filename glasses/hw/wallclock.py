"""The system's clock, set by hand where no network tells the time."""

from __future__ import annotations

import time

from glasses.wire.errors import SouvenirError


class ClockRefusedError(SouvenirError):
    code = "clock.refused"


def set_system_clock(now_ms: int) -> None:
    """Raises ClockRefusedError without CAP_SYS_TIME."""
    try:
        time.clock_settime(time.CLOCK_REALTIME, now_ms / 1000)
    except OSError as problem:
        raise ClockRefusedError(problem.strerror or str(problem)) from problem


def refuse_to_set(_now_ms: int) -> None:
    """For simulated days, which have a time of their own."""
    raise ClockRefusedError("the day is simulated")
