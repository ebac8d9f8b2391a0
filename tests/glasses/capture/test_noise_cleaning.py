"""Steady noise is turned down, speech is left as it is, and no sample is lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glasses.capture.cleaning import DELAY_SAMPLES, FLOOR, RATE_HZ, NoiseFilter

Samples = npt.NDArray[np.int16]


def cleaned(sound: Samples, chunk: int = 1_600) -> Samples:
    noise_filter = NoiseFilter()
    return np.concatenate(
        [np.frombuffer(noise_filter.clean(sound[at : at + chunk].tobytes()), np.int16) for at in range(0, len(sound), chunk)]
    )


def rms(sound: Samples) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def test_steady_noise_is_turned_down_to_the_floor() -> None:
    noise = np.random.default_rng(1).normal(0, 500, RATE_HZ * 4).astype(np.int16)
    assert rms(cleaned(noise)[-RATE_HZ:]) == pytest.approx(FLOOR * 500, rel=0.4)


def test_clean_speech_passes_as_it_is(speak: Callable[..., Samples]) -> None:
    speech = np.concatenate([np.zeros(RATE_HZ, np.int16), speak("okay glasses take a picture", RATE_HZ)])
    heard = cleaned(speech)
    kept, wanted = heard[DELAY_SAMPLES:].astype(np.float64), speech[:-DELAY_SAMPLES].astype(np.float64)
    assert float(np.sqrt(np.mean((kept - wanted) ** 2))) < 0.2 * rms(speech)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=12).filter(any))
def test_as_many_samples_come_out_as_went_in_whatever_their_grouping(sizes: list[int]) -> None:
    sound = np.random.default_rng(2).normal(0, 100, sum(sizes)).astype(np.int16)
    noise_filter, at, pieces = NoiseFilter(), 0, []
    for size in sizes:
        pieces.append(noise_filter.clean(sound[at : at + size].tobytes()))
        assert len(pieces[-1]) == size * 2
        at += size
    assert b"".join(pieces) == cleaned(sound, 1_600).tobytes()[: at * 2]
