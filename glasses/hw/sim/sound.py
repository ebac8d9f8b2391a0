"""What a simulated microphone plays: a WAV read as it goes, or samples that are held."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from glasses.errors import HardwareUnknownError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sound(Protocol):
    def piece(self, first: int, count: int) -> NDArray[np.int16]:
        """Up to ``count`` samples from ``first`` on; fewer where the sound ends."""
        ...

    def close(self) -> None: ...


class HeldSound:
    def __init__(self, samples: NDArray[np.int16]) -> None:
        self._samples = samples

    def piece(self, first: int, count: int) -> NDArray[np.int16]:
        return self._samples[first : first + count]

    def close(self) -> None:
        self._samples = np.zeros(0, np.int16)  # a slice would hold all of it


class FileSound:
    """Holds no more than is asked for: ten minutes at 48 kHz are 58 MB, much of a small board's memory."""

    def __init__(self, path: Path, file: wave.Wave_read) -> None:
        self._path, self._file = path, file

    def piece(self, first: int, count: int) -> NDArray[np.int16]:
        """Raises HardwareUnknownError when the file cannot be read any more."""
        self._file.setpos(min(first, self._file.getnframes()))
        return _samples(self._path, self._file, count)

    def close(self) -> None:
        self._file.close()


def open_wav(path: Path, rate_hz: int) -> Sound:
    """A 16 bit mono WAV, to be played at ``rate_hz``. Raises HardwareUnknownError for any other file."""
    file = _opened(path)
    if file.getframerate() == rate_hz:
        return FileSound(path, file)
    file.close()
    return HeldSound(read_wav(path, rate_hz))


def read_wav(path: Path, rate_hz: int) -> NDArray[np.int16]:
    """All of a 16 bit mono WAV at ``rate_hz``. Raises HardwareUnknownError for any other file."""
    with _opened(path) as file:
        samples, found_hz = _samples(path, file, file.getnframes()), file.getframerate()
    if found_hz == rate_hz:
        return samples
    import soxr

    resampled: NDArray[np.int16] = soxr.resample(samples, found_hz, rate_hz)
    return resampled


def _opened(path: Path) -> wave.Wave_read:
    try:
        file: wave.Wave_read = wave.open(str(path))  # noqa: SIM115  # whoever asked closes it
    except (OSError, wave.Error, EOFError) as problem:
        raise HardwareUnknownError(f"{path}: {problem}") from problem
    if (file.getnchannels(), file.getsampwidth()) != (1, 2):
        file.close()
        raise HardwareUnknownError(f"{path}: the sound must be 16 bit mono")
    return file


def _samples(path: Path, file: wave.Wave_read, count: int) -> NDArray[np.int16]:
    try:
        return np.frombuffer(file.readframes(count), np.int16)
    except (OSError, wave.Error, EOFError, ValueError) as problem:
        raise HardwareUnknownError(f"{path}: {problem}") from problem
