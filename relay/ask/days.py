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
    "dawn": (4, 9), "sunrise": (4, 9), "daybreak": (4, 9), "dusk": (16, 22), "sunset": (16, 22), "nightfall": (17, 23),
    "twilight": (16, 22), "arvo": (12, 18), "teatime": (15, 18), "dinnertime": (17, 22), "bedtime": (19, 25),
}  # fmt: skip
"""Local hours, start inclusive, end exclusive; past 24 runs into the next day."""

BY_THE_SUN = frozenset({"dawn", "sunrise", "daybreak", "dusk", "sunset", "nightfall", "twilight"})
"""Parts of a day that a model may also have seen: then the label is meant."""
EVENING_AND_NIGHT = (18, 29)
"""What "Friday night" is."""

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


RULES: dict[str, Yearly] = {
    "christmas holiday": _fixed(12, 20, 15), "holiday season": _fixed(12, 20, 15), "festive season": _fixed(12, 20, 15),
    "days of the holidays": _fixed(12, 24, 9), "winter break": _fixed(12, 20, 17), "christmas break": _fixed(12, 20, 15),
    "christmas vacation": _fixed(12, 20, 15),
    "turn of the year": _fixed(12, 31, 2), "spring break": _fixed(3, 1, 51),
    "oktoberfest": lambda year: Period(_oktoberfest(year), _nth(year, 10, 6, 1) + DAY),
    "christmas eve": _fixed(12, 24), "christmas day": _fixed(12, 25), "christmas": _fixed(12, 24, 3), "boxing day": _fixed(12, 26),
    "new year eve": _fixed(12, 31), "new year day": _fixed(1, 1), "new year": _fixed(12, 31, 2), "silvester": _fixed(12, 31),
    "epiphany": _fixed(1, 6), "valentine day": _fixed(2, 14), "valentine": _fixed(2, 14), "saint patrick day": _fixed(3, 17),
    "saint patrick": _fixed(3, 17), "april fool day": _fixed(4, 1), "april fool": _fixed(4, 1), "earth day": _fixed(4, 22),
    "may day": _fixed(5, 1), "labor day": _fixed(5, 1), "labour day": _fixed(5, 1), "fourth of july": _fixed(7, 4),
    "independence day": _fixed(7, 4), "bastille day": _fixed(7, 14), "halloween": _fixed(10, 31), "all saint day": _fixed(11, 1),
    "all soul day": _fixed(11, 2), "day of the dead": _fixed(11, 1, 2), "bonfire night": _fixed(11, 5), "guy fawke night": _fixed(11, 5),
    "veteran day": _fixed(11, 11), "remembrance day": _fixed(11, 11), "saint nicholas day": _fixed(12, 6), "juneteenth": _fixed(6, 19),
    "burn night": _fixed(1, 25), "saint lucia day": _fixed(12, 13), "golden week": _fixed(4, 29, 7), "cinco de mayo": _fixed(5, 5),
    "midsummer": lambda year: Period(_friday_from(year, 6, 19), _friday_from(year, 6, 19) + 3 * DAY), "woman day": _fixed(3, 8),
    "easter": _easter(-2, 4), "easter sunday": _easter(0), "easter day": _easter(0), "easter monday": _easter(1),
    "good friday": _easter(-2),
    "palm sunday": _easter(-7), "ash wednesday": _easter(-46), "mardi gra": _easter(-47), "shrove tuesday": _easter(-47),
    "pancake day": _easter(-47), "carnival": _easter(-52, 6), "ascension day": _easter(39), "pentecost": _easter(49, 2),
    "whitsun": _easter(49, 2), "corpus christi": _easter(60), "holy week": _easter(-7, 7), "maundy thursday": _easter(-3),
    "lent": _easter(-46, 46), "advent": lambda year: Period(_advent(year), date(year, 12, 25)),
    "thanksgiving": _nth_weekday(11, 3, 4), "thanksgiving day": _nth_weekday(11, 3, 4),
    "black friday": lambda year: one_day(_nth(year, 11, 3, 4) + DAY), "memorial day": _nth_weekday(5, 0, -1),
    "super bowl sunday": _nth_weekday(2, 6, 2), "columbus day": _nth_weekday(10, 0, 2), "president day": _nth_weekday(2, 0, 3),
    "mother day": _nth_weekday(5, 6, 2), "father day": _nth_weekday(6, 6, 3),
}  # fmt: skip
"""Named days that go by a rule, by their words in the singular. Easter is the western one (Gregorian computus)."""

EVERYWHERE = frozenset({"christmas", "christmas holiday", "new year", "easter"})
"""Several days of which the law of a country may name one only."""

