"""A spoken or written request -> a plan of typed terms. Pure: no network, disk or models, only the context it is handed."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask import feasts
from relay.ask.context import AskContext
from relay.ask.names import longer_names
from relay.ask.people import GROUP
from relay.ask.phrasing import said_of, title_of
from relay.ask.reader import Reader
from relay.ask.spans import Span, Use
from relay.ask.wordlist import phrases
from relay.ask.words import Word, words_of

_CORRECTS = phrases(
    "no, nope, not that, i said, i meant, i mean, sorry, wait, actually, rather, make it, change it to, change that to, "
    "instead, it was, it is, its, that was "
)
_ADDS = frozenset({"also", "and", "plus", "add", "too"})


def warm(year: int) -> None:
    """Loads what the first request would: the world's feasts, and what names are short for."""
    feasts.warm(year)
    longer_names("bob")


@dataclass(frozen=True)
class Account:
    """What became of each word of a request, in order: for tests, and to show where a reading came from."""

    words: list[Word]
    uses: list[Use]


def understand(query: str, context: AskContext) -> Plan:
    """The plan of ``query``. Never raises for any text. What could not be resolved is a term with ``resolved`` False, a hint
    and alternatives, or stands in ``leftover``: no word is dropped.

    For the search: people must all be there (any of one term's ids is enough); several places mean either; times that
    overlap narrow each other, others mean either; things, words said and words seen must all be found; of ``alternative``
    terms and the one before, one is enough.
    """
    return _plan(query, Reader(query, context))


def account_of(query: str, context: AskContext) -> Account:
    reader = Reader(query, context)
    return Account(reader.words, [use or Use.LEFT for use in reader.uses])


def correct(plan: Plan, utterance: str, context: AskContext) -> Plan:
    """The plan after "no, my sister", "in Rome, not Paris", "also Bob", "without the dog".

    A term of the utterance takes the place of the terms of its kind (of people: of those other than the wearer), unless it adds.
    """
    spoken, adds = _stripped(utterance)
    fresh = understand(spoken, context)
    if not fresh.terms:
        return plan
    me = {person.person_id for person in context.people if "me" in person.relations}
    kept = list(plan.terms)
    for kind in {term.kind for term in fresh.terms}:
        if kind is TermKind.WITHOUT or adds:
            continue
        speaks_of_me = any(kind is TermKind.PERSON and set(term.ids) & me for term in fresh.terms)
        kept = [term for term in kept if term.kind is not kind or (kind is TermKind.PERSON and set(term.ids) & me and not speaks_of_me)]
    dropped = {item for term in fresh.terms if term.kind is TermKind.WITHOUT for item in term.ids}
    kept = [term for term in kept if not (term.ids and set(term.ids) <= dropped)]
    corrected = Plan(
        query=f"{plan.query}; {utterance}".strip("; "), intent=plan.intent, terms=_once([*kept, *fresh.terms]),
        leftover=[*plan.leftover, *fresh.leftover], vague=fresh.vague, timezone=fresh.timezone,
    )  # fmt: skip
    corrected.title, corrected.said = title_of(corrected), said_of(corrected, context)
    return corrected


def _stripped(utterance: str) -> tuple[str, bool]:
    """Without the words that only say that a correction comes; whether it adds instead of replacing."""
    words = words_of(utterance)
    at, adds, going = 0, False, True
    while going and at < len(words):
        folded = [word.folded for word in words[at : at + 3]]
        took = next((len(phrase) for phrase in _CORRECTS if tuple(folded[: len(phrase)]) == phrase), 0)
        if not took and folded[0] in _ADDS:
            took, adds = 1, True
        going, at = took > 0, at + took
    return " ".join(word.text + ("," if word.comma else "") for word in words[at:]), adds


def _plan(query: str, reader: Reader) -> Plan:
    spans = _timed(reader)
    terms = [_negated(span.term) if span.negated else span.term for span in spans]
    plan = Plan(
        query=query, intent=reader.intent, terms=_once(_counted(terms, reader)), vague=reader.vague, timezone=reader.context.timezone
    )
    plan.leftover = [word.text for word, use in zip(reader.words, reader.uses, strict=True) if use is Use.LEFT]
    plan.title, plan.said = title_of(plan), said_of(plan, reader.context)
    return plan


def _timed(reader: Reader) -> list[Span]:
    """Spans, where "Christmas" and "last year" have become one time."""
    outers = [span for span in reader.spans if span.time and span.time.period and not span.time.yearly and span.time.period.days >= 28]
    used: set[int] = set()
    for span in reader.spans:
        if span.time is None or span.time.yearly is None or span.negated:
            continue
        for outer in outers:
            if outer.time is None or outer.time.period is None or outer.negated:
                continue
            moved = reader.calendar.within(span.time, outer.time.period)
            if moved is not span.time:
                limits = reader.calendar.span(moved)
                span.term.value, span.term.heard, span.term.span = moved.value, f"{span.term.heard} {outer.term.heard}", []
                span.term.ids = reader.calendar.hints(moved)
                span.term.start_at, span.term.end_at = limits or (None, None)
                span.time = moved
                used.add(id(outer))
                break
    return [span for span in reader.spans if id(span) not in used]


def _negated(term: Term) -> Term:
    """The same condition as one that must not hold."""
    ids = [each for each in term.ids if not each.startswith(("core:", "also:"))]
    return structs.replace(term, kind=TermKind.WITHOUT, ids=ids)


def _counted(terms: list[Term], reader: Reader) -> list[Term]:
    """ "just my wife and me", "Anna alone": as many people as were named, and no more."""
    people = [term for term in terms if term.kind is TermKind.PERSON]
    if not reader.only_these or any(term.kind is TermKind.COUNT for term in terms):
        return terms
    if [term.heard.casefold() for term in people] in (["us"], ["ourselves"]):
        return terms  # "just us": how many that is was not said
    heard = " ".join(reader.words[index].text for index in reader.only_these)
    number = len({tuple(term.ids) if term.source != GROUP else each for term in people for each in term.ids or [term.value]}) or 1
    first, last = reader.words[reader.only_these[0]], reader.words[reader.only_these[-1]]
    return [*terms, Term(kind=TermKind.COUNT, value=str(number), heard=heard, span=[first.start, last.end], source="words")]


def _once(terms: list[Term]) -> list[Term]:
    """Each condition once; the words of a repetition go to the first."""
    kept: dict[tuple[object, ...], Term] = {}
    for term in terms:
        key = (term.kind, tuple(term.ids), term.start_at, term.end_at, "" if term.ids else term.value.casefold())
        if key in kept:
            kept[key].heard, kept[key].span = f"{kept[key].heard} {term.heard}", []
        else:
            kept[key] = term
    return list(kept.values())
