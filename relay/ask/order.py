"""The first of what was found, and the nearest of what was not, without looking at each: by sets, however large the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from relay.ask.conditions import Condition
from relay.index.base import Index
from relay.index.sets import EMPTY, KeySet, keys_of, union

_PREFERRED = 0.05
_FUSED_WEIGHT = 1
"""Of the points of reciprocal rank fusion beside the togetherness, which is at most 1."""


class Order:
    """Of one account."""

    def __init__(self, index: Index, user_id: str) -> None:
        self._index = index
        self._user_id = user_id

    def best(self, found: KeySet, conditions: Sequence[Condition], fused: Mapping[int, float], limit: int) -> list[tuple[int, float]]:
        """(video, score): most points first; of equals the better quality (in tenths), then the newest.

        A score is the togetherness, the largest share of the conditions that one moment meets by itself, and the points in ``fused``.
        """
        with_points = found & keys_of(fused)
        chosen: dict[int, tuple[float, int]] = {}
        plain = 0
        for share, videos in self._levels(found, conditions):
            for tenths, here in self._by_quality(videos & with_points):
                chosen |= {video: (round(fused[video] * _FUSED_WEIGHT + share, 6), tenths) for video in here}
            for tenths, here in self._by_quality(videos - with_points):
                if plain >= limit:
                    break
                newest = self._index.newest(self._user_id, here, limit - plain)
                chosen |= {video: (round(share, 6), tenths) for video in newest}
                plain += len(newest)
            if plain >= limit and len(chosen) >= plain + len(with_points):
                break
        recent = self._index.newest(self._user_id, keys_of(chosen), len(chosen))
        ordered = sorted(recent, key=lambda video: chosen[video], reverse=True)  # stable: of equals the newest stays first
        return [(video, chosen[video][0]) for video in ordered[:limit]]

    def nearest(self, candidates: KeySet, conditions: Sequence[Condition], limit: int) -> list[tuple[int, float]]:
        """(video, sum of the weights of the conditions that it meets): the heaviest first, then the newest."""
        met = {0.0: candidates}
        for condition in conditions:
            split: dict[float, list[KeySet]] = {}
            for weight, videos in met.items():
                inside = videos & condition.videos
                split.setdefault(weight + condition.weight, []).append(inside)
                split.setdefault(weight, []).append(videos - inside)
            met = {weight: merged for weight, sets in split.items() if (merged := union(sets))}
        listed: list[tuple[int, float]] = []
        for weight in sorted(met, reverse=True):
            if len(listed) >= limit:
                break
            newest = self._index.newest(self._user_id, met[weight], limit - len(listed))
            listed += [(video, weight) for video in newest]
        return listed

    def _levels(self, found: KeySet, conditions: Sequence[Condition]) -> Iterator[tuple[float, KeySet]]:
        """``found`` by being exact, then by togetherness, then by what is meant most; the highest first."""
        exact = found
        for condition in conditions:
            exact &= condition.videos if condition.exact is None else condition.exact
        preferred = [condition.preferred for condition in conditions if condition.preferred is not None]
        for more, videos in ((1.0, exact), (0.0, found - exact)):
            for share, here in self._together(videos, conditions) if videos else ():
                for count, these in _split(here, preferred):
                    yield more + share + _PREFERRED * count / max(len(preferred), 1), these

    def _together(self, found: KeySet, conditions: Sequence[Condition]) -> Iterator[tuple[float, KeySet]]:
        """``found`` by togetherness, the highest first. Moments that are meant most count half as much again."""
        sets = [each.moments for each in conditions if each.moments is not None for _ in range(2)]
        sets += [each.best for each in conditions if each.best is not None]
        if len(sets) < 3:
            yield 1.0, found
            return
        at_least = [EMPTY] * (len(sets) + 1)
        for number, moments in enumerate(sets, 1):
            for count in range(number, 1, -1):
                at_least[count] |= at_least[count - 1] & moments
            at_least[1] |= moments
        rest = found
        for count in range(len(sets), 0, -1):
            here = rest & self._index.videos_of(self._user_id, at_least[count])
            yield count / len(sets), here
            rest -= here
            if not rest:
                return
        yield 0.0, rest

    def _by_quality(self, videos: KeySet) -> Iterator[tuple[int, KeySet]]:
        """``videos`` by tenths of quality, the best first."""
        for tenths in range(10, -1, -1):
            if not videos:
                return
            here = videos & self._index.having(self._user_id, f"quality:{tenths}")
            if here:
                yield tenths, here
                videos -= here


def _split(videos: KeySet, preferred: list[KeySet]) -> Iterator[tuple[int, KeySet]]:
    """``videos`` by how many of the sets they are in, the most first."""
    met = {0: videos}
    for inside in preferred:
        split: dict[int, list[KeySet]] = {}
        for count, here in met.items():
            split.setdefault(count + 1, []).append(here & inside)
            split.setdefault(count, []).append(here - inside)
        met = {count: union(sets) for count, sets in split.items()}
    yield from ((count, met[count]) for count in sorted(met, reverse=True) if met[count])
