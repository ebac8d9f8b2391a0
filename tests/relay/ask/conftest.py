"""A family, a small atlas, a small library, and an index of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from glasses.wire.memory import Plan
from relay.ask.context import AskContext, KnownPerson, PlaceMatch, VisitedPlace
from relay.ask.search import Searcher
from relay.ask.understand import understand
from relay.ask.words import key_of
from relay.catalog.records import MomentDoc, PlaceName
from relay.index.local import LocalIndex

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 11, 22, 11, 0, tzinfo=BERLIN)
"""A Saturday."""
USER = "user-1"

PEOPLE = (
    KnownPerson("martin", "Martin Berg", ("me",), "09-02"),
    KnownPerson("anna", "Anna Berg", ("wife",), "05-14"),
    KnownPerson("tom", "Tom", ("son",)),
    KnownPerson("mia", "Mia", ("daughter",), "12-03"),
    KnownPerson("april", "April Jones", ("friend",)),
    KnownPerson("florence", "Florence", ("sister",)),
    KnownPerson("katherine", "Katherine", ("mother",)),
    KnownPerson("jordan", "Jordan", ("brother",)),
    KnownPerson("will", "Will", ("colleague",)),
    KnownPerson("paris", "Paris Hilton"),
    KnownPerson("grace", "Grace", ("cousin",)),
)

_CITIES = """
Paris|city:paris|admin1:FR.11|country:FR|France|48.8566|2.3522|2138551
Paris|city:paris-tx|admin1:US.TX|country:US|United States|33.6609|-95.5555|24171
Rome|city:rome|admin1:IT.07|country:IT|Italy|41.8919|12.5113|2318895
Florence|city:florence|admin1:IT.16|country:IT|Italy|43.7792|11.2463|349296
Florence|city:florence-sc|admin1:US.SC|country:US|United States|34.1954|-79.7626|39899
Berlin|city:berlin|admin1:DE.16|country:DE|Germany|52.5244|13.4105|3426354
Beijing|city:beijing|admin1:CN.22|country:CN|China|39.9075|116.3972|18960744
Nice|city:nice|admin1:FR.93|country:FR|France|43.7031|7.2661|342669
Reading|city:reading|admin1:GB.ENG|country:GB|United Kingdom|51.4563|-0.9711|318014
New York|city:nyc|admin1:US.NY|country:US|United States|40.7143|-74.006|8804190
Munich|city:munich|admin1:DE.02|country:DE|Germany|48.1374|11.5755|1260391
""".strip().splitlines()
_LARGER = {
    "france": PlaceMatch("France", "country", ("country:FR",), 46.0, 2.0, 67_000_000, "France", "FR"),
    "italy": PlaceMatch("Italy", "country", ("country:IT",), 42.8, 12.8, 60_000_000, "Italy", "IT"),
    "jordan": PlaceMatch("Jordan", "country", ("country:JO",), 31.0, 36.0, 9_900_000, "Jordan", "JO"),
    "turkey": PlaceMatch("Turkey", "country", ("country:TR",), 39.0, 35.0, 82_000_000, "Turkey", "TR"),
    "georgia": PlaceMatch("Georgia", "country", ("country:GE",), 42.0, 43.5, 3_700_000, "Georgia", "GE"),
    "texas": PlaceMatch("Texas", "region", ("admin1:US.TX", "country:US"), 31.2, -99.2, 29_000_000, "United States", "US"),
    "south carolina": PlaceMatch("South Carolina", "region", ("admin1:US.SC", "country:US"), 34.0, -81.0, 5_000_000, "United States", "US"),
}


class Atlas:
    """A gazetteer of a dozen places."""

    def __init__(self) -> None:
        self._places: dict[str, list[PlaceMatch]] = {key: [match] for key, match in _LARGER.items()}
        for line in _CITIES:
            name, city, region, country_id, country, lat, lon, population = line.split("|")
            match = PlaceMatch(name, "city", (city, region, country_id), float(lat), float(lon), int(population), country, country_id[-2:])
            self._places.setdefault(key_of(name), []).append(match)

    def named(self, text: str) -> list[PlaceMatch]:
        return self._places.get(key_of(text), [])

    def place(self, city: str) -> PlaceMatch:
        return next(match for matches in self._places.values() for match in matches if match.ids[0] == city)

    def locate(self, place_id: str) -> tuple[float, float] | None:
        for match in (match for matches in self._places.values() for match in matches):
            if match.ids[0] == place_id and match.lat is not None and match.lon is not None:
                return match.lat, match.lon
        return None


class ConceptEmbedder:
    """Deterministic vectors: words of one concept share a direction, other words get one of their own."""

    CONCEPTS = ("dog puppy retriever hound", "car automobile vehicle", "beach seashore sand", "rome colosseum", "mitten glove", "exam test")

    def embed(self, texts: list[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in key_of(text).split():
                concept = next((index for index, words in enumerate(self.CONCEPTS) if word in words.split()), None)
                slot = concept if concept is not None else 8 + sum(word.encode()) % 56
                row[slot] += 1
            length = float(np.linalg.norm(row))
            if length:
                row /= length
        return rows


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    return Atlas()


@pytest.fixture(scope="session")
def context(atlas: Atlas) -> AskContext:
    return AskContext(
        now_ms=int(NOW.timestamp() * 1000),
        gazetteer=atlas,
        timezone="Europe/Berlin",
        people=PEOPLE,
        labels=frozenset({"dog", "park bench", "beach", "car", "cat", "mitten"}),
        visited=(VisitedPlace("Paris", ("city:paris", "admin1:FR.11", "country:FR"), 5), VisitedPlace("Beijing", ("city:beijing",), 2)),
        home=(52.50, 13.40),
        neighbours=lambda word: (("mitten", 0.9),) if word == "glove" else (),
    )


def at(text: str) -> int:
    """UTC milliseconds of a local time in Berlin: "2025-06-12 18:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


