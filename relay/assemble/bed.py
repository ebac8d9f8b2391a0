"""Music under a film: as long as it, quieter where something is heard, quietest where somebody speaks, the whole at one loudness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from relay.assemble.audio import PEAK, RATE_HZ, TARGET_LUFS, Samples, integrated_lufs
from relay.assemble.cutlist import CutList
from relay.assemble.film import FilmFailedError, Span

Levels = npt.NDArray[np.float32]
"""Decibels, one for each hundredth of a second."""

ALONE_LU, UNDER_SOUND_LU, UNDER_SPEECH_LU = -4.0, -12.0, -24.0
"""How far below the film's loudness the bed lies. Under speech more than the 20 dB that WCAG 2.2 asks for (success criterion 1.4.7)."""
HEARD_DB, LOUD_DB = -50.0, -32.0
"""A film's own sound (RMS over 0.4 s) begins to push the bed down at the first, and does so wholly at the second."""
DOWN_DB_PER_S, UP_DB_PER_S = 40.0, 12.0
"""The bed is down when the first word comes: it begins to fall before it. It comes back slowly, so that it does not pump."""
LOOP_FADE_S, FADE_IN_S, FADE_OUT_S = 2.0, 1.5, 3.0
MOST_BOOST_DB = 20.0
_STEP = RATE_HZ // 100
_WINDOW_STEPS = 40
_LIMIT_DOWN_DB_PER_S, _LIMIT_UP_DB_PER_S = 2_000.0, 60.0


def with_bed(film: Samples, bed: Samples, spoken: Sequence[Span] | None) -> Samples:
    """``film`` with ``bed`` (as long) under it, at the film's loudness and without a sample over the peak. Both are changed.

    ``spoken``: the seconds in which somebody speaks; None where nobody has listened: all that is heard counts as speech.
    """
    loudness = integrated_lufs(bed)
    levels = bed_levels(_heard(film), spoken, film.shape[1] / RATE_HZ) + min(TARGET_LUFS - loudness, MOST_BOOST_DB)
    bed *= _by_sample(levels, bed.shape[1])
    bed *= _ends(bed.shape[1])
    film += bed
    film *= np.float32(10 ** ((TARGET_LUFS - integrated_lufs(film)) / 20))
    return limited(film)


def bed_levels(heard_db: Levels, spoken: Sequence[Span] | None, duration_s: float) -> Levels:
    """How loud the bed is, against the film's loudness, each hundredth of a second. Pure.

    ``heard_db``: how loud the film's own sound is there.
    """
    pressed = np.clip((heard_db - HEARD_DB) / (LOUD_DB - HEARD_DB), 0.0, 1.0)
    under = UNDER_SPEECH_LU if spoken is None else UNDER_SOUND_LU
    levels = (ALONE_LU + (under - ALONE_LU) * pressed).astype(np.float32)
    for start_s, end_s in spoken or ():
        levels[max(0, round(start_s * 100)) : max(0, round(min(end_s, duration_s) * 100))] = UNDER_SPEECH_LU
    return slewed(levels, DOWN_DB_PER_S, UP_DB_PER_S)


def slewed(levels: Levels, down_db_per_s: float, up_db_per_s: float) -> Levels:
    """The highest curve that is nowhere above ``levels`` and changes no faster than that: it falls before a dip, and rises after it."""
    steps = np.arange(len(levels), dtype=np.float32) / 100
    rising = np.minimum.accumulate(levels - up_db_per_s * steps) + up_db_per_s * steps
    falling = np.minimum.accumulate((rising + down_db_per_s * steps)[::-1])[::-1] - down_db_per_s * steps
    return falling.astype(np.float32)


def limited(sound: Samples) -> Samples:
    """No sample beyond ``PEAK``: turned down around the loudest ones, for some hundredths of a second. Changes ``sound``."""
    peaks = np.abs(_in_steps(sound)).max(axis=(0, 2))
    over = -20 * np.log10(np.maximum(peaks / PEAK, 1.0))
    if over.min(initial=0.0) < 0:
        spread = np.minimum(np.minimum(np.roll(over, 1), np.roll(over, -1)), over).astype(np.float32)
        sound *= _by_sample(slewed(spread, _LIMIT_DOWN_DB_PER_S, _LIMIT_UP_DB_PER_S), sound.shape[1])
    return np.clip(sound, -PEAK, PEAK, out=sound)


