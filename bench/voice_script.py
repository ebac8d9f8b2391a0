"""What the voice bench's speakers say: commands, open requests, near-misses, and hours of talk that is not meant for the glasses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

WAKES = ["okay glasses", "hey glasses"]
COMMANDS = {
    "take_picture": ["take a picture", "take a photo"],
    "record_video": ["record a video"],
    "stop_recording": ["stop recording", "stop the recording"],
    "keep_last": ["keep the last thirty seconds"],
    "is_it_safe": ["is the last one safe"],
    "battery": ["what's my battery"],
    "cancel": ["cancel"],
    "undo": ["undo"],
}
PREFIXES = {
    "create_memory": ["create a memory video of", "create a memory of"],
    "show_memories": ["show my memories from"],
    "find": ["find"],
    "correct": ["no I said"],
}
PEOPLE = ["Anna", "Daniel", "Maria", "Jack", "Emma", "Thomas"]
PLACES = ["Paris", "Berlin", "London", "Beijing", "Rome", "Boston", "San Francisco", "Tokyo"]
KIN = ["my wife", "my husband", "my daughter", "my son", "my mother", "my brother", "our kids", "the dog"]
TIMES = ["last summer", "yesterday", "last week", "last year", "july", "last winter"]
UNLISTED_PEOPLE = ["Robert", "Laura", "Helen", "Gwendolyn", "Bridget", "Vincent", "Ingrid", "Igor"]
UNLISTED_PLACES = ["Copenhagen", "Chicago", "Toronto", "Denver", "Marrakesh", "Salzburg", "Nairobi", "Havana", "Bratislava"]

NEAR_MISSES = [
    "say glasses, take a picture",
    "the glasses, record a video",
    "okay classes, take a picture",
    "okay, take a picture",
    "take a picture",
    "my glasses are broken, stop recording",
    "hey, stop recording",
    "hey classes, record a video",
    "okay gases, cancel",
    "okay guess, undo",
    "he wears glasses",
    "okay, the glasses are on the table",
    "hey, is the last one safe",
    "what's my battery",
    "keep the last thirty seconds",
    "okay grasses, take a photo",
    "hey gas is cheap, start recording",
    "okay masses, stop recording",
    "old glasses, take a picture",
    "two glasses, please",
    "okay ladies, take a picture",
    "they glasses record a video",
    "okay last is, cancel",
    "hey lasses, take a photo",
    "create a memory video of my wife and me in Paris",
    "find my keys",
    "show my memories from last summer",
    "no, I said cancel",
    "okay glasses are fragile",
    "hey glasses are expensive these days",
    "okay, glass is take a picture friendly",
]
"""Nothing may be done on any of these. (A wake phrase may be heard in the last but a few: they hold one.)"""

_WHO = [
    "my sister",
    "the neighbour",
    "our teacher",
    "a friend of mine",
    "the doctor",
    "my uncle",
    "the driver",
    "everybody",
    "the manager",
    "that woman",
    "the waiter",
    "his boss",
    "the old man",
    "our guide",
    "the children",
    "nobody",
    "her cousin",
    "the whole team",
    "the photographer",
    "my colleague",
]
_DID = [
    "bought",
    "forgot",
    "found",
    "broke",
    "painted",
    "cleaned",
    "lost",
    "borrowed",
    "looked at",
    "talked about",
    "ordered",
    "recorded",
    "sold",
    "repaired",
    "dropped",
    "carried",
    "showed me",
    "remembered",
    "created",
    "wanted",
]
_WHAT = [
    "a pair of glasses",
    "the last one",
    "an old picture",
    "a video",
    "the battery",
    "two glasses of water",
    "the train tickets",
    "a box of photographs",
    "thirty seconds of music",
    "the classes",
    "a new camera",
    "a red bicycle",
    "the memory of that day",
    "some bread",
    "the green jacket",
    "a recording",
    "the window",
    "another story",
    "the keys",
    "a bag of apples",
    "the weather report",
    "a safe place",
    "the glass door",
    "the whole film",
]
_WHEN = [
    "yesterday",
    "last summer",
    "in the morning",
    "before lunch",
    "on Monday",
    "after the meeting",
    "in Paris",
    "at the station",
    "every day",
    "last week",
    "while it was raining",
    "in the kitchen",
    "at nine o'clock",
    "when we arrived",
    "during the holidays",
    "this year",
]
_OPEN = [
    "",
    "okay, ",
    "hey, ",
    "well, ",
    "you know, ",
    "I think ",
    "she said that ",
    "of course ",
    "no, I said that ",
    "and then ",
    "maybe ",
    "so ",
    "look, ",
    "listen, ",
    "we heard that ",
    "honestly, ",
]
_FRAMES = [
    "could you please take the {0} to the {1}",
    "can we stop talking about {0}",
    "the price of {0} went up by thirty percent",
    "is {0} still in the car",
    "there is nothing like {0} and {1}",
    "let us take a look at {0}",
    "nobody knows where {0} is",
    "stop, that is {0}",
    "take {0} with you",
    "show me {0} again",
    "keep {0} for later",
    "I would rather have {0} than {1}",
    "he cancelled {0}",
    "find out who made {0}",
    "we had to undo {0}",
    "record it next to {0}",
    "how much is {0}",
    "what is my cousin doing with {0}",
    "the last time I saw {0} it was next to {1}",
    "give me {0} and take {1}",
]


class Request(NamedTuple):
    intent: str
    text: str
    slots: dict[str, str]
    unlisted: bool


def commands() -> Iterator[tuple[str, str]]:
    """(intent, phrase), for ever, each phrase as often as any other."""
    every = [(intent, phrase) for intent, phrases in COMMANDS.items() for phrase in phrases]
    while True:
        yield from every


def requests(dice: random.Random) -> Iterator[Request]:
    """Open requests for ever; one in four names a person or place on no list."""
    while True:
        unlisted = dice.random() < 0.25
        people, places = PEOPLE, PLACES
        stranger = unlisted and dice.random() < 0.5
        who_pool = UNLISTED_PEOPLE if stranger else people
        where = dice.choice(UNLISTED_PLACES if unlisted and not stranger else places)
        first = dice.choice(who_pool if stranger or dice.random() < 0.5 else KIN)
        who = dice.choice([f"{first} and me", first])
        when = dice.choice(TIMES)
        intent = dice.choice(["create_memory", "create_memory", "create_memory", "show_memories", "find", "correct"])
        yield _request(dice, intent, who, where, when, unlisted)


def _request(dice: random.Random, intent: str, who: str, where: str, when: str, unlisted: bool) -> Request:
    slots = {"who": who, "where": where}
    body = f"{who} in {where}"
    if intent == "show_memories" and not unlisted:
        slots, body = dice.choice([({"when": when}, when), ({"where": where}, where)])
    elif intent == "create_memory" and not unlisted and dice.random() < 0.3:
        slots, body = {"who": who, "when": when}, f"{who} {when}" if " " in when or when == "yesterday" else f"{who} in {when}"
    return Request(intent, f"{dice.choice(PREFIXES[intent])} {body}", slots, unlisted)


def talk(dice: random.Random) -> Iterator[str]:
    """Sentences of everyday talk, many with words of the commands in them."""
    while True:
        if dice.random() < 0.6:
            yield f"{dice.choice(_OPEN)}{dice.choice(_WHO)} {dice.choice(_DID)} {dice.choice(_WHAT)} {dice.choice(_WHEN)}."
        else:
            yield f"{dice.choice(_OPEN)}{dice.choice(_FRAMES).format(dice.choice(_WHAT), dice.choice(_WHAT))} {dice.choice(_WHEN)}."
