"""The listener with the real speech model and a synthetic voice."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from glasses.bus import Bus
from glasses.capture import believing, phrases
from glasses.capture.doubt import SPOILT_DB, STILL_DB
from glasses.capture.judgement import NOISY_DB
from glasses.capture.listener import Listener
from glasses.capture.requests import Heard, Names
from glasses.capture.rereading import Opening
from glasses.capture.sound import SoundMemory, speech_to_noise_db
from glasses.capture.spotting import Spotted
from glasses.config import Voice
from glasses.errors import ConfigInvalidError
from glasses.events import IntentHeard, WakeHeard
from glasses.hw.base import AudioChunk
from glasses.wire.intent import IntentName
from models.store import ModelStore

RATE_HZ, CHUNK = 48_000, 4_800
Samples = npt.NDArray[np.int16]


def silence(seconds: float) -> Samples:
    return np.random.default_rng(3).normal(0, 12, round(seconds * RATE_HZ)).astype(np.int16)


class Room:
    """A listener, and everything it made of what was said."""

    def __init__(
        self, store: ModelStore, speak: Callable[[str], Samples], table: phrases.Phrases | None = None, voice: Voice | None = None
    ) -> None:
        self.bus, self._speak = Bus(), speak
        self.events = self.bus.subscribe(IntentHeard, WakeHeard)
        self.listener = Listener(
            store.path("speech"), table or phrases.load("en"), voice or Voice(), self._names, self.bus, RATE_HZ,
            store.path("spotter"),
        )  # fmt: skip
        self._at, self.told_s = 0, 0.0

    @property
    def seconds(self) -> float:
        """Of sound so far."""
        return self._at / RATE_HZ

    def lose(self, seconds: float) -> None:
        self._at += round(seconds * RATE_HZ)

    def replace_speech(self, sound: Samples) -> None:
        """Whatever is said from now on sounds like this."""
        self._speak = lambda _text: sound

    async def _names(self) -> tuple[list[str], list[str]]:
        return ["Anna"], ["Paris", "Beijing"]

    async def say(self, *parts: str | float) -> list[IntentHeard | WakeHeard]:
        """Words and pauses (seconds), and enough silence after them."""
        pieces = [self._speak(part) if isinstance(part, str) else silence(part) for part in parts]
        sound = np.concatenate([silence(0.5), *pieces, silence(2.5)])
        found = []
        for first in range(0, len(sound) - CHUNK + 1, CHUNK):
            await self.listener.hear(AudioChunk(sound[first : first + CHUNK].tobytes(), self._at))
            self._at += CHUNK
            while (event := self.events.poll()) is not None:
                if isinstance(event, IntentHeard) or event.sure:
                    found.append(event)
                    self.told_s = self.seconds
        return found


@pytest.fixture(scope="module")
def room_parts(store: ModelStore, speak: Callable[[str], Samples]) -> tuple[ModelStore, Callable[[str], Samples]]:
    return store, speak


@pytest.fixture
async def room(room_parts: tuple[ModelStore, Callable[[str], Samples]]) -> Room:
    made = Room(*room_parts)
    await made.listener.open()
    return made


async def test_commands_are_heard_and_their_beginning_known(room: Room) -> None:
    (first,) = await room.say("okay glasses, take a picture")
    (second,) = await room.say("hey glasses, record a video")
    assert isinstance(first, IntentHeard)
    assert isinstance(second, IntentHeard)
    assert (first.intent.name, second.intent.name) == (IntentName.TAKE_PICTURE, IntentName.RECORD_VIDEO)
    assert first.began_s == pytest.approx(0.5, abs=0.3)


async def test_a_command_may_come_a_breath_after_the_wake_phrase(room: Room) -> None:
    wake, command = await room.say("okay glasses.", 1.5, "stop recording")
    assert isinstance(wake, WakeHeard)
    assert isinstance(command, IntentHeard)
    assert command.intent.name == IntentName.STOP_RECORDING


async def test_other_speech_does_nothing(room: Room) -> None:
    said = [
        "take a picture of the garden",
        "my glasses are on the table",
        "she asked me to stop recording",
        "okay, let us record a video later",
    ]
    assert await room.say(*[part for text in said for part in (text, 1.0)]) == []


async def test_what_only_sounds_like_the_wake_phrase_does_nothing(room: Room) -> None:
    heard = await room.say("okay classes, take a picture", 6.0, "hey masses, stop recording")
    assert [event for event in heard if isinstance(event, IntentHeard)] == []


@pytest.mark.parametrize("pause", [0.0, 0.7])
async def test_an_open_request_is_read_with_the_wearers_own_words(room: Room, pause: float) -> None:
    events = await room.say("okay glasses, create a memory video of", pause, "my wife and me in Paris")
    (heard,) = [event for event in events if isinstance(event, IntentHeard)]
    assert heard.intent.name == IntentName.CREATE_MEMORY
    assert heard.intent.slots["request"] == "create a memory video of my wife and me in paris"


def readings_of(room: Room) -> list[tuple[float, str]]:
    """Each time that a request was read: after how much sound, and what was read."""
    found: list[tuple[float, str]] = []
    rereading = room.listener._rereading
    assert rereading is not None
    read = rereading.read

    def noted(sound: bytes, names: Names, opening: Opening | None = None) -> Heard | None:
        heard = read(sound, names, opening)
        found.append((room.seconds, "" if heard is None else heard.text))
        return heard

    rereading.read = noted  # type: ignore[method-assign]  # the same, and noted
    return found


async def test_a_request_is_read_before_it_is_certain_to_be_over(room: Room) -> None:
    readings = readings_of(room)
    await room.say("okay glasses, create a memory video of", 1.5, "my wife and me in Paris")
    assert [text for _, text in readings] == ["my wife and me in paris"]
    assert readings[0][0] <= room.told_s - 0.3


async def test_who_takes_a_breath_within_a_request_is_heard_to_the_end(room: Room) -> None:
    readings = readings_of(room)
    events = await room.say("okay glasses, create a memory video of", 1.5, "my wife and me", 0.7, "in Paris")
    (heard,) = [event for event in events if isinstance(event, IntentHeard)]
    assert heard.intent.slots["request"] == "create a memory video of my wife and me in paris"
    assert [text for _, text in readings] == ["my wife and me", "my wife and me in paris"]


async def test_a_request_of_which_no_word_was_understood_is_to_be_said_again(room: Room) -> None:
    """No, I said my husband, at 10 dB, was told as a request for a film of nothing."""
    rereading = room.listener._rereading
    assert rereading is not None
    read = rereading.read

    def drowned(sound: bytes, names: Names, opening: Opening | None = None) -> Heard | None:
        heard = read(sound, names, opening)
        return None if opening is None or heard is None else replace(heard, words=[])

    rereading.read = drowned  # type: ignore[method-assign]  # as noise makes it
    events = await room.say("okay glasses, create a memory video of", 1.5, "my wife and me in Paris")
    assert events
    assert all(isinstance(event, WakeHeard) for event in events)


async def test_who_says_no_more_than_the_beginning_of_a_request_is_asked_to_say_it_again(room: Room) -> None:
    """The end of "create a memory video of" was told as a film of "video of"."""
    events = await room.say("okay glasses, create a memory video of", 7.0)
    assert events
    assert all(isinstance(event, WakeHeard) for event in events)


async def test_a_command_long_after_silence_began_when_it_was_heard(room: Room) -> None:
    """The recogniser's clock stands still while the gate is closed; the listener's does not."""
    (first,) = await room.say(10.0, "okay glasses, take a picture")
    spoken_s = room.seconds - 3.0
    (second,) = await room.say(5.0, "okay glasses, take a picture")
    assert isinstance(first, IntentHeard)
    assert isinstance(second, IntentHeard)
    assert first.began_s == pytest.approx(10.5, abs=0.3)
    assert second.began_s == pytest.approx(spoken_s + 3.0 + 5.5, abs=0.3)


async def test_lost_samples_do_not_shift_what_comes_after(room: Room) -> None:
    await room.say("hello")
    room.lose(4.0)
    began = room.seconds
    (heard,) = await room.say("okay glasses, stop recording")
    assert isinstance(heard, IntentHeard)
    assert heard.began_s == pytest.approx(began + 0.5, abs=0.3)


async def test_a_microphone_that_was_opened_again_counts_from_zero(room: Room) -> None:
    await room.say("hello there")
    room.lose(-room.seconds)
    (heard,) = await room.say("okay glasses, cancel")
    assert isinstance(heard, IntentHeard)
    assert heard.began_s == pytest.approx(0.5, abs=0.3)


async def test_a_city_on_no_list_is_not_forced_onto_a_listed_one(room: Room) -> None:
    events = await room.say("okay glasses, create a memory video of my wife and me in Marrakesh")
    (heard,) = [event for event in events if isinstance(event, IntentHeard)]
    request = heard.intent.slots["request"]
    assert request.startswith("create a memory video of my wife and me")
    assert "paris" not in request
    assert "beijing" not in request
    assert heard.intent.unsure, "what is on no list is not sure"
    sound = av.open(io.BytesIO(base64.b64decode(heard.intent.audio)))
    assert sum(frame.samples for frame in sound.decode(audio=0)) > 3 * 16_000


async def test_a_correction_needs_no_wake_phrase_right_after_a_request(room: Room) -> None:
    assert await room.say("no, I said Anna in Paris") == []
    await room.say("okay glasses, create a memory video of my son in Paris")
    events = await room.say("no, I said Anna in Paris")
    (heard,) = [event for event in events if isinstance(event, IntentHeard)]
    assert (heard.intent.name, heard.intent.slots["request"]) == (IntentName.CORRECT, "anna in paris")


async def test_a_wake_phrase_that_the_model_cannot_hear_is_refused_at_the_start(store: ModelStore) -> None:
    listener = Listener(store.path("speech"), phrases.load("en"), Voice(wake_phrases=["okay zzyzx"]), no_names, Bus(), RATE_HZ)
    with pytest.raises(ConfigInvalidError, match="'zzyzx'"):
        await listener.open()


async def test_what_the_spotter_alone_makes_of_two_sentences_of_talk_is_not_done(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two glasses of water, in talk without a pause, was shown as a wake phrase; a red bicycle behind it was a video."""
    spotting = room.listener._spotting
    assert spotting is not None
    spotted = [Spotted(2.1, 2.4, {"record_video": -9.0}, 2.4, -9.0)]
    monkeypatch.setattr(spotting, "spotted", lambda *_: spotted[0])
    monkeypatch.setattr(spotting, "lowest_wake", lambda _sound: 9.0)
    monkeypatch.setattr(believing, "ratio_db", lambda *_: SPOILT_DB - 8 if spotted[0].said < 0 else STILL_DB + 10)
    (shown,) = await room.say("the driver dropped two glasses of water")
    assert isinstance(shown, WakeHeard)
    spotted[0] = Spotted(2.1, 2.4, {"record_video": 2.1}, 6.0, 6.0)
    events = await room.say("the whole team remembered a red bicycle")
    assert [event for event in events if isinstance(event, IntentHeard)] == []


