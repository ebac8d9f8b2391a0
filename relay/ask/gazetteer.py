"""The world's places of ``models.places``, as requests ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from relay.ask.context import PlaceMatch

_KINDS = {"city": "city", "admin1": "region", "country": "country"}


class NamedPlace(Protocol):
    """What ``models.places.PlaceFinder.named`` answers with."""

    @property
    def name(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def country_code(self) -> str: ...
    @property
    def ids(self) -> list[str]: ...
    @property
    def population(self) -> int: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...


class Finder(Protocol):
    def named(self, text: str) -> Sequence[NamedPlace]: ...


class WorldGazetteer:
    """A ``Gazetteer`` over a PlaceFinder; remembers the latest 4,096 answers."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.named = lru_cache(maxsize=4096)(self._named)

    def _named(self, text: str) -> Sequence[PlaceMatch]:
        return tuple(_match(place) for place in self._finder.named(text))


def _match(place: NamedPlace) -> PlaceMatch:
    kind = _KINDS.get(place.ids[0].partition(":")[0], "city") if place.ids else "city"
    return PlaceMatch(
        name=place.name, kind=kind, ids=tuple(place.ids), lat=place.lat, lon=place.lon,
        population=place.population, country=place.country, country_code=place.country_code,
    )  # fmt: skip
