"""Counted back: "the last three weeks", "the past two winters", "three weeks ago"."""

from __future__ import annotations

from datetime import timedelta

from relay.ask import days
from relay.ask.days import DAY, SEASONS, Period
from relay.ask.feasts import Feasts
from relay.ask.reading import TimeReading, amount_at
from relay.ask.today import Today
from relay.ask.words import singular

LAST = frozenset({"last", "past", "previous"})
_WIDTHS_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
MOST = 20


def past_amount(words: list[str], at: int, today: Today, feasts: Feasts) -> TimeReading | None:
    """What begins with "last" or "past" at ``at``. Days to years are counted back from today; seasons, feasts and weekends are the last
    ones that have begun, each by itself."""
    amount = amount_at(words, at + 1)
    number, took = amount or (1, 0)
    unit = singular(words[at + 1 + took]) if at + 1 + took < len(words) else ""
    value = " ".join(words[at : at + took + 2])
    if unit in _WIDTHS_DAYS and (amount or words[at] == "past" or unit == "fortnight"):
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


def earlier(words: list[str], at: int, today: Today) -> TimeReading | None:
    """ "earlier today", "earlier this year"."""
    if words[at + 1 : at + 2] == ["today"]:
        return TimeReading(2, "earlier today", Period(today.date, today.date + DAY))
    period = today.stepped(words[at + 2], 0) if words[at + 1 : at + 2] == ["this"] and len(words) > at + 2 else None
    return TimeReading(3, f"earlier this {words[at + 2]}", Period(period.first, today.date + DAY)) if period else None


def ago(words: list[str], at: int, today: Today, feasts: Feasts) -> TimeReading | None:
    """ "two weeks ago", "a year ago today", "two Christmases ago"; of a week, month or year, the same day of it is meant most."""
    for phrase, unit, number in _SAID_WHOLE:
        if tuple(words[at : at + len(phrase)]) == phrase:
            return TimeReading(len(phrase), " ".join(phrase), today.back(unit, number, exact=False), core=_core(unit, number, today))
    if words[at : at + 4] == ["this", "day", "last", "year"]:
        return TimeReading(4, "this day last year", today.back("year", 1, exact=True))
    amount = amount_at(words, at)
    if amount is None:
        return None
    number, took = amount
    named = singular(words[at + took]) if at + took < len(words) else ""
    if words[at + took + 1 : at + took + 2] not in (["ago"], ["back"]):
        return None
    value = " ".join(words[at : at + took + 2])
    feast = feasts.named((named,))
    latest = today.latest(feast, finished=False) if feast else None
    if feast:
        period = feast(latest.first.year - number + 1) if latest else None
        return TimeReading(took + 2, value, period) if period else None
    exact = words[at + took + 2 : at + took + 3] == ["today"]
    unit, number = ("week", 2 * number) if named == "fortnight" else (named, number)
    period = today.back(unit, number, exact=exact)
    return TimeReading(took + 2 + exact, value, period, core=None if exact else _core(unit, number, today)) if period else None


_SAID_WHOLE = (
    (("a", "fortnight", "ago"), "week", 2), (("half", "a", "year", "ago"), "month", 6), (("a", "half", "year", "ago"), "month", 6),
)  # fmt: skip
_AROUND_DAYS = {"week": 0, "month": 3, "year": 20}


def _core(unit: str, number: int, today: Today) -> Period | None:
    if unit not in _AROUND_DAYS:
        return None
    day = today.date - 7 * number * DAY if unit == "week" else today.date - number * timedelta(30.44 if unit == "month" else 365.25)
    return Period(day - _AROUND_DAYS[unit] * DAY, day + (_AROUND_DAYS[unit] + 1) * DAY)
