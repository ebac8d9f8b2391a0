"""What a time of a request was read as, and the small readings that it is put together from: amounts and clock times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from relay.ask.days import MONTHS, Period, Yearly
from relay.ask.words import cardinal, ordinal, read_number, read_year

_KINGS_NUMBER = re.compile(r"i{2,3}|iv|vi{1,3}|ix")
_AMOUNTS = {"a": 1, "an": 1, "couple": 2, "few": 3, "several": 5, "some": 3}


@dataclass(frozen=True)
class TimeReading:
    """A time that was read. Either ``period`` (with ``hours`` within its first day) or ``repeats`` ("hours:17-24", "weekday:6")."""

    took: int
    value: str
    period: Period | None = None
    hours: tuple[int, int] | None = None
    repeats: tuple[str, ...] = ()
    yearly: Yearly | None = None
    """When it was named without a year: its period in any year."""
    unknown: str = ""
    """Why it could not be placed in the calendar."""
    parts: tuple[Period, ...] = ()
    """Where ``period`` is only the hull: "the last three summers"."""
    source: str = "calendar"
    core: Period | None = None
    """The part of ``period`` that is meant most."""


def amount_at(words: list[str], at: int) -> tuple[int, int] | None:
    """ "three", "a", "a couple of", "a few": the number and how many words."""
    start = at
    if words[at : at + 1] in (["a"], ["an"]) and at + 1 < len(words) and words[at + 1] in {"couple", "few"}:
        at += 1
    if at < len(words) and words[at] in _AMOUNTS:
        number = _AMOUNTS[words[at]]
        at += 1 + (words[at + 1 : at + 2] == ["of"])
        return number, at - start
    return read_number(words, at)


def clock_at(words: list[str], at: int) -> TimeReading | None:
    """ "8 pm", "8pm", "20:30", "five o'clock": within an hour of it, twice a day where it is not said which half."""
    joined = " ".join(words[at : at + 2])
    match = re.match(r"(\d{1,2})(?::(\d\d))? ?(am|pm|oclock|h)\b|(\d{1,2}):(\d\d)", joined, re.ASCII)
    if match:
        hour, half, took = int(match.group(1) or match.group(4)), match.group(3) or "", 1 + (" " in match.group())
    elif words[at + 1 : at + 2] == ["oclock"] and (number := cardinal(words[at])):
        hour, half, took = number, "oclock", 2
    else:
        return None
    if hour > 23 or (half in {"am", "pm"} and not 1 <= hour <= 12):
        return None
    hours = (
        [hour % 12 + 12 * (half == "pm")] if half in {"am", "pm"} else [hour, hour + 12] if half == "oclock" and 1 <= hour < 12 else [hour]
    )
    first = hours[-1] if len(hours) > 1 and hours[0] < 6 else hours[0]
    low = (first - 1) % 24
    return TimeReading(took, " ".join(words[at : at + took]), repeats=(f"hours:{low}-{low + 3}",))


def bare(value: str) -> str:
    return value.removeprefix("last ").removeprefix("this ")


def title(name: str) -> str:
    """With capitals, and a king's number in them: "Coronation of Charles III"."""
    return " ".join(
        word if word in {"of", "de"} else word.upper() if _KINGS_NUMBER.fullmatch(word) else word.capitalize() for word in name.split()
    )


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_and_month(words: list[str], at: int) -> tuple[int | None, int, int]:
    """Where the month stands, the day (0: none), and how many words both took."""
    if at < len(words) and words[at] in MONTHS:
        skip = 1 + (words[at + 1 : at + 2] == ["the"])
        number = read_number(words, at + skip)
        is_year = read_year(words, at + skip)
        if number and not is_year and 1 <= number[0] <= 31 and (ordinal(words[at + skip + number[1] - 1]) or cardinal(words[at + skip])):
            return at, number[0], skip + number[1]
        return at, 0, 1
    number = read_number(words, at)
    if number is None or not 1 <= number[0] <= 31:
        return None, 0, 0
    month_at = at + number[1]
    month_at += words[month_at : month_at + 1] == ["of"]
    if month_at < len(words) and words[month_at] in MONTHS:
        return month_at, number[0], month_at + 1 - at
    return None, 0, 0
