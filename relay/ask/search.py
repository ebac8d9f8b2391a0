"""A plan -> the moments that meet it, those that nearly do, and why."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from glasses.wire.memory import NearMiss, Plan, Term, TermKind
from relay.ask.conditions import Condition, Conditions, content_words
from relay.ask.order import Order
from relay.ask.people import OWNER
from relay.ask.phrasing import where_of
from relay.ask.reasons import hit_reason, miss_reason, term_words
from relay.ask.result import Filters, MomentHit, SearchResult, TermCount, Trouble, VideoHit
from relay.index.base import Channel, Embedder, Index, TextField, VideoRow
from relay.index.positions import distance_km
from relay.index.sets import KeySet, keys_of, union

RANK_CONSTANT = 60.0
"""Of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""
MOST_NEAR_MISSES = 10
_RANKED = 150
"""How many candidates each list of the fusion holds."""

Locate = Callable[[str], tuple[float, float] | None]
"""place id -> latitude and longitude, for naming the nearest place that has clips."""


class Searcher:
    """Searches one index. ``locate`` serves only to say which place with clips is nearest to one without."""

    def __init__(self, index: Index, embedder: Embedder, locate: Locate = lambda _place_id: None) -> None:
        self._index = index
        self._embedder = embedder
        self._locate = locate

    def search(self, user_id: str, plan: Plan, *, limit: int = 50, filters: Filters | None = None) -> SearchResult:
        """Videos that meet every condition of ``plan`` and ``filters``, best first.

        People, place and time are hard. Hits that meet a condition only when it is taken more widely come last and are not ``exact``.
        A term that was not resolved gives a ``problem`` and no hits; so does a plan that nothing meets.
        """
        began = time.perf_counter()
        asking = Conditions(self._index, self._embedder, user_id, plan.timezone)
        conditions = asking.of(_with_leftover(plan))
        counts = tuple(TermCount(term, len(condition.videos)) for condition in conditions for term in condition.terms)
        base = self._filtered(asking, filters or Filters())
        needed, found = self._answering(asking, base, conditions)
        if plan.vague and not found:
            found = _mostly(base, conditions)
        problem = _unresolved(plan) or self._nothing(user_id, plan, filters or Filters(), conditions, found)
        hits = () if problem else self._ranked(user_id, plan, needed, found, limit)
        hits = hits if len(needed) == len(conditions) else [replace(hit, exact=False) for hit in hits]
        misses = self._near_misses(user_id, conditions, base - found if not problem or not found else base)
        return SearchResult(
            plan=plan, hits=tuple(hits), near_misses=misses, counts=counts, total=0 if problem else len(found), problem=problem,
            timings_s={"search": time.perf_counter() - began},
        )  # fmt: skip

    def _answering(self, asking: Conditions, base: KeySet, conditions: list[Condition]) -> tuple[list[Condition], KeySet]:
        """The conditions that an answer is to meet, and what meets them: all, but where nothing does, without what was only guessed."""
        for needed in _less_and_less(conditions):
            found = self._meeting(asking, base, needed)
            if found:
                return needed, found
        return conditions, KeySet()

    def _meeting(self, asking: Conditions, base: KeySet, conditions: Sequence[Condition]) -> KeySet:
        found = base
        for condition in conditions:
            found &= condition.videos
        return found & self._together(asking, conditions)

    def _filtered(self, asking: Conditions, filters: Filters) -> KeySet:
        found = asking.between(filters.start_at, filters.end_at)
        moments = [asking.person((person,)) for person in filters.people] + [asking.labels((label,)) for label in filters.labels]
        for keys in moments:
            found &= asking.videos(keys)
        return found & asking.place(filters.places) if filters.places else found

    def _together(self, asking: Conditions, conditions: Sequence[Condition]) -> KeySet:
        """A number of people holds in the same moment as the people named; what is absent only from a moment, in that moment."""
        counted = [each.moments for each in conditions if each.kind is TermKind.COUNT and each.moments is not None]
        people = [each.moments for each in conditions if each.kind is TermKind.PERSON and each.moments is not None]
        found = asking.videos(KeySet.intersection(*counted, *people)) if counted and people else asking.everything()
        absent = [each for each in conditions if each.kind is TermKind.WITHOUT and each.moments is not None]
        if not absent:
            return found
        nowhere = KeySet.intersection(*(each.exact if each.exact is not None else each.videos for each in absent))
        meeting = KeySet.intersection(*(each.moments for each in conditions if each.moments is not None))
        return found & (nowhere | asking.videos(meeting))

    def _ranked(self, user_id: str, plan: Plan, conditions: Sequence[Condition], found: KeySet, limit: int) -> list[VideoHit]:
        scores = dict(Order(self._index, user_id).best(found, conditions, self._fused(user_id, plan, found), limit))
        return [_hit(row, conditions, scores[row.key]) for row in self._index.rows(user_id, list(scores))]

    def _fused(self, user_id: str, plan: Plan, found: KeySet) -> dict[int, float]:
        """Reciprocal rank fusion of full text and of meaning within ``found``, by video. Things that are labels are already
        exact: there only meaning ranks."""
        seen = " ".join(term.value for term in plan.terms if term.kind in {TermKind.THING, TermKind.TEXT})
        said = " ".join(term.value for term in plan.terms if term.kind is TermKind.SPEECH)
        loose = [
            term.value
            for term in plan.terms
            if term.kind in {TermKind.SPEECH, TermKind.TEXT} or (term.kind is TermKind.THING and not term.ids)
        ]
        words = content_words(" ".join([*loose, *plan.leftover]))
        lists: list[list[tuple[int, float]]] = []
        if words:
            lists.append(self._index.text(user_id, words, tuple(TextField), every=False, limit=_RANKED))
        for text, channel in ((" ".join([seen, *plan.leftover]).strip(), Channel.SEEN), (said, Channel.SAID)):
            if text:
                within = self._index.moments_of(user_id, found)
                lists.append(self._index.nearest(user_id, self._embedder.embed([text])[0], channel, _RANKED, within))
        fused: dict[int, float] = {}
        for listed in lists:
            ranked = self._videos(user_id, [key for key, _ in listed])
            for rank, video in enumerate(ranked):
                fused[video] = fused.get(video, 0.0) + 1 / (RANK_CONSTANT + rank)
        return fused

    def _videos(self, user_id: str, moments: Sequence[int]) -> list[int]:
        """The video of each moment, each once, in their order."""
        heads = sorted(self._index.videos_of(user_id, keys_of(moments)))
        return list(dict.fromkeys(heads[bisect_right(heads, moment) - 1] for moment in moments))

    def _near_misses(self, user_id: str, conditions: Sequence[Condition], candidates: KeySet) -> tuple[NearMiss, ...]:
        """Videos that meet something of what was asked, and what they lack; the nearest first."""
        wanted = [condition.videos for condition in conditions if condition.kind is not TermKind.WITHOUT]
        if not wanted:
            return ()
        weights = dict(Order(self._index, user_id).nearest(candidates & union(wanted), conditions, MOST_NEAR_MISSES))
        total = sum(condition.weight for condition in conditions)
        misses = []
        for row in self._index.rows(user_id, list(weights)):
            met = [condition for condition in conditions if row.key in condition.videos]
            failed = [condition for condition in conditions if row.key not in condition.videos]
            reason = miss_reason(row, met, failed) if failed else "Fits all that was understood, but not everything was"
            names = [term_words(term) for condition in failed for term in condition.terms]
            misses.append(
                NearMiss(
                    video_id=row.video_id,
                    captured_at=row.captured_at,
                    score=weights[row.key] / total,
                    reason=reason,
                    failed_terms=names,
                )
            )
        return tuple(misses)

    def _nothing(self, user_id: str, plan: Plan, filters: Filters, conditions: Sequence[Condition], found: KeySet) -> Trouble | None:
        if not conditions and not filters.any():
            return Trouble("ask.nothing_understood", f"Nothing to look for was understood in '{plan.query}'.", plan.said)
        if found:
            return None
        for condition in conditions:
            if not condition.videos:
                return Trouble("ask.nothing_found", self._lacks(user_id, condition), _understood(plan))
        shares = [f"{len(condition.videos)} {' or '.join(term_words(term) for term in condition.terms)}" for condition in conditions]
        detail = f"No clip has all of it together: {', '.join(shares)}." if shares else "No clip passes the filters."
        return Trouble("ask.nothing_found", detail, _understood(plan))

    def _lacks(self, user_id: str, condition: Condition) -> str:
        """What there is no clip of at all, and for a place the nearest that has clips."""
        term = condition.terms[0]
        asked = " or ".join(each.value for each in condition.terms)
        if condition.kind is TermKind.PERSON:
            return f"There are no clips of {'you' if term_words(term) == 'you' else asked} yet."
        if condition.kind is TermKind.PLACE:
            nearest = self._nearest_place(user_id, term)
            return f"You have no clips {' or '.join(where_of(each) for each in condition.terms)}" + (
                f"; the nearest are in {nearest}." if nearest else "."
            )
        if condition.kind is TermKind.TIME:
            return f"There are no clips from {asked}."
        if condition.kind is TermKind.WITHOUT:
            return f"Every clip has {asked} in it."
        if condition.kind is TermKind.COUNT:
            return f"There are no clips with exactly {asked} people in view."
        near = f"; near it are: {', '.join(term.alternatives)}" if term.alternatives else ""
        verb = {TermKind.SPEECH: "said", TermKind.TEXT: "written"}.get(condition.kind, "seen")
        return f"'{asked}' is {verb} in no clip{near}."

    def _nearest_place(self, user_id: str, term: Term) -> str:
        places = self._index.places(user_id)
        here = next((position for position in (self._position(place_id) for place_id in term.ids) if position), None)
        placed = [place for place in places if place.lat is not None and place.lon is not None]
        if here is None or not placed:
            return places[0].name if places else ""
        lats, lons = np.array([place.lat for place in placed], float), np.array([place.lon for place in placed], float)
        return placed[int(np.argmin(distance_km(*here, lats, lons)))].name

    def _position(self, place_id: str) -> tuple[float, float] | None:
        if place_id.startswith(("near:", "within:")):
            lat, lon, _ = (float(part) for part in place_id.partition(":")[2].split(","))
            return lat, lon
        return self._locate(place_id)


