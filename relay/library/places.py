"""The places that a wearer names: told to requests, to the glasses, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.ids import uuid7
from glasses.wire.place import NamedPlace, PlaceEdit, PlaceOfVideo
from relay.catalog import changes, places, videos
from relay.catalog.db import Database
from relay.catalog.records import OwnPlace
from relay.catalog.rows import Connection
from relay.errors import SouvenirError

USUAL_M, LEAST_M, MOST_M = 150, 10, 50_000
MOST_PLACES = 500
_LONGEST_NAME = 80


class PlaceUnclearError(SouvenirError):
    code = "wire.malformed"


class TooManyPlacesError(SouvenirError):
    code = "request.conflict"


class PlaceBook:
    def __init__(self, database: Database, now_ms: Callable[[], int]) -> None:
        self._database, self._now_ms = database, now_ms

    async def everything(self, user_id: str) -> list[NamedPlace]:
        return [told(place) for place in await self._database.read(lambda connection: places.of_user(connection, user_id))]

    async def save(self, user_id: str, edit: PlaceEdit) -> NamedPlace:
        """A new place, or another name, position or reach of one that is known. Raises PlaceUnclearError, TooManyPlacesError."""
        return told(await self._database.write(lambda connection: self._saved(connection, user_id, edit)))

    async def name_of_video(self, user_id: str, video_id: str, wanted: PlaceOfVideo) -> NamedPlace:
        """Name where a clip was taken. Raises NotFoundError, and PlaceUnclearError where that is not known."""

        def name(connection: Connection) -> OwnPlace:
            video = videos.get(connection, user_id, video_id)
            if video.lat is None or video.lon is None:
                raise PlaceUnclearError(f"video {video_id} has no position", hint="Name the place by its lat and lon: POST /api/v1/places.")
            edit = PlaceEdit(name=wanted.name, lat=video.lat, lon=video.lon, radius_m=wanted.radius_m)
            return self._saved(connection, user_id, edit)

        return told(await self._database.write(name))

    async def remove(self, user_id: str, place_id: str) -> None:
        """Raises NotFoundError."""

        def forget(connection: Connection) -> None:
            place = places.get(connection, user_id, place_id)
            places.drop(connection, user_id, place_id)
            self._tell(connection, user_id, NamedPlace(place_id=place.place_id, gone=True))

        await self._database.write(forget)

    def _saved(self, connection: Connection, user_id: str, edit: PlaceEdit) -> OwnPlace:
        known = places.find(connection, user_id, edit.place_id) if edit.place_id else None
        if known is None and len(places.of_user(connection, user_id)) >= MOST_PLACES:
            raise TooManyPlacesError(f"{MOST_PLACES} places are named already", hint="Delete one: DELETE /api/v1/places/{place_id}.")
        lat, lon = (edit.lat, edit.lon) if edit.lat is not None or known is None else (known.lat, known.lon)
        radius_m = edit.radius_m if edit.radius_m is not None else known.radius_m if known else USUAL_M
        place = OwnPlace(
            user_id=user_id, place_id=edit.place_id or uuid7(self._now_ms()), name=_named(edit.name or (known.name if known else "")),
            lat=_within(lat, 90, "lat"), lon=_within(lon, 180, "lon"), radius_m=radius_m,
        )  # fmt: skip
        if not LEAST_M <= radius_m <= MOST_M:
            raise PlaceUnclearError(f"radius_m: from {LEAST_M} to {MOST_M}")
        places.put(connection, place)
        self._tell(connection, user_id, told(place))
        return place

    def _tell(self, connection: Connection, user_id: str, place: NamedPlace) -> None:
        changes.append(connection, user_id, OpKind.PLACE, place.place_id, to_builtins(place), self._now_ms())


def told(place: OwnPlace) -> NamedPlace:
    return NamedPlace(place_id=place.place_id, name=place.name, lat=place.lat, lon=place.lon, radius_m=place.radius_m)


def _named(name: str) -> str:
    tidy = " ".join(name.split())[:_LONGEST_NAME]
    if not tidy:
        raise PlaceUnclearError("name is missing")
    return tidy


def _within(degrees: float | None, most: int, field: str) -> float:
    if degrees is None or not -most <= degrees <= most:
        raise PlaceUnclearError(f"{field}: from -{most} to {most} degrees")
    return degrees
