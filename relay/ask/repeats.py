"""Times that no calendar places: those that come again ("on Sunday mornings", "at dusk"), and those only the wearer knows."""

from __future__ import annotations

from relay.ask.days import DAY_PARTS, WEEKDAYS
from relay.ask.reading import TimeReading, clock_at
from relay.ask.words import singular

_TURNS = frozenset({"before", "after", "since", "until"})
_TELLERS = frozenset({"we", "i", "he", "she", "they"})


def repeating(words: list[str], at: int) -> TimeReading | None:
    """in the evening, at night, on Sundays, on a Sunday, at weekends."""
    word = words[at] if at < len(words) else ""
    clock = clock_at(words, at)
    if clock:
        return clock
    one = singular(word)
    part = words[at + 1] if at + 1 < len(words) else ""
    if one in WEEKDAYS and singular(part) in DAY_PARTS and part != singular(part):
        first, end = DAY_PARTS[singular(part)]
        return TimeReading(2, f"{one.title()} {part}", repeats=(f"weekday:{WEEKDAYS[one]}", f"hours:{first}-{end}"))
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
