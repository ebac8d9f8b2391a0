"""Requests about a made-up life: people, places, times, things and words in the proportions in which they are asked for."""

from __future__ import annotations

import random

from bench.search_life import PEOPLE, TOPICS, Life

_TIMES = (
    "last summer", "in 2024", "last year", "in the spring of 2025", "this year", "in june 2025", "in October", "last winter",
    "since september", "between may and july 2024", "yesterday", "on the weekend", "in the evening", "last christmas",
    "in August 2023", "two weeks ago",
)  # fmt: skip
_SAID = {0: "me", 1: "my wife", 2: "my son", 3: "our daughter", 4: "my mom", 5: "my best friend", 6: "my sister", 7: "my brother"}
_MEANT = (
    "vehicles",
    "something to eat",
    "livestock",
    "seabirds",
    "footwear",
    "furniture",
    "a musical instrument",
    "reptiles",
    "weapons",
    "clothes",
)
_FRAMES = (
    "create a memory video of {who} {where}",
    "show me {who} {where} {when}",
    "find clips of {who} {with_}",
    "{who} and {who} {with_} {when}",
    "make a film about {who} {where} without {thing}",
    "{who} {when}",
    "show me {thing}",
    "{thing} {where} {when}",
    "find {who} where we talk about {topic}",
    "clips where we talk about {topic} {when}",
    "just {who} and {who} {where}",
    "{where} {when}",
    "find clips with {meant} {where}",
    "show me {meant}",
    "find clips at home of {who} {with_}",
    "{who}, {who} and {thing} {when}",
)


def requests(life: Life, count: int, seed: int) -> list[str]:
    """``count`` different requests: the frames in turn, as far as they have anything new to ask."""
    dice = random.Random(seed)  # noqa: S311 - repeatable requests, no secret
    made: dict[str, None] = {}
    turn = 0
    while len(made) < count:
        made[_request(life, dice, _FRAMES[turn % len(_FRAMES)])] = None
        turn += 1
    return list(made)


def _request(life: Life, dice: random.Random, frame: str) -> str:
    while "{" in frame:
        part = frame[frame.index("{") + 1 : frame.index("}")]
        frame = frame.replace("{" + part + "}", _part(life, dice, part), 1)
    return frame


def _part(life: Life, dice: random.Random, part: str) -> str:
    if part == "who":
        number = min(int(dice.paretovariate(0.7)) - 1, len(PEOPLE) - 1)
        return dice.choice([PEOPLE[number].name, _SAID.get(number, PEOPLE[number].name)])
    if part == "where":
        place = dice.choice(life.places)
        return f"in {dice.choice([place.name, place.name, place.country])}"
    if part in {"thing", "with_"}:
        thing = life.things[min(int(dice.paretovariate(0.5)) - 1, len(life.things) - 1)]
        return f"with a {thing}" if part == "with_" else f"a {thing}"
    return dice.choice({"when": _TIMES, "topic": TOPICS, "meant": _MEANT}[part])