Doc = Callable[..., MomentDoc]


def moment(atlas: Atlas, video: str, when: str, city: str, people: Iterable[str] = (), number: int = 0, **more: object) -> MomentDoc:
    """One moment of five seconds."""
    match = atlas.place(city) if city else None
    place = (
        PlaceName(name=match.name, country=match.country, country_code=match.country_code, ids=list(match.ids)) if match else PlaceName()
    )
    fields: dict[str, object] = {"objects": [], "scene": [], "quality": 0.5, "timezone": "Europe/Berlin", "duration_s": 20.0, **more}
    return MomentDoc(
        user_id=str(fields.pop("user_id", USER)), video_id=video, moment_id=f"{video}.{number}", captured_at=at(when),
        start_s=5.0 * number, end_s=5.0 * number + 5.0, lat=match.lat if match else None, lon=match.lon if match else None,
        place=place, people=list(people), **fields,  # type: ignore[arg-type]  # the record checks them
    )  # fmt: skip


@pytest.fixture
def library(atlas: Atlas) -> list[MomentDoc]:
    """Ten clips: couple in Paris (3), alone, in Beijing, with the dog, with a stranger, with the children, in Berlin."""

    def clip(*given: object, **more: object) -> MomentDoc:
        return moment(atlas, *given, **more)  # type: ignore[arg-type]  # as moment takes them

    return [
        clip("couple-1", "2025-06-12 18:00", "city:paris", ["anna", "martin"], objects=["car"], quality=0.9),
        clip("couple-2", "2025-06-13 10:00", "city:paris", ["anna"]),
        clip("couple-2", "2025-06-13 10:00", "city:paris", ["martin"], 1),
        clip(
            "couple-3",
            "2024-08-01 12:00",
            "city:paris",
            ["anna", "martin"],
            speech="we failed the exam but the food is good",
            objects=["dog"],
        ),
        clip("anna-paris", "2025-06-12 09:00", "city:paris", ["anna"]),
        clip("beijing", "2025-09-02 12:00", "city:beijing", ["anna", "martin"]),
        clip("stranger", "2025-06-14 12:00", "city:paris", ["anna", "martin"], unknown_faces=1, text="EXIT to Louvre"),
        clip("kids-park", "2025-11-21 18:30", "city:berlin", ["tom", "mia"], scene=["park bench"], objects=["dog"]),
        clip("tom-beach", "2025-07-20 15:00", "city:nice", ["tom"], scene=["beach"], caption="Tom builds a sandcastle"),
        clip("gloves", "2025-01-10 08:00", "city:berlin", [], objects=["mitten"], speech="my exam is tomorrow"),
        clip("nowhere", "2025-11-01 08:00", "", [], objects=["car"]),
    ]


@pytest.fixture
def index(tmp_path: Path, library: list[MomentDoc]) -> Iterable[LocalIndex]:
    made = LocalIndex(tmp_path / "index", ConceptEmbedder())
    made.put(library)
    yield made
    made.close()


@pytest.fixture
def searcher(index: LocalIndex, atlas: Atlas) -> Searcher:
    return Searcher(index, ConceptEmbedder(), atlas.locate)


@pytest.fixture
def ask(context: AskContext) -> Callable[[str], Plan]:
    return lambda query: understand(query, context)