def _with_leftover(plan: Plan) -> Plan:
    """A plan of leftover words only looks for those as things: the wearer asked for something."""
    if plan.terms or not plan.leftover:
        return plan
    words = " ".join(plan.leftover)
    return Plan(query=plan.query, intent=plan.intent, terms=[Term(kind=TermKind.THING, value=words, heard=words, resolved=False)])


def _unresolved(plan: Plan) -> Trouble | None:
    """The first term that says that it is not known who, where or when is meant."""
    codes = {TermKind.PERSON: "ask.unknown_person", TermKind.PLACE: "ask.unknown_place", TermKind.TIME: "ask.nothing_understood"}
    for term in plan.terms:
        absent_person = term.kind is TermKind.WITHOUT and "known" in term.hint and not term.ids
        code = "ask.unknown_person" if absent_person else codes.get(term.kind)
        if not term.resolved and code:
            hint = f"Say instead: {', '.join(term.alternatives)}." if term.alternatives else ""
            return Trouble(code, term.hint or f"'{term.heard}' is not known.", hint)
    return None


def _less_and_less(conditions: list[Condition]) -> Iterator[list[Condition]]:
    """All; then without words that are no label of any clip and were found nowhere (they may have been no condition at all); then without
    whose something is ("Anna's dog"). Something that was asked for always stays."""
    yield conditions
    for guessed in (_is_unheard_of, lambda each: _is_unheard_of(each) or _is_owner(each)):
        kept = [each for each in conditions if not guessed(each)]
        if len(kept) < len(conditions) and any(each.kind is not TermKind.WITHOUT for each in kept):
            yield kept


