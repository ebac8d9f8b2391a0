"""The terms of a plan as conditions on an index: which videos and moments meet each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask.vocabulary import ARTICLES, AUXILIARIES, CONJUNCTIONS, POSSESSIVES, PRONOUNS
from relay.ask.words import key_of, words_of
from relay.index.base import Channel, Embedder, Index, TextField
from relay.index.sets import EMPTY, KeySet, keys_of, union

SEEN_CUT_OFF = 0.42
"""Cosine (WordLlama) below which a moment has nothing to do with a word: "buy a vehicle" is .43 from "new car", other talk under .15."""
SAID_CUT_OFF = 0.37
_ANY_NUMBER = 10_000
_PLACE_PREFIXES = ("city:", "admin1:", "country:", "near:", "within:")
_REPEATS = ("hours:", "weekday:")
_WEIGHTS = {
    TermKind.PERSON: 3.0, TermKind.PLACE: 3.0, TermKind.TIME: 2.0, TermKind.THING: 2.0, TermKind.SPEECH: 2.0, TermKind.TEXT: 2.0,
    TermKind.WITHOUT: 1.0, TermKind.COUNT: 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Condition:
    """Terms of which one must hold, and where they do. ``moments`` is None for what holds of whole videos."""

    terms: tuple[Term, ...]
    videos: KeySet
    moments: KeySet | None = None
    exact: KeySet | None = None
    """Narrower than ``videos`` where words can be taken more widely ("in June": also of other years)."""
    best: KeySet | None = None
    """Of ``moments``, those that are meant most: all of "our kids", the very word, the words in a row."""
    preferred: KeySet | None = None
    """Of ``videos``, those that are meant most ("at Christmas": the 25th)."""

    @property
    def kind(self) -> TermKind:
        return self.terms[0].kind

    @property
    def weight(self) -> float:
        return _WEIGHTS[self.kind]


class Conditions:
    """Asks one account's index. One object for one search. ``timezone``: of the clock by which the plan's times were read."""

    def __init__(self, index: Index, embedder: Embedder, user_id: str, timezone: str = "") -> None:
        self._index = index
        self._embedder = embedder
        self._user_id = user_id
        self._timezone = timezone

    def of(self, plan: Plan) -> list[Condition]:
        """One condition for each group of the plan's resolved terms, in their order."""
        return [self._condition(group) for group in grouped(plan.terms)]

    def everything(self) -> KeySet:
        return self._index.everything(self._user_id)

    def place(self, ids: Iterable[str]) -> KeySet:
        return union(
            self._near(each) if each.startswith(("near:", "within:")) else self.videos(self._having(f"place:{each}")) for each in ids
        )

    def person(self, ids: Iterable[str]) -> KeySet:
        return self._union(f"person:{person}" for person in ids)

    def between(self, start_at: int | None, end_at: int | None) -> KeySet:
        return self._index.between(self._user_id, start_at, end_at)

    def labels(self, labels: Iterable[str]) -> KeySet:
        return self._union(f"label:{label.casefold()}" for label in labels)

    def videos(self, moments: KeySet) -> KeySet:
        """The videos that moments are of."""
        return self._index.videos_of(self._user_id, moments)

    def _condition(self, group: tuple[Term, ...]) -> Condition:
        kind = group[0].kind
        if kind is TermKind.PLACE:
            ids = [place_id for term in group for place_id in term.ids]
            nearer = self.place(_half(each) for each in ids) if len(ids) == 1 and group[0].source == "sight" else None
            return Condition(group, self.place(ids), preferred=nearer)
        if kind is TermKind.TIME:
            return self._timed(group)
        if kind is TermKind.WITHOUT:
            return self._absent(group)
        rules: dict[TermKind, Callable[[Term], KeySet]] = {
            TermKind.PERSON: lambda term: self.person(term.ids), TermKind.THING: self._thing, TermKind.SPEECH: self._speech,
            TermKind.TEXT: self._written, TermKind.COUNT: self._counted,
        }  # fmt: skip
        moments = union(rules[kind](term) for term in group)
        return Condition(group, self.videos(moments), moments, best=self._meant(group, moments))

    def _timed(self, group: tuple[Term, ...]) -> Condition:
        """Exact by the clock of the place where a clip was taken; by that of home it comes after."""
        exact = union(self._time(term) for term in group)
        at_home = union(self._time(term, by_place=False) for term in group)
        wide = at_home | union(self._clock(*ends) for term in group for ends in _spans(term, "also:"))
        core = union(self._clock(*ends) for term in group for ends in _spans(term, "core:"))
        hours = [_hours(each) for term in group for each in term.ids if each.startswith("hours:")]
        core |= self._union(f"hour:{hour % 24}" for first, end in hours for hour in range(first + 1, max(end - 2, first + 2)))
        return Condition(group, exact | wide, exact=exact, preferred=(core & exact) if core else exact)

    def _absent(self, group: tuple[Term, ...]) -> Condition:
        """Exact where it is nowhere in the clip; else at least one moment is free of it."""
        exact = self.everything() - union(self._present(term) for term in group)
        if any(term.start_at is not None or any(each.startswith((*_PLACE_PREFIXES, *_REPEATS)) for each in term.ids) for term in group):
            return Condition(group, exact)
        free = self._index.moments_of(self._user_id, self.everything()) - union(self._there(term) for term in group)
        return Condition(group, self.videos(free), free, exact=exact, preferred=exact)

    def _there(self, term: Term) -> KeySet:
        """Moments with what must be absent."""
        return union([self.person(term.ids), self.labels(term.ids), self._text(term.value, (TextField.NOTES,))])

    def _meant(self, group: tuple[Term, ...], moments: KeySet) -> KeySet | None:
        """Of several people, all; of labels, the very word; of what was said, the words in a row; of a number of us, with the wearer."""
        kind, term = group[0].kind, group[0]
        if kind is TermKind.PERSON and len(group) == 1 and term.source == "group":
            return KeySet.intersection(moments, *(self.person((person,)) for person in term.ids))
        if kind is TermKind.THING and len(term.ids) > 1:
            return self.labels(label for each in group for label in each.ids if key_of(label) in {each.value, key_of(each.heard)})
        if kind in {TermKind.SPEECH, TermKind.TEXT}:
            field = TextField.SPEECH if kind is TermKind.SPEECH else TextField.WRITTEN
            return self._index.matching(self._user_id, [key_of(term.value)], (field,))
        likely = [each.partition(":")[2] for each in term.ids if each.startswith("prefer:")]
        return moments & self.person(likely) if kind is TermKind.COUNT and likely else None

    def _clock(self, start_at: int | None, end_at: int | None) -> KeySet:
        return self._index.by_clock(self._user_id, start_at, end_at, self._timezone)

    def _time(self, term: Term, *, by_place: bool = True) -> KeySet:
        ends = (term.start_at, term.end_at)
        found = self.everything() if term.start_at is None else self._clock(*ends) if by_place else self.between(*ends)
        between = self._clock if by_place else self.between
        parts = [between(*ends) for ends in _spans(term, "only:")]
        found &= union(parts) if parts else found
        weekdays = [each for each in term.ids if each.startswith("weekday:")]
        if weekdays:
            found &= self._union(weekdays)
        for each in term.ids:
            if each.startswith("hours:"):
                first, end = (int(part) for part in each.partition(":")[2].split("-"))
                found &= self._union(f"hour:{hour}" for hour in range(24) if first <= hour < end or first <= hour + 24 < end)
        return found

    def _present(self, term: Term) -> KeySet:
        """Where the thing, person, place or time that must be absent is."""
        if term.start_at is not None or any(each.startswith(("hours:", "weekday:")) for each in term.ids):
            return self._time(term)
        if any(each.startswith(_PLACE_PREFIXES) for each in term.ids):
            return self.place(term.ids)
        return self.videos(self._there(term))

    def _thing(self, term: Term) -> KeySet:
        """By label, note or tag; for words that are no label also by what was said or written, and by nearness in meaning."""
        fields = (TextField.NOTES,) if term.ids else (TextField.NOTES, TextField.LABELS)
        seen = union([self.labels(term.ids), self._text(term.value, fields)])
        if seen:
            return seen
        heard = self._text(term.value, tuple(TextField)) if not term.ids else EMPTY
        return heard or self._meaning(term.value, Channel.SEEN, SEEN_CUT_OFF)

    def _counted(self, term: Term) -> KeySet:
        limits = {each[:7]: int(each[7:]) for each in term.ids if each.startswith(("faces>=", "faces<="))}
        if not limits:
            return self._having(f"faces:{term.value}")
        low, high = limits.get("faces>=", 1), limits.get("faces<=", _ANY_NUMBER)
        return self._union(f"faces:{number}" for number in self._index.terms(self._user_id, "faces") if low <= int(number) <= high)

    def _speech(self, term: Term) -> KeySet:
        exact = self._text(term.value, (TextField.SPEECH,))
        return exact or self._meaning(term.value, Channel.SAID, SAID_CUT_OFF)

    def _written(self, term: Term) -> KeySet:
        """All of the words; where they are written nowhere together, any: "the ramen price sign" says "ramen"."""
        fields = (TextField.WRITTEN,)
        return self._text(term.value, fields) or union(
            self._index.matching(self._user_id, [word], fields) for word in content_words(term.value)
        )

    def _text(self, value: str, fields: tuple[TextField, ...]) -> KeySet:
        return self._index.matching(self._user_id, content_words(value), fields)

    def _meaning(self, value: str, channel: Channel, cut_off: float) -> KeySet:
        vector = self._embedder.embed([value])[0]
        found = self._index.nearest(self._user_id, vector, channel, 150)
        return keys_of(key for key, score in found if score >= cut_off)

    def _near(self, place_id: str) -> KeySet:
        """Within KM of "near:LAT,LON,KM" or "within:LAT,LON,KM"."""
        lat, lon, radius_km = (float(part) for part in place_id.partition(":")[2].split(","))
        return self._index.near(self._user_id, lat, lon, radius_km)

    def _having(self, term: str) -> KeySet:
        return self._index.having(self._user_id, term)

    def _union(self, terms: Iterable[str]) -> KeySet:
        return union(self._having(term) for term in terms)


