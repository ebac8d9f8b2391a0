"""The last so many of something: "the last three weeks", "the past two winters", "the last two weekends"."""

from __future__ import annotations

from relay.ask import days
from relay.ask.days import DAY, SEASONS, Period
from relay.ask.feasts import Feasts
from relay.ask.reading import TimeReading, amount_at
from relay.ask.today import Today
from relay.ask.words import singular

LAST = frozenset({"last", "past", "previous"})
_WIDTHS_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
MOST = 20


def past_amount(words: list[str], at: int, today: Today, feasts: Feasts) -> TimeReading | None:
    """What begins with "last" or "past" at ``at``. Days to years are counted back from today; seasons, feasts and weekends are the last
    ones that have begun, each by itself."""
    amount = amount_at(words, at + 1)
    number, took = amount or (1, 0)
    unit = singular(words[at + 1 + took]) if at + 1 + took < len(words) else ""
    value = " ".join(words[at : at + took + 2])
    if unit in _WIDTHS_DAYS and (amount or words[at] == "past"):
        end = today.date + DAY
        return TimeReading(took + 2, value, Period(end - _WIDTHS_DAYS[unit] * number * DAY, end))
    parts = _parts(unit, min(number, MOST), today, feasts) if amount and unit else []
    if not parts:
        return None
    return TimeReading(took + 2, value, Period(parts[-1].first, parts[0].end), parts=tuple(parts))


def _parts(unit: str, number: int, today: Today, feasts: Feasts) -> list[Period]:
    """The latest first."""
    if unit == "weekend":
        last = today.stepped("weekend", -1)
        return [days.weekend_of(last.first - 7 * back * DAY) for back in range(number)] if last else []
    yearly = days.season(unit, southern=today.southern) if unit in SEASONS else feasts.named((unit,))
    latest = today.latest(yearly, finished=False) if yearly else None
    if yearly is None or latest is None:
        return []
    return [period for back in range(number) if (period := yearly(latest.first.year - back))]
