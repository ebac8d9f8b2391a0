"""Places that the wearer has named: "the cabin", "work"."""

from __future__ import annotations

from glasses.wire.codec import Wire


class PlaceEdit(Wire):
    place_id: str = ""
    """Given by the sender (UUIDv7): a retry is the same place. Empty: a new one."""
    name: str = ""
    lat: float | None = None
    lon: float | None = None
    """Degrees (WGS 84). Both missing: of a place that is known, where it was."""
    radius_m: int | None = None
    """How far it reaches, 10 to 50,000; missing: as it was, of a new one 150."""


class PlaceOfVideo(Wire):
    """ "Call this place the cabin": where the clip was taken."""

    name: str = ""
    radius_m: int | None = None


class NamedPlace(Wire):
    place_id: str = ""
    name: str = ""
    lat: float = 0.0
    lon: float = 0.0
    radius_m: int = 150
    gone: bool = False
    """Deleted: forget the id."""


class PlaceList(Wire):
    places: list[NamedPlace] = []
