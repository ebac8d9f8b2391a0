"""The simulated microphone: plays each scene's WAV, and whatever the wearer is made to say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import numpy as np

from glasses.hw.base import AudioChunk
from glasses.hw.sim.sound import open_wav

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from glasses.hw.sim.sound import Sound
    from glasses.hw.sim.world import World

CHUNK_SAMPLES = 4_800


class SimMicrophone:
    rate_hz = 48_000
    waits = True

    def __init__(self, world: World) -> None:
        self._world = world
        self._sound: tuple[str, Sound] | None = None
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
        self._end_sound()

    def _next(self, at_s: float) -> NDArray[np.int16]:
        scene, into_s = self._world.scene(at_s)
        begin = round(into_s * self.rate_hz)
        heard = np.zeros(CHUNK_SAMPLES, np.int32)
        if scene.sound and not self._world.over:
            piece = self._playing(scene.sound).piece(begin, CHUNK_SAMPLES)
            heard[: len(piece)] += piece
        said, self._said = self._said[:CHUNK_SAMPLES], self._said[CHUNK_SAMPLES:]
        heard[: len(said)] += said
        return np.clip(heard, -32768, 32767).astype(np.int16)

    def _playing(self, name: str) -> Sound:
        if self._sound is None or self._sound[0] != name:
            self._end_sound()
            self._sound = (name, self._opened(self._world.day.file(name)))
        return self._sound[1]

    def _opened(self, path: Path) -> Sound:
        return open_wav(path, self.rate_hz)

    def _end_sound(self) -> None:
        if self._sound is not None:
            self._sound[1].close()
            self._sound = None
