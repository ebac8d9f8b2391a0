"""Times that no calendar places: those that come again ("on Sunday mornings", "at dusk"), and those only the wearer knows."""

from __future__ import annotations

import re

from relay.ask.days import DAY_PARTS, EVENING_AND_NIGHT, WEEKDAYS
from relay.ask.reading import TimeReading, clock_at
from relay.ask.words import cardinal, singular

_TURNS = frozenset({"before", "after", "since", "until"})
_TELLERS = frozenset({"we", "i", "he", "she", "they"})


def repeating(words: list[str], at: int) -> TimeReading | None:
    """in the evening, at night, on Sundays, on a Sunday, at weekends."""
    word = words[at] if at < len(words) else ""
    clock = _between(words, at) or _by_the_clock(words, at) or clock_at(words, at)
    if clock:
        return clock
    one = singular(word)
    part = words[at + 1] if at + 1 < len(words) else ""
    if one in WEEKDAYS and singular(part) in DAY_PARTS and part != singular(part):
        first, end = DAY_PARTS[singular(part)]
        return TimeReading(2, f"{one.title()} {part}", repeats=(f"weekday:{WEEKDAYS[one]}", f"hours:{first}-{end}"))
    if word == one and one in WEEKDAYS and part in DAY_PARTS and words[at - 1 : at] in (["every"], ["each"]):
        first, end = EVENING_AND_NIGHT if part == "night" else DAY_PARTS[part]
        return TimeReading(2, f"{one.title()} {part}s", repeats=(f"weekday:{WEEKDAYS[one]}", f"hours:{first}-{end}"))
    if one in DAY_PARTS and (word not in {"night", "noon", "midnight", "midday"} or words[at - 1 : at] != ["every"]):
        first, end = DAY_PARTS[one]
        return TimeReading(1, one, repeats=(f"hours:{first}-{end}",))
    if one in WEEKDAYS and (word != one or words[at - 1 : at] in (["a"], ["every"], ["each"])):
        return TimeReading(1, f"{one.title()}s", repeats=(f"weekday:{WEEKDAYS[one]}",))
    if words[at + 1 : at + 2] == ["hours"] and word in {"small", "wee", "early"}:
        return TimeReading(2, "small hours", repeats=("hours:0-5",))
    if part == "time" and f"{word}time" in DAY_PARTS:
        first, end = DAY_PARTS[f"{word}time"]
        return TimeReading(2, f"{word}time", repeats=(f"hours:{first}-{end}",))
    return _workdays(words, at)


def unplaced(words: list[str], at: int) -> TimeReading | None:
    """before we moved, our anniversary: times that only the wearer knows."""
    anniversary = words[at : at + 1] in (["my"], ["our"]) and "anniversary" in words[at + 1 : at + 3]
    told = words[at : at + 1] != [] and words[at] in _TURNS and words[at + 1 : at + 2] != [] and words[at + 1] in _TELLERS
    if not anniversary and not (told and at + 2 < len(words)):
        return None
    took = words.index("anniversary", at) + 1 - at if anniversary else 3
    value = " ".join(words[at : at + took])
    return TimeReading(took, value, unknown=f"When that was ('{value}') is not known: say a date or a year.", source="")


_BY_THE_CLOCK: dict[tuple[str, ...], tuple[int, int]] = {
    ("after", "dark"): (19, 29), ("before", "noon"): (5, 12), ("after", "midnight"): (24, 29), ("before", "dawn"): (3, 6),
    ("before", "sunrise"): (3, 6), ("after", "sunset"): (19, 24), ("before", "breakfast"): (5, 9), ("after", "noon"): (12, 18),
    ("mid", "morning"): (9, 11), ("mid", "afternoon"): (14, 17), ("before", "bedtime"): (18, 21), ("before", "midnight"): (21, 24),
    ("before", "lunch"): (9, 13), ("after", "lunch"): (13, 17), ("after", "dinner"): (19, 24), ("before", "dinner"): (16, 19),
}  # fmt: skip


def _by_the_clock(words: list[str], at: int) -> TimeReading | None:
    """after dark, mid-morning, 7 in the morning."""
    hours = _BY_THE_CLOCK.get(tuple(words[at : at + 2]))
    if hours:
        return TimeReading(2, " ".join(words[at : at + 2]), repeats=(f"hours:{hours[0]}-{hours[1]}",))
    number = cardinal(words[at]) if at < len(words) else None
    part = words[at + 3] if words[at + 1 : at + 3] == ["in", "the"] and at + 3 < len(words) else ""
    if not number or number > 12 or part not in {"morning", "afternoon", "evening"}:
        return None
    hour = number % 12 + 12 * (part != "morning")
    return TimeReading(4, " ".join(words[at : at + 4]), repeats=(f"hours:{(hour - 1) % 24}-{(hour - 1) % 24 + 3}",))


def _between(words: list[str], at: int) -> TimeReading | None:
    """between 6 and 8 pm, from 9 to 11 am."""
    led = words[at : at + 1] in (["between"], ["from"]) and words[at + 2 : at + 3] in (["and"], ["to"], ["until"], ["till"])
    first = cardinal(words[at + 1]) if led else None
    match = re.match(r"(\d{1,2}) ?(am|pm)\b", " ".join(words[at + 3 : at + 5]), re.ASCII) if first is not None else None
    if first is None or match is None or not 1 <= first <= 12 or not 1 <= int(match.group(1)) <= 12:
        return None
    end = int(match.group(1)) % 12 + 12 * (match.group(2) == "pm")
    start = first % 12 + 12 * (match.group(2) == "pm")
    start -= 12 if start >= end else 0
    took = 4 + (" " in match.group())
    return TimeReading(took, " ".join(words[at : at + took]), repeats=(f"hours:{start}-{end}",)) if start >= 0 else None


def _workdays(words: list[str], at: int) -> TimeReading | None:
    """at weekends, on weekdays, on weekday mornings."""
    word = words[at] if at < len(words) else ""
    part = words[at + 1] if at + 1 < len(words) else ""
    if singular(word) not in {"weekend", "weekday"}:
        return None
    repeats = tuple(f"weekday:{day}" for day in ((5, 6) if word.startswith("weekend") else range(5)))
    if singular(part) in DAY_PARTS and (part != singular(part) or word == "weekday"):
        first, end = DAY_PARTS[singular(part)]
        return TimeReading(2, f"{singular(word)} {part}", repeats=(*repeats, f"hours:{first}-{end}"))
    if word != singular(word) or words[at - 1 : at] in (["a"], ["every"], ["each"]) or word == "weekday":
        return TimeReading(1, f"{singular(word)}s", repeats=repeats)
    return None
