"""Things in a request: a word, and the labels of the library that satisfy it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from glasses.wire.memory import Term, TermKind
from relay.ask.context import Neighbours
from relay.ask.synonyms import LABELS_FOR, NOT_HEADS
from relay.ask.vocabulary import EVENT_WORDS
from relay.ask.wordlist import listed
from relay.ask.words import Word, key_of, singular

CLOSE_IN_MEANING = 0.42
"""Cosine of word vectors (WordLlama, 256 dimensions) from which a label counts as the thing asked for: puppy and dog .56,
sledding and dog sled .44, puppy and hot dog .33; unrelated words stay under .15."""
WORTH_OFFERING = 0.25
_LONGEST = 3
_SEEN = listed("painting building ring wedding swing ceiling clothing king awning railing earring evening")
"""Things that end as what is done does."""


@dataclass(frozen=True)
class ThingReading:
    took: int
    term: Term


class Things:
    """The things that a library can hold, found by the words of a request."""

    def __init__(self, labels: frozenset[str], neighbours: Neighbours) -> None:
        self._labels, self._by_word = _lexicon(labels)
        self._neighbours = neighbours
        self._here = frozenset(each.casefold() for each in labels)

    def read(self, words: list[Word], at: int) -> ThingReading | None:
        """The longest known thing at ``at``."""
        for took in range(min(_LONGEST, len(words) - at), 0, -1):
            part = words[at : at + took]
            if any(word.comma or word.owner for word in part[:-1]):
                continue
            for key in _forms([word.folded for word in part]):
                if key in LABELS_FOR or key in self._labels:
                    return ThingReading(took, self._term(key, part))
        return None

    def guess(self, words: list[Word], at: int, took: int = 1) -> Term:
        """A term for a word on no list: resolved by nearness in meaning if a label is near enough."""
        part = words[at : at + took]
        return self._term(_forms([word.folded for word in part])[-1], part)

    def near(self, word: str) -> float:
        """How near in meaning the nearest label is."""
        return max((score for _, score in self._neighbours(word)), default=0.0)

    def _term(self, key: str, part: list[Word]) -> Term:
        ids = list(
            dict.fromkeys([*LABELS_FOR.get(key, ()), *self._kinds(key), *(self._labels[each] for each in _doing(key, self._labels))])
        )
        if len(key) < 3 and not ids:
            heard = " ".join(word.text for word in part)
            return Term(kind=TermKind.THING, value=key, heard=heard, resolved=False, hint=f"'{heard}' is no label of your clips.")
        if ((key.endswith("ing") and key not in _SEEN) or key in EVENT_WORDS) and not any(label in self._here for label in ids):
            ids = []  # what is done or held is no label; where it is, and with what, is
        near = [(label, score) for label, score in self._neighbours(key) if label not in ids]
        if key not in LABELS_FOR:
            ids += [label for label, score in near if score >= CLOSE_IN_MEANING]
        offered = [label for label, score in near if score >= WORTH_OFFERING and label not in ids][:5]
        heard = " ".join(word.text for word in part)
        hint = "" if ids else f"'{heard}' is no label of your clips; what was said, written or noted in them is searched."
        source = "" if not ids else "label" if key in self._labels else "synonym" if key in LABELS_FOR else "meaning"
        return Term(
            kind=TermKind.THING, value=key, ids=ids, heard=heard, resolved=bool(ids), hint=hint, alternatives=offered, source=source
        )

    def _kinds(self, key: str) -> list[str]:
        """Labels of the library that are a kind of ``key``: "park bench" for "bench", "guitar player" for "guitar"."""
        last = key.split()[-1]
        found = [self._labels[key]] if key in self._labels else []
        for label in self._by_word.get(last, ()):
            folded = key_of(label)
            if folded not in NOT_HEADS and (folded.endswith(f" {key}") or folded.startswith(f"{key} ")):
                found.append(label)
        return found


@lru_cache(maxsize=64)
def _lexicon(labels: frozenset[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Folded name -> label, and word -> labels that have it. Remembered: labels change seldom, requests come often."""
    by_key = {key_of(label): label for label in labels}
    by_word: dict[str, list[str]] = {}
    for key, label in by_key.items():
        for word in key.split():
            by_word.setdefault(word, []).append(label)
    return by_key, by_word


def _doing(key: str, labels: dict[str, str]) -> list[str]:
    """What "sledding" and "canoeing" are done with, where that is a label: "sled", "canoe"."""
    stem = key.removesuffix("ing")
    doubled = stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] else stem
    return [each for each in dict.fromkeys((stem, f"{stem}e", doubled)) if each in labels] if stem != key and len(stem) > 2 else []


def _forms(words: list[str]) -> list[str]:
    """As it is, then with its last word in the singular."""
    return list(dict.fromkeys([" ".join(words), " ".join([*words[:-1], singular(words[-1])])]))
