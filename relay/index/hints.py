"""Where a graph of vectors may be blind: moments whose labels are, alone or together, near in meaning to what is asked.

The vector of a moment is the mean of its words. One word's vector lies far from most of them, and a walk through the graph ends early, or
among the many that are equal. But a moment can only be near if the mean of its labels is: so the labels nearest to what is asked name
moments by themselves, and, where they name too many, two and three together, those first whose mean is nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from relay.index.base import Embedder, Floats
from relay.index.postings import Postings
from relay.index.sets import EMPTY, KeySet, keys_of, last, union

LENGTHS = 12
ANYWHERE = "vector:seen"
"""Term: the keys of all moments with a vector of what was seen."""
_LABELS = 16
_FEWEST_COSINE = 0.15
_WHOLE = 2048
"""Moments of a label up to which all are named; else the shortest ``_OF_EACH``."""
_OF_EACH, _OF_GROUP = 512, 128
_PARTNERS = 128
"""The commonest labels, which any other is often met with."""
_BEAM, _TRIED = 24, 128
"""Pairs that are tried with a third label; pairs and threes that name moments."""
_ENOUGH = 3072
"""Moments of pairs and threes after which no more are tried."""
_PLENTY = 200

_Numbers = npt.NDArray[np.intp]
_Group = tuple[int, ...]


class LabelHints:
    """Not thread-safe: its shard holds the lock."""

    def __init__(self, postings: Postings, embedder: Embedder) -> None:
        self._postings = postings
        self._embedder = embedder
        self._made_of: dict[str, int] | None = None
        self._labels: list[str] = []
        self._matrix: Floats = np.zeros((0, 0), np.float32)
        self._commonest: _Numbers = np.empty(0, np.intp)

    def near(self, vector: Floats, pool: KeySet) -> KeySet:
        """Some thousand of ``pool``."""
        self._refresh()
        if not self._labels:
            return EMPTY
        cosines = self._matrix @ vector
        nearest = [each for each in np.argsort(-cosines)[:_LABELS].tolist() if cosines[each] >= _FEWEST_COSINE]
        everywhere = len(pool) >= self._postings.size(ANYWHERE)
        sets = {each: self._of(each) if everywhere else self._of(each) & pool for each in nearest}
        chosen = [self._shortest(each, _OF_EACH, 1) if len(each) > _WHOLE else each for each in sets.values()]
        many = np.array([each for each in nearest if len(sets[each]) > _WHOLE], np.intp)
        if len(many):
            above = self._plenty(sets, cosines)
            chosen += self._together(_by_mean(many, np.union1d(self._commonest, many), cosines, self._matrix, above), sets)
        return union(chosen)

    def _plenty(self, sets: dict[int, KeySet], cosines: Floats) -> float:
        """The cosine that enough moments have by one label alone, so that nothing below it need be looked for; -1 if there are few."""
        missing = _PLENTY
        for each, keys in sets.items():
            missing -= len(keys & self._postings.of(length_term(self._labels[each])))
            if missing <= 0:
                return float(cosines[each])
        return -1.0

    def _together(self, groups: Sequence[_Group], sets: dict[int, KeySet]) -> list[KeySet]:
        """What has all labels of a group, until it is enough. The first of each group is in ``sets``, which is of the pool already."""
        chosen: list[KeySet] = []
        missing = _ENOUGH
        pairs: dict[_Group, KeySet] = {}
        for group in groups:
            if group[:2] not in pairs:
                pairs[group[:2]] = sets[group[0]] & (sets[group[1]] if group[1] in sets else self._of(group[1]))
            found = pairs[group[:2]]
            if found and len(group) > 2:
                found = found & self._of(group[2])
            if found:
                chosen.append(self._shortest(found, _OF_GROUP, len(group)))
                missing -= len(chosen[-1])
            if missing <= 0:
                break
        return chosen

    def _of(self, label: int) -> KeySet:
        return self._postings.of(f"label:{self._labels[label]}")

    def _shortest(self, keys: KeySet, limit: int, least: int) -> KeySet:
        """``limit`` of them, those of ``least`` words first."""
        if len(keys) <= limit:
            return keys
        chosen, missing = [], limit
        for length in range(least, LENGTHS + 1):
            found = keys & self._postings.of(f"words-seen:{length}")
            chosen.append(found if len(found) <= missing else keys_of(last(found, missing)))
            missing -= len(chosen[-1])
            if missing <= 0:
                break
        return union(chosen)

    def _refresh(self) -> None:
        """Labels anew when there are others; which are the commonest need not be of today."""
        sizes = self._postings.of_kind("label")
        if sizes is self._made_of:
            return
        self._made_of = sizes
        labels = sorted(sizes)
        if labels != self._labels:
            self._labels = labels
            self._matrix = self._embedder.embed(labels) if labels else np.zeros((0, 0), np.float32)
            self._commonest = np.argsort([-sizes[label] for label in labels])[:_PARTNERS]


def length_term(seen: str) -> str:
    return f"words-seen:{min(len(seen.split()), LENGTHS)}"


def _by_mean(many: _Numbers, partners: _Numbers, cosines: Floats, matrix: Floats, above: float) -> list[_Group]:
    """Pairs of one of ``many`` and one of ``partners``, and the best of them with a third: those first whose mean has the highest cosine,
    if it is higher than ``above``.

    ``matrix`` has a row of length 1 for each label, ``cosines`` what each has with what is asked.
    """
    first, second = (each.ravel() for each in np.meshgrid(many, partners, indexing="ij"))
    once = (first != second) & ~(np.isin(second, many) & (second < first))
    alike = (matrix[many] @ matrix[partners].T).ravel()[once]
    first, second = first[once], second[once]
    pairs = (cosines[first] + cosines[second]) / np.sqrt(np.maximum(2 + 2 * alike, 1e-6))
    best = _highest(pairs, _TRIED)
    first, second, pairs = first[best], second[best], pairs[best]
    beam_first, beam_second, alike = first[:_BEAM, None], second[:_BEAM, None], alike[best][:_BEAM, None]
    lengths = 3 + 2 * (alike + (matrix[beam_first.ravel()] + matrix[beam_second.ravel()]) @ matrix[partners].T)
    threes = (cosines[beam_first] + cosines[beam_second] + cosines[partners]) / np.sqrt(np.maximum(lengths, 1e-6))
    threes[(partners == beam_first) | (partners == beam_second)] = -1.0
    rows, columns = np.divmod(_highest(threes.ravel(), _TRIED), len(partners))
    groups: list[Any] = list(zip(first.tolist(), second.tolist(), strict=True))
    groups += zip(first[rows].tolist(), second[rows].tolist(), partners[columns].tolist(), strict=True)
    scores = np.concatenate([pairs, threes[rows, columns]])
    return [groups[each] for each in _highest(scores, _TRIED).tolist() if scores[each] > above]


def _highest(scores: Floats, limit: int) -> _Numbers:
    """Their numbers, the highest first."""
    best = np.argpartition(-scores, limit)[:limit] if len(scores) > limit else np.arange(len(scores))
    return best[np.argsort(-scores[best], kind="stable")]
