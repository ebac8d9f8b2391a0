"""Positions and names, with the real gazetteer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.places import Place, PlaceFinder, key_of
from models.store import ModelStore

PARIS, NEW_YORK = "city:2988507", "city:5128581"


@pytest.fixture(scope="session")
def finder(store: ModelStore) -> PlaceFinder:
    return PlaceFinder(store.path("places"))


@pytest.mark.parametrize(
    ("lat", "lon", "name", "country", "holds"),
    [
        (48.8584, 2.2945, "Paris", "FR", [PARIS, "admin1:FR.11", "country:FR"]),  # Eiffel tower
        (48.8049, 2.1204, "Versailles", "FR", ["city:2969679", PARIS]),  # a town of its own, in the city's reach
        (48.8924, 2.2360, "Paris", "FR", [PARIS]),  # La Défense
        (40.7580, -73.9855, "New York City", "US", [NEW_YORK, "city:5125771", "admin1:US.NY"]),  # Times Square, Manhattan
        (51.5007, -0.1246, "London", "GB", ["admin1:GB.ENG"]),
        (41.9022, 12.4539, "Vatican City", "VA", ["country:VA"]),  # not Rome: another country
        (37.8199, -122.4783, "San Francisco", "US", ["city:5391959"]),  # Golden Gate bridge
        (45.8326, 6.8652, "Chamonix-Mont-Blanc", "FR", ["country:FR"]),  # 10 km from any town
    ],
)
def test_a_position_has_its_place(finder: PlaceFinder, lat: float, lon: float, name: str, country: str, holds: list[str]):
    place = finder.nearest(lat, lon)
    assert (place.name, place.country_code) == (name, country)
    assert set(holds) <= set(place.ids)
    assert place.ids[-1] == f"country:{country}"


def test_paris_is_told_from_near_to_far(finder: PlaceFinder):
    assert finder.nearest(48.8584, 2.2945).ids == [PARIS, "admin1:FR.11", "country:FR"]


def test_across_the_river_is_another_state(finder: PlaceFinder):
    newark = finder.nearest(40.7357, -74.1724)
    assert newark.name == "Newark"
    assert newark.region == "New Jersey"


def test_the_desert_has_a_country_and_the_sea_has_none(finder: PlaceFinder):
    assert finder.nearest(0.0, -30.0) == Place()
    desert = finder.nearest(23.5, 10.0)
    assert desert.ids[-1] == "country:DZ"
    assert not desert.ids[0].startswith("city:")


def test_names_mean_the_likeliest_place_first(finder: PlaceFinder):
    first = {
        name: finder.named(name)[0].ids[0] for name in ("Paris", "paris", "New York", "rome", "Kyoto", "München", "tuscany", "England")
    }
    assert first["Paris"] == first["paris"] == PARIS
    assert first["New York"] == NEW_YORK
    assert first["rome"] == "city:3169070"
    assert first["Kyoto"] == "city:1857910"
    assert first["München"] == "city:2867714"
    assert (first["tuscany"], first["England"]) == ("admin1:IT.16", "admin1:GB.ENG")


@pytest.mark.parametrize(("said", "country"), [("France", "FR"), ("the Netherlands", "NL"), ("USA", "US"), ("Great Britain", "GB")])
def test_countries_by_what_people_call_them(finder: PlaceFinder, said: str, country: str):
    assert finder.named(said)[0].ids == [f"country:{country}"]


def test_all_places_of_a_name_are_given_and_unknown_ones_are_none(finder: PlaceFinder):
    countries = {place.country_code for place in finder.named("Paris")}
    assert {"FR", "US", "CA"} <= countries
    assert finder.named("Xyzzyville") == []
    assert finder.named("") == []


def test_a_named_place_lies_where_a_position_finds_it(finder: PlaceFinder):
    for name in ("Lisbon", "Kyoto", "Cape Town", "Reykjavik"):
        named = finder.named(name)[0]
        assert named.ids[0] in finder.nearest(named.lat, named.lon).ids


def test_a_place_by_its_id(finder: PlaceFinder):
    found = finder.by_id("country:FR")
    assert found is not None
    assert found.name == "France"
    assert finder.by_id("city:0") is None


def test_keys_forget_case_accents_and_marks():
    assert key_of("  Saint-Étienne ") == key_of("saint etienne") == "saint etienne"


@settings(deadline=None, max_examples=50)
@given(lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_every_position_is_answered_and_ids_end_with_the_country(finder: PlaceFinder, lat: float, lon: float):
    place = finder.nearest(lat, lon)
    assert (place == Place()) or place.ids[-1] == f"country:{place.country_code}"
