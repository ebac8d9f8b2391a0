"""When the wake phrase's own sound is heard once more, and what that decides."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from glasses.capture import phrases
from glasses.capture.believing import PAUSE_S, Believing
from glasses.capture.doubt import BEYOND_DOUBT, ENOUGH, LIKELY
from glasses.capture.intents import Command, IntentReader, Nothing
from glasses.capture.sound import RATE_HZ, SoundMemory
from glasses.capture.spotting import Spotted
from glasses.thread import OwnThread
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

TABLE = phrases.load("en")
WAKE_END_S = 4.0
COMMAND = Command(Intent(name=IntentName.CANCEL, confidence=1.0, text="cancel"), WAKE_END_S - 0.8, 0.8)


@dataclass
class FakeRereading:
    alone: str = "okay glasses"
    fits: tuple[float, float] = (5.0, 0.0)
    looks: list[str] = field(default_factory=list)

    def wake_alone(self, sound: bytes) -> list[Word]:
        self.looks.append("alone")
        return [Word(word=word, start_s=0.0, end_s=0.4, confidence=1.0) for word in self.alone.split()]

    def compared(self, sound: bytes) -> tuple[float, float]:
        self.looks.append("compared")
        return self.fits


@dataclass
class FakeSpotting:
    lowest: float = 0.0
    looks: int = 0

    def lowest_wake(self, pcm: bytes) -> float:
        self.looks += 1
        return self.lowest


def memory(noise: float, before: float) -> SoundMemory:
    """A loud wake phrase and command without a pause in ``noise``, behind two seconds of ``before``."""
    dice, kept = np.random.default_rng(1), SoundMemory(20.0)
    speech = dice.normal(0, 3000, round(1.8 * RATE_HZ)) * np.repeat(dice.uniform(0.3, 1, 90), 320)
    sound = np.concatenate([dice.normal(0, before, round(3.2 * RATE_HZ)), speech + dice.normal(0, noise, len(speech))])
    kept.add(sound.astype(np.int16).tobytes())
    return kept


def believed(rereading: FakeRereading, spotting: FakeSpotting, wake: float, raw: SoundMemory) -> bool:
    reader = IntentReader(TABLE, ["okay glasses"], 0.5)
    believing = Believing(reader, TABLE, "okay glasses", rereading, spotting, raw, raw, OwnThread("test"))  # type: ignore[arg-type]  # fakes
    spotted = Spotted(wake, WAKE_END_S, {"cancel": wake}, 4.9, said=9.0)
    return asyncio.run(believing.believed(COMMAND, spotted, [], 5.0)) == COMMAND


def still() -> SoundMemory:
    dice, kept = np.random.default_rng(1), SoundMemory(20.0)
    sound = dice.normal(0, 8, 5 * RATE_HZ)
    sound[round(3.2 * RATE_HZ) : round(4.0 * RATE_HZ)] *= 400
    sound[round(4.2 * RATE_HZ) : round(4.9 * RATE_HZ)] *= 400
    kept.add(sound.astype(np.int16).tobytes())
    return kept


@pytest.mark.parametrize(("lowest", "done"), [(ENOUGH, True), (ENOUGH - 0.1, False)])
def test_where_it_is_still_the_lowest_score_decides(lowest: float, done: bool) -> None:
    rereading, spotting = FakeRereading(), FakeSpotting(lowest)
    assert believed(rereading, spotting, BEYOND_DOUBT - 0.1, still()) == done
    assert spotting.looks == 1, "once, however often it is judged"


def test_what_is_beyond_doubt_is_not_heard_again_for_that() -> None:
    rereading, spotting = FakeRereading(), FakeSpotting(lowest=-9)
    assert believed(rereading, spotting, BEYOND_DOUBT, still())
    assert (rereading.looks, spotting.looks) == ([], 0)


def test_what_is_alike_is_not_done_but_where_noise_drowns_the_look() -> None:
    alike = FakeRereading(alone="okay classes")
    assert not believed(alike, FakeSpotting(9), BEYOND_DOUBT - 0.1, still())
    assert believed(alike, FakeSpotting(9), LIKELY, memory(700, 700))
    assert not believed(alike, FakeSpotting(9), LIKELY - 0.1, memory(700, 700))


def test_a_voice_without_pauses_is_not_taken_for_noise() -> None:
    """Its wake phrase seems to stand in noise; what was heard before it tells."""
    assert PAUSE_S < 2
    assert not believed(FakeRereading(alone="okay classes"), FakeSpotting(9), LIKELY, memory(700, 8))
    assert not believed(FakeRereading(), FakeSpotting(ENOUGH - 0.1), LIKELY, memory(700, 8))
    assert believed(FakeRereading(), FakeSpotting(ENOUGH - 0.1), LIKELY, memory(700, 700))


def test_nothing_follows_from_nothing() -> None:
    reader = IntentReader(TABLE, ["okay glasses"], 0.5)
    rereading, spotting = FakeRereading(), FakeSpotting()
    believing = Believing(reader, TABLE, "okay glasses", rereading, spotting, still(), still(), OwnThread("test"))  # type: ignore[arg-type]  # fakes
    assert asyncio.run(believing.believed(Nothing(), Spotted(-9.0, WAKE_END_S, {}), [], 5.0)) == Nothing()
    assert (rereading.looks, spotting.looks) == ([], 0)
