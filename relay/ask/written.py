"""Dates as they are written: "25.12.", "12/25/24", "February 3-9", "from the 3rd to the 9th of February", "Q1 2025"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from relay.ask import days
from relay.ask.days import DAY, MONTHS, Period, Yearly, one_day
from relay.ask.reading import TimeReading
from relay.ask.today import Today
from relay.ask.words import cardinal, read_number, read_year

_STROKES = re.compile(r"(\d{1,2})([./])(\d{1,2})(?:[./](\d{4}|\d\d)?)?", re.ASCII)
_TO = frozenset({"to", "until", "till", "through", "thru"})


def written(words: list[str], at: int, today: Today, *, month_first: bool) -> TimeReading | None:
    """``month_first``: in "3/5" the month stands first. Raises ValueError for days that no month has."""
    word = words[at] if at < len(words) else ""
    if len(word) == 10 and word[4] == "-":
        return TimeReading(1, word, one_day(date.fromisoformat(word)))
    return _strokes(word, today, month_first=month_first) or _quarter(words, at, today) or _days_of_a_month(words, at, today)


def _strokes(word: str, today: Today, *, month_first: bool) -> TimeReading | None:
    match = _STROKES.fullmatch(word)
    if match is None or word == "24/7":
        return None
    one, two, year = int(match.group(1)), int(match.group(3)), match.group(4)
    day, month = (two, one) if two > 12 or (one <= 12 and month_first and match.group(2) == "/") else (one, two)
    if year:
        return TimeReading(1, word, one_day(date(int(year) + 2000 * (len(year) == 2), month, day)))
    date(2000, month, day)
    return _yearly(1, f"{day} {days.MONTH_NAMES[month - 1]}", days.birthday(f"{month:02}-{day:02}"), today)


def _quarter(words: list[str], at: int, today: Today) -> TimeReading | None:
    """ "q1 2025", "q3"."""
    word = words[at] if at < len(words) else ""
    if len(word) != 2 or word[0] != "q" or word[1] not in "1234":
        return None
    number = int(word[1])
    after = at + 1 + (words[at + 1 : at + 2] == ["of"])
    year = read_year(words, after)

    def of(each: int) -> Period | None:
        return days.nth_in(days.year_of(each), "quarter", number)

    if year:
        return TimeReading(after + year[1] - at, f"Q{number} {year[0]}", of(year[0]))
    return _yearly(1, f"Q{number}", of, today)


def _days_of_a_month(words: list[str], at: int, today: Today) -> TimeReading | None:
    """ "february 3 9", "between may 3 and 5", "the 3rd to the 9th of february 2025"."""
    led = words[at : at + 1] in (["from"], ["between"])
    start = at + led
    start += words[start : start + 1] == ["the"]
    for month_at, first, second, end in _two_days(words, start, between=words[at : at + 1] == ["between"]):
        month = MONTHS.get(words[month_at]) if month_at < len(words) else None
        if not month or not 1 <= first < second <= 31:
            continue
        year = read_year(words, end)
        value = f"{first} to {second} {days.MONTH_NAMES[month - 1]}"

        def of(each: int, month: int = month, first: int = first, second: int = second) -> Period:
            return Period(date(each, month, first), date(each, month, second) + DAY)

        if year:
            return TimeReading(end + year[1] - at, f"{value} {year[0]}", of(year[0]))
        return _yearly(end - at, value, of, today)
    return None


def _two_days(words: list[str], start: int, *, between: bool) -> Iterator[tuple[int, int, int, int]]:
    """Where the month may stand, the two days, and the end, with the month before and after them."""
    for before in (True, False):
        first_at = start + before + (before and words[start + 1 : start + 2] == ["the"])
        first = read_number(words, first_at)
        if first is None:
            continue
        join = first_at + first[1]
        joined = words[join : join + 1] != [] and (words[join] in _TO or (between and words[join] == "and"))
        second_at = join + joined
        second_at += joined and words[second_at : second_at + 1] == ["the"]
        second = read_number(words, second_at)
        if second is None or (not joined and (cardinal(words[second_at]) is None or not words[second_at].isdigit())):
            continue
        end = second_at + second[1]
        month_at = start if before else end + (words[end : end + 1] == ["of"])
        yield month_at, first[0], second[0], end if before else month_at + 1


def _yearly(took: int, value: str, whole: Yearly, today: Today) -> TimeReading:
    return TimeReading(took, value, today.latest(whole, finished=False), yearly=whole)
