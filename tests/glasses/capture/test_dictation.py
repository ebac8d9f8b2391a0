"""When a request that is being said is over, and what was heard of it: without a microphone or a model."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from glasses.capture.dictation import BREATH_S, EARLY_S, JOIN_S, LONGEST_S, Dictation
from glasses.capture.intents import OpenRequest
from glasses.capture.requests import NOT_CAUGHT, Heard
from glasses.capture.rereading import Opening
from glasses.capture.sound import RATE_HZ, SoundMemory
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

RAW, CLEAN = b"\1\0" * 30 * RATE_HZ, b"\2\0" * 30 * RATE_HZ
"""Sound, with its noise and without; as loud as its pauses, so that both are read."""
PREFIX_S = 1.4
"""When its prefix was said to its end."""
OPENED_S = 1.7
"""When that was known."""
ASKED_S = 3.0
"""When the request was said to its end."""
OPENING = Opening(IntentName.CREATE_MEMORY, PREFIX_S)


def heard(text: str, name: IntentName = IntentName.CREATE_MEMORY, confidence: float = 0.8, unsure: tuple[str, ...] = ()) -> Heard:
    words = [Word(word=word, start_s=2.0, end_s=2.5, confidence=confidence) for word in text.split()]
    return Heard(name, words, list(unsure))


def remembered(sound: bytes) -> SoundMemory:
    memory = SoundMemory(30.0)
    memory.add(sound)
    return memory


@dataclass
class Reader:
    """Reads what it is told, and keeps how it was asked."""

    raw: Heard | None = None
    clean: Heard | None = None
    behind: Heard | None = None
    asked: list[str] = field(default_factory=list)

    async def read(self, sound: bytes, opening: Opening | None) -> Heard | None:
        if opening is not None:
            self.asked.append(f"behind {opening.end_s:.1f}")
            return self.behind
        self.asked.append("raw" if sound.startswith(RAW[:2]) else "clean")
        return self.raw if sound.startswith(RAW[:2]) else self.clean


def dictation(reader: Reader, *, has_rest: bool = False, opening: Opening | None = OPENING) -> Dictation:
    request = OpenRequest(IntentName.CREATE_MEMORY, "", 0.5, has_rest=has_rest)
    return Dictation(request, opening, OPENED_S, remembered(RAW), remembered(CLEAN), reader.read)


async def said_by(dictated: Dictation, said_s: float, quiet_s: float) -> bool:
    """Whether it is over ``quiet_s`` after its last word."""
    await dictated.read_early(said_s + quiet_s, quiet_s, quiet_s)
    return dictated.is_over(said_s + quiet_s, quiet_s)


async def test_it_is_read_in_the_pause_and_not_again_when_that_was_its_end() -> None:
    reader = Reader(clean=heard("anna in paris"), raw=heard("anna and paris", unsure=("and",)))
    dictated = dictation(reader)
    assert not await said_by(dictated, ASKED_S, EARLY_S - 0.1)
    assert reader.asked == []
    assert not await said_by(dictated, ASKED_S, EARLY_S)
    assert reader.asked == ["clean", "raw"]
    assert not await said_by(dictated, ASKED_S, BREATH_S - 0.1)
    assert await said_by(dictated, ASKED_S, BREATH_S)
    assert await dictated.heard(ASKED_S) == reader.clean
    assert reader.asked == ["clean", "raw"]


async def test_who_only_took_a_breath_is_read_again_at_the_end() -> None:
    reader = Reader(clean=heard("anna"))
    dictated = dictation(reader)
    await said_by(dictated, ASKED_S, EARLY_S)
    reader.clean = heard("anna in paris")
    assert not await said_by(dictated, ASKED_S + 2.0, EARLY_S)
    assert await said_by(dictated, ASKED_S + 2.0, BREATH_S)
    assert await dictated.heard(ASKED_S + 2.0) == reader.clean


async def test_who_has_said_no_more_than_the_prefix_is_waited_for() -> None:
    dictated = dictation(reader := Reader())
    for quiet_s in (EARLY_S, BREATH_S, JOIN_S - 0.1):
        assert not await said_by(dictated, PREFIX_S, quiet_s)
    assert reader.asked == []
    assert await said_by(dictated, PREFIX_S, JOIN_S)


async def test_what_is_said_in_one_breath_with_its_prefix_is_over_after_a_breath() -> None:
    assert await said_by(dictation(Reader(), has_rest=True), PREFIX_S, BREATH_S)


async def test_in_a_room_that_is_never_quiet_it_ends_all_the_same() -> None:
    dictated = dictation(reader := Reader(clean=heard("anna in paris")))
    assert not dictated.is_over(0.5 + LONGEST_S - 0.1, 0.0)
    assert dictated.is_over(0.5 + LONGEST_S, 0.0)
    assert await dictated.heard(0.5 + LONGEST_S) == reader.clean


@pytest.mark.parametrize(
    ("clean", "raw", "asked"),
    [
        (heard("anna in paris", confidence=1.0), heard("nobody"), ["clean"]),
        (heard("anna in paris", confidence=1.0, unsure=("anna",)), heard("anna in rome"), ["clean", "raw"]),
        (None, heard("anna in rome"), ["clean", "raw"]),
        (heard("anna in paris", IntentName.FIND), heard("anna in rome"), ["clean", "raw"]),
    ],
)
async def test_the_noise_is_read_with_it_where_a_doubt_is_left(clean: Heard | None, raw: Heard, asked: list[str]) -> None:
    """Clear and without a doubt; with one; not read at all; or as another request than what it was opened as."""
    reader = Reader(clean=clean, raw=raw)
    assert await dictation(reader).heard(ASKED_S) == (clean if asked == ["clean"] else raw)
    assert reader.asked == asked


async def test_what_follows_a_sure_prefix_is_read_where_no_reading_has_that_in_it() -> None:
    reader = Reader(behind=heard("anna in paris", unsure=(NOT_CAUGHT,)))
    assert await dictation(reader).heard(ASKED_S) == reader.behind
    assert reader.asked == ["clean", "raw", "behind 1.2"], "in the sound that begins .3 s before the first word"


@pytest.mark.parametrize("behind", [None, heard("")])
async def test_of_what_no_word_was_understood_nothing_is_told(behind: Heard | None) -> None:
    assert await dictation(Reader(behind=behind)).heard(ASKED_S) is None


async def test_without_a_sure_prefix_readings_that_do_not_agree_are_none() -> None:
    reader = Reader(clean=heard("anna", IntentName.FIND), raw=heard(""), behind=heard("anna"))
    assert await dictation(reader, opening=None).heard(ASKED_S) is None


async def test_its_audio_is_its_own_sound_with_the_noise() -> None:
    assert dictation(Reader()).audio == RAW[round(0.2 * RATE_HZ) * 2 :]
