"""A voice that the spotter doubts is heard when it says its command again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from glasses.bus import Bus
from glasses.capture import phrases
from glasses.capture.insisting import AGAIN_S, TRUSTED_S, Doubted
from glasses.capture.listener import Listener
from glasses.capture.spotting import Spotting
from glasses.config import Voice
from glasses.events import IntentHeard
from glasses.hw.base import AudioChunk
from glasses.wire.intent import IntentName
from models.spotter import LABELS, WEIGHTS, Embedder, Head, read_members
from models.store import ModelStore

RATE_HZ = 48_000
Samples = npt.NDArray[np.int16]


class DoubtfulListener(Listener):
    """Its spotter takes every wake phrase for another, as it may those of a voice that it has never heard."""

    def _new_spotting(self) -> Spotting | None:
        members = read_members(WEIGHTS)
        for weights in members:
            weights["b_out"] = weights["b_out"] - np.array([15.0] + [0.0] * (len(LABELS) - 1))
        return Spotting(Embedder(ModelStore().path("spotter")), Head(members), LABELS)


async def _nobody() -> tuple[list[str], list[str]]:
    return [], []


def _heard(said: list[Samples], pauses_s: list[float]) -> list[str]:
    """The commands that are done, with pauses before all but the first."""

    async def listen() -> list[str]:
        bus = Bus()
        events = bus.subscribe(IntentHeard)
        store = ModelStore()
        listener = DoubtfulListener(store.path("speech"), phrases.load("en"), Voice(), _nobody, bus, RATE_HZ, store.path("spotter"))
        await listener.open()
        quiet = np.random.default_rng(3).normal(0, 12, 40 * RATE_HZ).astype(np.int16)
        pieces = [
            piece for pause_s, each in zip([0.5, *pauses_s], said, strict=True) for piece in (quiet[: round(pause_s * RATE_HZ)], each)
        ]
        sound = np.concatenate([*pieces, quiet[: 2 * RATE_HZ]])
        step = RATE_HZ // 10
        for first in range(0, len(sound) - step + 1, step):
            await listener.hear(AudioChunk(sound[first : first + step].tobytes(), first))
        found = []
        while (event := events.poll()) is not None:
            found.append(str(event.intent.name))
        return found

    return asyncio.run(listen())


@pytest.mark.parametrize(
    ("pauses_s", "done"),
    [([], []), ([2.0], ["take_picture"]), ([AGAIN_S + 4], []), ([2.0, AGAIN_S + 4], ["take_picture", "take_picture"])],
)
def test_a_doubted_command_is_done_when_it_is_said_again(speak: Callable[[str], Samples], pauses_s: list[float], done: list[str]) -> None:
    assert _heard([speak("okay glasses, take a picture")] * (len(pauses_s) + 1), pauses_s) == done


@pytest.mark.parametrize("text", ["okay classes, cancel", "hey lasses, take a picture"])
def test_trust_is_in_a_voice_and_not_in_what_may_be_another_phrase(speak: Callable[[str], Samples], text: str) -> None:
    said = [speak("okay glasses, take a picture")] * 2 + [speak(text)]
    assert _heard(said, [2.0, AGAIN_S]) == ["take_picture"]


@pytest.mark.parametrize("text", ["okay classes, cancel", "hey glasses are expensive these days"])
def test_what_surely_is_another_phrase_is_not_done_for_being_said_again(speak: Callable[[str], Samples], text: str) -> None:
    assert _heard([speak(text)] * 3, [2.0, 2.0]) == []


def test_another_command_is_no_insisting() -> None:
    doubted = Doubted()
    assert not doubted.insists(IntentName.UNDO, 1.0)
    assert not doubted.insists(IntentName.CANCEL, 2.0)
    assert not doubted.insists(IntentName.UNDO, 3.0)
    assert not doubted.is_trusted(3.0)
    assert doubted.insists(IntentName.UNDO, 3.0 + AGAIN_S)


def test_who_insisted_is_trusted_for_a_day() -> None:
    doubted = Doubted()
    assert [doubted.insists(IntentName.UNDO, at_s) for at_s in (1.0, 2.0)] == [False, True]
    assert doubted.is_trusted(2.0 + TRUSTED_S)
    assert not doubted.insists(IntentName.CANCEL, 50.0)
    assert not doubted.is_trusted(2.1 + TRUSTED_S)
