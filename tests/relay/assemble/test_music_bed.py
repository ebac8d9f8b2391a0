"""Music under a film: how loud it is where, how loud the whole is, and that no picture is touched by it."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from relay.assemble import bed
from relay.assemble.audio import PEAK, RATE_HZ, TARGET_LUFS, integrated_lufs
from relay.assemble.cutlist import Candidate, choose
from relay.assemble.film import Bed, FilmFailedError, FilmPlan
from relay.assemble.render import render

SECOND = RATE_HZ


def tune(seconds: float, seed: int = 0) -> np.ndarray:
    """Plucked chords in stereo, two a second, with a hiss of strings: (2, samples) int16."""
    random, samples = np.random.default_rng(seed), round(seconds * RATE_HZ)
    made, times = np.zeros((2, samples)), np.arange(RATE_HZ) / RATE_HZ
    for start in range(0, samples, RATE_HZ // 2):
        for note in random.choice([220.0, 261.6, 329.6, 392.0, 440.0, 523.3], 3, replace=False):
            pluck = sum(np.sin(2 * np.pi * note * k * times) / k**1.5 for k in range(1, 6)) * np.exp(-3 * times)
            for side, share in enumerate(random.dirichlet([4, 4])):
                made[side, start : start + RATE_HZ] += share * pluck[: samples - start]
    made += random.normal(0, 0.01, made.shape)
    return (made / np.abs(made).max() * 20_000).astype(np.int16)


def written(path: Path, sound: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(np.ascontiguousarray(sound.T).tobytes())
    return path


def heard_in(film: Path) -> np.ndarray:
    with av.open(str(film)) as container:
        resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
        pieces = [piece.to_ndarray() for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate(pieces, axis=1)


def shares(mixed: np.ndarray, plain: np.ndarray, music: np.ndarray, start_s: float, end_s: float) -> tuple[float, float]:
    """How loud the film's own sound and the music are in ``mixed`` there, each against itself: by least squares, in decibels."""
    part = slice(round(start_s * SECOND), round(end_s * SECOND))
    known = np.stack([plain[:, part].ravel(), music[:, part].ravel()], axis=1).astype(np.float64)
    found = np.linalg.lstsq(known, mixed[:, part].ravel(), rcond=None)[0]
    own, under = (20 * float(np.log10(max(share, 1e-6))) for share in found)
    return own, under


@pytest.fixture(scope="module")
def spoken_film(tmp_path_factory, speak, recorded):
    """A title of 3 s, then a clip: 3 s of silence, words, 6 s of silence. With a tune under it, and without."""
    folder = tmp_path_factory.mktemp("spoken")
    words = speak("happy birthday my dear, the cake is on the table")
    quiet = np.zeros(3 * SECOND, np.int16)
    frames = (len(quiet) + len(words) + 6 * SECOND) // 1600
    clip = recorded(folder / "clip.mp4", 1, frames, heard=np.concatenate([quiet, words, np.zeros(6 * SECOND, np.int16)]))
    cut_list = choose([Candidate("clip", 0, frames)], max_duration_s=40)
    music = written(folder / "tune.wav", tune(60))
    spans = (3.0, 3.0 + len(words) / SECOND)
    shift_s = (cut_list.starts[0] - cut_list.cuts[0].in_frame) / 30
    plain, with_music = folder / "plain.mp4", folder / "music.mp4"
    render(FilmPlan(cut_list, "Birthday"), {"clip": clip}, plain)
    facts = render(FilmPlan(cut_list, "Birthday", bed=Bed(str(music), "x"), speech={"clip": [spans]}), {"clip": clip}, with_music)
    return plain, with_music, facts, music, tuple(at + shift_s for at in spans)


def test_the_bed_lies_low_under_words_and_comes_back_in_silence(spoken_film):
    plain, film, facts, music, (begun_s, done_s) = spoken_film
    mixed, own = heard_in(film), heard_in(plain)
    assert abs(mixed.shape[1] / SECOND - facts.duration_s) < 0.05
    reference = bed.decoded(music, mixed.shape[1])
    alone = shares(mixed, own, reference, 1.6, 2.8)[1]
    in_words = [shares(mixed, own, reference, at, at + 1)[1] for at in np.arange(begun_s, done_s - 1, 1.0)]
    after = shares(mixed, own, reference, done_s + 2.0, done_s + 2.8)[1]
    assert in_words == pytest.approx([alone - 20] * len(in_words), abs=1.5)
    assert after == pytest.approx(alone, abs=1.0)
    assert shares(mixed, own, reference, facts.duration_s - 0.3, facts.duration_s - 0.05)[1] < alone - 12, "it fades at the end"