def looped(music: Samples, samples: int) -> Samples:
    """``music`` cut to ``samples``, or played again and again, each time faded into the next with equal power."""
    length = music.shape[1]
    if length >= samples:
        return music[:, :samples].copy()
    fade = min(int(LOOP_FADE_S * RATE_HZ), length // 3)
    rise = np.sin(np.linspace(0, np.pi / 2, fade, dtype=np.float32))
    made = np.zeros((2, samples), np.float32)
    for start in range(0, samples, length - fade):
        again = music.copy()
        if start:
            again[:, :fade] *= rise
        again[:, length - fade :] *= rise[::-1]
        end = min(start + length, samples)
        made[:, start:end] += again[:, : end - start]
    return made


def decoded(path: Path, samples: int) -> Samples:
    """The first ``samples`` of a file in stereo, all of it if it is shorter. Raises FilmFailedError."""
    pieces: list[Samples] = []
    got = 0
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
            for frame in container.decode(container.streams.audio[0]):
                for piece in resampler.resample(frame):
                    pieces.append(piece.to_ndarray().astype(np.float32, copy=False))
                    got += piece.samples
                if got >= samples:
                    break
    except (av.FFmpegError, OSError, IndexError) as problem:
        raise FilmFailedError(f"its music cannot be read: {problem}") from problem
    if not got:
        raise FilmFailedError("its music holds no sound")
    return np.concatenate(pieces, axis=1)[:, :samples]


def spoken_in(cut_list: CutList, speech: Mapping[str, Sequence[Span]]) -> list[Span] | None:
    """The seconds of the film in which somebody speaks, by those of its clips; None when no clip was listened to."""
    if not any(cut.video_id in speech for cut in cut_list.cuts):
        return None
    spans = []
    for cut, start in zip(cut_list.cuts, cut_list.starts, strict=True):
        shift_s, first_s, end_s = (start - cut.in_frame) / cut_list.fps, cut.in_frame / cut_list.fps, cut.out_frame / cut_list.fps
        within = [(max(begun_s, first_s), min(done_s, end_s)) for begun_s, done_s in speech.get(cut.video_id, ())]
        spans += [(begun_s + shift_s, done_s + shift_s) for begun_s, done_s in within if begun_s < done_s]
    return spans


def _heard(film: Samples) -> Levels:
    """Decibels (RMS over 0.4 s around it) of each hundredth of a second."""
    power = np.mean(_in_steps(film) ** 2, axis=(0, 2))
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    middle = np.arange(len(power))
    first, end = np.maximum(middle - _WINDOW_STEPS // 2, 0), np.minimum(middle + _WINDOW_STEPS // 2, len(power))
    mean = (total[end] - total[first]) / np.maximum(end - first, 1)
    return np.asarray(10 * np.log10(np.maximum(mean, 1e-10)), np.float32)


def _in_steps(sound: Samples) -> Samples:
    """[2, steps, samples of a step], the last one filled up with silence."""
    missing = -sound.shape[1] % _STEP
    return np.pad(sound, ((0, 0), (0, missing))).reshape(2, -1, _STEP)


def _by_sample(levels_db: Levels, samples: int) -> Samples:
    """Decibels of steps as a factor for each sample."""
    factors = (10 ** (levels_db / 20)).astype(np.float32)
    at = (np.arange(samples, dtype=np.float32) + 0.5) / _STEP - 0.5
    return np.interp(at, np.arange(len(factors), dtype=np.float32), factors).astype(np.float32)


def _ends(samples: int) -> Samples:
    """Factors that fade a bed in and out."""
    curve = np.ones(samples, np.float32)
    rise, fall = (min(int(seconds * RATE_HZ), samples // 3) for seconds in (FADE_IN_S, FADE_OUT_S))
    curve[:rise] = np.sin(np.linspace(0, np.pi / 2, rise, dtype=np.float32))
    curve[samples - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall, dtype=np.float32))
    return curve
