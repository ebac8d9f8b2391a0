"""The calendar that people speak of: seasons, holidays and parts of a day, as dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from relay.ask.wordlist import in_order

MONTH_NAMES = in_order("January February March April May June July August September October November December")
_SHORT_MONTHS = {"sept": 9} | {name[:3].lower(): number for number, name in enumerate(MONTH_NAMES, start=1)}
MONTHS = {name.lower(): number for number, name in enumerate(MONTH_NAMES, start=1)} | _SHORT_MONTHS
WEEKDAYS = {name: day for day, name in enumerate(in_order("monday tuesday wednesday thursday friday saturday sunday"))}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
DAY_PARTS: dict[str, tuple[int, int]] = {
    "morning": (5, 12), "noon": (11, 14), "lunchtime": (11, 14), "midday": (11, 14), "afternoon": (12, 18), "evening": (17, 24),
    "night": (20, 29), "midnight": (23, 25), "nighttime": (20, 29), "daytime": (7, 19),
}  # fmt: skip
"""Local hours, start inclusive, end exclusive; past 24 runs into the next day."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole days, first inclusive, end exclusive, in local time."""

    first: date
    end: date

    def contains(self, other: Period) -> bool:
        return self.first <= other.first and other.end <= self.end

    @property
    def days(self) -> int:
        return (self.end - self.first).days


Yearly = Callable[[int], Period | None]
"""The period of a named time in a given year; None when it has none or the date is not known."""


def one_day(day: date) -> Period:
    return Period(day, day + DAY)


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year + month // 12, month % 12 + 1, 1))


