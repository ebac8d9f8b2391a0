"""Where a clip without a position was taken."""

from __future__ import annotations

import pytest

from relay.extract.geometry import Fix, between

HOUR_MS = 3_600_000


def test_between_two_neighbours_it_lies_on_the_way():
    where = between(HOUR_MS, Fix(0, 48.0, 2.0), Fix(4 * HOUR_MS, 48.2, 2.4))
    assert where == pytest.approx((48.05, 2.1))


def test_one_neighbour_is_enough_for_half_an_hour():
    assert between(HOUR_MS // 2, Fix(0, 48.0, 2.0), None) == (48.0, 2.0)
    assert between(HOUR_MS, Fix(0, 48.0, 2.0), None) is None
    assert between(0, None, None) is None


def test_neighbours_far_apart_say_nothing_but_near_in_time():
    paris, rome = Fix(0, 48.85, 2.35), Fix(5 * HOUR_MS, 41.9, 12.5)
    assert between(2 * HOUR_MS, paris, rome) is None
    assert between(HOUR_MS // 4, paris, rome) == (48.85, 2.35)
    assert between(9 * HOUR_MS, Fix(0, 1, 1), Fix(18 * HOUR_MS, 1, 1)) is None


def test_over_the_date_line_the_way_is_short():
    lat, lon = between(HOUR_MS, Fix(0, -17.0, 179.9), Fix(2 * HOUR_MS, -17.0, -179.9)) or (0, 0)
    assert lat == pytest.approx(-17.0)
    assert abs(lon) == pytest.approx(180, abs=0.01)
