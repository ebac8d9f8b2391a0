"""A made-up life: a library and questions about it with known answers, from one seed.

The rule: a question is put together from a frame and two to four conditions (people, place, time, thing, absence); a clip is
relevant exactly when it meets all of them by the generator's own records, never by the index.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from relay.ask.context import KnownPerson
from relay.catalog.records import MomentDoc, PlaceName

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2025, 11, 22, 11, tzinfo=ZONE)
PEOPLE = (
    KnownPerson("p-me", "Jonas Weber", ("me",)),
    KnownPerson("p-clara", "Clara", ("wife",), "03-08"),
    KnownPerson("p-ben", "Ben", ("son",)),
    KnownPerson("p-lotte", "Lotte", ("daughter",)),
    KnownPerson("p-ruth", "Ruth", ("mother",)),
    KnownPerson("p-sam", "Sam Okafor", ("best friend",)),
    KnownPerson("p-june", "June", ("sister",)),
)
SAID = {
    "p-me": ("me",), "p-clara": ("my wife", "Clara", "clara"), "p-ben": ("my son", "Ben"), "p-lotte": ("our daughter", "Lotte"),
    "p-ruth": ("my mom", "mum", "Ruth"), "p-sam": ("Sam", "my best friend", "sam okafor"), "p-june": ("June", "my sister"),
}  # fmt: skip
PLACES = (
    ("Lisbon", "city:2267057", "country:PT", 38.72, -9.14), ("Kyoto", "city:1857910", "country:JP", 35.02, 135.75),
    ("Oslo", "city:3143244", "country:NO", 59.91, 10.75), ("Vienna", "city:2761369", "country:AT", 48.21, 16.37),
    ("Hamburg", "city:2911298", "country:DE", 53.55, 9.99), ("Marrakesh", "city:2542997", "country:MA", 31.63, -8.0),
)  # fmt: skip
COUNTRIES = {"country:PT": "Portugal", "country:JP": "Japan", "country:NO": "Norway", "country:AT": "Austria", "country:MA": "Morocco"}
THINGS = {
    "dog": ("a dog", "dogs", "a puppy"), "bicycle": ("a bike", "bicycles"), "cake": ("a cake",), "boat": ("a boat", "boats"),
    "acoustic guitar": ("a guitar",), "beach": ("the beach", "the seaside"), "umbrella": ("an umbrella",), "laptop": ("a laptop",),
}  # fmt: skip
FRAMES = (
    "create a memory video of {}",
    "show me {}",
    "okay glasses create a memory video of {}",
    "find clips of {}",
    "{}",
    "make a film about {}",
)


@dataclass(frozen=True)
class Question:
    query: str
    relevant: frozenset[str]


Check = Callable[[MomentDoc], bool]


def library(clips: int, seed: int) -> list[MomentDoc]:
    """``clips`` of one moment each, over three years."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable library, no secret
    made = []
    for number in range(clips):
        name, city, country, lat, lon = rng.choice(PLACES)
        when = NOW - timedelta(minutes=rng.randrange(3 * 365 * 24 * 60))
        objects = [thing for thing in THINGS if rng.random() < 0.15]
        people = [each.person_id for each in PEOPLE if rng.random() < 0.3]
        doc = MomentDoc(
            user_id="u", video_id=f"clip{number}", moment_id=f"clip{number}.0", people=people, objects=objects, lat=lat, lon=lon
        )
        doc.captured_at, doc.timezone, doc.end_s, doc.duration_s = int(when.timestamp() * 1000), "Europe/Berlin", 12.0, 12.0
        doc.unknown_faces, doc.quality = rng.choice([0, 0, 0, 1]), rng.random()
        doc.place = PlaceName(name=name, ids=[city, country], country=COUNTRIES.get(country, ""))
        made.append(doc)
    return made


def questions(docs: list[MomentDoc], count: int, seed: int) -> list[Question]:
    """``count`` different questions that at least three clips answer."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable library, no secret
    asked: dict[str, Question] = {}
    while len(asked) < count:
        query, checks = _question(rng)
        relevant = frozenset(doc.video_id for doc in docs if all(check(doc) for check in checks))
        if len(relevant) >= 3:
            asked[query] = Question(query, relevant)
    return list(asked.values())


def _question(rng: random.Random) -> tuple[str, list[Check]]:
    parts: list[str] = []
    checks: list[Check] = []
    who = rng.sample([each.person_id for each in PEOPLE], rng.choice([1, 1, 2]))
    parts.append(" and ".join(rng.choice(SAID[person]) for person in who))
    checks += [lambda doc, person=person: person in doc.people for person in who]  # type: ignore[misc]  # the default binds each person
    makers = rng.sample([_place, _time, _thing, _without], rng.choice([1, 2]))
    for words, check in (make(rng) for make in makers):
        parts.append(words)
        checks.append(check)
    tail = parts[1:]
    rng.shuffle(tail)
    return rng.choice(FRAMES).format(" ".join([parts[0], *tail])), checks


def _place(rng: random.Random) -> tuple[str, Check]:
    name, city, country, _, _ = rng.choice(PLACES)
    if country in COUNTRIES and rng.random() < 0.4:
        return f"in {COUNTRIES[country]}", lambda doc: country in doc.place.ids
    return rng.choice([f"in {name}", f"in {name.lower()}", f"on our trip to {name}"]), lambda doc: city in doc.place.ids


def _time(rng: random.Random) -> tuple[str, Check]:
    words, first, end = rng.choice(
        [
            ("last summer", (2025, 6, 1), (2025, 9, 1)), ("in 2024", (2024, 1, 1), (2025, 1, 1)), ("last year", (2024, 1, 1), (2025, 1, 1)),
            ("in the spring of 2025", (2025, 3, 1), (2025, 6, 1)), ("this year", (2025, 1, 1), (2026, 1, 1)),
            ("in october", (2025, 10, 1), (2025, 11, 1)), ("last winter", (2024, 12, 1), (2025, 3, 1)),
            ("between may and july 2024", (2024, 5, 1), (2024, 8, 1)), ("since september", (2025, 9, 1), (2025, 11, 23)),
        ]
    )  # fmt: skip
    low, high = (int(datetime(*day, tzinfo=ZONE).timestamp() * 1000) for day in (first, end))
    return words, lambda doc: low <= doc.captured_at < high


def _thing(rng: random.Random) -> tuple[str, Check]:
    label, said = rng.choice(list(THINGS.items()))
    words = rng.choice(said)
    return (f"on {words}" if label == "beach" and words == "the beach" else f"with {words}"), lambda doc: label in doc.objects


def _without(rng: random.Random) -> tuple[str, Check]:
    label, said = rng.choice([(label, said) for label, said in THINGS.items() if label != "beach"])
    words = said[0].removeprefix("a ").removeprefix("an ")
    return f"without the {words}", lambda doc: label not in doc.objects
