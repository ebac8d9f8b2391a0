"""A plan -> the moments that meet it, those that nearly do, and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from glasses.wire.memory import NearMiss, Plan, Term, TermKind
from relay.ask.conditions import Condition, Conditions, Mask, content_words, distance_km
from relay.ask.phrasing import where_of
from relay.ask.reasons import hit_reason, miss_reason, term_words
from relay.ask.result import Filters, MomentHit, SearchResult, TermCount, Trouble, VideoHit
from relay.index.base import MOMENT_BITS, Channel, Embedder, Index, Keys, TextField, VideoRow

RANK_CONSTANT = 60.0
"""Of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""
MOST_NEAR_MISSES = 10
_BEST, _GRADE, _FUSED = 0.5, 0.2, 1.0
"""Next to one for being exact and one for being in one moment: a moment meant most, a time meant most, fused text and meaning."""
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

    def search(self, user_id: str, plan: Plan, *, limit: int = 50, filters: Filters | None = None, timezone: str = "") -> SearchResult:
        """Videos that meet every condition of ``plan`` and ``filters``, best first. ``timezone``: of home, beside the clips' own.

        People, place and time are hard. Hits that meet a condition only when it is taken more widely come last and are not ``exact``.
        A term that was not resolved gives a ``problem`` and no hits; so does a plan that nothing meets.
        """
        began = time.perf_counter()
        asking = Conditions(self._index, self._embedder, user_id, timezone)
        conditions = asking.of(_with_leftover(plan))
        counts = tuple(TermCount(term, int(condition.videos.sum())) for condition in conditions for term in condition.terms)
        base = self._filtered(asking, filters or Filters())
        mask = base.copy()
        for condition in conditions:
            mask &= condition.videos
        mask &= self._together(asking, conditions)
        found = np.flatnonzero(mask)
        if plan.vague and not len(found):
            found = _mostly(base, conditions)
        problem = _unresolved(plan) or self._nothing(user_id, plan, filters or Filters(), conditions, found)
        hits = () if problem else self._ranked(asking, user_id, plan, conditions, found, limit)
        misses = self._near_misses(asking, user_id, conditions, base & ~mask if not problem or len(found) == 0 else base)
        return SearchResult(
            plan=plan, hits=tuple(hits), near_misses=misses, counts=counts, total=0 if problem else len(found), problem=problem,
            timings_s={"search": time.perf_counter() - began},
        )  # fmt: skip

    def _filtered(self, asking: Conditions, filters: Filters) -> Mask:
        mask = asking.between(filters.start_at, filters.end_at)
        moments = [asking.person((person,)) for person in filters.people] + [asking.labels((label,)) for label in filters.labels]
        for keys in moments:
            mask &= _videos(keys, asking.size)
        return mask & asking.place(filters.places) if filters.places else mask

    def _together(self, asking: Conditions, conditions: Sequence[Condition]) -> Mask:
        """A number of people holds in the same moment as the people named; what is absent only from a moment, in that moment."""
        counted = [each for each in conditions if each.kind is TermKind.COUNT]
        people = [each for each in conditions if each.kind is TermKind.PERSON]
        absent = [each for each in conditions if each.kind is TermKind.WITHOUT and each.moments is not None]
        mask = asking.everything()
        if counted and (people or len(counted) > 1):
            mask &= _meeting([*counted, *people], asking)
        if absent:
            others = [each for each in conditions if each.moments is not None]
            nowhere = mask.copy()
            for each in absent:
                nowhere &= each.exact if each.exact is not None else each.videos
            mask &= nowhere | _meeting(others, asking)
        return mask

    def _ranked(
        self, asking: Conditions, user_id: str, plan: Plan, conditions: Sequence[Condition], found: Keys, limit: int
    ) -> list[VideoHit]:
        columns = asking.columns
        fresh = np.zeros(asking.size, np.float64)
        fresh[columns.videos] = np.arange(1, len(columns.videos) + 1) / (len(columns.videos) + 1)
        quality = np.zeros(asking.size, np.float64)
        quality[columns.videos] = columns.quality
        bonus = np.zeros(asking.size)
        for video, points in self._fused(user_id, plan).items():
            bonus[video] = points
        exact = np.ones(len(found), bool)
        graded = np.zeros(len(found))
        for condition in conditions:
            exact &= (condition.exact if condition.exact is not None else condition.videos)[found]
            graded += condition.grade[found] - 1 if condition.grade is not None else 0.0
        together = self._togetherness(asking, conditions, found)
        score = exact + together + _GRADE * graded + _FUSED * bonus[found]
        order = np.lexsort((-fresh[found], -np.round(quality[found], 1), -np.round(score, 6)))[:limit]
        scores = {int(found[index]): (float(score[index]), bool(exact[index])) for index in order}
        rows = self._index.rows(user_id, list(scores))
        return [_hit(row, conditions, *scores[row.key]) for row in rows]

    def _togetherness(
        self, asking: Conditions, conditions: Sequence[Condition], found: Keys
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """For each hit, the largest share of the conditions that one of its moments meets by itself."""
        votes = [(each.moments, 1.0) for each in conditions if each.moments is not None]
        votes += [(each.best, _BEST) for each in conditions if each.best is not None]
        if len(votes) < 2 or not len(found):
            return np.ones(len(found))
        keys = np.concatenate([moments for moments, _ in votes])
        weights = np.concatenate([np.full(len(moments), weight) for moments, weight in votes])
        moments, inverse = np.unique(keys, return_inverse=True)
        met = np.bincount(inverse, weights, len(moments)) / sum(weight for _, weight in votes)
        best = np.zeros(asking.size)
        videos = moments >> MOMENT_BITS
        inside = videos < asking.size
        np.maximum.at(best, videos[inside], met[inside])
        return best[found]

    def _fused(self, user_id: str, plan: Plan) -> dict[int, float]:
        """Reciprocal rank fusion of full text and meaning, by video. Things that are labels are already exact: there only meaning ranks."""
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
                lists.append(self._index.nearest(user_id, self._embedder.embed([text])[0], channel, _RANKED))
        fused: dict[int, float] = {}
        for listed in lists:
            ranked = list(dict.fromkeys(key >> MOMENT_BITS for key, _ in listed))
            for rank, video in enumerate(ranked):
                fused[video] = fused.get(video, 0.0) + 1 / (RANK_CONSTANT + rank)
        return fused

    def _near_misses(self, asking: Conditions, user_id: str, conditions: Sequence[Condition], candidates: Mask) -> tuple[NearMiss, ...]:
        """Videos that meet something of what was asked, and what they lack; the nearest first."""
        wanted = [condition for condition in conditions if condition.kind is not TermKind.WITHOUT]
        if not wanted:
            return ()
        weight = np.zeros(asking.size)
        met_one = np.zeros(asking.size, bool)
        for condition in conditions:
            weight += condition.weight * condition.videos
            met_one |= condition.videos if condition in wanted else False
        columns = asking.columns
        near = columns.videos[(candidates & met_one)[columns.videos]]
        nearness = weight[near] * (len(columns.videos) + 1) + np.arange(len(near))  # by weight, then the newest
        few = np.argpartition(-nearness, MOST_NEAR_MISSES)[:MOST_NEAR_MISSES] if len(near) > MOST_NEAR_MISSES else np.arange(len(near))
        order = few[np.argsort(-nearness[few])]
        total = sum(condition.weight for condition in conditions)
        misses = []
        for row in self._index.rows(user_id, [int(near[index]) for index in order]):
            met = [condition for condition in conditions if condition.videos[row.key]]
            failed = [condition for condition in conditions if not condition.videos[row.key]]
            reason = miss_reason(row, met, failed) if failed else "Fits all that was understood, but not everything was"
            names = [term_words(term) for condition in failed for term in condition.terms]
            misses.append(
                NearMiss(
                    video_id=row.video_id,
                    captured_at=row.captured_at,
                    score=float(weight[row.key] / total),
                    reason=reason,
                    failed_terms=names,
                )
            )
        return tuple(misses)

    def _nothing(self, user_id: str, plan: Plan, filters: Filters, conditions: Sequence[Condition], found: Keys) -> Trouble | None:
        if not conditions and not filters.any():
            return Trouble("ask.nothing_understood", f"Nothing to look for was understood in '{plan.query}'.", plan.said)
        if len(found):
            return None
        for condition in conditions:
            if not condition.videos.any():
                return Trouble("ask.nothing_found", self._lacks(user_id, condition), _understood(plan))
        shares = [f"{int(condition.videos.sum())} {' or '.join(term_words(term) for term in condition.terms)}" for condition in conditions]
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


def _understood(plan: Plan) -> str:
    return f"Understood: {plan.said}" if plan.said else ""


def _hit(row: VideoRow, conditions: Sequence[Condition], score: float, exact: bool) -> VideoHit:
    of_moments = [condition for condition in conditions if condition.moments is not None]
    moments = []
    for moment in row.moments:
        met = sum(_contains(condition.moments, moment.key) for condition in of_moments)
        if met or not of_moments:
            share = met / len(of_moments) if of_moments else 1.0
            moments.append((share, moment.quality, MomentHit(moment.moment_id, moment.start_s, moment.end_s, share)))
    moments.sort(key=lambda each: (-each[0], -each[1], each[2].start_s))
    return VideoHit(
        video_id=row.video_id, kind=row.kind, captured_at=row.captured_at, duration_s=row.duration_s, score=score,
        exact=exact, reason=hit_reason(row, conditions), place=row.place, moments=tuple(hit for _, _, hit in moments),
    )  # fmt: skip


def _contains(keys: Keys | None, key: int) -> bool:
    if keys is None or not len(keys):
        return False
    at = int(np.searchsorted(keys, key))
    return at < len(keys) and int(keys[at]) == key


def _mostly(base: Mask, conditions: Sequence[Condition]) -> Keys:
    """Of what fits more than half of the conditions by weight, that which fits most."""
    weight = np.zeros(len(base))
    for condition in conditions:
        weight += condition.weight * condition.videos
    best = float(weight[base].max()) if base.any() else 0.0
    enough = best > sum(condition.weight for condition in conditions) / 2
    return np.flatnonzero(base & (weight >= best)) if enough else np.empty(0, np.int64)


def _meeting(conditions: Sequence[Condition], asking: Conditions) -> Mask:
    """Where all of them hold in one moment."""
    moments: Keys | None = None
    for condition in conditions:
        if condition.moments is not None:
            moments = condition.moments if moments is None else np.intersect1d(moments, condition.moments, assume_unique=True)
    return asking.everything() if moments is None else _videos(moments, asking.size)


def _videos(keys: Keys, size: int) -> Mask:
    mask = np.zeros(size, bool)
    videos = keys >> MOMENT_BITS
    mask[videos[videos < size]] = True
    return mask
