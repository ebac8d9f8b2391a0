"""Heard words to intents: pure, so every case is a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.capture import intents, phrases
from glasses.capture.intents import Command, IntentReader, Nothing, OpenRequest, Wake
from glasses.errors import ConfigInvalidError
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

ENGLISH = phrases.load("en")
WAKES = ["okay glasses", "hey glasses"]
SPOKEN = ["okay", "glasses", "hey", "take", "a", "picture", "stop", "recording", "[unk]", "record", "video", "the"]
READER = IntentReader(ENGLISH, WAKES, 0.5)


def words(text: str, confidence: float = 1.0) -> list[Word]:
    return [Word(word=word, start_s=at * 0.4, end_s=at * 0.4 + 0.3, confidence=confidence) for at, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("okay glasses take a picture", IntentName.TAKE_PICTURE),
        ("hey glasses record a video", IntentName.RECORD_VIDEO),
        ("okay glasses stop recording", IntentName.STOP_RECORDING),
        ("okay glasses is the last one safe", IntentName.IS_IT_SAFE),
        ("okay okay glasses cancel", IntentName.CANCEL),
        ("okay glasses okay glasses take a photo", IntentName.TAKE_PICTURE),
    ],
)
def test_commands(heard: str, name: IntentName) -> None:
    reading = READER.read(words(heard))
    assert isinstance(reading, Command)
    assert reading.intent.name == name


@pytest.mark.parametrize(
    "heard",
    [
        "",
        "take a picture",
        "glasses take a picture",
        "okay glasses take a seat",
        "say glasses take a picture",
        "okay glasses take a picture of",
        "[unk]",
    ],
)
def test_what_is_not_meant_for_the_glasses(heard: str) -> None:
    assert READER.read(words(heard)) == Nothing()


def test_a_wake_phrase_alone_waits_for_its_command() -> None:
    assert READER.read(words("okay glasses")) == Wake()


def test_half_heard_words_are_not_acted_on() -> None:
    assert READER.read(words("okay glasses take a picture", 0.4)) == Nothing()
    assert READER.read(words("okay glasses", 0.4)) == Nothing()


def test_an_open_request_keeps_where_it_began() -> None:
    reading = READER.read(words("okay glasses create a memory video of [unk]"))
    assert reading == OpenRequest(IntentName.CREATE_MEMORY, "create a memory video of", 0.0, True)
    assert READER.read(words("okay glasses create a memory of")) == OpenRequest(IntentName.CREATE_MEMORY, "create a memory of", 0.0, False)


@given(
    st.lists(
        st.sampled_from(["okay", "glasses", "hey", "take", "a", "picture", "stop", "recording", "[unk]", "record", "video", "the"]),
        max_size=8,
    )
)
def test_nothing_is_done_without_a_wake_phrase(heard: list[str]) -> None:
    text = " ".join(heard)
    reading = READER.read(words(text))
    if not any(wake in text for wake in WAKES):
        assert reading == Nothing()


def test_the_grammar_holds_every_phrase_that_can_be_acted_on() -> None:
    grammar = intents.command_grammar(ENGLISH, WAKES)
    for spoken in ENGLISH.commands.values():
        assert {f"{wake} {phrase}" for wake in WAKES for phrase in spoken} <= set(grammar)
    assert intents.UNKNOWN in grammar
    assert "say glasses" in grammar
    assert len(grammar) == len(set(grammar))


def test_the_request_grammar_knows_the_wearers_people_and_places() -> None:
    grammar = intents.request_grammar(ENGLISH, WAKES, ["Anna"], ["Paris"])
    assert {"anna", "anna and me", "my wife and me", "in paris", "last summer"} <= set(grammar)


def test_the_surer_reading_wins_and_unknown_words_lose() -> None:
    sure, unsure, holed = words("my wife in paris", 0.9), words("my life in paris", 0.5), words("my [unk] in paris", 1.0)
    assert intents.better(sure, unsure) is sure
    assert intents.better(holed, unsure) is unsure


def test_an_unknown_language_is_said() -> None:
    with pytest.raises(ConfigInvalidError, match="'tlh'"):
        phrases.load("tlh")
