"""Why a clip was chosen, why another nearly was, and why nothing was found: in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glasses.wire.memory import Term, TermKind
from relay.ask.conditions import Condition
from relay.ask.phrasing import where_of
from relay.index.base import MomentRow, VideoRow

_SELF = frozenset({"me", "us", "myself", "ourselves", "i"})


def hit_reason(row: VideoRow, met: Sequence[Condition]) -> str:
    """ "Anna and you are in it; taken in Paris; on 12 June 2025; dog seen"."""
    people = [_who(condition.terms, row) for condition in met if condition.kind is TermKind.PERSON]
    parts = [f"{_joined(people)} {'is' if len(people) == 1 and people[0] != 'you' else 'are'} in it"] if people else []
    parts += [_holds(condition, row) for condition in met if condition.kind is not TermKind.PERSON]
    if not any(condition.kind is TermKind.PLACE for condition in met) and row.place:
        parts.append(f"taken in {row.place}")
    sentence = "; ".join(part for part in parts if part)
    return sentence[:1].upper() + sentence[1:]


def miss_reason(row: VideoRow, met: Sequence[Condition], failed: Sequence[Condition]) -> str:
    """ "in Paris, but Anna is not in it"; "Anna and you, but in Beijing"."""
    people = [_who(condition.terms, row) for condition in met if condition.kind is TermKind.PERSON]
    good = ([_joined(people)] if people else []) + [_short(condition, row) for condition in met if condition.kind is not TermKind.PERSON]
    absent = [_who(condition.terms, row) for condition in failed if condition.kind is TermKind.PERSON]
    bad = [f"{_joined(absent)} {'are' if len(absent) > 1 or absent == ['you'] else 'is'} not in it"] if absent else []
    bad += [_fails(condition, row) for condition in failed if condition.kind is not TermKind.PERSON]
    sentence = f"{', '.join(part for part in good if part)}, but {_joined([part for part in bad if part])}"
    return sentence[:1].upper() + sentence[1:]


def term_words(term: Term) -> str:
    """A term for a list: "your wife", "in Rome", "last summer", "dog"."""
    if term.kind is TermKind.PERSON:
        return "you" if term.heard.casefold() in _SELF else term.value
    if term.kind is TermKind.PLACE:
        return where_of(term)
    if term.kind is TermKind.COUNT:
        return f"{term.value} people in view"
    return {
        TermKind.WITHOUT: f"without {term.value}",
        TermKind.SPEECH: f"'{term.value}' said",
        TermKind.TEXT: f"'{term.value}' written",
    }.get(term.kind, term.value)


def _who(terms: tuple[Term, ...], row: VideoRow) -> str:
    """The people of a condition: of several possible, those who are there."""
    if any(term.heard.casefold() in _SELF for term in terms):
        return "you"
    there = {person for moment in row.moments for person in moment.people}
    shown = []
    for term in terms:
        names = term.value.split(", ") if ", " in term.value else [term.value]
        if len(names) == len(term.ids):
            present = [name for name, person in zip(names, term.ids, strict=True) if person in there]
            shown.append(_joined(present) if present else " or ".join(names))
        else:
            shown.append(term.value)
    return " or ".join(shown)


def _holds(condition: Condition, row: VideoRow) -> str:
    term = condition.terms[0]
    if condition.kind is TermKind.PLACE:
        return f"taken {_where(row, condition)}"
    if condition.kind is TermKind.TIME:
        return f"on {day_of(row)}"
    if condition.kind is TermKind.THING:
        return f"{' or '.join(each.value for each in condition.terms)} in it"
    if condition.kind is TermKind.SPEECH:
        return f"'{term.value}' is said"
    if condition.kind is TermKind.TEXT:
        return f"'{term.value}' can be read"
    if condition.kind is TermKind.COUNT:
        return f"{term.value} {'person' if term.value == '1' else 'people'} in view"
    return f"no {term.value}"


def _short(condition: Condition, row: VideoRow) -> str:
    if condition.kind is TermKind.PLACE:
        return _where(row, condition)
    return f"with {condition.terms[0].value}" if condition.kind is TermKind.THING else _holds(condition, row)


def _fails(condition: Condition, row: VideoRow) -> str:
    term = condition.terms[0]
    if condition.kind is TermKind.PLACE:
        return f"in {row.place}" if row.place else "its place is not known"
    if condition.kind is TermKind.TIME:
        return f"taken on {day_of(row)}"
    if condition.kind is TermKind.THING:
        return f"no {' or '.join(each.value for each in condition.terms)} is seen"
    if condition.kind is TermKind.SPEECH:
        return f"'{term.value}' is not said"
    if condition.kind is TermKind.TEXT:
        return f"'{term.value}' is not written anywhere"
    if condition.kind is TermKind.COUNT:
        return f"{_faces(row.moments)} in view"
    return f"{term.value} {'is' if not term.value.endswith('s') else 'are'} in it"


def _faces(moments: Sequence[MomentRow]) -> str:
    most = max((len(set(moment.people)) + moment.unknown_faces for moment in moments), default=0)
    return f"{most or 'no'} {'person is' if most == 1 else 'people are'}"


def _where(row: VideoRow, condition: Condition) -> str:
    asked = condition.terms[0].value
    if asked == "home":
        return "at home"
    return f"in {row.place}" if row.place else f"near {asked}"


def day_of(row: VideoRow) -> str:
    """ "12 June 2025", by the clock of where it was taken."""
    try:
        moment = datetime.fromtimestamp(row.captured_at / 1000, UTC).astimezone(ZoneInfo(row.timezone or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OverflowError, OSError):
        return "an unknown day"
    return f"{moment.day} {moment:%B %Y}"


def _joined(names: list[str]) -> str:
    ordered = [name for name in names if name != "you"] + ["you"] * ("you" in names)
    return " and ".join([", ".join(ordered[:-1]), ordered[-1]] if len(ordered) > 1 else ordered)
