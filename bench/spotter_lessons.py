"""Sound to learn from: spoken lines at many levels, speeds, rooms and noises, as rows of the speech embedding."""

from __future__ import annotations

import itertools
import json
import random
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr

from bench import spotter_script as script
from bench import voice_noise as noise
from bench import voice_script
from bench.voice_speakers import Samples, Speaker, say_all
from glasses.capture import phrases
from models.spotter import LABELS, Embedder

RATE_HZ = 16_000
LENGTH_S = 4.2
"""Of one piece; a longer sentence is cut."""


NOISELESS_DB, ALL_DB, PAIRS_DB = 26.0, 31.0, 48.0
"""Noise is left out from the first on: of lines of all kinds in a sixth, of pairs in nearly half."""


class Job(NamedTuple):
    models: Path
    speaker: Speaker
    number: int
    lines: int
    takes: int
    """How often each line is heard, each time in other noise."""
    seed: int
    kind: str = "lines"
    """Of ``spotter_script.KINDS``: all sorts, or such as differ from the wake phrase by one sound."""
    background: Path | None = None
    """Other speakers' talk, for babble; without it the speaker's own lines."""

    @property
    def file(self) -> str:
        return f"{self.seed}-{self.number:03d}.npz"


class Lessons(NamedTuple):
    features: npt.NDArray[np.float16]
    """(pieces, steps, features)."""
    labels: npt.NDArray[np.bool_]
    """(pieces, labels)."""
    ratios_db: npt.NDArray[np.float32]
    """(pieces): speech over noise; infinite without noise."""
    lines: npt.NDArray[np.str_]

    @classmethod
    def read(cls, files: list[Path]) -> Lessons:
        read = [np.load(file) for file in files]
        return cls(*(np.concatenate([each[name] for each in read]) for name in cls._fields))


def learn(job: Job) -> Lessons:
    """What one speaker says."""
    dice, chance = random.Random(f"{job.seed} {job.number}"), np.random.default_rng([job.seed, job.number])  # noqa: S311  # lessons
    embedder = Embedder(job.models)
    lines = script.KINDS[job.kind](phrases.load("en"), dice)
    chosen = list(itertools.islice(lines, job.lines))
    said = [noise.trimmed(each) for each in say_all(job.speaker, [line.text for line in chosen])]
    others = list(np.load(job.background, mmap_mode="r")) if job.background else said
    loudest_db = ALL_DB if job.kind == "lines" else PAIRS_DB
    features, labels, ratios_db, texts = [], [], [], []
    for line, speech in zip(chosen, said, strict=True):
        for _ in range(job.takes):
            sound, ratio_db = take(speech, others, dice, chance, loudest_db)
            features.append(embedder.features(sound).astype(np.float16))
            labels.append([label in line.labels for label in LABELS])
            ratios_db.append(ratio_db)
            texts.append(line.text)
    return Lessons(np.stack(features), np.array(labels), np.array(ratios_db, np.float32), np.array(texts, "U100"))


def take(
    speech: Samples, others: list[Samples], dice: random.Random, chance: np.random.Generator, best_db: float = ALL_DB
) -> tuple[Samples, float]:  # fmt: skip
    """One hearing of ``speech``, ``LENGTH_S`` long, at 0 to ``best_db`` above the noise or without noise; and how far above."""
    count = round(LENGTH_S * RATE_HZ)
    speed = dice.uniform(0.88, 1.14)
    heard = soxr.resample(speech.astype(np.float32), RATE_HZ * speed, RATE_HZ)
    heard = _coloured(_in_room(heard, dice, chance), dice)[:count]
    lead = round(dice.uniform(0, 1) * max(0, count - len(heard)))
    wanted = 32768 * 10 ** (dice.uniform(-34, -14) / 20)
    sound = np.zeros(count)
    sound[lead : lead + len(heard)] = heard * (wanted / max(1.0, noise.active_rms(heard.astype(np.int16))))
    ratio_db = dice.uniform(0, best_db)
    if ratio_db < NOISELESS_DB:
        around = _noise(count, others, dice, chance)
        sound += around * (wanted * 10 ** (-ratio_db / 20) / float(np.sqrt(np.mean(around**2)) + 1e-9))
    sound += noise.quiet(count, chance) * dice.uniform(0, 2)
    return np.clip(sound, -32768, 32767).astype(np.int16), ratio_db if ratio_db < NOISELESS_DB else float("inf")


