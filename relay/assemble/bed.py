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
_AT_ONCE = 5 * RATE_HZ
_LIMIT_DOWN_DB_PER_S, _LIMIT_UP_DB_PER_S = 2_000.0, 60.0


def with_bed(film: Samples, bed: Samples, spoken: Sequence[Span] | None) -> Samples:
    """``film`` with ``bed`` (as long) under it, at the film's loudness and without a sample over the peak. Both are changed.

    ``spoken``: the seconds in which somebody speaks; None where nobody has listened: all that is heard counts as speech.
    """
    loudness = integrated_lufs(bed)
    levels = bed_levels(_heard(film), spoken, film.shape[1] / RATE_HZ) + min(TARGET_LUFS - loudness, MOST_BOOST_DB)
    _turn(bed, levels)
    _fade_ends(bed)
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
    peaks = np.concatenate([np.maximum(part.max(axis=(0, 2)), -part.min(axis=(0, 2))) for part in _in_steps(sound)])
    over = -20 * np.log10(np.maximum(peaks / PEAK, 1.0))
    if over.min(initial=0.0) < 0:
        spread = np.minimum(np.minimum(np.roll(over, 1), np.roll(over, -1)), over).astype(np.float32)
        _turn(sound, slewed(spread, _LIMIT_DOWN_DB_PER_S, _LIMIT_UP_DB_PER_S))
    return np.clip(sound, -PEAK, PEAK, out=sound)


def looped(music: Samples, samples: int) -> Samples:
    """``music`` cut to ``samples``, or played again and again, each time faded into the next with equal power."""
    length = music.shape[1]
    if length >= samples:
        return music[:, :samples]
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
    made, got = np.empty((2, samples), np.float32), 0
    try:
        with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
            resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
            for frame in container.decode(container.streams.audio[0]):
                for piece in resampler.resample(frame):
                    fitting = piece.to_ndarray()[:, : samples - got]
                    made[:, got : got + fitting.shape[1]] = fitting
                    got += fitting.shape[1]
                if got >= samples:
                    break
    except (av.FFmpegError, OSError, IndexError) as problem:
        raise FilmFailedError(f"its music cannot be read: {problem}") from problem
    if not got:
        raise FilmFailedError("its music holds no sound")
    return made[:, :got]


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
    power = np.concatenate([np.einsum("csk,csk->s", part, part) / (2 * part.shape[2]) for part in _in_steps(film)])
    total = np.concatenate([[0.0], np.cumsum(power, dtype=np.float64)])
    middle = np.arange(len(power))
    first, end = np.maximum(middle - _WINDOW_STEPS // 2, 0), np.minimum(middle + _WINDOW_STEPS // 2, len(power))
    mean = (total[end] - total[first]) / np.maximum(end - first, 1)
    return np.asarray(10 * np.log10(np.maximum(mean, 1e-10)), np.float32)


def _in_steps(sound: Samples) -> list[Samples]:
    """Views of it as [2, steps, samples of a step]: whole steps, and what is left as a last one. A film's sound is large: no copies."""
    whole = sound.shape[1] // _STEP * _STEP
    rest = [sound[:, None, whole:]] if whole < sound.shape[1] else []
    return [sound[:, :whole].reshape(2, -1, _STEP), *rest]


def _turn(sound: Samples, levels_db: Levels) -> None:
    """Louder or quieter by these decibels, one for each step, without jumps between them."""
    factors, steps = 10 ** (levels_db / 20), np.arange(len(levels_db))
    for first in range(0, sound.shape[1], _AT_ONCE):
        part = sound[:, first : first + _AT_ONCE]
        part *= np.interp((np.arange(first, first + part.shape[1]) + 0.5) / _STEP - 0.5, steps, factors).astype(np.float32)


def _fade_ends(sound: Samples) -> None:
    samples = sound.shape[1]
    rise, fall = (min(int(seconds * RATE_HZ), samples // 3) for seconds in (FADE_IN_S, FADE_OUT_S))
    sound[:, :rise] *= np.sin(np.linspace(0, np.pi / 2, rise, dtype=np.float32))
    sound[:, samples - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall, dtype=np.float32))
