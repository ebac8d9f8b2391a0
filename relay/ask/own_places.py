"""Places by the wearer's own names: "grandma's house", "the cabin", "work"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from glasses.wire.memory import Term, TermKind
from relay.ask.context import NamedSpot
from relay.ask.wordlist import listed
from relay.ask.words import Word, singular, words_of

NAMED = "named"
"""Source of a term for such a place."""
_OPENINGS = listed("the a an my our his her their at in")
_LONGEST = 6


@lru_cache(maxsize=64)
def own_places(named: tuple[NamedSpot, ...]) -> OwnPlaces:
    """Remembered: they change seldom, requests come often."""
    return OwnPlaces(named)


class OwnPlaces:
    def __init__(self, named: Sequence[NamedSpot]) -> None:
        self._by_key: dict[str, list[NamedSpot]] = {}
        for spot in named:
            key = _key([word.folded for word in words_of(spot.name)])
            if key:
                self._by_key.setdefault(key, []).append(spot)

    def read(self, words: list[Word], at: int) -> tuple[int, Term] | None:
        """The longest name that begins at ``at``, and how many words it has; places of one name are meant together."""
        for took in range(min(_LONGEST, len(words) - at) if self._by_key else 0, 0, -1):
            part = words[at : at + took]
            spots = self._by_key.get(_key([word.folded for word in part]))
            if spots and not any(word.comma for word in part[:-1]) and not (took > 1 and part[-1].folded in _OPENINGS):
                ids = [f"near:{spot.lat},{spot.lon},{spot.radius_km}" for spot in spots]
                heard = " ".join(word.text for word in part)
                return took, Term(kind=TermKind.PLACE, value=spots[0].name, ids=ids, heard=heard, source=NAMED)
        return None


def _key(folded: list[str]) -> str:
    """Without an article or possessive before it; "grandmas house" is "grandma's house"."""
    while len(folded) > 1 and folded[0] in _OPENINGS:
        folded = folded[1:]
    return " ".join(singular(word) for word in folded)
