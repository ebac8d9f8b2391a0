"""What a request is read against: the wearer's clock, people, places and things, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class PlaceMatch:
    """A place that a name can mean."""

    name: str
    kind: str = "city"
    """city, region, country, continent, sight, or spelling: a visited place that was spelt another way."""
    ids: tuple[str, ...] = ()
    """From near to far, its own first: ("city:2988507", "admin1:FR.11", "country:FR")."""
    lat: float | None = None
    lon: float | None = None
    population: int = 0
    country: str = ""
    country_code: str = ""


class Gazetteer(Protocol):
    """Knows the world's places by name."""

    def named(self, text: str) -> Sequence[PlaceMatch]:
        """Every place of that name, in any case and with or without accents, the likeliest first; empty when there is none."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class KnownPerson:
    """Somebody the account has named."""

    person_id: str
    name: str
    relations: tuple[str, ...] = ()
    """What the wearer calls them: ("wife",); ("me",) is the wearer."""
    birthday: str = ""
    """MM-DD or empty."""


@dataclass(frozen=True)
class VisitedPlace:
    """A place that the account has clips of."""

    name: str
    ids: tuple[str, ...]
    clips: int = 1


@dataclass(frozen=True)
class NamedSpot:
    """A place by the wearer's own name for it: "the cabin"."""

    name: str
    lat: float
    lon: float
    radius_km: float


Neighbours = Callable[[str], Sequence[tuple[str, float]]]
"""A word -> the labels of the library that are near in meaning, with cosine similarity, nearest first."""


def no_neighbours(_word: str) -> Sequence[tuple[str, float]]:
    return ()


@dataclass(frozen=True)
class AskContext:
    """Everything that the meaning of a request depends on. ``now_ms`` is UTC, ``timezone`` an IANA name."""

    now_ms: int
    gazetteer: Gazetteer
    timezone: str = "UTC"
    people: tuple[KnownPerson, ...] = ()
    labels: frozenset[str] = frozenset()
    """Objects and scenes that occur in the library, as the models name them."""
    visited: tuple[VisitedPlace, ...] = ()
    named: tuple[NamedSpot, ...] = ()
    """Places that the wearer has named."""
    home: tuple[float, float] | None = None
    """Latitude and longitude of the wearer's home."""
    country: str = ""
    """ISO 3166 code of the home country, whose holidays are meant; empty: that of ``timezone``."""
    neighbours: Neighbours = field(default=no_neighbours)