_SEVERAL_RULES: dict[str, tuple[tuple[str, Yearly], ...]] = {
    "mother day": (
        ("GB IE IM JE GG NG", _easter(-21)), ("ES PT HU LT RO ZA AO MZ CV", _nth_weekday(5, 6, 1)), ("FR SE DO HT MG", _nth_weekday(5,
        6, -1)),
        ("NO", _nth_weekday(2, 6, 2)), ("AR", _nth_weekday(10, 6, 3)), ("MX GT SV BZ", _fixed(5, 10)), ("PL", _fixed(5, 26)),
        ("TH", _fixed(8, 12)), ("AE BH EG IQ JO KW LB OM QA SA SY YE DZ", _fixed(3, 21)), ("ID", _fixed(12, 22)), ("RS BG MK AL",
        _fixed(3, 8)),
    ),
    "father day": (
        ("AU NZ FJ PG", _nth_weekday(9, 6, 1)), ("ES PT IT HR BO HN LI", _fixed(3, 19)), ("DE", _easter(39)), ("AT BE", _nth_weekday(6,
        6, 2)),
        ("SE NO FI IS EE", _nth_weekday(11, 6, 2)), ("BR WS", _nth_weekday(8, 6, 2)), ("DK", _fixed(6, 5)), ("PL", _fixed(6, 23)),
        ("TH", _fixed(12, 5)), ("TW", _fixed(8, 8)), ("ID", _fixed(11, 12)),
    ),
    "labor day": (("US CA", _nth_weekday(9, 0, 1)),), "labour day": (("US CA", _nth_weekday(9, 0, 1)),),
    "thanksgiving": (("CA", _nth_weekday(10, 0, 2)),), "thanksgiving day": (("CA", _nth_weekday(10, 0, 2)),),
}  # fmt: skip
"""Days that go by another rule in some countries."""
_ORTHODOX = frozenset(["GR", "CY", "RO", "BG", "RS", "UA", "RU", "GE", "ET", "ER", "MK", "MD", "BY", "ME"])
"""Where Easter is the eastern one."""
_BY_EASTER = {"easter": (-2, 4), "easter sunday": (0, 1), "easter day": (0, 1), "easter monday": (1, 1), "good friday": (-2, 1)}


def by_country(name: str, country: str) -> Yearly | None:
    """The rule that a country has for a name, where countries differ."""
    if country in _ORTHODOX and name in _BY_EASTER:
        offset, length = _BY_EASTER[name]
        return lambda year: Period(easter(year, 2) + offset * DAY, easter(year, 2) + (offset + length) * DAY)
    return next((rule for countries, rule in _SEVERAL_RULES.get(name, ()) if country in countries.split()), None)


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    period = _nth_weekday(month, weekday, number)(year)
    return period.first if period else date(year, month, 1)


def _oktoberfest(year: int) -> date:
    """The Saturday after the 15th of September, as the city of Munich sets it."""
    start = date(year, 9, 16)
    return start + DAY * ((5 - start.weekday()) % 7)


def _friday_from(year: int, month: int, day: int) -> date:
    start = date(year, month, day)
    return start + DAY * ((4 - start.weekday()) % 7)


def _advent(year: int) -> date:
    """The fourth Sunday before Christmas."""
    christmas = date(year, 12, 25)
    return christmas - DAY * ((christmas.weekday() + 1) % 7 or 7) - 21 * DAY


CORE_DAY: dict[str, str] = {
    "easter": "easter sunday", "christmas": "christmas day", "new year": "new year day", "holidays": "days of the holidays",
}  # fmt: skip
"""The one day that "the weekend before Easter" counts from, and that is meant most."""


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


def nth_in(period: Period, unit: str, number: int) -> Period | None:
    """The ``number``th day, week (of seven days from its start), half, quarter, weekend or weekday in a period; -1: the last."""
    if unit in {"half", "quarter"}:
        return _part_of(period, 2 if unit == "half" else 4, number)
    if unit in {"day", "week"}:
        length = 7 if unit == "week" else 1
        first = period.end - length * DAY if number < 0 else period.first + (number - 1) * length * DAY
        found = Period(first, min(first + length * DAY, period.end))
        return found if period.first <= first < period.end else None
    weekday = 5 if unit == "weekend" else WEEKDAYS[unit]
    if number < 0:
        last = period.end - DAY
        day = last - DAY * ((last.weekday() - weekday) % 7)
    else:
        day = period.first + DAY * ((weekday - period.first.weekday()) % 7 + 7 * (number - 1))
    length = 2 if unit == "weekend" else 1
    return Period(day, day + length * DAY) if period.first <= day < period.end else None


def stretch(period: Period, unit: str, number: int) -> Period | None:
    """The first ``number`` days, weeks or months of a period; of a negative number, the last."""
    if unit in {"day", "week"}:
        length = abs(number) * (7 if unit == "week" else 1) * DAY
        found = Period(period.first, period.first + length) if number > 0 else Period(period.end - length, period.end)
    elif unit == "month":
        turn = (period.first if number > 0 else period.end).year * 12 + (period.first if number > 0 else period.end).month - 1 + number
        day = date(turn // 12, turn % 12 + 1, 1)
        found = Period(period.first, day) if number > 0 else Period(day, period.end)
    else:
        return None
    return found if period.contains(found) else None


def _part_of(period: Period, parts: int, number: int) -> Period | None:
    """Of a year by whole months."""
    number = parts if number < 0 else number
    if not 1 <= number <= parts:
        return None
    first, end = ((number - 1 + each) / parts for each in (0, 1))
    if period.days >= 365 and period.first.day == 1:
        months = [period.first.year * 12 + period.first.month - 1 + int(12 * share) for share in (first, end)]
        return Period(*(date(month // 12, month % 12 + 1, 1) for month in months))
    return Period(period.first + int(period.days * first) * DAY, period.first + int(period.days * end) * DAY)


def weekend_in(inner: Yearly, year: int) -> Period | None:
    period = inner(year)
    return long_weekend(period) if period else None


def to_ms(day: date, hour: int, zone: ZoneInfo) -> int:
    """UTC milliseconds of a local hour; hours past 24 are of the next day."""
    moment = datetime.combine(day + DAY * (hour // 24), time(hour % 24), tzinfo=zone)
    return int(moment.timestamp() * 1000)
