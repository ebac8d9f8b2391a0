"""The simulated microphone: plays each scene's WAV, and whatever the wearer is made to say."""

from __future__ import annotations

import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glasses.errors import HardwareUnknownError
from glasses.hw.base import AudioChunk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from glasses.hw.sim.world import World

CHUNK_SAMPLES = 4_800


class SimMicrophone:
    rate_hz = 48_000

    def __init__(self, world: World) -> None:
        self._world = world
        self._sounds: dict[str, NDArray[np.int16]] = {}
        self._said: NDArray[np.int16] = np.zeros(0, np.int16)

    async def chunks(self) -> AsyncIterator[AudioChunk]:
        first = round(self._world.stream_s * self.rate_hz)  # opened again, it hears what is to be heard now
        while True:
            pcm = self._next(first / self.rate_hz)
            await self._world.pass_time(CHUNK_SAMPLES / self.rate_hz)
            yield AudioChunk(pcm.tobytes(), first, first / self.rate_hz)
            first += CHUNK_SAMPLES

    def say(self, samples: NDArray[np.int16]) -> None:
        """Mix these samples in from now on, after what is still being said."""
        self._said = np.concatenate([self._said, samples])

    async def close(self) -> None:
        self._sounds.clear()

    def _next(self, at_s: float) -> NDArray[np.int16]:
        scene, into_s = self._world.scene(at_s)
        begin = round(into_s * self.rate_hz)
        heard = np.zeros(CHUNK_SAMPLES, np.int32)
        if scene.sound and not self._world.over:
            piece = self._sound(scene.sound)[begin : begin + CHUNK_SAMPLES]
            heard[: len(piece)] += piece
        said, self._said = self._said[:CHUNK_SAMPLES], self._said[CHUNK_SAMPLES:]
        heard[: len(said)] += said
        return np.clip(heard, -32768, 32767).astype(np.int16)

    def _sound(self, name: str) -> NDArray[np.int16]:
        if name not in self._sounds:
            self._sounds = {name: self._load(self._world.day.file(name))}
        return self._sounds[name]

    def _load(self, path: Path) -> NDArray[np.int16]:
        return read_wav(path, self.rate_hz)


def read_wav(path: Path, rate_hz: int) -> NDArray[np.int16]:
    """A 16 bit mono WAV as samples at ``rate_hz``. Raises HardwareUnknownError for any other file."""
    try:
        with wave.open(str(path)) as sound:
            if (sound.getnchannels(), sound.getsampwidth()) != (1, 2):
                raise HardwareUnknownError(f"{path}: the sound must be 16 bit mono")
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
            found_hz = sound.getframerate()
    except (OSError, wave.Error, EOFError) as problem:
        raise HardwareUnknownError(f"{path}: {problem}") from problem
    if found_hz == rate_hz:
        return samples
    import soxr

    resampled: NDArray[np.int16] = soxr.resample(samples, found_hz, rate_hz)
    return resampled
