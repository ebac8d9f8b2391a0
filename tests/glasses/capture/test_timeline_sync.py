"""Sound and pictures stay in step though their clocks differ and their time stamps shake."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glasses.capture.timeline import RateClock, Sound, TimeLine, stretched
from glasses.hw.base import AudioChunk

RATE_HZ, FPS, CHUNK = 48_000, 30, 4_800


class Drifting:
    """A camera and a microphone whose crystals are off by parts per million, and a scheduler that delays each time stamp."""

    def __init__(self, camera_ppm: float, microphone_ppm: float, jitter_s: float = 0.004, seed: int = 1) -> None:
        self.fps, self.rate_hz = FPS * (1 + camera_ppm / 1e6), RATE_HZ * (1 + microphone_ppm / 1e6)
        self._random, self._jitter_s = np.random.default_rng(seed), jitter_s
        self.ears = RateClock(RATE_HZ)
        self.line = TimeLine(FPS, RATE_HZ, self.ears)

    def late(self) -> float:
        return float(self._random.exponential(self._jitter_s))

    def sounds(self, seconds: float, pcm_of: npt.NDArray[np.int16]) -> list[Sound]:
        """All that is heard in so many true seconds, with the pictures seen meanwhile."""
        heard, frame = [], 0
        for first in range(0, int(seconds * self.rate_hz), CHUNK):
            ends_s = (first + CHUNK) / self.rate_hz
            while frame / self.fps <= ends_s:
                self.line.saw(frame, frame / self.fps + self.late())
                frame += 1
            chunk = AudioChunk(pcm_of[first : first + CHUNK].tobytes(), first, first / self.rate_hz + self.late())
            self.ears.observe(chunk.first_sample, chunk.at_s or 0.0)
            heard += self.line.heard(chunk)
        return heard


def clicks(rate_hz: float, seconds: int, every_s: int) -> npt.NDArray[np.int16]:
    """A click of 1 ms at each ``every_s`` true seconds, as this microphone hears it."""
    pcm = np.zeros(round(seconds * rate_hz) + CHUNK, np.int16)
    for at_s in range(every_s, seconds, every_s):
        begin = round(at_s * rate_hz)
        pcm[begin : begin + 48] = 20_000
    return pcm


def found(sounds: list[Sound]) -> list[float]:
    """Where on the time line clicks begin, in samples."""
    begins: list[float] = []
    for sound in sounds:
        loud = np.flatnonzero(sound.pcm > 8000)
        if len(loud) and (not begins or sound.first + loud[0] - begins[-1] > 4800):
            begins.append(float(sound.first + loud[0]))
    return begins


@pytest.mark.parametrize(("camera_ppm", "microphone_ppm"), [(0, 100), (100, 0), (-50, 50), (400, -300)])
def test_thirty_minutes_stay_within_twenty_milliseconds(camera_ppm: float, microphone_ppm: float) -> None:
    world = Drifting(camera_ppm, microphone_ppm)
    seconds, every_s = 1800, 10
    sounds = world.sounds(seconds, clicks(world.rate_hz, seconds, every_s))
    where = found(sounds)
    assert len(where) == seconds // every_s - 1
    wanted = np.arange(every_s, seconds, every_s) * world.fps / FPS * RATE_HZ  # the frame that was taken at the click
    off_ms = (np.array(where) - wanted) / RATE_HZ * 1000
    assert np.abs(off_ms).max() < 10.0, off_ms
    assert np.abs(off_ms[6:]).max() < 4.0
    assert all(a.end == b.first for a, b in pairwise(sounds)), "no sample is lost or doubled"


def test_without_alignment_the_same_clocks_drift_apart() -> None:
    """What the test above would see if nothing were done: 100 ppm are 180 ms in half an hour."""
    world = Drifting(0, 100)
    where = np.flatnonzero(clicks(world.rate_hz, 1800, 1790) > 8000)[0]
    assert abs(where - 1790 * RATE_HZ) / RATE_HZ > 0.15


def test_clocks_that_agree_leave_the_sound_as_it_is() -> None:
    world = Drifting(0, 0, jitter_s=0.0)
    pcm = np.random.default_rng(0).integers(-9000, 9000, 20 * RATE_HZ).astype(np.int16)
    sounds = world.sounds(20, pcm)
    assert np.array_equal(np.concatenate([sound.pcm for sound in sounds]), pcm)
    assert sounds[0].first == 0


def test_lost_sound_leaves_a_gap_of_its_length_and_not_a_shift() -> None:
    ears = RateClock(RATE_HZ)
    line = TimeLine(FPS, RATE_HZ, ears)
    sounds = []
    for n in range(60):
        line.saw(3 * n, n / 10)
        if not 20 <= n < 25:
            chunk = AudioChunk(np.full(CHUNK, n, np.int16).tobytes(), n * CHUNK, n / 10)
            ears.observe(chunk.first_sample, n / 10)
            sounds += line.heard(chunk)
    assert [sound.first for sound in sounds] == [n * CHUNK for n in range(60) if not 20 <= n < 25]


def test_sound_waits_for_the_first_picture_and_what_was_before_it_is_negative() -> None:
    ears = RateClock(RATE_HZ)
    line = TimeLine(FPS, RATE_HZ, ears)
    for n in range(100):
        chunk = AudioChunk(np.full(CHUNK, n, np.int16).tobytes(), n * CHUNK, n / 10)
        ears.observe(chunk.first_sample, n / 10)
        assert line.heard(chunk) == []
    line.saw(0, 9.95)
    chunk = AudioChunk(np.zeros(CHUNK, np.int16).tobytes(), 100 * CHUNK, 10.0)
    ears.observe(chunk.first_sample, 10.0)
    sounds = line.heard(chunk)
    assert sounds[-1].first == 2_400
    assert 48 <= len(sounds) <= 52  # five seconds wait at most


def test_a_microphone_that_is_opened_again_goes_on_where_it_is() -> None:
    ears = RateClock(RATE_HZ)
    line = TimeLine(FPS, RATE_HZ, ears)
    line.saw(0, 0.0)
    line.saw(1, 1 / FPS)
    for first, at_s in ((0, 0.0), (CHUNK, 0.1), (0, 5.0), (CHUNK, 5.1)):
        ears.observe(first, at_s)
        sounds = line.heard(AudioChunk(np.zeros(CHUNK, np.int16).tobytes(), first, at_s))
    assert sounds[0].first == pytest.approx(5.1 * RATE_HZ, abs=10)


@given(st.integers(1, 5000), st.integers(-9, 9))
@settings(deadline=None)
def test_stretching_keeps_the_shape(length: int, more: int) -> None:
    ramp = np.linspace(-20_000, 20_000, length).astype(np.int16)
    longer = stretched(ramp, max(1, length + more))
    assert len(longer) == max(1, length + more)
    assert np.all(np.diff(longer.astype(int)) >= 0)
    assert abs(int(longer[0]) - int(ramp[0])) <= 1
