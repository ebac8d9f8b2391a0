"""The terms of a plan as conditions on an index: which videos and moments meet each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from glasses.wire.memory import Plan, Term, TermKind
from relay.ask.vocabulary import ARTICLES, AUXILIARIES, CONJUNCTIONS, POSSESSIVES, PRONOUNS
from relay.ask.when import TimesOf
from relay.ask.words import key_of, words_of
from relay.index.base import MOMENT_BITS, Channel, Embedder, Index, Keys, TextField

Mask = npt.NDArray[np.bool_]
"""By video key: True where it holds."""

EARTH_KM = 6371.0088
SEEN_CUT_OFF = 0.42
"""Cosine (WordLlama) below which a moment has nothing to do with a word: "buy a vehicle" is .43 from "new car", other talk under .15."""
SAID_CUT_OFF = 0.37
_PLACE_PREFIXES = ("city:", "admin1:", "country:", "near:", "within:")
_EMPTY: Keys = np.empty(0, np.int64)
_WEIGHTS = {
    TermKind.PERSON: 3.0, TermKind.PLACE: 3.0, TermKind.TIME: 2.0, TermKind.THING: 2.0, TermKind.SPEECH: 2.0, TermKind.TEXT: 2.0,
    TermKind.WITHOUT: 1.0, TermKind.COUNT: 1.0,
}  # fmt: skip


Grade = npt.NDArray[np.float32]
"""By video key: 0 to 1, how surely it is what was meant."""
_LIKELY, _HARDLY = np.float32(0.5), np.float32(0.25)


@dataclass(frozen=True)
class Condition:
    """Terms of which one must hold, and where they do. ``moments`` is None for what holds of whole videos.

    ``exact`` is narrower than ``videos`` where words can be taken more widely ("in June": also of other years); ``grade`` orders those that
    fit by what is meant most ("at Christmas": the 25th).
    """

    terms: tuple[Term, ...]
    videos: Mask
    moments: Keys | None = None
    exact: Mask | None = None
    grade: Grade | None = None
    best: Keys | None = None
    """Of ``moments``, those that are meant most: all of "our kids", the very word, the words in a row."""

    @property
    def kind(self) -> TermKind:
        return self.terms[0].kind

    @property
    def weight(self) -> float:
        return _WEIGHTS[self.kind]


class Conditions:
    """Asks one account's index. One object for one search."""

    def __init__(self, index: Index, embedder: Embedder, user_id: str, timezone: str = "") -> None:
        self._index = index
        self._embedder = embedder
        self._user_id = user_id
        self.columns = index.columns(user_id)
        self.size = int(self.columns.videos.max()) + 1 if len(self.columns.videos) else 1
        self._times = TimesOf(self.columns, timezone)

    def of(self, plan: Plan) -> list[Condition]:
        """One condition for each group of the plan's resolved terms, in their order."""
        return [self._condition(group) for group in grouped(plan.terms)]

    def everything(self) -> Mask:
        return self._mask(self.columns.videos)

    def place(self, ids: Iterable[str]) -> Mask:
        mask = self._none()
        for place_id in ids:
            mask |= self._near(place_id) if place_id.startswith(("near:", "within:")) else self._videos(self._having(f"place:{place_id}"))
        return mask

    def person(self, ids: Iterable[str]) -> Keys:
        return self._union(f"person:{person}" for person in ids)

    def between(self, start_at: int | None, end_at: int | None) -> Mask:
        times = self.columns.captured_at
        low = 0 if start_at is None else int(np.searchsorted(times, start_at, "left"))
        high = len(times) if end_at is None else int(np.searchsorted(times, end_at, "left"))
        return self._mask(self.columns.videos[low:high])

    def labels(self, labels: Iterable[str]) -> Keys:
        return self._union(f"label:{label.casefold()}" for label in labels)

    def _condition(self, group: tuple[Term, ...]) -> Condition:
        kind = group[0].kind
        if kind is TermKind.PLACE:
            return Condition(group, self.place(place_id for term in group for place_id in term.ids))
        if kind is TermKind.TIME:
            return self._timed(group)
        if kind is TermKind.WITHOUT:
            return self._absent(group)
        rules: dict[TermKind, Callable[[Term], Keys]] = {
            TermKind.PERSON: lambda term: self.person(term.ids), TermKind.THING: self._thing, TermKind.SPEECH: self._speech,
            TermKind.TEXT: self._written, TermKind.COUNT: self._counted,
        }  # fmt: skip
        moments = np.unique(np.concatenate([rules[kind](term) for term in group]))
        return Condition(group, self._videos(moments), moments, best=self._meant(group, moments))

    def _timed(self, group: tuple[Term, ...]) -> Condition:
        """Exact by the calendar of home or of the place; more surely so by both, and on the days that are meant most."""
        grade = np.zeros(self.size, np.float32)
        exact, wide = self._none(), self._none()
        for term in group:
            here, there, close = self._times.hold(term)
            both = self._mask(self.columns.videos[here & there])
            exact |= self._mask(self.columns.videos[here | there])
            wide |= self._mask(self.columns.videos[self._times.also(term)])
            grade = np.maximum(grade, both * _LIKELY + self._mask(self.columns.videos[close]) * _LIKELY)
        return Condition(group, exact | wide, exact=exact, grade=np.maximum(grade, exact * _HARDLY))

    def _absent(self, group: tuple[Term, ...]) -> Condition:
        """Exact where it is nowhere in the clip; else at least one moment is free of it."""
        whole = self._any(self._present(term) for term in group)
        moments = [keys for term in group for keys in self._present_moments(term)]
        if not moments:
            return Condition(group, self.everything() & ~whole)
        free = np.setdiff1d(self._everywhere(), np.concatenate(moments), assume_unique=False)
        exact = self.everything() & ~whole
        return Condition(group, self._videos(free), free, exact=exact, grade=exact.astype(np.float32))

    def _everywhere(self) -> Keys:
        """Every moment."""
        return self._union(f"kind:{kind}" for kind in self._index.terms(self._user_id, "kind"))

    def _present(self, term: Term) -> Mask:
        """Clips with the thing, person, place or time that must be absent."""
        if term.start_at is not None or any(each.startswith(("hours:", "weekday:")) for each in term.ids):
            here, there, _ = self._times.hold(term)
            return self._mask(self.columns.videos[here | there])
        if any(each.startswith(_PLACE_PREFIXES) for each in term.ids):
            return self.place(term.ids)
        return self._any(self._videos(keys) for keys in self._present_moments(term))

    def _present_moments(self, term: Term) -> list[Keys]:
        """Moments with what must be absent; empty for places and times, which whole clips have."""
        if term.start_at is not None or any(each.startswith((*_PLACE_PREFIXES, "hours:", "weekday:")) for each in term.ids):
            return []
        return [self.person(term.ids), self.labels(term.ids), self._text(term.value, (TextField.NOTES,))]

    def _meant(self, group: tuple[Term, ...], moments: Keys) -> Keys | None:
        """Of several people, all; of labels, the very word; of what was said, the words in a row; of a number of us, with the wearer."""
        kind, best = group[0].kind, None
        if kind is TermKind.PERSON and len(group) == 1 and group[0].source == "group":
            best = moments
            for person in group[0].ids:
                best = np.intersect1d(best, self.person((person,)), assume_unique=True)
        elif kind is TermKind.THING and len(group[0].ids) > 1:
            best = self.labels(label for term in group for label in term.ids if key_of(label) in {term.value, key_of(term.heard)})
        elif kind in {TermKind.SPEECH, TermKind.TEXT}:
            field = TextField.SPEECH if kind is TermKind.SPEECH else TextField.WRITTEN
            best = self._index.matching(self._user_id, [key_of(group[0].value)], (field,))
        elif kind is TermKind.COUNT:
            likely = [each.partition(":")[2] for each in group[0].ids if each.startswith("prefer:")]
            best = np.intersect1d(moments, self.person(likely)) if likely else None
        return best

    def _thing(self, term: Term) -> Keys:
        """By label, note or tag; for words that are no label also by what was said or written, and by nearness in meaning."""
        fields = (TextField.NOTES,) if term.ids else (TextField.NOTES, TextField.LABELS)
        seen = np.union1d(self.labels(term.ids), self._text(term.value, fields))
        if len(seen):
            return seen
        heard = self._text(term.value, tuple(TextField)) if not term.ids else _EMPTY
        return heard if len(heard) else self._meaning(term.value, Channel.SEEN, SEEN_CUT_OFF)

    def _counted(self, term: Term) -> Keys:
        if any(each.startswith("faces>=") for each in term.ids):
            least = int(term.value)
            return self._union(f"faces:{number}" for number in self._index.terms(self._user_id, "faces") if int(number) >= least)
        return self._having(f"faces:{term.value}")

    def _speech(self, term: Term) -> Keys:
        exact = self._text(term.value, (TextField.SPEECH,))
        return exact if len(exact) else self._meaning(term.value, Channel.SAID, SAID_CUT_OFF)

    def _written(self, term: Term) -> Keys:
        return self._text(term.value, (TextField.WRITTEN,))

    def _text(self, value: str, fields: tuple[TextField, ...]) -> Keys:
        return self._index.matching(self._user_id, content_words(value), fields)

    def _meaning(self, value: str, channel: Channel, cut_off: float) -> Keys:
        vector = self._embedder.embed([value])[0]
        found = self._index.nearest(self._user_id, vector, channel, 150)
        return np.array(sorted(key for key, score in found if score >= cut_off), np.int64)

    def _near(self, place_id: str) -> Mask:
        """Within KM of "near:LAT,LON,KM" or "within:LAT,LON,KM", by great circles."""
        lat, lon, radius_km = (float(part) for part in place_id.partition(":")[2].split(","))
        band = np.abs(self.columns.lat - lat) <= radius_km / 110.0
        close = distance_km(lat, lon, self.columns.lat[band], self.columns.lon[band]) <= radius_km
        return self._mask(self.columns.videos[band][close])

    def _having(self, term: str) -> Keys:
        return self._index.having(self._user_id, term)

    def _union(self, terms: Iterable[str]) -> Keys:
        found = [keys for keys in (self._having(term) for term in terms) if len(keys)]
        return np.unique(np.concatenate(found)) if len(found) > 1 else found[0] if found else _EMPTY

    def _videos(self, moments: Keys) -> Mask:
        return self._mask(moments >> MOMENT_BITS)

    def _mask(self, videos: Keys) -> Mask:
        mask = self._none()
        mask[videos[videos < self.size]] = True
        return mask

    def _none(self) -> Mask:
        return np.zeros(self.size, bool)

    def _any(self, masks: Iterable[Mask]) -> Mask:
        total = self._none()
        for mask in masks:
            total |= mask
        return total


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


def content_words(text: str) -> list[str]:
    """The words that say something: all of them, if none does."""
    words = [word.folded for word in words_of(text)]
    small = (
        ARTICLES | AUXILIARIES | CONJUNCTIONS | POSSESSIVES | PRONOUNS | {"of", "to", "in", "on", "at", "for", "with", "about", "me", "us"}
    )
    return [word for word in words if word not in small] or words


def distance_km(lat: float, lon: float, lats: npt.NDArray[np.float64], lons: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Haversine; NaN positions are infinitely far."""
    phi, phis = np.radians(lat), np.radians(lats)
    half = np.sin((phis - phi) / 2) ** 2 + np.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    result: npt.NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return np.nan_to_num(result, nan=np.inf)


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
