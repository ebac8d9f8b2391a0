"""GeoNames as two small files: towns as arrays for positions, names in SQLite for requests."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.places import key_of, unit_vectors

ALTERNATES_FROM_PEOPLE = 5_000
"""Smaller places are known by their own name only."""
COUNTRY_NAMES = {
    "US": ["USA", "US", "America", "United States of America", "the States"], "GB": ["UK", "Great Britain", "Britain"],
    "NL": ["Holland", "the Netherlands"], "CZ": ["Czech Republic"], "AE": ["UAE", "Emirates"], "KR": ["Korea"], "CI": ["Ivory Coast"],
    "TR": ["Turkey", "Türkiye"], "VA": ["Vatican"],
}  # fmt: skip
"""What people say, where GeoNames has only the formal name."""
_LATIN = re.compile(r"[a-z0-9 ]{3,}")

_SCHEMA = """
CREATE TABLE place (id TEXT PRIMARY KEY, name TEXT, region_code TEXT, region TEXT, country_code TEXT, country TEXT,
                    population INTEGER, lat REAL, lon REAL) WITHOUT ROWID;
CREATE TABLE alias (key TEXT, own INTEGER, id TEXT, PRIMARY KEY (key, id)) WITHOUT ROWID;
"""


class _Entry(NamedTuple):
    """A row of ``place``, and the names it goes by."""

    row: tuple[str, str, str, str, str, str, int, float, float]
    own_names: list[str]
    alternates: list[str]


def build(fetched: Path, built: Path) -> None:
    """``cities1000.json``, ``countries.json``, ``admin1.json`` to ``towns.npz`` and ``names.db``."""
    towns = list(json.loads((fetched / "cities1000.json").read_text("utf-8")).values())
    countries = json.loads((fetched / "countries.json").read_text("utf-8"))
    regions = {region["code"]: region["name"] for region in json.loads((fetched / "admin1.json").read_text("utf-8"))}
    _write_towns(built / "towns.npz", towns)
    entries = [*_cities(towns, regions, countries), *_regions(towns, regions, countries), *_countries(towns, countries)]
    _write_names(built / "names.db", entries)


def _write_towns(path: Path, towns: list[dict[str, Any]]) -> None:
    lat, lon = (np.array([town[key] for town in towns]) for key in ("latitude", "longitude"))
    np.savez_compressed(
        path,
        ids=np.array([town["geonameid"] for town in towns], np.int64),
        vectors=unit_vectors(lat, lon),
        people=np.array([town["population"] for town in towns], np.int64),
        countries=_numbered([town["countrycode"] for town in towns]),
        regions=_numbered([_region_code(town) for town in towns]),
    )


def _write_names(path: Path, entries: list[_Entry]) -> None:
    database = sqlite3.connect(path)
    database.executescript(_SCHEMA)
    with database:
        database.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (entry.row for entry in entries))
        for names, own in (("own_names", 1), ("alternates", 0)):
            rows = ((key_of(name), own, entry.row[0]) for entry in entries for name in getattr(entry, names))
            database.executemany("INSERT OR IGNORE INTO alias VALUES (?, ?, ?)", (row for row in rows if row[0]))
    database.close()


def _cities(towns: list[dict[str, Any]], regions: dict[str, str], countries: dict[str, Any]) -> Iterator[_Entry]:
    for town in towns:
        code, region_code = town["countrycode"], _region_code(town)
        row = (
            f"city:{town['geonameid']}", town["name"], region_code, regions.get(region_code, ""), code, countries[code]["name"],
            town["population"], town["latitude"], town["longitude"],
        )  # fmt: skip
        wanted = town["alternatenames"] if town["population"] >= ALTERNATES_FROM_PEOPLE else []
        yield _Entry(row, _short_forms(town["name"]), [name for name in wanted if _LATIN.fullmatch(key_of(name))])


def _regions(towns: list[dict[str, Any]], regions: dict[str, str], countries: dict[str, Any]) -> Iterator[_Entry]:
    for code, inside in _grouped(towns, _region_code).items():
        if code in regions:
            country = code.split(".")[0]
            row = (f"admin1:{code}", regions[code], code, regions[code], country, countries[country]["name"], *_middle(inside))
            bare = re.sub(r" (Province|Region|County|Department|Oblast|District|Governorate|Prefecture)$", "", regions[code])
            yield _Entry(row, [regions[code]], [bare])


def _countries(towns: list[dict[str, Any]], countries: dict[str, Any]) -> Iterator[_Entry]:
    for code, inside in _grouped(towns, lambda town: str(town["countrycode"])).items():
        name = countries[code]["name"]
        row = (f"country:{code}", name, "", "", code, name, *_middle(inside))
        yield _Entry(row, [name, *COUNTRY_NAMES.get(code, [])], [countries[code]["iso3"]])


def _grouped(towns: list[dict[str, Any]], key: Any) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for town in towns:
        groups.setdefault(key(town), []).append(town)
    return groups


def _middle(towns: list[dict[str, Any]]) -> tuple[int, float, float]:
    """People of the towns together, and the position of the largest."""
    largest = max(towns, key=lambda town: int(town["population"]))
    return sum(town["population"] for town in towns), largest["latitude"], largest["longitude"]


def _short_forms(name: str) -> list[str]:
    """ "New York City" is also called New York."""
    return [name, name.removesuffix(" City")] if name.endswith(" City") else [name]


def _region_code(town: dict[str, Any]) -> str:
    return f"{town['countrycode']}.{town['admin1code']}" if town["admin1code"] else ""


def _numbered(texts: list[str]) -> Any:
    numbers = {text: number for number, text in enumerate(sorted(set(texts)))}
    return np.array([numbers[text] for text in texts], np.int32)
