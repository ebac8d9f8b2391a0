"""A plan in words: the title of the film, and the reading as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask.carrier import SEARCH
from relay.ask.context import AskContext
from relay.ask.own_places import NAMED

LONGEST_TITLE = 60
_SELF = frozenset({"me", "us", "myself", "ourselves"})


def title_of(plan: Plan) -> str:
    """ "My wife & me · Paris · Last summer", at most 60 characters; "Memories" when nothing was understood."""
    people = [_as_said(term) for term in plan.terms if term.kind is TermKind.PERSON]
    parts = [_joined(people, " & ")] if people else []
    for kind in (TermKind.THING, TermKind.SPEECH, TermKind.TEXT, TermKind.PLACE, TermKind.TIME):
        parts += [_joined([_shown(term) for term in plan.terms if term.kind is kind], " & ")]
    shown = [part[:1].upper() + part[1:] for part in parts if part]
    while len(" · ".join(shown)) > LONGEST_TITLE and len(shown) > 1:
        shown.pop(1 if len(shown) > 2 else -1)
    return " · ".join(shown)[:LONGEST_TITLE].rstrip(" ·&") or "Memories"


def said_of(plan: Plan, context: AskContext) -> str:
    """The reading, as one sentence to the wearer, and a second one for what was not understood."""
    me = {person.person_id for person in context.people if "me" in person.relations}
    people = [("you" if set(term.ids) & me else "you" if term.value == "me" else term.value) for term in _of(plan, TermKind.PERSON)]
    people.sort(key=lambda name: name == "you")
    what = [_joined(people, " and ")] if people else []
    things = [_or_and(plan, TermKind.THING)] if _of(plan, TermKind.THING) else []
    body = " with ".join([*what, *things]) or "everything"
    body += "".join(
        f", {bound_of(term)}{term.value} {'person' if term.value == '1' else 'people'} in view" for term in _of(plan, TermKind.COUNT)
    )
    body += "".join(f", where '{term.value}' is said" for term in _of(plan, TermKind.SPEECH))
    body += "".join(f", where '{term.value}' can be read" for term in _of(plan, TermKind.TEXT))
    places = [where_of(term) for term in _of(plan, TermKind.PLACE)]
    body += f" {_joined(places, ' or ')}" if places else ""
    body += "".join(f", {_dated(term, context.timezone)}" for term in _of(plan, TermKind.TIME))
    body += "".join(f", without {term.value}" for term in _of(plan, TermKind.WITHOUT))
    sentence = f"{'Clips' if plan.intent == SEARCH else 'A film'} of {body}."
    unsure = [term.hint for term in plan.terms if (not term.resolved or term.source == "spelling") and term.hint]
    left = [f"I made nothing of: {', '.join(plan.leftover)}."] if plan.leftover else []
    return " ".join([sentence, *unsure, *left])


def bound_of(term: Term) -> str:
    """What stands before the number of a count: "at least "."""
    bounds = {each[:7] for each in term.ids}
    return "" if {"faces>=", "faces<="} <= bounds else "at least " if "faces>=" in bounds else "at most " if "faces<=" in bounds else ""


def where_of(term: Term) -> str:
    """ "in Paris", "near Paris", "at the Eiffel Tower", "at home"."""
    if term.value == "home":
        return "at home"
    around = any(place_id.startswith("near:") for place_id in term.ids)
    if around and (len(term.ids) == 1 or term.source == NAMED):
        return f"at {term.value}"
    return f"{'near' if around else 'in'} {term.value}"


def _of(plan: Plan, kind: TermKind) -> list[Term]:
    return [term for term in plan.terms if term.kind is kind]


def _or_and(plan: Plan, kind: TermKind) -> str:
    text = ""
    for term in _of(plan, kind):
        text += (" or " if term.alternative else " and ") * bool(text) + term.value
    return text


def _as_said(term: Term) -> str:
    """People as the wearer calls them: names with capitals, relations as spoken."""
    heard = term.heard.removesuffix("'s")
    if heard.casefold() in _SELF:
        return heard.casefold()
    is_name = any(heard.casefold() in (name.casefold(), name.casefold().split()[0]) for name in term.value.split(" or ") if name)
    return (heard if heard[:1].isupper() else heard.title()) if is_name else heard


def _shown(term: Term) -> str:
    return term.value if term.kind in {TermKind.PLACE, TermKind.TIME} else term.heard if term.kind is TermKind.THING else f"“{term.value}”"


def _dated(term: Term, timezone: str) -> str:
    """ "last summer (1 Jun to 31 Aug 2025)"."""
    if term.start_at is None or term.end_at is None:
        return term.value if term.value.endswith("s") else f"in the {term.value}" if term.ids else term.value
    zone = _zone(timezone)
    try:
        first = datetime.fromtimestamp(term.start_at / 1000, UTC).astimezone(zone)
        last = (datetime.fromtimestamp(term.end_at / 1000, UTC) - timedelta(milliseconds=1)).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return term.value
    if first.date() == last.date() or last - first < timedelta(hours=14):
        return f"{term.value} ({first.day} {first:%b %Y})"
    return f"{term.value} ({first.day} {first:%b %Y} to {last.day} {last:%b %Y})"


def _joined(names: list[str], last: str) -> str:
    names = [name for name in names if name]
    return last.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
