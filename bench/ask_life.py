"""A made-up life as a library: people, trips, days at home, and what is seen and said in each clip. One seed, one library."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bench.ask_days import Feast

YEARS = 3


@dataclass(frozen=True)
class Person:
    person_id: str
    name: str
    relations: tuple[str, ...]
    said: tuple[str, ...]
    """How the wearer may call them."""
    birthday: str = ""
    often: float = 0.3
    """In how many of the clips of a day that they are part of."""


@dataclass(frozen=True)
class Spot:
    """Where clips are taken: a town, or a part or sight of one."""

    lat: float
    lon: float
    names: tuple[str, ...]
    """Phrases that hold for clips there: "in Paris", "in France", "at the Louvre"."""


@dataclass(frozen=True)
class Town:
    name: str
    zone: str
    spots: tuple[Spot, ...]
    """The first is its middle."""
    misspelt: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """Everything that a stranger would choose anew."""

    seed: int
    now: datetime
    """Local."""
    home: Town
    people: tuple[Person, ...]
    towns: tuple[Town, ...]
    things: dict[str, tuple[str, ...]]
    """Object label -> phrases that ask for it, with their prepositions."""
    scenes: dict[str, tuple[str, ...]]
    sayings: dict[str, tuple[str, ...]]
    """What is said in a clip -> phrases that ask for it."""
    signs: dict[str, tuple[str, ...]]
    feasts: dict[str, Feast]
    groups: dict[str, tuple[str, ...]]
    """A phrase for several people -> their ids."""
    frames: tuple[str, ...]
    shared: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """A phrase for one of several -> their ids: of two daughters, "my daughter" is either, for nothing tells which."""
    weekend_before: tuple[str, ...] = ()
    southern: bool = False
    one_moment: bool = True
    """The rule of relevance: all conditions on what is seen and said meet in one moment (else: somewhere in the clip)."""
    all_of_group: bool = True
    """"The kids" means every one of them (else: any)."""
    zone: str = field(default="")

    @property
    def timezone(self) -> str:
        return self.zone or self.home.zone


def library(world: World, clips: int) -> dict[str, Any]:
    """``library.json`` of ``clips`` videos."""
    rng = random.Random(world.seed)  # noqa: S311 - a repeatable library, no secret
    videos: list[dict[str, Any]] = []
    today = world.now.date()
    while len(videos) < clips:
        first = today - timedelta(rng.randrange(1, YEARS * 365))
        away = rng.random() < 0.65
        town = rng.choice(world.towns) if away else world.home
        party = [person for person in world.people if rng.random() < person.often + 0.25]
        for day in range(rng.randrange(3, 9) if away else rng.randrange(1, 3)):
            when = first + timedelta(day)
            if when < today:
                videos += [_clip(world, rng, town, when, party) for _ in range(rng.randrange(2, 7))]
    videos = _on_feasts(world, rng, videos[:clips])
    videos.sort(key=lambda video: str(video["captured_at"]))
    for number, video in enumerate(videos):
        video["id"] = f"v{number:05}"
    people = [
        {"id": one.person_id, "name": one.name, "relations": list(one.relations)} | ({"birthday": one.birthday} if one.birthday else {})
        for one in world.people
    ]
    home = world.home.spots[0]
    return {
        "now": world.now.isoformat(), "timezone": world.timezone, "me": world.people[0].person_id,
        "home": {"lat": home.lat, "lon": home.lon}, "people": people, "videos": videos,
    }  # fmt: skip


def _on_feasts(world: World, rng: random.Random, videos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A part of the clips moves to feasts and birthdays: that is when people film."""
    today = world.now.date()
    days: list[date] = []
    for feast in [*world.feasts.values()]:
        for year in range(today.year - 2, today.year + 1):
            first, last = feast(year)
            days += [first + timedelta(count) for count in range((last - first).days + 1)]
    for person in world.people:
        if person.birthday:
            days += [_day(year, person.birthday) for year in range(today.year - 2, today.year + 1)]
    days = [day for day in days if day < today]
    for video in videos:
        if rng.random() < 0.22:
            video.update(_timed(world, rng, video["_zone"], rng.choice(days)))
    for back in range(1, 24):
        for video in rng.sample(videos, 14 if back < 9 else 5):
            video.update(_timed(world, rng, video["_zone"], today - timedelta(back)))
    for video in videos:
        del video["_zone"]
    return videos


def _clip(world: World, rng: random.Random, town: Town, day: date, party: list[Person]) -> dict[str, Any]:
    spot = town.spots[0] if rng.random() < 0.6 else rng.choice(town.spots)
    duration = rng.randrange(8, 46)
    cuts = sorted({0, duration, *(rng.randrange(4, duration) for _ in range(rng.randrange(3)))})
    present = [person for person in party if rng.random() < 0.6]
    moments = [_moment(world, rng, present, float(start), float(end)) for start, end in pairwise(cuts)]
    spread = 0.004 if spot is town.spots[0] else 0.001
    return {
        "id": "", **_timed(world, rng, town.zone, day), "_zone": town.zone, "duration_s": float(duration),
        "lat": round(spot.lat + rng.uniform(-spread, spread), 5), "lon": round(spot.lon + rng.uniform(-spread, spread), 5),
        "moments": moments,
    }  # fmt: skip


def _timed(world: World, rng: random.Random, zone: str, day: date) -> dict[str, str]:
    """An instant of a local day; written in UTC, or with the offset of the library's own zone."""
    hour, minute = rng.choice([7, 8, 9, 10, 11, 13, 14, 15, 16, 18, 19, 20, 21, 22]), rng.randrange(60)
    local = datetime.combine(day, time(hour, minute))
    if world.one_moment:
        return {"captured_at": local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).isoformat().replace("+00:00", "Z")}
    return {"captured_at": local.replace(tzinfo=ZoneInfo(world.timezone)).isoformat()}


def _moment(world: World, rng: random.Random, present: list[Person], start: float, end: float) -> dict[str, Any]:
    people = [person.person_id for person in present if rng.random() < 0.8]
    return {
        "start_s": start, "end_s": end, "people": people, "unknown_faces": rng.choice([0, 0, 0, 0, 1, 2]),
        "objects": [label for label in world.things if rng.random() < 0.09],
        "scene": [label for label in world.scenes if rng.random() < 0.13],
        "speech": rng.choice(list(world.sayings)) if rng.random() < 0.3 else "",
        "text": rng.choice(list(world.signs)) if rng.random() < 0.15 else "",
    }  # fmt: skip


def _day(year: int, month_day: str) -> date:
    return date(year, int(month_day[:2]), int(month_day[3:]))
