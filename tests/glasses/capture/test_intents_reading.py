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
        ("hey glasses keep the last thirty seconds", IntentName.KEEP_LAST),
        ("okay glasses what's my battery", IntentName.BATTERY),
        ("okay glasses undo", IntentName.UNDO),
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
        "say glasses take a picture",
        "[unk]",
    ],
)
def test_what_is_not_meant_for_the_glasses(heard: str) -> None:
    assert READER.read(words(heard)) == Nothing()


def test_a_wake_phrase_alone_waits_for_its_command() -> None:
    reading = READER.read(words("[unk] okay glasses"))
    assert isinstance(reading, Wake)
    assert [word.word for word in reading.words] == ["okay", "glasses"]
    assert not reading.has_rest


@pytest.mark.parametrize("heard", ["okay glasses take a seat", "okay glasses take a picture of", "okay glasses [unk]"])
def test_what_is_not_understood_after_a_wake_phrase_deserves_a_closer_look(heard: str) -> None:
    reading = READER.read(words(heard))
    assert isinstance(reading, Wake)
    assert reading.has_rest


def test_each_word_of_a_closer_look_is_sure() -> None:
    assert isinstance(READER.read_closely(words("okay glasses cancel", 0.9)), Command)
    assert READER.read_closely([*words("okay glasses", 1.0), *words("cancel", 0.6)]) == Nothing()
    assert READER.read_closely(words("cancel")) == Nothing()


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("hey glasses a photo", IntentName.TAKE_PICTURE),
        ("hey glasses last one safe", IntentName.IS_IT_SAFE),
        ("hey glasses the last thirty seconds", IntentName.KEEP_LAST),
        ("hey glasses recording", None),
        ("hey glasses the last one [unk]", None),
        ("hey glasses a picture take", None),
        ("the glasses a photo", None),
    ],
)
def test_a_closer_look_forgives_a_lost_word_of_one_command_only(heard: str, name: IntentName | None) -> None:
    reading = READER.read_closely(words(heard))
    assert (reading.intent.name if isinstance(reading, Command) else None) == name
    assert not isinstance(READER.read(words(heard)), Command), "the first look forgives nothing"


def test_a_correction_needs_no_wake_phrase_only_while_something_was_just_asked() -> None:
    assert READER.read(words("no i said anna")) == Nothing()
    assert READER.read(words("no i said anna"), following=True) == OpenRequest(IntentName.CORRECT, "no i said", 0.0, True)
    assert READER.read(words("find anna"), following=True) == Nothing()


def test_a_wake_phrase_alone_is_told_from_what_sounds_alike() -> None:
    assert READER.is_alike(words("okay classes"))
    assert not READER.is_alike(words("okay classes", 0.6)), "not surely"
    assert not READER.is_alike(words("okay glasses"))
    assert not READER.is_alike(words("glasses"))
    assert {*WAKES, "okay classes"} <= set(intents.wake_grammar(ENGLISH, WAKES))


def test_half_heard_text_cues_and_settles() -> None:
    assert READER.is_woken("so okay glasses take")
    assert not READER.is_woken("okay glass")
    assert READER.is_whole("okay glasses take a picture")
    assert not READER.is_whole("okay glasses take a")
    assert not READER.is_whole("take a picture")


def test_half_heard_words_are_not_acted_on() -> None:
    assert READER.read(words("okay glasses take a picture", 0.4)) == Nothing()
    assert READER.read(words("okay glasses", 0.4)) == Nothing()


def test_a_command_of_one_word_must_be_surer() -> None:
    assert isinstance(READER.read(words("okay glasses take a picture", 0.6)), Command)
    assert isinstance(READER.read(words("okay glasses undo", 0.6)), Wake)


def test_an_open_request_keeps_where_it_began() -> None:
    reading = READER.read(words("okay glasses create a memory video of [unk]"))
    assert reading == OpenRequest(IntentName.CREATE_MEMORY, "create a memory video of", 0.0, True, 0.7)
    assert READER.read(words("okay glasses create a memory of")) == OpenRequest(
        IntentName.CREATE_MEMORY, "create a memory of", 0.0, False, 0.7
    )


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


def test_an_unknown_language_is_said() -> None:
    with pytest.raises(ConfigInvalidError, match="'tlh'"):
        phrases.load("tlh")


@pytest.mark.parametrize(
    ("heard", "confidence", "otherwise"),
    [
        ("okay classes take a picture", 1.0, True),
        ("old glasses take a picture", 1.0, True),
        ("okay classes take a picture", 0.5, False),
        ("okay glasses take a picture", 1.0, False),
        ("okay classes okay glasses cancel", 1.0, False),
        ("take a picture", 1.0, False),
        ("", 1.0, False),
    ],
)
def test_what_surely_was_another_phrase_is_told(heard: str, confidence: float, *, otherwise: bool) -> None:
    assert READER.is_otherwise(words(heard, confidence)) == otherwise


@pytest.mark.parametrize(("said", "goes_on"), [("a picture from", True), ("a picture [unk]", True), ("a", False), ("a table", False)])
def test_a_command_that_goes_on_as_something_else_is_known(said: str, goes_on: bool) -> None:
    heard = READER.read(words(f"okay glasses take {said}"))
    assert isinstance(heard, Wake)
    assert heard.goes_on == goes_on


def test_a_half_heard_command_is_whole_behind_a_wake_phrase_of_before() -> None:
    assert not READER.is_whole("take a picture")
    assert READER.is_whole("take a picture", words("okay glasses"))
    assert not READER.is_whole("please take a picture", words("okay glasses"))


def test_a_half_heard_command_is_named() -> None:
    assert READER.named("hey so okay glasses take a photo") == IntentName.TAKE_PICTURE
    assert READER.named("okay glasses take a") is None


def test_the_end_of_a_wake_phrase_and_the_whole_command_are_a_glimpse_of_both() -> None:
    assert READER.is_glimpsed(words("glasses take a picture"), "take_picture")
    assert not READER.is_glimpsed(words("glasses take a picture"), "cancel")
    assert not READER.is_glimpsed(words("the glasses take a picture"), "take_picture"), "something else came before"
    assert not READER.is_glimpsed(words("take a picture"), "take_picture")
    assert not READER.is_glimpsed(words("glasses take a picture", 0.2), "take_picture")
    assert READER.is_glimpsed(words("glasses find my son"), "find"), "what is behind a request's beginning is its own"
    assert not READER.is_glimpsed(words("glasses my son find"), "find")
