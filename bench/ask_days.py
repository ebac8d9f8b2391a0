"""The examiner's own calendar: what people call days, as local dates. Written apart from the calendar that it examines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Span:
    """Some words and the days they mean, both ends inclusive."""

    words: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


Feast = Callable[[int], tuple[date, date]]
"""A year -> the first and last day of a feast in it."""


def easter_sunday(year: int) -> date:
    """Butcher's algorithm (Nature, 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def fixed(month: int, day: int, length: int = 1) -> Feast:
    return lambda year: (date(year, month, day), date(year, month, day) + timedelta(length - 1))


def by_easter(offset: int, length: int = 1) -> Feast:
    return lambda year: (easter_sunday(year) + timedelta(offset), easter_sunday(year) + timedelta(offset + length - 1))


def nth(month: int, weekday: int, number: int) -> Feast:
    """The ``number``th such weekday of a month, counted from 1; 0 is the last one."""

    def of(year: int) -> tuple[date, date]:
        days = [day for day in _month(year, month) if day.weekday() == weekday]
        return days[number - 1], days[number - 1]

    return of


def listed(*days: str, length: int = 1) -> Feast:
    """Feasts of other calendars, as published."""
    known = {int(day[:4]): date.fromisoformat(day) for day in days}
    return lambda year: (known[year], known[year] + timedelta(length - 1))


def latest(feast: Feast, today: date) -> tuple[date, date]:
    """The last time that it has begun."""
    return next(feast(year) for year in (today.year, today.year - 1) if feast(year)[0] <= today)


def relative(today: date, *, southern: bool) -> list[Span]:
    """What is said by counting from today."""
    monday = today - timedelta(today.weekday())
    first = today.replace(day=1)
    previous = (first - timedelta(1)).replace(day=1)
    saturday = monday + timedelta(5) if today.weekday() == 6 else monday - timedelta(2)
    saturday = saturday if saturday + timedelta(1) < today else saturday - timedelta(7)
    spans = [
        Span("last week", monday - timedelta(7), monday - timedelta(1)),
        Span("last month", previous, first - timedelta(1)),
        Span("this year", date(today.year, 1, 1), today),
        Span("last year", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        Span("two years ago", date(today.year - 2, 1, 1), date(today.year - 2, 12, 31)),
        Span("last weekend", saturday, saturday + timedelta(1)),
        Span("the weekend before last", saturday - timedelta(7), saturday - timedelta(6)),
        Span("in the last ten days", today - timedelta(9), today),
        Span("in the past three months", today - timedelta(90), today),
    ]
    for weekday in (2, 4, 6):
        back = (today.weekday() - weekday - 1) % 7 + 1
        spans.append(Span(f"last {DAYS[weekday]}", today - timedelta(back), today - timedelta(back)))
    return spans + _seasons(today, southern=southern)


def named(today: date) -> list[Span]:
    """Months and stretches of the last two years, by name."""
    spans = []
    for back in range(1, 24):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        first, last = _month(year, month + 1)[0], _month(year, month + 1)[-1]
        name = MONTHS[month]
        spans += [Span(f"in {name} {year}", first, last), Span(f"in {name} of {year}", first, last)]
        if back <= 10:
            spans.append(Span(f"in {name}", first, last))
            spans.append(Span(f"in the first week of {name}", first, first + timedelta(6)))
            spans.append(Span(f"in the last week of {name}", last - timedelta(6), last))
        if back in {3, 5, 8}:
            spans.append(Span(f"since {name}", first, today))
        if back <= 18 and month < 9:
            end = _month(year, month + 3)[-1]
            spans.append(Span(f"between {name} and {MONTHS[month + 2]} {year}", first, end))
            spans.append(Span(f"from {name} to {MONTHS[month + 2]} {year}", first, end))
    for year in (today.year - 1, today.year - 2):
        spans += [Span(f"in {year}", date(year, 1, 1), date(year, 12, 31)), Span(f"back in {year}", date(year, 1, 1), date(year, 12, 31))]
    return spans


def feasts(today: date, names: dict[str, Feast], *, weekend_before: tuple[str, ...] = ()) -> list[Span]:
    """Each feast of the last year, and "last year" or a year beside it."""
    spans = []
    for words, feast in names.items():
        first, last = latest(feast, today)
        spans.append(Span(words, first, last))
        for year in (today.year - 1, today.year - 2):
            begin, end = feast(year)
            spans.append(Span(f"{words} {year}", begin, end))
        begin, end = feast(today.year - 1)
        spans.append(Span(f"{words} last year", begin, end))
    for words in weekend_before:
        first, _ = latest(names[words], today)
        saturday = first - timedelta((first.weekday() - 5) % 7 or 7)
        saturday = saturday - timedelta(7) if first.weekday() == 6 else saturday
        spans.append(Span(f"the weekend before {words.removeprefix('at ').removeprefix('on ')}", saturday, saturday + timedelta(1)))
    return spans


def birthday(today: date, month_day: str) -> tuple[date, date]:
    return latest(fixed(int(month_day[:2]), int(month_day[3:])), today)


def _seasons(today: date, *, southern: bool) -> list[Span]:
    """Whole months; a season is "last" when it is over."""
    starts = {"spring": 9, "summer": 12, "autumn": 3, "winter": 6} if southern else {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
    spans = []
    for name, month in starts.items():
        for year in (today.year, today.year - 1, today.year - 2):
            first = date(year, month, 1)
            later = year * 12 + month + 2
            last = date(later // 12, later % 12 + 1, 1) - timedelta(1)
            if last < today:
                spans.append(Span(f"last {name}", first, last))
                break
        if month < 12:
            spans.append(Span(f"in the {name} of {today.year - 1}", date(today.year - 1, month, 1), _month(today.year - 1, month + 2)[-1]))
    return spans


def _month(year: int, month: int) -> list[date]:
    day, days = date(year, month, 1), []
    while day.month == month:
        days.append(day)
        day += timedelta(1)
    return days
