"""Whether a plan holds the terms that a question was written with.

A term is dropped when no term of the plan stands for it and the plan does not say that its words were not understood. Each term of
the plan answers for one expected term. What stands for what:

- ``person``: ``value`` is an id, a name or a relation. A person term of one of those people, or one that is said to be unresolved.
- ``place``: a place term that shares a word with ``value`` by its name or by what was heard, or that was taken from a misspelling.
- ``time``: ``value`` is a date, month, year, range of two ("A/B", "A..B", "A to B") or words. A time term whose days overlap those
  dates, or one that shares a word.
- ``thing``, ``speech``, ``text``: a term of that kind that shares a word (or, for a thing, whose labels do); a thing may also stand as a
  place or a part of the day ("at night", "at the museum").
- ``without``: an absence of that person, thing, place or time; "anyone else" also as a number of people.
- ``count``: a number of people; with the same number if ``value`` has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any
from zoneinfo import ZoneInfo

from glasses.wire.memory import Plan, Term, TermKind

_NUMBERS = {
    word: number for number, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))
}
_NOBODY_ELSE = {"anyone", "anybody", "others", "else", "nobody", "people", "people else", "strangers"}
_SMALL_TEXT = "the a an my our his her their of in on at to with and i we me it is was that this who where for by near from someone"
_SMALL = frozenset(_SMALL_TEXT.split())
_ALSO = {TermKind.THING: {TermKind.PLACE, TermKind.TIME}}


def dropped(
    expected: list[dict[str, Any]], plan: Plan, library: dict[str, Any], ids_of: Callable[[str], set[str]] = lambda _name: set()
) -> list[dict[str, Any]]:
    """The expected terms that the plan neither holds nor says that it does not understand. ``ids_of``: the places that a name means."""
    free = list(plan.terms)
    missing = []
    for term in sorted(expected, key=lambda each: str(each.get("kind")) == "count"):
        kind, value = str(term.get("kind")), term.get("value")
        found = next((each for each in free if _stands_for(each, kind, value, library)), None)
        found = found or next((each for each in free if kind == "place" and ids_of(str(value)) & set(each.ids[:1])), None)
        several = [each for each in plan.terms if kind == "person" or (kind == "without" and len(each.ids) > 1)]
        shared = found or next((each for each in several if _stands_for(each, kind, value, library)), None)
        if found:
            free.remove(found)
        elif shared is None and not _said(plan, free, kind, value, library):
            missing.append(term)
    return missing


def people_meant(value: Any, library: dict[str, Any]) -> set[str]:
    """The ids of those whom a value names: by id, else name or first name, else relation."""
    text = _plain(value)
    people = library.get("people", [])
    if text == "me" and library.get("me") is not None:
        return {str(library["me"])}
    ways: tuple[Callable[[dict[str, Any]], bool], ...] = (
        lambda one: str(one["id"]) == str(value),
        lambda one: _plain(one["name"]) == text,
        lambda one: text in {_plain(relation) for relation in one.get("relations") or []},
        lambda one: bool(text) and text == _plain(one["name"]).split()[0],
    )
    for fits in ways:
        found = {str(one["id"]) for one in people if fits(one)}
        if found:
            return found
    return set()


def _stands_for(term: Term, kind: str, value: Any, library: dict[str, Any]) -> bool:
    if kind == "person":
        return term.kind is TermKind.PERSON and bool(set(term.ids) & people_meant(value, library))
    if kind == "count":
        return term.kind is TermKind.COUNT and _number(value) in {None, _number(term.value)}
    if kind == "time":
        return term.kind is TermKind.TIME and _same_time(term, value, str(library.get("timezone") or "UTC"))
    if kind == "without":
        everybody = term.kind is TermKind.COUNT and bool(_words(value) & _NOBODY_ELSE)
        same = bool(set(term.ids) & people_meant(value, library)) or _share(term, value) or _same_time(term, value, "UTC")
        return everybody or (term.kind is TermKind.WITHOUT and same)
    if kind == "place" and str(value).casefold() in {"abroad", "overseas"} and term.kind is TermKind.WITHOUT:
        return any(each.startswith("country:") for each in term.ids)
    wanted = TermKind(kind)
    return (term.kind is wanted or term.kind in _ALSO.get(wanted, set())) and _share(term, value)


def _said(plan: Plan, free: list[Term], kind: str, value: Any, library: dict[str, Any]) -> bool:
    """Whether the plan admits that it did not understand this."""
    open_terms = [term for term in free if not term.resolved]
    if any(str(term.kind) == kind or _share(term, value) for term in open_terms):
        return True
    words = _words(value)
    if kind in {"person", "without"}:
        names = [[_plain(one["name"]), *map(_plain, one.get("relations") or [])] for one in library.get("people", [])
                 if str(one["id"]) in people_meant(value, library)]  # fmt: skip
        words |= {word for each in names for name in each for word in name.split()}
    return bool(words & {_plain(word.replace("\u2019", "'").removesuffix("'s")) for word in plan.leftover})


def _share(term: Term, value: Any) -> bool:
    """Whether they have a word of meaning in common, by its stem or but for its spelling."""
    have = {word for text in (term.value, term.heard, *term.ids) for word in _words(text)}
    return any(word[:5] == other[:5] or SequenceMatcher(None, word, other).ratio() >= 0.8 for word in _words(value) for other in have)


def _same_time(term: Term, value: Any, zone: str) -> bool:
    meant = _range(value)
    if meant is None:
        return _share(term, value)
    if term.start_at is None or term.end_at is None:
        return False
    first, end = (_local(at, zone) for at in (term.start_at, term.end_at - 1))
    return first <= meant[1] and meant[0] <= end


def _local(at_ms: int, zone: str) -> date:
    floor = max(at_ms, -2_000_000_000_000)
    return datetime.fromtimestamp(floor / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def _range(value: Any) -> tuple[date, date] | None:
    """First and last day of a date, month, year or range; None for anything else."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        ends = [_range(each) for each in value]
        return (ends[0][0], ends[-1][1]) if ends and ends[0] and ends[-1] else None
    days = re.findall(r"\d{4}(?:-\d{2}){0,2}", str(value))
    if not days or not re.match(r"\d{4}", str(value)):
        return None
    try:
        return _day(days[0])[0], _day(days[-1])[1]
    except ValueError:
        return None


def _day(text: str) -> tuple[date, date]:
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0], 12, 31)
    if len(parts) == 2:
        return date(parts[0], parts[1], 1), date(parts[0] + parts[1] // 12, parts[1] % 12 + 1, 1) - timedelta(1)
    return date(*parts), date(*parts)


def _number(value: Any) -> int | None:
    """The number of people that a value says; None when it says none."""
    digits = re.search(r"\d+", str(value))
    if digits:
        return int(digits.group())
    return next((_NUMBERS[word] for word in _plain(value).split() if word in _NUMBERS), None)


def _words(value: Any) -> set[str]:
    words = set(_plain(value).split())
    return words - _SMALL or words


def _plain(value: Any) -> str:
    return " ".join(re.findall(r"[^\W_]+", str(value).casefold().replace("'", "").replace("\u2019", "")))
