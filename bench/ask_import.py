"""A library's files brought through the relay's own catalogue records, index and understanding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.meaning import TextEmbedder
from models.places import PlaceFinder
from models.store import ModelStore
from relay.ask.context import AskContext, KnownPerson, VisitedPlace
from relay.ask.gazetteer import WorldGazetteer
from relay.ask.search import Searcher
from relay.ask.understand import warm
from relay.catalog.records import MomentDoc, PlaceName
from relay.extract.place import place_of, timezone_of
from relay.index.labels import LabelNeighbours
from relay.index.local import LocalIndex

USER = "bench"


class LibraryMalformedError(ValueError):
    """A library that is not as the format says: the message names the place."""


@dataclass(frozen=True)
class Imported:
    """A library that can be asked."""

    context: AskContext
    searcher: Searcher
    index: LocalIndex


def imported(library: dict[str, Any], folder: Path) -> Imported:
    """Everything of ``library`` in an index in ``folder``. Raises LibraryMalformedError."""
    store = ModelStore()
    embedder, finder = TextEmbedder(store.path("meaning")), PlaceFinder(store.path("places"))
    zone = str(library.get("timezone") or "UTC")
    index = LocalIndex(folder, embedder)
    places: dict[tuple[float, float], tuple[PlaceName, str]] = {}
    docs = [doc for video in library["videos"] for doc in _docs(video, zone, finder, places)]
    index.rebuild(USER, docs)
    labels = frozenset(index.terms(USER, "label"))
    gazetteer, home = WorldGazetteer(finder), library.get("home") or {}
    position = (float(home["lat"]), float(home["lon"])) if home.get("lat") is not None and home.get("lon") is not None else None
    context = AskContext(
        now_ms=instant_ms(library["now"], zone), gazetteer=gazetteer, timezone=zone, people=tuple(_people(library)), labels=labels,
        visited=tuple(VisitedPlace(place.name, place.ids, place.videos) for place in index.places(USER)),
        home=position, neighbours=LabelNeighbours(embedder, labels),
    )  # fmt: skip
    warm(datetime.fromtimestamp(context.now_ms / 1000, UTC).year)
    return Imported(context, Searcher(index, embedder), index)


def instant_ms(value: Any, zone: str) -> int:
    """UTC milliseconds of an ISO time (without an offset: in ``zone``), or of a number of seconds or milliseconds."""
    if isinstance(value, int | float):
        return int(value * 1000) if value < 1e11 else int(value)
    moment = datetime.fromisoformat(str(value))
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp() * 1000)


def _people(library: dict[str, Any]) -> list[KnownPerson]:
    found = []
    for person in library.get("people", []):
        relations = [str(relation) for relation in person.get("relations") or []]
        if str(person["id"]) == str(library.get("me", "")) and "me" not in relations:
            relations = ["me", *relations]
        found.append(KnownPerson(str(person["id"]), str(person["name"]), tuple(relations), _month_day(person.get("birthday"))))
    return found


def _month_day(value: Any) -> str:
    """ "1984-05-14" and "05-14" alike."""
    return str(value)[-5:] if value else ""


def _docs(
    video: dict[str, Any], zone: str, finder: PlaceFinder, known: dict[tuple[float, float], tuple[PlaceName, str]]
) -> list[MomentDoc]:
    try:
        lat, lon = video.get("lat"), video.get("lon")
        place, local = PlaceName(), zone
        if lat is not None and lon is not None:
            here = (round(float(lat), 4), round(float(lon), 4))
            if here not in known:
                known[here] = place_of(finder, *here), timezone_of(*here)
            place, local = known[here]
        captured_at, duration_s = instant_ms(video["captured_at"], zone), float(video.get("duration_s") or 0)
        moments = video.get("moments") or [{"start_s": 0.0, "end_s": duration_s}]
        return [
            MomentDoc(
                user_id=USER, video_id=str(video["id"]), moment_id=f"{video['id']}.{number}", captured_at=captured_at,
                timezone=_zone_of(video["captured_at"], captured_at, local, zone), duration_s=duration_s,
                start_s=float(moment.get("start_s") or 0), end_s=float(moment.get("end_s") or duration_s), lat=lat, lon=lon, place=place,
                people=[str(one) for one in moment.get("people") or []], unknown_faces=int(moment.get("unknown_faces") or 0),
                objects=[str(one) for one in moment.get("objects") or []], scene=[str(one) for one in moment.get("scene") or []],
                speech=str(moment.get("speech") or ""), text=str(moment.get("text") or ""), quality=0.5,
            )
            for number, moment in enumerate(moments)
        ]  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryMalformedError(f"video {video.get('id', '?')}: {error}") from error


def _zone_of(written: Any, captured_at: int, local: str, zone: str) -> str:
    """The zone whose clock a clip goes by: of its place; the library's where an offset was written that only fits that one."""
    if not isinstance(written, str) or (offset := datetime.fromisoformat(written).utcoffset()) is None or not offset:
        return local
    moment = datetime.fromtimestamp(captured_at / 1000, UTC)
    fits = [name for name in (local, zone) if moment.astimezone(ZoneInfo(name)).utcoffset() == offset]
    return fits[0] if fits else local
