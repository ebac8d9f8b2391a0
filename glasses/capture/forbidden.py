"""Where and when the wearer has chosen that nothing is filmed. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from glasses.config import NoRecordPlace, Recording
from glasses.wire.segment import GeoPoint

EARTH_M = 6_371_000.0


class Forbidden:
    def __init__(self, limits: Recording) -> None:
        self._places = limits.no_record_places
        self._hours = [hours.split("-") for hours in limits.no_record_hours]
        self._zone = ZoneInfo(limits.timezone) if limits.timezone else None

    def why(self, now_ms: int, place: GeoPoint | None) -> str:
        """A sentence for the wearer; empty when filming is allowed. Where the place is unknown only the hours count."""
        for each in self._places:
            if place is not None and distance_m(place, each) <= each.radius_m:
                return f"nothing is recorded within {each.radius_m:.0f} m of {each.name or f'{each.lat:.4f}, {each.lon:.4f}'}"
        here = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._zone).time()
        for begin, end in self._hours:
            if _within(here, time.fromisoformat(begin), time.fromisoformat(end)):
                return f"nothing is recorded from {begin} to {end}"
        return ""


def distance_m(a: GeoPoint, b: GeoPoint | NoRecordPlace) -> float:
    """Along the great circle, by the haversine formula (R. W. Sinnott, 1984)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def _within(now: time, begin: time, end: time) -> bool:
    """Equal ends are the whole day; an end before the beginning is the next day's."""
    return begin <= now < end if begin < end else now >= begin or now < end