async def test_another_language_is_another_table(store: ModelStore, speak: Callable[[str], Samples], tmp_path: Path) -> None:
    """A table of a few phrases in other words, as data: the wearer says them, and they are what it says they are."""
    (tmp_path / "xx.toml").write_text(
        """
        [commands]
        take_picture = ["snapshot please"]
        [open]
        find = ["search for"]
        [decoys]
        phrases = ["computer", "please"]
        [request]
        people = ["my cousin"]
        templates = ["{who}", "{who} in {where}"]
        times = ["yesterday"]
        """
    )
    room = Room(store, speak, phrases.load("xx", tmp_path), Voice(wake_phrases=["hello computer"], language="xx"))
    await room.listener.open()
    (heard,) = await room.say("hello computer, snapshot please")
    assert isinstance(heard, IntentHeard)
    assert heard.intent.name == IntentName.TAKE_PICTURE
    assert await room.say("okay glasses, take a picture") == []


async def no_names() -> tuple[list[str], list[str]]:
    return [], []


def test_sound_memory_holds_the_last_seconds_and_knows_when_they_were() -> None:
    memory = SoundMemory(1.0)
    for number in range(20):
        memory.add(np.full(1_600, number, np.int16).tobytes())
    assert np.frombuffer(memory.between(1.9), np.int16).tolist() == [19] * 1_600
    assert len(memory.between(0.0)) == 16_000 * 2
    assert np.frombuffer(memory.between(1.8, 1.9), np.int16).tolist() == [18] * 1_600


