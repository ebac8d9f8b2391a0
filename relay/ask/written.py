"""Dates as they are written: "25.12.", "12/25/24", "February 3-9", "from the 3rd to the 9th of February", "Q1 2025"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from relay.ask import days
from relay.ask.days import DAY, MONTHS, Period, Yearly, one_day
from relay.ask.reading import TimeReading
from relay.ask.today import Today
from relay.ask.words import cardinal, ordinal, read_number, read_year

_STROKES = re.compile(r"(\d{1,2})([./])(\d{1,2})(?:[./](\d{4}|\d\d)?)?", re.ASCII)
_TO = frozenset({"to", "until", "till", "through", "thru"})


def written(words: list[str], at: int, today: Today, *, month_first: bool) -> TimeReading | None:
    """``month_first``: in "3/5" the month stands first. Raises ValueError for days that no month has."""
    word = words[at] if at < len(words) else ""
    if len(word) == 10 and word[4] == "-":
        return TimeReading(1, word, one_day(date.fromisoformat(word)))
    return (
        _strokes(word, today, month_first=month_first)
        or _month(word)
        or _day_of_month(words, at, today)
        or _quarter(words, at, today)
        or _days_of_a_month(words, at, today)
    )


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


def _month(word: str) -> TimeReading | None:
    """ "2025-06", "06/2025"."""
    match = re.fullmatch(r"(\d{4})-(\d\d)|(\d{1,2})/(\d{4})", word, re.ASCII)
    if match is None:
        return None
    year, month = int(match.group(1) or match.group(4)), int(match.group(2) or match.group(3))
    return TimeReading(1, f"{days.MONTH_NAMES[month - 1]} {year}", days.month_of(year, month)) if 1 <= month <= 12 else None


def _day_of_month(words: list[str], at: int, today: Today) -> TimeReading | None:
    """ "the 24th of last month", and "on the 3rd": the latest one."""
    number = ordinal(words[at]) if at < len(words) else None
    if not number or number > 31:
        return None
    after = at + 1 + (words[at + 1 : at + 2] == ["of"])
    if words[after : after + 1] in (["last"], ["this"]) and words[after + 1 : after + 2] == ["month"]:
        month = today.stepped("month", -1 if words[after] == "last" else 0)
        day = month.first.replace(day=number) if month else None
        return TimeReading(after + 2 - at, f"the {words[at]} of {words[after]} month", one_day(day)) if day else None
    if words[max(0, at - 2) : at] != ["on", "the"] or not words[at][0].isdigit():
        return None
    back = today.date.year * 12 + today.date.month - 1 - (number > today.date.day)
    return TimeReading(1, f"the {words[at]}", one_day(date(back // 12, back % 12 + 1, number)))


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
