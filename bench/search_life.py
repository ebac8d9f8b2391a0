"""A made-up life of any length, from one seed: few people often and many seldom, days at home and trips, things as the models name them.

The rule: five years that end at ``NOW_MS``. Nine trips a year of about nine days to cities of the world, else home, with positions
scattered as GPS scatters. 42 people and 900 things, each chosen with a frequency of 1 / (rank + 2) (Zipf). One clip in ten has two or
three moments; one in seven has speech, one in twenty text in view, a caption or a tag. Clips come in the order of their time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from relay.ask.context import Gazetteer, KnownPerson, PlaceMatch
from relay.catalog.records import MomentDoc, PlaceName

NOW_MS = int(datetime(2025, 11, 22, 10, tzinfo=UTC).timestamp() * 1000)
USER, ZONE = "bench", "Europe/Berlin"
HOME = "Berlin"
YEARS, DAY_MS = 5, 86_400_000
RECIPE = 1
"""Another number when other clips come of the rule."""
CITIES = (
    "Paris", "London", "Rome", "Lisbon", "Kyoto", "Oslo", "Vienna", "Hamburg", "Marrakesh", "Madrid", "Barcelona", "Athens", "Prague",
    "Dublin", "Copenhagen", "Stockholm", "Amsterdam", "Zurich", "Venice", "Florence", "Naples", "Porto", "Seville", "Edinburgh",
    "Helsinki", "Warsaw", "Budapest", "Istanbul", "Cairo", "Tokyo", "Osaka", "Seoul", "Bangkok", "Singapore", "Sydney",
    "San Francisco", "Chicago", "Boston", "Seattle", "Toronto", "Montreal", "Lima", "Reykjavik", "Munich",
)  # fmt: skip
_NAMES = (
    "Jonas", "Clara", "Ben", "Lotte", "Ruth", "Sam", "Emma", "Noah", "Lukas", "Mila", "Felix", "Hanna", "Oskar", "Greta", "Emil",
    "Frieda", "Anton", "Ida", "Theo", "Marie", "Leon", "Nora", "Max", "Lea", "Moritz", "Alma", "Jakob", "Ella", "Karl", "Lina", "Erik",
    "Sofia", "Hugo", "Julia", "Otto", "Klara", "Bruno", "Elsa", "Fritz", "Marta", "Georg", "Vera",
)  # fmt: skip
_RELATIONS = {0: ("me",), 1: ("wife",), 2: ("son",), 3: ("daughter",), 4: ("mother",), 5: ("best friend",), 6: ("sister",), 7: ("brother",)}
PEOPLE = tuple(KnownPerson(f"p{number}", name, _RELATIONS.get(number, ())) for number, name in enumerate(_NAMES))
TOPICS = (
    "exam", "wedding", "mortgage", "guitar", "vaccination", "election", "recipe", "marathon", "dentist", "algebra", "passport", "volcano",
    "orchestra", "kindergarten", "insurance", "telescope", "beehive", "chess", "garden", "apprenticeship",
)  # fmt: skip
_TALK = (
    "we", "it", "you", "that", "and", "then", "maybe", "really", "good", "today", "tomorrow", "look", "over", "there", "come", "here",
    "nice", "little", "always", "never", "time", "house", "friend", "work", "school", "dinner", "water", "light", "music", "morning",
    "story", "question", "answer", "road", "train", "again", "please", "thank",
)  # fmt: skip


@dataclass(frozen=True)
class Life:
    """What queries may speak of."""

    places: tuple[PlaceMatch, ...]
    """Home first."""
    things: tuple[str, ...]
    """The commonest first."""


def life_of(gazetteer: Gazetteer) -> Life:
    found = [gazetteer.named(name) for name in (HOME, *CITIES)]
    return Life(tuple(places[0] for places in found if places), tuple(_things()))


def clips(life: Life, count: int, seed: int = 7, first: int = 0) -> Iterator[MomentDoc]:
    """The moments of ``count`` clips, by time; their ids are numbered from ``first``."""
    random = np.random.default_rng(seed)
    times = np.sort(NOW_MS - (random.random(count) * YEARS * 365 * DAY_MS).astype(np.int64))
    away = _trips(random, len(life.places))
    for start in range(0, count, 10_000):
        part = times[start : start + 10_000]
        yield from _part(life, random, part, away[(NOW_MS - part) // DAY_MS], first + start)


def _part(life: Life, random: np.random.Generator, times: Any, places: Any, first: int) -> Iterator[MomentDoc]:
    many = len(times)
    thing_of, person_of = _zipf(random, len(life.things), 12 * many), _zipf(random, len(PEOPLE), 9 * many)
    dice = random.random((many, 6))
    scatter, quality = random.normal(0, 0.02, (many, 2)), np.round(random.beta(4, 3, (many, 3)), 4)
    how_many = random.integers(1, 5, (many, 3)), random.choice(4, (many, 3), p=[0.35, 0.35, 0.2, 0.1])
    talk = random.integers(0, len(_TALK), (many, 10))
    for at in range(many):
        place = life.places[places[at]]
        moments = 1 if dice[at, 0] < 0.9 else 2 if dice[at, 0] < 0.97 else 3
        video = f"clip{first + at}"
        name = PlaceName(name=place.name, country=place.country, country_code=place.country_code, ids=list(place.ids))
        speech = (
            " ".join([*(_TALK[word] for word in talk[at]), TOPICS[int(dice[at, 1] * 1000) % len(TOPICS)]]) if dice[at, 1] < 0.15 else ""
        )
        text = f"{place.name} {life.things[thing_of[at]]} open daily" if dice[at, 2] < 0.05 else ""
        caption = f"{PEOPLE[person_of[at]].name} and the {life.things[thing_of[at]]}" if dice[at, 3] < 0.05 else ""
        for number in range(moments):
            slot, who = (3 * at + number) * 4, (3 * at + number) * 3
            things = [life.things[index] for index in thing_of[slot : slot + how_many[0][at, number]]]
            people = [PEOPLE[index].person_id for index in person_of[who : who + how_many[1][at, number]]]
            yield MomentDoc(
                user_id=USER, video_id=video, moment_id=f"{video}.{number}", captured_at=int(times[at]), timezone=ZONE,
                duration_s=6.0 * moments, start_s=6.0 * number, end_s=6.0 * number + 6.0,
                lat=(place.lat or 0.0) + float(scatter[at, 0]), lon=(place.lon or 0.0) + float(scatter[at, 1]), place=name,
                people=list(dict.fromkeys(people)), unknown_faces=int(dice[at, 5] < 0.2), objects=list(dict.fromkeys(things)),
                speech="" if number else speech, text=text, caption=caption, tags=["favourite"] if dice[at, 4] < 0.02 else [],
                quality=float(quality[at, number]),
            )  # fmt: skip


def _trips(random: np.random.Generator, places: int) -> Any:
    """For each day before ``NOW_MS``, the number of the place of that day; 0 is home."""
    days = np.zeros(YEARS * 365 + 2, np.int64)
    for _ in range(9 * YEARS):
        start = int(random.integers(0, len(days)))
        days[start : start + int(random.integers(4, 15))] = int(random.integers(1, places))
    return days


def _zipf(random: np.random.Generator, count: int, size: int) -> Any:
    weights = 1 / (np.arange(count) + 2.0)
    return random.choice(count, size, p=weights / weights.sum())


def _things() -> list[str]:
    """COCO's things, then ImageNet's, as the models name them."""
    folder = Path(__file__).parents[1] / "models"
    listed = [line for name in ("coco", "imagenet") for line in (folder / f"{name}.txt").read_text().splitlines()]
    return list(dict.fromkeys(name for name in listed if name and name != "person"))[:900]
