"""A position as a place and a time zone."""

from __future__ import annotations

import tzfpy

from models.places import PlaceFinder
from relay.catalog.records import PlaceName


def place_of(finder: PlaceFinder, lat: float, lon: float) -> PlaceName:
    """The place of a position in degrees; all empty on the open sea."""
    place = finder.nearest(lat, lon)
    return PlaceName(name=place.name, region=place.region, country=place.country, country_code=place.country_code, ids=place.ids)


def timezone_of(lat: float, lon: float) -> str:
    """IANA name such as ``Europe/Paris``."""
    return str(tzfpy.get_tz(lon, lat)) or "UTC"