def _is_unheard_of(condition: Condition) -> bool:
    return condition.kind is TermKind.THING and not condition.videos and not any(term.resolved for term in condition.terms)


def _is_owner(condition: Condition) -> bool:
    return condition.kind is TermKind.PERSON and all(term.source == OWNER for term in condition.terms)


def _understood(plan: Plan) -> str:
    return f"Understood: {plan.said}" if plan.said else ""


def _mostly(base: KeySet, conditions: Sequence[Condition]) -> KeySet:
    """Of what fits more than half of the conditions by weight, that which fits most."""
    met = {0.0: base}
    for condition in conditions:
        split: dict[float, list[KeySet]] = {}
        for weight, videos in met.items():
            split.setdefault(weight + condition.weight, []).append(videos & condition.videos)
            split.setdefault(weight, []).append(videos - condition.videos)
        met = {weight: merged for weight, sets in split.items() if (merged := union(sets))}
    best = max(met, default=0.0)
    return met[best] if best > sum(condition.weight for condition in conditions) / 2 else KeySet()


def _hit(row: VideoRow, conditions: Sequence[Condition], score: float) -> VideoHit:
    of_moments = [condition for condition in conditions if condition.moments is not None]
    moments = []
    for moment in row.moments:
        met = sum(moment.key in condition.moments for condition in of_moments if condition.moments is not None)
        if met or not of_moments:
            share = met / len(of_moments) if of_moments else 1.0
            moments.append((share, moment.quality, MomentHit(moment.moment_id, moment.start_s, moment.end_s, share)))
    exact = all(row.key in (each.videos if each.exact is None else each.exact) for each in conditions)
    moments.sort(key=lambda each: (-each[0], -each[1], each[2].start_s))
    return VideoHit(
        video_id=row.video_id, kind=row.kind, captured_at=row.captured_at, duration_s=row.duration_s, score=score,
        exact=exact, reason=hit_reason(row, conditions), place=row.place, moments=tuple(hit for _, _, hit in moments),
    )  # fmt: skip
