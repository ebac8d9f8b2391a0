"""Places without a network: what lies at a position, and which places a name may mean (GeoNames cities of 1,000 and more)."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import weakref
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

EARTH_KM = 6371.0088
"""Mean radius."""
REACH_KM_PER_ROOT = 0.0125
"""A town's reach is this times the square root of its people: 18 km for Paris, 1.3 km for 10,000."""
FARTHEST_TOWN_KM = 50.0
FARTHEST_COUNTRY_KM = 200.0
"""Farther from any town, a position is in no place: the open sea."""
_METROPOLIS_PEOPLE = 500_000
_TIMES_LARGER = 5
_WELL_INSIDE, _IN_THE_HEART = 0.35, 0.6
"""Distance as a fraction of the larger place's reach."""
_BY_NAME = """
SELECT place.* FROM alias JOIN place USING (id) WHERE alias.key = ?
ORDER BY own DESC, population * CASE WHEN id LIKE 'admin1:%' THEN 0.25 ELSE 1 END DESC
"""
"""A region counts a quarter of its people, so that New York is the city before the state."""


class Place(msgspec.Struct, kw_only=True, frozen=True):
    """A position's place: the town, and what it lies in. All empty far from any."""

    name: str = ""
    region: str = ""
    country: str = ""
    country_code: str = ""
    ids: list[str] = []
    """From near to far: ["city:2988507", "admin1:FR.11", "country:FR"]; a suburb's own id comes before its city's."""


class NamedPlace(msgspec.Struct, kw_only=True, frozen=True):
    """A place that a name may mean. ``ids[0]`` is the place itself."""

    name: str = ""
    region: str = ""
    country: str = ""
    country_code: str = ""
    ids: list[str] = []
    population: int = 0
    lat: float = 0.0
    lon: float = 0.0


class PlaceFinder:
    """Reads the folder that ``models.build.places`` makes: ModelStore's ``places``. Opened at the first question."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._towns: _Towns | None = None
        self._names: sqlite3.Connection | None = None

    def nearest(self, lat: float, lon: float) -> Place:
        """The place of a position in degrees (WGS 84)."""
        towns = self._towns = self._towns or _Towns(self._path / "towns.npz")
        distances_km = towns.distances_km(lat, lon)
        if distances_km.min() > FARTHEST_COUNTRY_KM:
            return Place()
        chain = towns.chain(distances_km)
        first = self._row(f"city:{towns.ids[chain[0]]}")
        if distances_km[chain[0]] > FARTHEST_TOWN_KM:
            return Place(name=first.region or first.country, ids=first.ids[1:], **_larger(first))
        named = towns.name_giver(chain, distances_km)
        shown = self._row(f"city:{towns.ids[named]}")
        ids = [*(f"city:{towns.ids[town]}" for town in chain), *first.ids[1:]]
        return Place(name=shown.name, ids=ids, **_larger(shown))

    def named(self, text: str) -> list[NamedPlace]:
        """Cities, regions and countries of that name or alternate name, likeliest first: own names, then the larger."""
        return [_named(row) for row in self._database().execute(_BY_NAME, (key_of(text),))]

    def by_id(self, place_id: str) -> NamedPlace | None:
        """The place of an id such as ``country:FR``."""
        row = self._database().execute("SELECT * FROM place WHERE id = ?", (place_id,)).fetchone()
        return _named(row) if row else None

    def _row(self, place_id: str) -> NamedPlace:
        found = self.by_id(place_id)
        if found is None:
            raise LookupError(f"{place_id} is in the towns and not in the names: fetch the places again")
        return found

    def _database(self) -> sqlite3.Connection:
        if self._names is None:
            uri = f"{(self._path / 'names.db').resolve().as_uri()}?mode=ro&immutable=1"
            self._names = sqlite3.connect(uri, uri=True, check_same_thread=False)
            weakref.finalize(self, self._names.close)
        return self._names


def key_of(name: str) -> str:
    """The form in which names are compared: no accents, no case, no punctuation."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return re.sub(r"[^\w]+", " ", plain.casefold()).strip()


def unit_vectors(lat: Array, lon: Array) -> Array:
    """[n, 3] points on the unit sphere, from degrees."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=-1).astype(np.float32)


class _Towns:
    """All towns as arrays."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as stored:
            self.ids, self._vectors, self._people = stored["ids"], stored["vectors"], stored["people"]
            self._countries, self._regions = stored["countries"], stored["regions"]
        self._reach_km = REACH_KM_PER_ROOT * np.sqrt(np.maximum(self._people, 1000))

    def distances_km(self, lat: float, lon: float) -> Array:
        """Great-circle distances, from chords: exact also for near points."""
        here = unit_vectors(np.array(lat), np.array(lon))
        chords = np.linalg.norm(self._vectors - here, axis=1)
        distances_km: Array = 2 * EARTH_KM * np.arcsin(np.minimum(chords / 2, 1))
        return distances_km

    def chain(self, distances_km: Array) -> list[int]:
        """The town whose reach fits best, then the much larger ones of its country around it, near to far."""
        depth = distances_km / self._reach_km
        first = int(np.argmin(np.where(distances_km <= FARTHEST_TOWN_KM, depth, np.inf)))
        if distances_km[first] > FARTHEST_TOWN_KM:
            return [int(np.argmin(distances_km))]
        larger = (self._people >= _TIMES_LARGER * self._people[first]) & (self._countries == self._countries[first])
        around = set(np.flatnonzero(larger & (depth <= _WELL_INSIDE)).tolist())
        cities = np.flatnonzero(larger & (depth <= 1) & (self._people >= _METROPOLIS_PEOPLE))
        if len(cities):
            around.add(int(cities[np.argmin(depth[cities])]))
        return [first, *sorted(around, key=lambda town: int(self._people[town]))]

    def name_giver(self, chain: list[int], distances_km: Array) -> int:
        """A quarter in the heart of a large city of the same region goes by the city's name."""
        first, last = chain[0], chain[-1]
        heart = distances_km[last] <= _IN_THE_HEART * self._reach_km[last] and self._people[last] >= _METROPOLIS_PEOPLE
        return last if heart and self._regions[first] == self._regions[last] else first


def _named(row: tuple[Any, ...]) -> NamedPlace:
    place_id, name, region_code, region, country_code, country, population, lat, lon = row
    ids = [place_id, *([f"admin1:{region_code}"] if region_code else []), f"country:{country_code}"]
    return NamedPlace(
        name=name, region=region, country=country, country_code=country_code, ids=list(dict.fromkeys(ids)),
        population=population, lat=lat, lon=lon,
    )  # fmt: skip


def _larger(place: NamedPlace) -> dict[str, str]:
    return {"region": place.region, "country": place.country, "country_code": place.country_code}