def _in_room(speech: npt.NDArray[np.float32], dice: random.Random, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    if dice.random() < 0.6:
        return speech.astype(np.float64)
    tail = round(dice.uniform(0.05, 0.25) * RATE_HZ)
    response = chance.normal(0, 1, tail) * np.exp(-np.arange(tail) / (tail / 5)) * dice.uniform(0.01, 0.06)
    response[0] = 1
    size = len(speech) + tail
    return np.asarray(np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(response, size), size))


def _coloured(speech: npt.NDArray[np.float64], dice: random.Random) -> npt.NDArray[np.float64]:
    """A microphone's own curve: a slope over the octaves, and sometimes no more than a telephone's band."""
    spectrum = np.fft.rfft(speech)
    octave = np.log2(np.maximum(np.fft.rfftfreq(len(speech), 1 / RATE_HZ), 60) / 1000)
    spectrum *= 10 ** (dice.uniform(-2.5, 2.5) * octave / 20)
    if dice.random() < 0.1:
        spectrum[octave > 1.8] *= 0.02
    return np.asarray(np.fft.irfft(spectrum, len(speech)))


def _noise(count: int, others: list[Samples], dice: random.Random, chance: np.random.Generator) -> noise.Wave:
    kind = dice.choice(["white", "pink", "brown", "babble", "babble", "band"])
    if kind == "white":
        return noise.white(count, chance)
    if kind == "babble":
        return _babble(count, others, dice)
    spectrum = np.fft.rfft(chance.normal(0, 1, count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 20.0)
    if kind == "band":
        centre = dice.uniform(200, 4000)
        return np.asarray(np.fft.irfft(spectrum / (1 + ((frequency - centre) / (centre / 2)) ** 2), count))
    return np.asarray(np.fft.irfft(spectrum / frequency ** (0.5 if kind == "pink" else 1.0), count))


def _babble(count: int, others: list[Samples], dice: random.Random) -> noise.Wave:
    sound = np.zeros(count)
    for _ in range(dice.randint(3, 8)):
        run = dice.choice(others)
        while len(run) <= count:
            run = np.concatenate([run, dice.choice(others)])
        start = dice.randrange(len(run) - count)
        piece = run[start : start + count].astype(np.float64)
        sound += piece / (np.sqrt(np.mean(piece**2)) + 1) * 10 ** (dice.uniform(-6, 0) / 20)
    return sound


def talked(speaker_and_seed: tuple[Speaker, int]) -> Samples:
    """Half a minute of one speaker's talk, pauses as people make them."""
    speaker, seed = speaker_and_seed
    dice, wanted = random.Random(f"{seed} {speaker.name}"), 30 * RATE_HZ  # noqa: S311  # lessons
    pieces: list[Samples] = []
    for said in say_all(speaker, list(itertools.islice(voice_script.talk(dice), 14))):
        speech = noise.trimmed(said)
        pieces += [(speech * (3000 / noise.active_rms(speech))).clip(-32768, 32767).astype(np.int16)]
        pieces += [np.zeros(round(dice.uniform(0.05, 0.5) * RATE_HZ), np.int16)]
    sound = np.concatenate(pieces)
    return np.asarray(np.resize(sound, wanted))


def background(speakers: list[Speaker], seed: int, file: Path, processes: int) -> Path:
    """Their talk, one row each, as a file; what is there is kept."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            np.save(file, np.stack(list(pool.map(talked, [(speaker, seed) for speaker in speakers]))))
    return file


def gather(jobs: list[Job], folder: Path, processes: int) -> None:
    """Each speaker's lessons as a file of ``folder``; what is there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [job for job in jobs if not (folder / job.file).exists()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for job, lessons in zip(missing, pool.map(learn, missing), strict=True):
            np.savez(folder / job.file, **lessons._asdict())
            print(json.dumps({"speaker": job.speaker.name, "pieces": len(lessons.labels)}), flush=True)
