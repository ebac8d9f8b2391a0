"""Kaldi's own noise must not decide between two readings of the same sound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import soxr

from glasses.wire.tag import Word
from models.speech import RATE_HZ, SpeechModel
from models.store import ModelStore


@pytest.fixture(scope="module")
def model(store: ModelStore) -> SpeechModel:
    return SpeechModel(store.path("speech"))


@pytest.fixture(scope="module")
def said(speak: Callable[[str], npt.NDArray[np.int16]]) -> bytes:
    """Soft enough for a noise of one step to matter."""
    sound = soxr.resample(speak("okay glasses, take a picture").astype(np.float32), 48_000, RATE_HZ)
    return bytes((sound / 40).astype(np.int16).tobytes())


def test_a_sound_fits_words_as_well_each_time(model: SpeechModel, said: bytes) -> None:
    first = model.likelihood(said, "okay glasses")
    for _ in range(4):
        model.recognizer().accept(said[:9_000])
        assert model.likelihood(said, "okay glasses") == pytest.approx(first, abs=0.1)  # by chance: several


def test_words_are_as_sure_each_time(model: SpeechModel, said: bytes) -> None:
    def heard() -> list[Word]:
        recognizer = model.recognizer(grammar=["okay glasses", "take a picture", "[unk]"])
        recognizer.accept(said)
        return recognizer.final().words

    first = heard()
    for again in (heard() for _ in range(4)):
        assert [word.word for word in again] == [word.word for word in first]
        assert [word.confidence for word in again] == pytest.approx([word.confidence for word in first], abs=0.05)
