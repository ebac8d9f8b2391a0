"""When clips were taken, against the times of a request: by the clock of home and by the clock of the place."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from glasses.wire.memory import Term
from relay.index.base import Columns

Rows = npt.NDArray[np.bool_]
"""By row of the columns."""
_HOUR_MS, _DAY_MS = 3_600_000, 86_400_000


class TimesOf:
    """``timezone``: of home. A clip of "last Friday" may be one by its own clock or by that of home: both count, both together for more."""

    def __init__(self, columns: Columns, timezone: str) -> None:
        self._columns = columns
        self._zone = _zone(timezone) if timezone else None

    def hold(self, term: Term) -> tuple[Rows, Rows, Rows]:
        """Where the time holds by the clock of home, by that of the place, and where it is what is meant most."""
        here, there = self._between(term.start_at, term.end_at)
        weekdays = [int(each.partition(":")[2]) for each in term.ids if each.startswith("weekday:")]
        if weekdays:
            there = there & np.isin(_weekday(self._columns.local_at), weekdays)
            here = here & np.isin(_weekday(self._at_home()), weekdays)
        core = np.ones(len(here), bool)
        for each in term.ids:
            if each.startswith("hours:"):
                first, end = (int(part) for part in each.partition(":")[2].split("-"))
                here, there = here & _within(self._at_home(), first, end), there & _within(self._columns.local_at, first, end)
                core = _within(self._columns.local_at, first + 1, max(end - 2, first + 2))
        for low, high in _ranges(term, "core:"):
            core = np.logical_or(*self._between(low, high))
        return here, there, core & (here | there)

    def also(self, term: Term) -> Rows:
        """Where it holds only if taken more widely: the same days of other years."""
        found = np.zeros(len(self._columns.videos), bool)
        for low, high in _ranges(term, "also:"):
            found |= np.logical_or(*self._between(low, high))
        return found

    def _between(self, low: int | None, high: int | None) -> tuple[Rows, Rows]:
        """By the clock of home, and by the clock of the place."""
        at = self._columns.captured_at
        low, high = low if low is not None else -(1 << 62), high if high is not None else 1 << 62
        here: Rows = (at >= low) & (at < high)
        if self._zone is None or high - low < _DAY_MS // 2:
            return here, here
        local = self._columns.local_at
        there: Rows = (local >= self._clock(low)) & (local < self._clock(high))
        return here, there

    def _at_home(self) -> npt.NDArray[np.int64]:
        """What the clock at home showed. Its offset is taken once a month: an hour of daylight saving matters to no part of a day."""
        if self._zone is None:
            return self._columns.local_at
        at = self._columns.captured_at
        months = at // (30 * _DAY_MS)
        numbers, inverse = np.unique(months, return_inverse=True)
        offsets = np.array([self._clock(int(month) * 30 * _DAY_MS) - int(month) * 30 * _DAY_MS for month in numbers], np.int64)
        return at + offsets[inverse] if len(at) else at

    def _clock(self, at_ms: int) -> int:
        """The reading of the wall clock at home, as if it were UTC."""
        if self._zone is None or abs(at_ms) > 10**14:
            return at_ms
        try:
            offset = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self._zone).utcoffset()
        except (OverflowError, ValueError, OSError):
            return at_ms
        return at_ms + int(offset.total_seconds() * 1000) if offset else at_ms


def _ranges(term: Term, prefix: str) -> list[tuple[int, int]]:
    found = []
    for each in term.ids:
        if each.startswith(prefix):
            low, _, high = each.removeprefix(prefix).rpartition("-")
            found.append((int(low), int(high)))
    return found


def _weekday(local: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return (local // _DAY_MS + 3) % 7  # the first of January 1970 was a Thursday


def _within(local: npt.NDArray[np.int64], first: int, end: int) -> Rows:
    hour = (local // _HOUR_MS) % 24
    within: Rows = ((hour >= first) & (hour < end)) | ((hour + 24 >= first) & (hour + 24 < end))
    return within


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