def year_of(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def week_of(day: date) -> Period:
    monday = day - DAY * day.weekday()
    return Period(monday, monday + 7 * DAY)


def weekend_of(day: date) -> Period:
    """The Saturday and Sunday of the week that ``day`` is in."""
    saturday = week_of(day).first + 5 * DAY
    return Period(saturday, saturday + 2 * DAY)


def season(name: str, *, southern: bool = False) -> Yearly:
    """Meteorological seasons: whole months; a winter belongs to the year it begins in."""
    start = SEASONS[name]
    start = (start + 5) % 12 + 1 if southern else start

    def of(year: int) -> Period:
        months = year * 12 + start - 1
        return Period(date(year, start, 1), date((months + 3) // 12, (months + 3) % 12 + 1, 1))

    return of


def _fixed(month: int, day: int, days: int = 1) -> Yearly:
    return lambda year: Period(date(year, month, day), date(year, month, day) + days * DAY)


def _easter(offset: int, days: int = 1) -> Yearly:
    return lambda year: Period(easter(year) + offset * DAY, easter(year) + (offset + days) * DAY)


def _nth_weekday(month: int, weekday: int, nth: int) -> Yearly:
    """The nth such weekday of a month; -1: the last."""

    def of(year: int) -> Period:
        whole = month_of(year, month)
        if nth < 0:
            last = whole.end - DAY
            return one_day(last - DAY * ((last.weekday() - weekday) % 7))
        return one_day(whole.first + DAY * ((weekday - whole.first.weekday()) % 7 + 7 * (nth - 1)))

    return of


def _listed(days: int, *iso: str) -> Yearly:
    known = {date.fromisoformat(text).year: date.fromisoformat(text) for text in iso}
    return lambda year: Period(known[year], known[year] + days * DAY) if year in known else None


_LUNAR = _listed(
    3, "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17",
    "2027-02-06", "2028-01-26",
)  # fmt: skip
_DIWALI = _listed(
    1, "2018-11-07", "2019-10-27", "2020-11-14", "2021-11-04", "2022-10-24", "2023-11-12", "2024-10-31", "2025-10-20", "2026-11-08",
    "2027-10-29",
)  # fmt: skip
_HANUKKAH = _listed(
    9, "2018-12-02", "2019-12-22", "2020-12-10", "2021-11-28", "2022-12-18", "2023-12-07", "2024-12-25", "2025-12-14", "2026-12-04",
    "2027-12-24",
)  # fmt: skip

HOLIDAYS: dict[str, Yearly] = {
    "christmas eve": _fixed(12, 24), "christmas day": _fixed(12, 25), "christmas": _fixed(12, 24, 3), "xmas": _fixed(12, 24, 3),
    "boxing day": _fixed(12, 26), "new years eve": _fixed(12, 31), "new year eve": _fixed(12, 31), "new years day": _fixed(1, 1),
    "new year day": _fixed(1, 1), "new years": _fixed(12, 31, 2), "new year": _fixed(12, 31, 2), "silvester": _fixed(12, 31),
    "epiphany": _fixed(1, 6), "valentines day": _fixed(2, 14), "valentine day": _fixed(2, 14), "valentines": _fixed(2, 14),
    "st patricks day": _fixed(3, 17), "st patrick day": _fixed(3, 17), "saint patricks day": _fixed(3, 17),
    "saint patrick day": _fixed(3, 17),
    "april fools day": _fixed(4, 1), "april fool day": _fixed(4, 1), "april fools": _fixed(4, 1), "earth day": _fixed(4, 22),
    "may day": _fixed(5, 1), "fourth of july": _fixed(7, 4), "independence day": _fixed(7, 4), "bastille day": _fixed(7, 14),
    "halloween": _fixed(10, 31), "all saints day": _fixed(11, 1), "all saint day": _fixed(11, 1), "bonfire night": _fixed(11, 5),
    "veterans day": _fixed(11, 11), "veteran day": _fixed(11, 11), "st nicholas day": _fixed(12, 6), "juneteenth": _fixed(6, 19),
    "midsummer": _fixed(6, 21, 4), "canada day": _fixed(7, 1), "australia day": _fixed(1, 26), "cinco de mayo": _fixed(5, 5),
    "easter": _easter(-2, 4), "easter sunday": _easter(0), "easter monday": _easter(1), "good friday": _easter(-2),
    "palm sunday": _easter(-7), "ash wednesday": _easter(-46), "mardi gras": _easter(-47), "carnival": _easter(-52, 6),
    "ascension day": _easter(39), "pentecost": _easter(49, 2), "whitsun": _easter(49, 2), "corpus christi": _easter(60),
    "holy week": _easter(-7, 7), "maundy thursday": _easter(-3),
    "thanksgiving": _nth_weekday(11, 3, 4), "thanksgiving day": _nth_weekday(11, 3, 4),
    "mothers day": _nth_weekday(5, 6, 2), "mother day": _nth_weekday(5, 6, 2), "fathers day": _nth_weekday(6, 6, 3),
    "father day": _nth_weekday(6, 6, 3), "memorial day": _nth_weekday(5, 0, -1), "labor day": _nth_weekday(9, 0, 1),
    "labour day": _nth_weekday(9, 0, 1), "martin luther king day": _nth_weekday(1, 0, 3), "presidents day": _nth_weekday(2, 0, 3),
    "columbus day": _nth_weekday(10, 0, 2), "lunar new year": _LUNAR, "chinese new year": _LUNAR, "diwali": _DIWALI,
    "hanukkah": _HANUKKAH, "chanukah": _HANUKKAH,
}  # fmt: skip
"""Named days by their folded name. Movable ones: Easter by the Gregorian computus; lunar ones listed for 2018 to 2027."""

CORE_DAY: dict[str, str] = {"easter": "easter sunday", "christmas": "christmas day", "xmas": "christmas day", "new years": "new years day"}
"""The one day that "the weekend before Easter" counts from."""


def birthday(month_day: str) -> Yearly:
    """``MM-DD``; the 29th of February is the 28th in common years."""
    month, day = (int(part) for part in month_day.split("-"))

    def of(year: int) -> Period:
        try:
            return one_day(date(year, month, day))
        except ValueError:
            return one_day(date(year, month, 28))

    return of


def long_weekend(period: Period) -> Period:
    """The weekend that a holiday makes: its own days and the Saturday and Sunday beside them."""
    middle = period.first + (period.end - period.first) / 2
    saturday = middle - DAY * ((middle.weekday() - 5) % 7)
    if middle.weekday() in {2, 3, 4}:
        saturday = middle + DAY * (5 - middle.weekday())
    return Period(min(period.first, saturday), max(period.end, saturday + 2 * DAY))


def neighbour(unit: str, how: str, anchor: Period) -> Period | None:
    """The ``unit`` before, after or of ``anchor``."""
    if unit == "day":
        return {"before": one_day(anchor.first - DAY), "after": one_day(anchor.end)}.get(how, one_day(anchor.first))
    if unit in WEEKDAYS:
        target = WEEKDAYS[unit]
        if how == "after":
            return one_day(anchor.end + DAY * ((target - anchor.end.weekday()) % 7))
        last = anchor.first - DAY
        return one_day(last - DAY * ((last.weekday() - target) % 7)) if how == "before" else None
    if unit == "weekend":
        if how == "of":
            return long_weekend(anchor)
        if how == "before":
            return weekend_of(anchor.first - 7 * DAY)
        return weekend_of(anchor.end + 6 * DAY if anchor.end.weekday() in {0, 6} else anchor.end)
    if unit == "week":
        return week_of({"before": anchor.first - 7 * DAY, "after": anchor.end - DAY + 7 * DAY}.get(how, anchor.first))
    return None


def weekend_in(inner: Yearly, year: int) -> Period | None:
    period = inner(year)
    return long_weekend(period) if period else None


def to_ms(day: date, hour: int, zone: ZoneInfo) -> int:
    """UTC milliseconds of a local hour; hours past 24 are of the next day."""
    moment = datetime.combine(day + DAY * (hour // 24), time(hour % 24), tzinfo=zone)
    return int(moment.timestamp() * 1000)
