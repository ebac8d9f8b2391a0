"""Where a clip without a position was taken, by the clips around it. Pure and light."""

from __future__ import annotations

import math
from typing import NamedTuple

EARTH_KM = 6371.0088


class Fix(NamedTuple):
    """Where the account was, and when (UTC ms)."""

    at: int
    lat: float
    lon: float


NEAR_MS, BETWEEN_MS, APART_KM = 30 * 60_000, 6 * 3_600_000, 60.0
"""One neighbour says where a clip was for half an hour; two say it for six hours if they are no farther apart than this."""


def between(at: int, before: Fix | None, after: Fix | None) -> tuple[float, float] | None:
    """Where a clip without a position was taken, by the account's clips before and after it; None when they do not tell. Pure."""
    near = [fix for fix in (before, after) if fix is not None and abs(fix.at - at) <= BETWEEN_MS]
    if len(near) == 2 and _apart_km(*near) <= APART_KM:
        one, other = near
        part = (at - one.at) / (other.at - one.at) if other.at > one.at else 0.0
        return one.lat + (other.lat - one.lat) * part, one.lon + _shorter_way(other.lon - one.lon) * part
    closest = min(near, key=lambda fix: abs(fix.at - at), default=None)
    return (closest.lat, closest.lon) if closest is not None and abs(closest.at - at) <= NEAR_MS else None


def _shorter_way(degrees: float) -> float:
    """Not around the globe."""
    return (degrees + 180) % 360 - 180


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance (haversine) of two points (latitude, longitude)."""
    north, south = math.radians(one[0]), math.radians(other[0])
    half = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def _apart_km(one: Fix, other: Fix) -> float:
    return distance_km((one.lat, one.lon), (other.lat, other.lon))
