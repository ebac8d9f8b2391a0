"""Trips and years, found in nothing but times and places."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.work.occasions import GAP_DAYS, Stop, home_of, occasions, same, trips, years

HOME, PARIS, ROME, SUBURB = (52.52, 13.405), (48.857, 2.352), (41.89, 12.49), (52.4, 13.2)
DAY_MS = 86_400_000
START_MS = 1_735_732_800_000  # 1 January 2025, noon UTC
LATER = START_MS + 900 * DAY_MS


def at(day, where, *, hour=0, worth=1.0, place="", country=""):
    captured_at = START_MS + int((day + hour / 24) * DAY_MS)
    name = place or {PARIS: "Paris", ROME: "Rome", HOME: "Berlin"}.get(where, "")
    land = country or {PARIS: "France", ROME: "Italy", HOME: "Germany"}.get(where, "")
    day_of = datetime.fromtimestamp(captured_at / 1000, UTC).date()
    return Stop(f"v{captured_at}-{where}", captured_at, day_of, where, name, land, worth)


def found(stops, now_ms=LATER):
    return [(trip.title, trip.days, len(trip.stops)) for trip in trips(stops, HOME, now_ms)]


def test_a_run_of_days_away_is_a_trip_and_an_outing_is_none():
    stops = [
        at(0, HOME),
        at(10, PARIS),
        at(11, PARIS),
        at(12, PARIS),
        at(13, HOME),
        at(20, ROME),
        at(21, HOME),
        at(30, SUBURB),
        at(31, SUBURB),
    ]
    assert found(stops) == [("Paris", 3, 3)]


def test_many_quiet_days_make_it_two_trips_and_home_between_too():
    assert found([at(0, PARIS), at(1, PARIS), at(2 + GAP_DAYS, ROME), at(3 + GAP_DAYS, ROME)]) == [("Paris", 2, 2), ("Rome", 2, 2)]
    assert found([at(0, PARIS), at(1, PARIS), at(2, HOME), at(3, PARIS), at(4, PARIS)]) == [("Paris", 2, 2), ("Paris", 2, 2)]


def test_it_is_named_by_what_most_of_it_was_in():
    italy = [at(day, ROME, place=place) for day, place in enumerate(("Rome", "Siena", "Pisa", "Lucca"))]
    assert [trip.title for trip in trips(italy, HOME, LATER)] == ["Italy"]
    both = [at(0, PARIS, place="Nice"), at(1, PARIS, place="Lyon"), at(2, ROME, place="Rome"), at(3, ROME, place="Pisa")]
    assert [trip.title for trip in trips(both, HOME, LATER)] == ["France & Italy"]
    nameless = [at(0, (0.0, 0.0)), at(1, (0.0, 0.0))]
    assert [trip.title for trip in trips(nameless, HOME, LATER)] == ["A trip"]


def test_what_has_no_position_belongs_to_the_trip_that_it_is_in():
    stops = [at(-1, None), at(0, PARIS), at(1, None), at(2, PARIS), at(3, None), at(4, HOME)]
    [trip] = trips(stops, HOME, LATER)
    assert [stop.where for stop in trip.stops] == [PARIS, None, PARIS]


def test_a_trip_that_may_go_on_is_not_over():
    stops = [at(0, PARIS), at(1, PARIS)]
    assert found(stops, START_MS + (GAP_DAYS + 1) * DAY_MS) == []
    assert found(stops, START_MS + (GAP_DAYS + 1) * DAY_MS + 1) == [("Paris", 2, 2)]


def test_a_year_is_found_when_it_is_over_everywhere():
    stops = [at(day, HOME) for day in range(0, 200, 20)]
    end_ms = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    assert years(stops, end_ms + DAY_MS - 1) == []
    assert [year.title for year in years(stops, end_ms + DAY_MS)] == ["2025"]


def test_few_or_poor_clips_are_no_film():
    away = [at(0, PARIS), at(0, PARIS, hour=1), at(1, PARIS), at(1, PARIS, hour=1)]
    assert [one.title for one in occasions(away, HOME, LATER)] == ["Paris"]
    assert occasions(away[:3], HOME, LATER) == []
    assert occasions([stop._replace(worth=0.1) for stop in away], HOME, LATER) == []
    one_day = [at(0, PARIS, hour=hour) for hour in range(4)]
    assert occasions([*one_day, at(1, PARIS, worth=0.0)], HOME, LATER) == []


def test_home_is_where_the_clips_of_most_days_are():
    stops = [*(at(day, HOME) for day in range(8)), at(9, SUBURB), *(at(10, PARIS, hour=hour) for hour in range(20)), at(11, PARIS)]
    home = home_of(stops)
    assert home is not None
    assert home == pytest.approx(HOME, abs=0.1)
    assert home_of([at(day, PARIS) for day in range(4)]) is None, "too few days"
    assert home_of([*(at(day, PARIS) for day in range(10)), *(at(day, ROME) for day in range(10, 21))]) is not None
    assert home_of([at(day, (day * 4.0, 0.0)) for day in range(12)]) is None, "nowhere for long"


def test_late_clips_make_a_trip_longer_not_another_one():
    stops = [at(1, PARIS), at(2, PARIS)]
    [before] = trips(stops, HOME, LATER)
    [after] = trips([at(0, PARIS), *stops], HOME, LATER)
    assert same(after, before.kind, before.start_at, before.end_at)
    assert after.state != before.state
    assert not same(after, "year", before.start_at, before.end_at)
    assert not same(after, "trip", before.end_at + DAY_MS, before.end_at + 2 * DAY_MS)


STOPS = st.lists(
    st.builds(at, st.integers(0, 60), st.sampled_from([HOME, PARIS, ROME, SUBURB, None]), hour=st.integers(0, 23)), max_size=40
)


@given(STOPS, st.randoms())
def test_trips_hold_whatever_the_clips(stops, random):
    made = trips(stops, HOME, LATER)
    shuffled = list(stops)
    random.shuffle(shuffled)
    assert [(one.start_at, one.end_at) for one in trips(shuffled, HOME, LATER)] == [(one.start_at, one.end_at) for one in made]
    for one, other in itertools.pairwise(made):
        assert one.end_at <= other.start_at
    at_home = [stop for stop in stops if stop.where in (HOME, SUBURB)]
    away = {stop.video_id for stop in stops if stop.where in (PARIS, ROME)}
    for trip in made:
        assert trip.days >= 2
        assert not any(trip.start_at < stop.captured_at < trip.end_at - 1 for stop in at_home)
        assert {stop.video_id for stop in trip.stops if stop.where} <= away
        assert trip.stops[0].where is not None
        assert trip.stops[-1].where is not None
        times = [stop.captured_at for stop in trip.stops if stop.where]
        assert all(later - earlier <= GAP_DAYS * DAY_MS for earlier, later in itertools.pairwise(times))


@given(STOPS)
def test_a_state_is_of_the_clips_and_of_nothing_else(stops):
    for one in occasions(stops, HOME, LATER):
        turned = one._replace(stops=one.stops[::-1])
        assert turned.state == one.state
        assert one._replace(stops=one.stops[1:]).state != one.state