def test_words_stand_more_than_twenty_decibels_above_the_bed(spoken_film):
    plain, film, _, music, (begun_s, done_s) = spoken_film
    mixed, own = heard_in(film), heard_in(plain)
    reference = bed.decoded(music, mixed.shape[1])
    part = slice(round(begun_s * SECOND), round(done_s * SECOND))
    words_db, music_db = shares(mixed, own, reference, begun_s, done_s)
    assert integrated_lufs(own[:, part]) + words_db - integrated_lufs(reference[:, part]) - music_db > 20


def test_the_whole_is_at_one_loudness_and_never_clips(spoken_film):
    _, film, _, _, _ = spoken_film
    mixed = heard_in(film)
    assert integrated_lufs(np.ascontiguousarray(mixed)) == pytest.approx(TARGET_LUFS, abs=0.7)
    assert np.abs(mixed).max() <= 1.0


def test_no_picture_is_touched_by_music(spoken_film):
    plain, film, *_ = spoken_film

    def pictures(path):
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.pts is not None]

    assert pictures(plain) == pictures(film)


def test_a_short_piece_is_played_again_without_a_hole():
    music = np.full((2, 5 * SECOND), 0.5, np.float32)
    again = bed.looped(music, 23 * SECOND)
    assert again.shape == (2, 23 * SECOND)
    power = again[0, : 22 * SECOND].reshape(-1, SECOND // 10)
    assert np.sqrt((power**2).mean(axis=1)).min() > 0.49, "nowhere quieter where it begins anew"
    assert np.array_equal(bed.looped(music, 2 * SECOND), music[:, : 2 * SECOND])
    assert bed.looped(np.ones((2, 30), np.float32), 100).shape == (2, 100)


def test_what_is_no_music_is_said(tmp_path):
    (tmp_path / "words.mp3").write_text("not music")
    with pytest.raises(FilmFailedError, match="music"):
        bed.decoded(tmp_path / "words.mp3", SECOND)


@given(
    heard=arrays(np.float32, st.integers(1, 400), elements=st.floats(-100, 0, width=32)),
    spans=st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4)).map(sorted), max_size=3),
)
def test_levels_are_low_in_words_in_range_and_without_jumps(heard, spans):
    levels = bed.bed_levels(heard, spans, len(heard) / 100)
    assert levels.shape == heard.shape
    assert levels.min() >= bed.UNDER_SPEECH_LU - 1e-3
    assert levels.max() <= bed.ALONE_LU + 1e-3
    for start_s, end_s in spans:
        inside = levels[round(start_s * 100) : round(end_s * 100)]
        assert (inside <= bed.UNDER_SPEECH_LU + 1e-3).all()
    steps = np.diff(levels)
    assert steps.min(initial=0) >= -bed.DOWN_DB_PER_S / 100 - 1e-2
    assert steps.max(initial=0) <= bed.UP_DB_PER_S / 100 + 1e-2


@given(arrays(np.float32, (2, 2000), elements=st.floats(-8, 8, width=32)))
def test_no_sample_is_beyond_the_peak(sound):
    assert np.abs(bed.limited(sound)).max() <= PEAK


def test_what_is_below_the_peak_is_left_alone():
    sound = np.full((2, 1000), 0.5, np.float32)
    assert np.array_equal(bed.limited(sound.copy()), sound)


def test_without_anybody_having_listened_all_that_is_heard_counts_as_words():
    loud = np.full(300, -20, np.float32)
    assert bed.bed_levels(loud, None, 3.0)[150] == pytest.approx(bed.UNDER_SPEECH_LU)
    assert bed.bed_levels(loud, [], 3.0)[150] == pytest.approx(bed.UNDER_SOUND_LU)
    assert bed.bed_levels(np.full(300, -90, np.float32), None, 3.0)[150] == pytest.approx(bed.ALONE_LU)
