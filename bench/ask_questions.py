"""Questions about a made-up life, and their answers by rule.

The rule: a clip is relevant when its place and time fit, and the people, things, words said, words read, absences and numbers of
people that were asked for meet in one of its moments (``World.one_moment``), or each somewhere in the clip, with nothing in it of
what must be absent (otherwise; a number of people always holds in the moment of the people who were named).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any
from zoneinfo import ZoneInfo

from bench import ask_days
from bench.ask_days import Span
from bench.ask_life import Person, World

Check = Callable[[dict[str, Any]], bool]

HOURS = {
    "in the morning": (6, 12), "in the afternoon": (12, 18), "in the evening": (17, 23), "at night": (20, 29),
}  # fmt: skip
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}


@dataclass(frozen=True)
class Asked:
    """One condition: its words, the terms it stands for, and where it holds."""

    slot: str
    words: str
    terms: tuple[tuple[str, str], ...]
    video: Check | None = None
    moment: Check | None = None
    throughout: bool = False


@dataclass(frozen=True)
class Asker:
    """Makes questions of one library."""

    world: World
    library: dict[str, Any]

    def questions(self, count: int, seed: int) -> list[dict[str, Any]]:
        """``queries.json``: ``count`` different questions with at least one answer; two in three with ten or more."""
        rng = random.Random(seed)  # noqa: S311 - a repeatable library, no secret
        made: dict[str, dict[str, Any]] = {}
        while len(made) < count:
            asked = self._asked(rng)
            relevant = self._relevant(asked)
            few = len(relevant) < 10
            if not relevant or len(relevant) > len(self.library["videos"]) // 2 or (few and rng.random() < 0.75):
                continue
            query = self._sentence(rng, asked)
            terms = [{"kind": kind, "value": value} for one in asked for kind, value in one.terms]
            made[query] = {"query": query, "relevant": relevant, "terms": terms}
        return list(made.values())

    def _asked(self, rng: random.Random) -> list[Asked]:
        makers = {
            "who": self._who, "where": self._where, "when": self._when, "what": self._what, "tail": self._tail, "without": self._without,
        }  # fmt: skip
        shapes = (
            "who where", "who when", "who what", "where when", "what where", "who where when", "what when", "who without", "who tail",
            "tail where", "where without", "who", "what", "where", "tail", "what without", "who what where", "when", "tail when",
        )  # fmt: skip
        return [makers[slot](rng) for slot in rng.choice(shapes).split()]

    def _relevant(self, asked: list[Asked]) -> list[str]:
        return [video["id"] for video in self.library["videos"] if self._fits(video, asked)]

    def _fits(self, video: dict[str, Any], asked: list[Asked]) -> bool:
        if not all(one.video(video) for one in asked if one.video):
            return False
        checks = [one for one in asked if one.moment]
        moments = video["moments"]
        if self.world.one_moment:
            return any(all(one.moment(moment) for one in checks if one.moment) for moment in moments)
        held = [one.moment for one in checks if one.moment and not one.throughout]
        never = [one.moment for one in checks if one.moment and one.throughout]
        return all(any(check(moment) for moment in moments) for check in held) and all(
            check(moment) for check in never for moment in moments
        )

    def _sentence(self, rng: random.Random, asked: list[Asked]) -> str:
        parts = {one.slot: one.words for one in asked}
        tail = [parts[slot] for slot in ("tail",) if slot in parts]
        middle = [parts[slot] for slot in ("what", "where", "when") if slot in parts]
        rng.shuffle(middle)
        without = [parts["without"]] if "without" in parts else []
        if "who" in parts:
            body = [parts["who"], *middle, *tail, *without]
            if tail == [] and without == [] and rng.random() < 0.25:
                body = [*middle, f"with {parts['who']}" if middle else parts["who"]]
        else:
            body = [rng.choice(["videos", "clips", "everything", "all the clips", "something"]), *middle, *tail, *without]
        frames = [frame for frame in self.world.frames if ("who" in parts and body[0] == parts["who"]) or not frame.endswith("show me {}")]
        sentence = rng.choice(frames).format(" ".join(body))
        style = rng.random()
        if style < 0.45:  # as speech gives it
            return sentence.lower().replace(",", "").replace(".", "").replace("?", "")
        return sentence[:1].upper() + sentence[1:] + rng.choice(["", "", ".", " please"])

    def _who(self, rng: random.Random) -> Asked:
        world = self.world
        roll = rng.random()
        if roll < 0.12:
            return self._group(rng)
        if roll < 0.3:
            return self._number(rng)
        people = rng.sample(world.people, 1 if rng.random() < 0.55 else 2)
        me = world.people[0]
        if me in people and len(people) == 1 and rng.random() < 0.5:
            people = [*people, rng.choice(world.people[1:])]
        people.sort(key=lambda one: one is me)
        names = [self._said(rng, one, first=at == 0) for at, one in enumerate(people)]
        said = " and ".join(names)
        meant = [self._meant(one, name) for one, name in zip(people, names, strict=True)]
        terms = tuple(("person", value) for value, _ in meant)
        ids = {one.person_id for one in people}
        there: Check = lambda moment: all(set(moment["people"]) & those for _, those in meant)  # noqa: E731 - of two questions
        if rng.random() < 0.25 and len(ids) >= 2:
            return Asked(
                "who", f"just {said}", (*terms, ("count", str(len(ids)))),
                moment=lambda moment: there(moment) and _faces(moment) == len(ids),
            )  # fmt: skip
        return Asked("who", said, terms, moment=there)

    def _meant(self, person: Person, said: str) -> tuple[str, set[str]]:
        """What a term says, and the ids of those of whom each is meant as well as another."""
        shared = set(self.world.shared.get(said, ()))
        return (person.relations[0], shared) if shared else (person.person_id, {person.person_id})

    def _said(self, rng: random.Random, person: Person, *, first: bool) -> str:
        said = rng.choice(person.said)
        return {"me": "me" if first else rng.choice(["me", "I", "me"])}.get(said, said)

    def _alone(self, person: Person, said: str) -> str:
        """As said, if it is said of nobody else."""
        return person.name if said in self.world.shared else said

    def _group(self, rng: random.Random) -> Asked:
        words, members = rng.choice(list(self.world.groups.items()))
        ids = set(members)
        every: Check = lambda moment: ids <= set(moment["people"])  # noqa: E731 - one of two
        holds: Check = every if self.world.all_of_group else lambda moment: bool(ids & set(moment["people"]))
        if self.world.all_of_group and rng.random() < 0.4:
            mine = self.world.people[0].person_id
            terms = (*(("person", one) for one in members), ("person", mine))
            return Asked("who", f"{words} and me", terms, moment=lambda moment: holds(moment) and mine in moment["people"])
        return Asked("who", words, tuple(("person", one) for one in members), moment=holds)

    def _number(self, rng: random.Random) -> Asked:
        word, number = rng.choice(list(_NUMBERS.items()))
        me = self.world.people[0].person_id
        choices = [
            (f"{word} people", (("count", str(number)),), lambda moment: _faces(moment) == number),
            (f"at least {word} people", (("count", f">={number}"),), lambda moment: _faces(moment) >= number),
            ("just the two of us", (("count", "2"),),
            lambda moment: _faces(moment) == 2 and (self.world.one_moment or me in moment["people"])),
            ("only me", (("person", me), ("count", "1")), lambda moment: moment["people"] == [me] and not moment["unknown_faces"]),
            ("me with nobody else", (("person", me), ("count", "1")),
            lambda moment: moment["people"] == [me] and not moment["unknown_faces"]),
        ]  # fmt: skip
        words, terms, check = rng.choice(choices)
        return Asked("who", words, terms, moment=check)

    def _where(self, rng: random.Random) -> Asked:
        world = self.world
        town = rng.choice([*world.towns, world.home])
        spot = town.spots[0] if rng.random() < 0.65 else rng.choice(town.spots)
        names = spot.names
        if spot is town.spots[0] and town.misspelt and rng.random() < 0.12:
            return Asked("where", f"in {rng.choice(town.misspelt)}", (("place", town.name),), video=self._within(f"in {town.name}"))
        name = rng.choice(names)
        if rng.random() < 0.08:
            return Asked(
                "where", f"not in {town.name}", (("without", town.name),), video=lambda video: not self._within(f"in {town.name}")(video)
            )
        if name == f"in {town.name}" and rng.random() < 0.15:
            name = rng.choice([f"on our trip to {town.name}", f"from {town.name}", f"when we were in {town.name}", f"around {town.name}"])
            return Asked("where", name, (("place", town.name),), video=self._within(f"in {town.name}"))
        value = name.split(" ", 1)[1].removeprefix("the ")
        return Asked("where", name, (("place", value),), video=self._within(name))

    def _within(self, name: str) -> Check:
        """Whether a clip was taken at a spot that the name holds for."""

        def check(video: dict[str, Any]) -> bool:
            return name in self._spot(video)[0].names

        return check

    def _spot(self, video: dict[str, Any]) -> tuple[Any, str]:
        """The nearest spot, and its time zone."""
        spots = [(spot, town.zone) for town in [*self.world.towns, self.world.home] for spot in town.spots]
        return min(spots, key=lambda each: _km(each[0].lat, each[0].lon, video["lat"], video["lon"]))

    def _local(self, video: dict[str, Any]) -> datetime:
        zone = self._spot(video)[1] if self.world.one_moment else self.world.timezone
        return datetime.fromisoformat(video["captured_at"]).astimezone(ZoneInfo(zone))

    def _when(self, rng: random.Random) -> Asked:
        world, today = self.world, self.world.now.date()
        roll = rng.random()
        if roll < 0.12:
            words, (first, end) = rng.choice(list(HOURS.items()))
            return Asked(
                "when", words, (("time", words.rsplit(" ", 1)[1]),), video=lambda video: _in_hours(self._local(video).hour, first, end)
            )
        if roll < 0.2:
            person = rng.choice([one for one in world.people if one.birthday])
            whose = "my" if person is world.people[0] else f"{self._alone(person, rng.choice(person.said))}'s"
            begin, last = ask_days.birthday(today, person.birthday)
            span = Span(f"on {whose} birthday", begin, last)
        elif roll < 0.5:
            span = rng.choice(ask_days.relative(today, southern=world.southern))
        elif roll < 0.75:
            span = rng.choice(ask_days.named(today))
        else:
            span = rng.choice(ask_days.feasts(today, world.feasts, weekend_before=world.weekend_before))
        return Asked(
            "when", span.words, (("time", f"{span.first}/{span.last}"),), video=lambda video: span.holds(self._local(video).date())
        )

    def _what(self, rng: random.Random) -> Asked:
        world = self.world
        field, table = rng.choice([("objects", world.things), ("scene", world.scenes)])
        label, phrases = rng.choice(list(table.items()))
        return Asked("what", rng.choice(phrases), (("thing", label),), moment=lambda moment: label in moment[field])

    def _tail(self, rng: random.Random) -> Asked:
        field, kind, table = rng.choice([("speech", "speech", self.world.sayings), ("text", "text", self.world.signs)])
        content, phrases = rng.choice(list(table.items()))
        words = rng.choice(phrases)
        return Asked("tail", words, ((kind, words),), moment=lambda moment: moment[field] == content)

    def _without(self, rng: random.Random) -> Asked:
        world = self.world
        if rng.random() < 0.5:
            person = rng.choice(world.people[1:])
            frame = rng.choice(["without {}", "but not {}", "except {}", "but without {}"])
            said = rng.choice(person.said)
            value, those = self._meant(person, said)
            return Asked(
                "without", frame.format(said), (("without", value),),
                moment=lambda moment: not those & set(moment["people"]), throughout=True,
            )  # fmt: skip
        label, phrases = rng.choice(list(world.things.items()))
        noun = phrases[0].split(" ", 2)[-1]
        words = rng.choice(["without the {}", "with no {}", "without any {}", "but no {}"]).format(noun)
        return Asked("without", words, (("without", label),), moment=lambda moment: label not in moment["objects"], throughout=True)


def _faces(moment: dict[str, Any]) -> int:
    return len(moment["people"]) + int(moment["unknown_faces"])


def _in_hours(hour: int, first: int, end: int) -> bool:
    return first <= hour < end or first <= hour + 24 < end


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """By the spherical law of haversines."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lon - lon) / 2) ** 2
    return 12742 * asin(sqrt(min(1.0, half)))
