"""The listener with the real speech model and a synthetic voice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from glasses.bus import Bus
from glasses.capture import phrases
from glasses.capture.gate import SpeechGate
from glasses.capture.listener import Listener, SoundMemory
from glasses.clock import FakeClock
from glasses.config import Voice
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

    def __init__(self, store: ModelStore, speak: Callable[[str], Samples]) -> None:
        self.bus, self._speak = Bus(), speak
        self.events = self.bus.subscribe(IntentHeard, WakeHeard)
        self.listener = Listener(store.path("speech"), phrases.load("en"), Voice(), self._names, self.bus, FakeClock(), RATE_HZ)
        self._at = 0

    async def _names(self) -> tuple[list[str], list[str]]:
        return ["Anna"], ["Paris", "Beijing"]

    async def say(self, *parts: str | float) -> list[IntentHeard | WakeHeard]:
        """Words and pauses (seconds), and enough silence after them."""
        pieces = [self._speak(part) if isinstance(part, str) else silence(part) for part in parts]
        sound = np.concatenate([silence(0.5), *pieces, silence(2.5)])
        for first in range(0, len(sound) - CHUNK + 1, CHUNK):
            await self.listener.hear(AudioChunk(sound[first : first + CHUNK].tobytes(), self._at))
            self._at += CHUNK
        found = []
        while (event := self.events.poll()) is not None:
            found.append(event)
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


@pytest.mark.parametrize("pause", [0.0, 0.7])
async def test_an_open_request_is_read_with_the_wearers_own_words(room: Room, pause: float) -> None:
    events = await room.say("okay glasses, create a memory video of", pause, "my wife and me in Paris")
    (heard,) = [event for event in events if isinstance(event, IntentHeard)]
    assert heard.intent.name == IntentName.CREATE_MEMORY
    assert heard.intent.slots["request"] == "create a memory video of my wife and me in paris"


def test_the_gate_knows_speech_from_a_quiet_room(speak: Callable[[str], Samples]) -> None:
    import soxr

    gate = SpeechGate()
    speech = soxr.resample(speak("okay glasses take a picture"), RATE_HZ, 16_000).astype(np.int16).tobytes()
    quiet = soxr.resample(silence(2), RATE_HZ, 16_000).astype(np.int16).tobytes()
    assert gate.speech_in(speech)
    assert not gate.speech_in(quiet)


def test_sound_memory_holds_the_last_seconds_and_knows_when_they_were() -> None:
    memory = SoundMemory(1.0)
    for number in range(20):
        memory.add(np.full(1_600, number, np.int16).tobytes())
    assert np.frombuffer(memory.since(1.9), np.int16).tolist() == [19] * 1_600
    assert len(memory.since(0.0)) == 16_000 * 2
