"""A request's sound read again by the real speech model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from glasses.capture import phrases
from glasses.capture.requests import NOT_CAUGHT, Names
from glasses.capture.rereading import RATE_HZ, Opening, Rereading
from glasses.wire.intent import IntentName
from models.speech import SpeechModel
from models.store import ModelStore

HEARD_HZ = 48_000
Samples = npt.NDArray[np.int16]


@pytest.fixture(scope="module")
def rereading(store: ModelStore) -> Rereading:
    return Rereading(SpeechModel(store.path("speech")), phrases.load("en"), ["okay glasses", "hey glasses"])


@pytest.fixture(scope="module")
def names(rereading: Rereading) -> Names:
    return Names(["anna"], ["paris", "beijing"])


def at_16_khz(sound: Samples) -> bytes:
    return bytes(soxr.resample(sound, HEARD_HZ, RATE_HZ).astype(np.int16).tobytes())


def test_a_prefix_that_noise_covers_is_known_from_elsewhere(rereading: Rereading, names: Names, speak: Callable[[str], Samples]) -> None:
    covered_s = 0.8
    noise = np.random.default_rng(5).normal(0, 2_000, round(covered_s * HEARD_HZ)).astype(np.int16)
    sound = at_16_khz(np.concatenate([noise, speak("anna in paris"), np.zeros(HEARD_HZ // 2, np.int16)]))
    assert rereading.read(sound, names) is None
    heard = rereading.read(sound, names, Opening(IntentName.FIND, covered_s))
    assert heard is not None
    assert heard.name == IntentName.FIND
    assert heard.text.endswith("in paris")
    assert NOT_CAUGHT in heard.unsure, "its sound goes along to the relay"


def test_a_prefix_that_is_heard_needs_no_help_and_is_sure(rereading: Rereading, names: Names, speak: Callable[[str], Samples]) -> None:
    heard = rereading.read(at_16_khz(speak("okay glasses, find anna in paris")), names)
    assert heard is not None
    assert (heard.name, heard.text, heard.unsure) == (IntentName.FIND, "anna in paris", [])


@pytest.mark.parametrize(("said", "text"), [("", ""), ("anna in paris", "anna in paris")])
def test_a_prefix_that_goes_on_after_its_known_end_is_none_of_the_request(
    rereading: Rereading, names: Names, speak: Callable[[str], Samples], said: str, text: str
) -> None:
    noise = np.random.default_rng(5).normal(0, 2_000, round(0.8 * HEARD_HZ)).astype(np.int16)
    sound = at_16_khz(np.concatenate([noise, speak(f"video of {said}"), np.zeros(HEARD_HZ // 2, np.int16)]))
    heard = rereading.read(sound, names, Opening(IntentName.CREATE_MEMORY, 0.8))
    assert heard is not None
    assert heard.text == text


@pytest.mark.parametrize("said", ["okay glasses, create a memory video of, of anna in paris", "create a memory. video of, of beijing"])
def test_who_stammers_at_the_end_of_a_prefix_is_not_asked_for_a_film_of_of(
    rereading: Rereading, names: Names, speak: Callable[[str], Samples], said: str
) -> None:
    heard = rereading.read(at_16_khz(speak(said)), names)
    assert heard is not None
    assert heard.text == said.rsplit(", of ")[1]
