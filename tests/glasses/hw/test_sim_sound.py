"""What the simulated microphone plays, against the whole file read at once."""

from __future__ import annotations

import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.errors import HardwareUnknownError
from glasses.hw.sim.sound import open_wav, read_wav

LENGTH = 1_000
FAR = 2 * LENGTH


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("sound") / "a.wav", 8_000, LENGTH)


@given(rate_hz=st.sampled_from([8_000, 16_000]), first=st.integers(0, FAR), count=st.integers(0, FAR))
def test_a_piece_is_a_piece_of_the_whole(played: Path, rate_hz: int, first: int, count: int) -> None:
    sound = open_wav(played, rate_hz)
    try:
        assert np.array_equal(sound.piece(first, count), read_wav(played, rate_hz)[first : first + count])
    finally:
        sound.close()


def test_a_long_sound_is_not_held(tmp_path: Path) -> None:
    long = written(tmp_path / "long.wav", 48_000, 48_000 * 60)
    tracemalloc.start()
    try:
        sound = open_wav(long, 48_000)
        sound.piece(48_000 * 30, 4_800)
        held = tracemalloc.get_traced_memory()[1]
        sound.close()
    finally:
        tracemalloc.stop()
    assert held < long.stat().st_size / 10


@pytest.mark.parametrize("content", [b"", b"RIFF no wave", None])
def test_what_is_no_sound_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HardwareUnknownError, match=r"a\.wav"):
        open_wav(path, 48_000)


def test_two_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HardwareUnknownError, match="16 bit mono"):
        open_wav(written(tmp_path / "a.wav", 48_000, 10, channels=2), 48_000)


def written(path: Path, rate_hz: int, length: int, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.random.default_rng(length).integers(-9_000, 9_000, length * channels, np.int16).tobytes())
    return path
