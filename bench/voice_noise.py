"""White, pink and babble noise, and speech mixed into it at a ratio."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
FLOOR = 8.0
"""Standard deviation of what a quiet room's microphone gives."""
Samples = npt.NDArray[np.int16]
Wave = npt.NDArray[np.float64]


def quiet(count: int, dice: np.random.Generator) -> Wave:
    return dice.normal(0, FLOOR, count)


def white(count: int, dice: np.random.Generator) -> Wave:
    return dice.normal(0, 1, count)


def pink(count: int, dice: np.random.Generator) -> Wave:
    """Power falls with 1/f, by shaping the spectrum of white noise."""
    spectrum = np.fft.rfft(dice.normal(0, 1, count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 20.0)
    return np.asarray(np.fft.irfft(spectrum / np.sqrt(frequency), count))


def babble(count: int, dice: np.random.Generator, speech: Wave, voices: int = 6) -> Wave:
    """``voices`` different places of one long speech at once."""
    starts = dice.integers(0, len(speech) - count, voices)
    return np.asarray(np.sum([speech[start : start + count] for start in starts], axis=0), np.float64)


def mixed(
    speech: Samples, noise: Wave | None, snr_db: float, level_db: float, lead_s: float, tail_s: float, dice: np.random.Generator
) -> Samples:
    """``speech`` at ``level_db`` of full scale over its active part, between a lead and a tail of the same noise."""
    lead, tail = round(lead_s * RATE_HZ), round(tail_s * RATE_HZ)
    wanted = 32768 * 10 ** (level_db / 20)
    clean = np.concatenate([np.zeros(lead), speech * (wanted / active_rms(speech)), np.zeros(tail)])
    sound = clean + quiet(len(clean), dice)
    if noise is not None:
        sound += noise * (wanted * 10 ** (-snr_db / 20) / float(np.sqrt(np.mean(noise**2))))
    return np.clip(sound, -32768, 32767).astype(np.int16)


def active_rms(speech: Samples) -> float:
    """Over the 20 ms frames that are not pauses (within 30 dB of the loudest)."""
    frames = speech[: len(speech) // 320 * 320].reshape(-1, 320).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() / 1000])))


def trimmed(speech: Samples) -> Samples:
    """Without the silence that a speaker puts before and after."""
    loud = np.flatnonzero(np.abs(speech.astype(np.int32)) > np.abs(speech).max() * 0.02)
    return speech[loud[0] : loud[-1] + 1] if len(loud) else speech
