"""Takes steady noise out of the sound before it is listened to: a Wiener filter that knows the noise by its quietest moments.

Gain by the decision-directed a-priori ratio of Ephraim and Malah (1984); noise by the minimum of the smoothed spectrum over the last
one to two seconds, as in Martin (2001). The gain has a high floor: what is left of the noise does less harm to recognition than holes
in the speech.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
FRAME, HOP = 512, 256
"""32 ms, each sample in two frames."""
DELAY_SAMPLES = FRAME
FLOOR = 0.3
REMEMBER = 0.96
"""How much of the a-priori ratio comes from the frame before."""
SMOOTH = 0.8
BIAS = 1.5
"""A minimum lies below the mean: by so much, the noise is more than its quietest moments."""
WINDOW_FRAMES = 60
"""About one second."""


class NoiseFilter:
    """16 kHz 16 bit mono in and out, as many samples as were given, ``DELAY_SAMPLES`` late."""

    def __init__(self) -> None:
        bins = FRAME // 2 + 1
        self._window = np.sqrt(np.hanning(FRAME + 1)[:FRAME])
        self._given = np.zeros(FRAME - HOP)
        self._overlap = np.zeros(HOP)
        self._ready = np.zeros(HOP)
        self._smoothed = np.zeros(bins)
        self._before = np.full(bins, np.inf)
        self._lowest = np.full(bins, np.inf)
        self._clean_power = np.zeros(bins)
        self._frames = 0

    def clean(self, pcm: bytes) -> bytes:
        samples = np.frombuffer(pcm, np.int16)
        sound = np.concatenate([self._given, samples])
        count = max(0, (len(sound) - HOP) // HOP)
        self._given = sound[count * HOP :]
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[: count * HOP : HOP] * self._window
            spectra = np.fft.rfft(frames)
            power = np.abs(spectra) ** 2
            gains = np.stack([self._gain(each) for each in power])
            self._put_together(np.fft.irfft(spectra * gains, FRAME) * self._window)
        out, self._ready = self._ready[: len(samples)], self._ready[len(samples) :]
        return np.clip(out, -32768, 32767).astype(np.int16).tobytes()

    def _gain(self, power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        noise = np.maximum(self._noise(power), 1.0)
        prior = REMEMBER * self._clean_power / noise + (1 - REMEMBER) * np.maximum(power / noise - 1, 0)
        gain = np.maximum(prior / (1 + prior), FLOOR)
        self._clean_power = gain**2 * power
        return np.asarray(gain)

    def _noise(self, power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        self._smoothed = power if self._frames == 0 else SMOOTH * self._smoothed + (1 - SMOOTH) * power
        if self._frames % WINDOW_FRAMES == 0:
            self._before, self._lowest = self._lowest, self._smoothed
        self._frames += 1
        self._lowest = np.minimum(self._lowest, self._smoothed)
        return np.asarray(BIAS * np.minimum(self._before, self._lowest))

    def _put_together(self, frames: npt.NDArray[np.float64]) -> None:
        pieces = [self._ready]
        for frame in frames:
            pieces.append(frame[:HOP] + self._overlap)
            self._overlap = frame[HOP:]
        self._ready = np.concatenate(pieces)
