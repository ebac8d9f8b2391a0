"""Questions written down one by one, with what they mean beside them: nothing is put together from templates.

The rule is that of ``ask_questions``: place and time of the clip, and people, things, words, absences and numbers in one of its
moments. For each question a few clips that fit are planted among those of the made-up life, so that none is about nothing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.ask_life import Spot, Town, World
from bench.ask_life import library as made_library

PLANTED = 9
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Wish:
    """A request and its meaning; what is empty is not asked for."""

    query: str
    who: str = ""
    """Ids that are all there; "a|b" is either."""
    at: str = ""
    """A name of spots."""
    when: str = ""
    """Local days "A..B" or "A", several with commas."""
    hours: str = ""
    """ "6-12"; past midnight "20-29"."""
    days: str = ""
    """Weekdays: "sat,sun"."""
    thing: str = ""
    """Labels that are all there."""
    say: str = ""
    """A part of what is said."""
    read: str = ""
    """A part of what is written."""
    no: str = ""
    """Ids, labels or @names of spots that must be absent, with semicolons."""
    n: str = ""
    """Number of people: "2", ">=3", "0"."""
    unsaid: tuple[str, str] | None = None
    """A term that nobody could resolve: (kind, value)."""


@dataclass(frozen=True)
class Stranger:
    """A life, and what its owner asks."""

    world: World
    wishes: tuple[Wish, ...]


def asked_of(stranger: Stranger, clips: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """``library.json`` with its planted clips, and ``queries.json``."""
    life = made_library(stranger.world, clips)
    rng = random.Random(stranger.world.seed + 2)  # noqa: S311 - a repeatable library, no secret
    spots = [(spot, town) for town in (stranger.world.home, *stranger.world.towns) for spot in town.spots]
    for wish in stranger.wishes:
        for _ in range(PLANTED):
            life["videos"].append(_planted(stranger.world, wish, spots, rng))
    life["videos"].sort(key=lambda video: str(video["captured_at"]))
    for number, video in enumerate(life["videos"]):
        video["id"] = f"v{number:05}"
    questions = []
    for wish in stranger.wishes:
        relevant = [video["id"] for video in life["videos"] if fits(wish, video, spots)]
        questions.append({"query": wish.query, "relevant": relevant, "terms": terms_of(wish)})
    return life, questions


def terms_of(wish: Wish) -> list[dict[str, Any]]:
    found = [("person", one.split("|")[0]) for one in wish.who.split()]
    found += [("place", wish.at)] if wish.at else []
    found += [("time", wish.when.split(",")[0].replace("..", "/"))] if wish.when else []
    found += [("time", {"sun": "Sunday", "sat,sun": "weekend"}.get(wish.days, "weekday"))] if wish.days else []
    found += [("thing", one.strip()) for one in wish.thing.split(";") if one.strip()]
    found += [("speech", wish.say)] if wish.say else []
    found += [("text", wish.read)] if wish.read else []
    found += [("without", one.strip().removeprefix("@")) for one in wish.no.split(";") if one.strip()]
    found += [("count", wish.n)] if wish.n else []
    found += [wish.unsaid] if wish.unsaid else []
    return [{"kind": kind, "value": value} for kind, value in found]


def fits(wish: Wish, video: dict[str, Any], spots: list[tuple[Spot, Town]]) -> bool:
    """Whether a clip is what was asked for."""
    spot, town = min(spots, key=lambda each: abs(each[0].lat - video["lat"]) + abs(each[0].lon - video["lon"]))
    local = datetime.fromisoformat(video["captured_at"]).astimezone(ZoneInfo(town.zone))
    if wish.at and wish.at not in spot.names:
        return False
    if any(one.strip()[1:] in spot.names for one in wish.no.split(";") if one.strip().startswith("@")):
        return False
    hour = local.hour
    first_h, end_h = map(int, (wish.hours or "0-24").split("-"))
    if hour + 24 < end_h:  # the small hours are of the night before
        local, hour = local - timedelta(1), hour + 24
    if wish.when and not any(first <= local.date() <= last for first, last in _ranges(wish.when)):
        return False
    if wish.days and _WEEKDAYS[local.weekday()] not in wish.days:
        return False
    return first_h <= hour < end_h and any(_holds(wish, moment) for moment in video["moments"])


def _holds(wish: Wish, moment: dict[str, Any]) -> bool:
    there, seen = set(moment["people"]), {*moment["objects"], *moment["scene"]}
    faces = len(there) + int(moment["unknown_faces"])
    absent = {one.strip() for one in wish.no.split(";") if one.strip()}
    number = int(wish.n.lstrip("<>=")) if wish.n else 0
    counted = not wish.n or (faces >= number if wish.n.startswith(">") else faces <= number if wish.n.startswith("<") else faces == number)
    return (
        all(set(one.split("|")) & there for one in wish.who.split())
        and {one.strip() for one in wish.thing.split(";") if one.strip()} <= seen
        and wish.say.lower() in moment["speech"].lower()
        and wish.read.lower() in moment["text"].lower()
        and not absent & (there | seen)
        and counted
    )


def _planted(world: World, wish: Wish, spots: list[tuple[Spot, Town]], rng: random.Random) -> dict[str, Any]:
    """A clip that fits, and nothing else in it but a passer-by now and then."""
    absent = {one.strip() for one in wish.no.split(";") if one.strip()}
    open_spots = [
        (spot, town)
        for spot, town in spots
        if (not wish.at or wish.at in spot.names) and not any(f"@{name}" in absent for name in spot.names)
    ]
    spot, town = rng.choice(open_spots)
    people = [rng.choice(one.split("|")) for one in wish.who.split()]
    number = int(wish.n.lstrip("<>=")) if wish.n else -1
    scenes = [one.strip() for one in wish.thing.split(";") if one.strip() in world.scenes]
    things = [one.strip() for one in wish.thing.split(";") if one.strip() and one.strip() not in world.scenes]
    moment = {
        "start_s": 0.0, "end_s": 12.0, "people": people,
        "unknown_faces": max(0, number - len(people)) if wish.n else 0, "objects": things, "scene": scenes,
        "speech": next((one for one in world.sayings if wish.say and wish.say.lower() in one.lower()), wish.say),
        "text": next((one for one in world.signs if wish.read and wish.read.lower() in one.lower()), wish.read),
    }  # fmt: skip
    at = _instant(world, wish, town.zone, rng)
    return {
        "id": "", "captured_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "duration_s": 12.0,
        "lat": round(spot.lat + rng.uniform(-0.001, 0.001), 5), "lon": round(spot.lon + rng.uniform(-0.001, 0.001), 5), "moments": [moment],
    }  # fmt: skip


def _instant(world: World, wish: Wish, zone: str, rng: random.Random) -> datetime:
    today = world.now.date()
    ranges = _ranges(wish.when) if wish.when else [(today - timedelta(700), today - timedelta(1))]
    days = [first + timedelta(count) for first, last in ranges for count in range((last - first).days + 1)]
    days = [day for day in days if day < today or wish.when] if not wish.days else [
        day for day in days if _WEEKDAYS[day.weekday()] in wish.days
    ]  # fmt: skip
    first_h, end_h = map(int, wish.hours.split("-")) if wish.hours else (9, 20)
    hour = rng.randrange(first_h, end_h)
    day = rng.choice(days)
    return datetime.combine(day + timedelta(hour // 24), time(hour % 24, rng.randrange(60))).replace(tzinfo=ZoneInfo(zone))


def _ranges(text: str) -> list[tuple[date, date]]:
    found = []
    for part in text.split(","):
        first, _, last = part.strip().partition("..")
        found.append((date.fromisoformat(first), date.fromisoformat(last or first)))
    return found
