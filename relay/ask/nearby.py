"""The sights near where somebody has clips, by what they are called there: "the opera house" is Sydney's to whom has clips of Sydney."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from math import cos, hypot, radians

from relay.ask.context import Gazetteer, PlaceMatch, VisitedPlace
from relay.ask.sights import SIGHTS

NEAR_KM = 60.0
_KM_PER_DEGREE = 111.2
_SAME_SPELLING = 0.85


@lru_cache(maxsize=64)
def sights_near(gazetteer: Gazetteer, visited: tuple[VisitedPlace, ...]) -> Mapping[str, PlaceMatch]:
    """Folded name, or its last two words and more, to the sight; of several, that with the most clips around. Remembered for a state
    of the places."""
    found: dict[str, PlaceMatch] = {}
    for place in sorted(visited, key=lambda each: -each.clips):
        here = next((match for match in gazetteer.named(place.name) if place.ids[:1] == match.ids[:1] and match.lat is not None), None)
        for name, sight in SIGHTS.items() if here else ():
            if here and _apart_km(here, sight) <= NEAR_KM:
                words = name.split()
                for start in range(max(1, len(words) - 1)):
                    found.setdefault(" ".join(words[start:]), sight)
    return found


def alike(name: str, sights: Mapping[str, PlaceMatch]) -> PlaceMatch | None:
    """The sight whose name is spelt nearly so: "colloseum"."""
    near = get_close_matches(name, list(sights), n=1, cutoff=_SAME_SPELLING) if len(name) > 6 else []
    return sights[near[0]] if near else None


def _apart_km(one: PlaceMatch, other: PlaceMatch) -> float:
    """On a flat map: good enough for tens of kilometres."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return float("inf")
    return _KM_PER_DEGREE * hypot(one.lat - other.lat, (one.lon - other.lon) * cos(radians(one.lat)))
