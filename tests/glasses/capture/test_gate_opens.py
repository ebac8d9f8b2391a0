"""The gate in front of the recogniser: what goes through, and when it is closed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from glasses.capture.gate import FRAME_SAMPLES, HANG_OVER_S, PRE_ROLL_S, RATE_HZ, Passed, SpeechGate

SETTLING_S = 6.0
Samples = npt.NDArray[np.int16]


def quiet(seconds: float) -> Samples:
    return np.random.default_rng(3).normal(0, 12, round(seconds * RATE_HZ)).astype(np.int16)


@pytest.fixture(scope="module")
def speech(speak: Callable[..., Samples]) -> Samples:
    return speak("okay glasses take a picture", RATE_HZ)


def fed(gate: SpeechGate, sound: Samples, chunk: int = 1_600) -> list[Passed]:
    return [piece for at in range(0, len(sound), chunk) for piece in gate.feed(sound[at : at + chunk].tobytes())]


def settled() -> SpeechGate:
    """One that has heard the room for a while: until then the detector takes a room's noise for speech."""
    gate = SpeechGate()
    fed(gate, quiet(SETTLING_S))
    assert not gate.is_open
    return gate


def test_a_quiet_room_lets_nothing_through() -> None:
    assert fed(settled(), quiet(20)) == []


def test_speech_goes_through_whole_with_what_was_before_it(speech: Samples) -> None:
    passed = fed(settled(), np.concatenate([quiet(2), speech, quiet(2)]))
    first, last = passed[0], passed[-1]
    assert first.opens
    assert [piece.opens for piece in passed].count(True) == 1
    assert first.first_sample == pytest.approx((SETTLING_S + 2 - PRE_ROLL_S) * RATE_HZ, abs=0.2 * RATE_HZ)
    assert first.first_sample < (SETTLING_S + 2) * RATE_HZ
    assert last.closes
    end = last.first_sample + len(last.pcm) // 2
    assert end == pytest.approx((SETTLING_S + 2) * RATE_HZ + len(speech) + HANG_OVER_S * RATE_HZ, abs=0.4 * RATE_HZ)


def test_what_passes_is_the_sound_itself_in_order(speech: Samples) -> None:
    sound = np.concatenate([quiet(1), speech, quiet(1.5), speech, quiet(1.5)])
    for piece in fed(SpeechGate(), sound):
        assert np.array_equal(np.frombuffer(piece.pcm, np.int16), sound[piece.first_sample : piece.first_sample + len(piece.pcm) // 2])


@pytest.mark.parametrize("chunk", [160, 1_600, 7_777])
def test_the_size_of_the_chunks_does_not_matter(speech: Samples, chunk: int) -> None:
    sound = np.concatenate([quiet(1), speech, quiet(1.5)])
    whole = b"".join(piece.pcm for piece in fed(SpeechGate(), sound, FRAME_SAMPLES))
    assert b"".join(piece.pcm for piece in fed(SpeechGate(), sound, chunk)) == whole


def test_quiet_is_counted_in_seconds_of_sound(speech: Samples) -> None:
    gate = SpeechGate()
    fed(gate, np.concatenate([speech, quiet(1.0)]))
    assert gate.quiet_s == pytest.approx(1.0, abs=0.35)
