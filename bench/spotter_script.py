"""What the spotter learns from: sentences with a wake phrase, with a command, with both, and with neither but nearly so."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bench import voice_script
from glasses.capture.phrases import Phrases
from models.spotter import WAKE

WAKES = ["okay glasses", "hey glasses"]
GREETINGS = [
    "okay", "hey", "okay", "hey", "okay", "hey", "say", "say", "say", "my", "old", "two", "the", "they", "a", "these", "oh", "all",
    "his", "okay my", "hey the", "okay the", "new",
]  # fmt: skip
ALIKE = [
    "classes", "classes", "grasses", "lasses", "lasses", "glass", "gases", "gas", "masses", "passes", "guesses", "guess", "glances",
    "lessons", "ladies", "last is", "class", "grass", "glossy", "gloss", "glazes", "glands", "places", "lattice", "atlas", "clashes",
    "glad", "cluster", "plaster", "molasses",
]  # fmt: skip
PAIRED = [
    "hey lasses", "hey lasses", "hey lasses", "hey lasses", "hey classes", "hey classes", "hey classes", "okay classes", "okay classes",
    "okay classes", "okay lasses", "okay lasses", "okay grasses", "hey grasses", "hay grasses", "hey glassy", "okay glassy", "hey lassie",
    "okay gases", "hey gases", "they glasses", "they glasses", "say glasses", "say glasses", "the glasses", "my glasses", "old glasses",
    "okay masses", "hey masses", "okay passes", "hey passes", "okay guesses", "hey guess", "okay guess", "okay glances", "hey glances",
    "okay glass", "hey glass", "okay ladies", "hey ladies", "okay last is", "hey last is", "okay lashes", "hey gashes", "hey glaciers",
    "okay glossy", "hey blasters", "okay blesses", "hey brasses", "okay asses", "hey asses", "hey sasses", "day glasses", "way glasses",
    "okay", "hey", "", "no way classes", "okay gas is", "hey gas is", "okay molasses", "hey galoshes", "hey gladys", "okay glasgow",
]  # fmt: skip
CONFUSED = ["hey lasses", "hey classes", "okay classes", "they glasses"]
CONFUSED_NEXT = [
    "okay lasses", "hey grasses", "okay grasses", "okay masses", "hey masses", "hey gases", "okay gases", "say glasses", "hey passes",
    "okay glass is",
]  # fmt: skip
GREETED = ["they glasses", "say glasses", "hey classes", "hey lasses"]
GREETED_NEXT = [
    "day glasses", "way glasses", "may glasses", "stay glasses", "my glasses", "the glasses", "he glasses", "hey grasses", "they classes",
    "okay classes", "okay lasses", "hey glass is",
]  # fmt: skip
AFTER = [
    "are fragile", "are expensive these days", "is broken", "on the table", "and plates", "are so cool", "full of water", "that I like",
    "please", "of wine", "is empty", "from the shop", "make me look old", "were on sale", "can be cleaned", "in the kitchen",
]  # fmt: skip
NEARLY = [
    "take a pitcher", "take a seat", "take a look", "take the picture down", "make a picture", "taken a picture", "record the video",
    "a recorded video", "start recording", "start the recording", "stop according to him", "stop the car", "stop ordering",
    "keep the last three cookies", "keep the first thirty pages", "the last thirty seconds", "is the last bus safe",
    "is the first one safe", "is the last one here", "what's my better idea", "what's my birthday", "what is the battery", "council",
    "candle", "counsel him", "cancelled", "you knew", "under", "until", "I knew", "undone", "no I sat", "you said", "no he said",
    "create a melody", "make a film", "show me the memories", "fine", "finally", "found", "show my money", "show me my brother",
    "make a memory", "take it", "record", "recording", "video", "picture", "stop", "the battery",
]  # fmt: skip


class Line(NamedTuple):
    text: str
    labels: frozenset[str]


def lines(phrases: Phrases, dice: random.Random) -> Iterator[Line]:
    """For ever. Four of ten hold a whole "wake command"."""
    talk = voice_script.talk(dice)
    commands = [(phrase, str(name)) for name, spoken in phrases.commands.items() for phrase in spoken]
    opened = [(phrase, str(name)) for name, spoken in phrases.open.items() for phrase in spoken]
    while True:
        phrase, name = dice.choice(commands if dice.random() < 0.68 else opened)
        said = f"{phrase} {_body(phrases, dice)}" if name in {str(each) for each in phrases.open} else phrase
        wake = dice.choice(WAKES)
        kind = dice.random()
        if kind < 0.42:
            yield Line(f"{_before(dice)}{wake}{_joint(dice)} {said}", frozenset({WAKE, name}))
        elif kind < 0.46:
            yield Line(f"{wake}{_joint(dice)}", frozenset({WAKE}))
        elif kind < 0.52:
            yield Line(f"{wake} {dice.choice(AFTER)}", frozenset({WAKE}))
        elif kind < 0.59:
            yield Line(f"{wake}{_joint(dice)} {dice.choice(NEARLY)}", frozenset({WAKE}))
        elif kind < 0.84:
            yield Line(f"{dice.choice(GREETINGS)} {dice.choice(ALIKE)}{_joint(dice)} {said}", frozenset({name}))
        elif kind < 0.93:
            yield Line(f"{dice.choice(GREETINGS[6:])} glasses{_joint(dice)} {said}", frozenset({name}))
        elif kind < 0.96:
            yield Line(said, frozenset({name}))
        else:
            yield Line(next(talk), frozenset())


def pairs(phrases: Phrases, dice: random.Random) -> Iterator[Line]:
    """For ever: a command behind a wake phrase, and the same behind what differs from it by one sound, by turns."""
    commands = [(phrase, str(name)) for name, spoken in phrases.commands.items() for phrase in spoken]
    while True:
        phrase, name = dice.choice(commands)
        joint = _joint(dice)
        other = dice.choice(PAIRED)
        wake = dice.choice(WAKES) if dice.random() < 0.3 else ("hey glasses" if other.startswith("hey") else "okay glasses")
        yield Line(f"{wake}{joint} {phrase}", frozenset({WAKE, name}))
        yield Line(f"{other}{joint} {phrase}".strip(" ,.!"), frozenset({name}))


def confusions(phrases: Phrases, dice: random.Random) -> Iterator[Line]:
    """For ever: pairs of what is taken for the wake phrase most often, so that each voice says every one of the worst."""
    return _beside(phrases, dice, CONFUSED, CONFUSED_NEXT)


def greetings(phrases: Phrases, dice: random.Random) -> Iterator[Line]:
    """For ever: the same of what is left after those, mostly other greetings."""
    return _beside(phrases, dice, GREETED, GREETED_NEXT)


def _beside(phrases: Phrases, dice: random.Random, worst: list[str], next_worst: list[str]) -> Iterator[Line]:
    commands = [(phrase, str(name)) for name, spoken in phrases.commands.items() for phrase in spoken]
    while True:
        others = list(next_worst)
        dice.shuffle(others)
        for other in worst + others[:4]:
            phrase, name = dice.choice(commands)
            joint = _joint(dice)
            wake = "okay glasses" if other.startswith("okay") else "hey glasses"
            yield Line(f"{wake}{joint} {phrase}", frozenset({WAKE, name}))
            yield Line(f"{other}{joint} {phrase}", frozenset({name}))


KINDS: dict[str, Callable[[Phrases, random.Random], Iterator[Line]]] = {
    "lines": lines,
    "pairs": pairs,
    "confusions": confusions,
    "greetings": greetings,
}


def _before(dice: random.Random) -> str:
    return dice.choice(["", "", "", "", "", "well, ", "and, ", "so. "])


def _joint(dice: random.Random) -> str:
    return dice.choice([",", ",", "", ".", "!"])


def _body(phrases: Phrases, dice: random.Random) -> str:
    request = phrases.request
    who = dice.choice([*request.people, *request.other_people])
    where, when = dice.choice(request.other_places), dice.choice(request.times)
    return dice.choice([f"{who} in {where}", f"{who} and me in {where}", f"{who} {when}", where, when, f"{who}"])