def grouped(terms: list[Term]) -> list[tuple[Term, ...]]:
    """Resolved terms, those of which one is enough together: "or", several places, times that do not overlap."""
    groups: list[list[Term]] = []
    places: list[Term] = []
    times = _ranges(terms)
    for term in terms:
        if not term.resolved and term.kind is not TermKind.THING:
            continue
        if term.kind is TermKind.PLACE:
            places.append(term)
            if len(places) == 1:
                groups.append(places)
        elif term in times:
            if term is times[0]:
                groups.append(times)
        elif term.alternative and groups and groups[-1][0].kind is term.kind:
            groups[-1].append(term)
        else:
            groups.append([term])
    return [tuple(group) for group in groups]


def _half(place_id: str) -> str:
    """The inner half of a circle: what is nearer to a sight is meant more."""
    start, _, radius = place_id.rpartition(",")
    return f"{start},{float(radius) / 2}"


def _hours(each: str) -> tuple[int, int]:
    first, _, end = each.partition(":")[2].partition("-")
    return int(first), int(end)


def _spans(term: Term, prefix: str) -> list[tuple[int, int]]:
    found = []
    for each in term.ids:
        if each.startswith(prefix):
            low, _, high = each.removeprefix(prefix).rpartition("-")
            found.append((int(low), int(high)))
    return found


def content_words(text: str) -> list[str]:
    """The words that say something: all of them, if none does."""
    words = [word.folded for word in words_of(text)]
    small = (
        ARTICLES | AUXILIARIES | CONJUNCTIONS | POSSESSIVES | PRONOUNS | {"of", "to", "in", "on", "at", "for", "with", "about", "me", "us"}
    )
    return [word for word in words if word not in small] or words


def _ranges(terms: list[Term]) -> list[Term]:
    """Times that exclude each other, so that either is meant; empty when they narrow each other."""
    ranges = [
        term for term in terms if term.kind is TermKind.TIME and term.resolved and term.start_at is not None and term.end_at is not None
    ]
    if len(ranges) < 2:
        return []
    latest_start = max(term.start_at or 0 for term in ranges)
    earliest_end = min(term.end_at or 0 for term in ranges)
    return ranges if latest_start >= earliest_end else []