@pytest.mark.parametrize(("ratio_db", "is_noisy"), [(5, True), (10, True), (25, False), (40, False)])
def test_noise_is_told_from_quiet(ratio_db: float, *, is_noisy: bool) -> None:
    dice = np.random.default_rng(6)
    words = np.concatenate([np.concatenate([dice.normal(0, 3_000, 4_000), np.zeros(1_600)]) for _ in range(6)])
    sound = words + dice.normal(0, 3_000 * 10 ** (-ratio_db / 20), len(words))
    assert (speech_to_noise_db(sound.astype(np.int16).tobytes()) < NOISY_DB) == is_noisy
    assert speech_to_noise_db(b"") == 0


async def test_a_command_is_heard_in_noise(room: Room, speak: Callable[[str], Samples]) -> None:
    """At 10 dB, from the first sample on, and cut off right behind its last word."""
    said = speak("okay glasses, stop recording").astype(np.float64)
    loud = np.sqrt(np.mean(said[np.abs(said) > 300] ** 2))
    noise = np.random.default_rng(8).normal(0, loud * 10 ** (-10 / 20), len(said))
    room.replace_speech((said + noise).clip(-32_768, 32_767).astype(np.int16))
    (heard,) = [event for event in await room.say("...") if isinstance(event, IntentHeard)]
    assert heard.intent.name == IntentName.STOP_RECORDING
