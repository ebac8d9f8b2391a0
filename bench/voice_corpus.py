"""A corpus of WAVs and ``labels.jsonl``: read from a folder, or made from synthetic speakers, noise and a script."""

from __future__ import annotations

import itertools
import json
import random
import wave
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
import numpy as np

from bench import voice_noise as noise
from bench import voice_script as script
from bench.voice_labels import CLEAN, LABELS, Label
from bench.voice_speakers import RATE_HZ, Samples, Speaker, say_all, speakers
from glasses.hw.sim.sound import read_wav

NOISES = ["white", "pink", "babble"]
SNRS_DB: list[float | str] = [CLEAN, 20, 10, 5, 0]
NAMES = "names.json"
NEAR_SNRS_DB = [20, 10, 5]
NEAR_IN_NOISE = 3
"""Of so many near-misses one is said in noise too."""
MADE = 2
"""Goes up with what a corpus is made of: one that was made otherwise is not used again."""
TALK_S = 120.0
"""Length of one file of other speech."""
HUMAN = Path("/usr/share/pocketsphinx/test/data")
"""Where Debian's package pocketsphinx-testdata puts its recordings of people."""
LEAD_S, TAIL_S = 0.8, 1.2


class Names(msgspec.Struct):
    """The wearer's own words, as the relay would have told them."""

    people: list[str] = []
    places: list[str] = []


def read_names(folder: Path) -> Names | None:
    path = folder / NAMES
    return msgspec.json.decode(path.read_bytes(), type=Names) if path.exists() else None


def make(folder: Path, each: int, hours: float, seed: int = 1) -> Path:
    """``each`` commands and ``each`` requests in every condition, and ``hours`` of other speech. Made once, kept in ``folder``."""
    made = folder / f"seed{seed}-each{each}-hours{hours:g}-speakers{len(speakers())}-{MADE}"
    if (made / LABELS).exists():
        return made
    made.mkdir(parents=True, exist_ok=True)
    (made / NAMES).write_text(json.dumps({"people": script.PEOPLE, "places": script.PLACES}))
    labels = [*_talk(made, hours, seed), *_near_misses(made, seed), *_near_in_noise(made, seed), *_positives(made, each, seed)]
    (made / LABELS).write_bytes(b"\n".join(msgspec.json.encode(label) for label in labels) + b"\n")
    return made


def people() -> list[Label]:
    """Recordings of people who say nothing to the glasses, where their package is installed. Their paths are absolute."""
    return [Label(str(path)) for path in sorted(HUMAN.rglob("*.wav"))]


def _talk(made: Path, hours: float, seed: int) -> Iterator[Label]:
    """Files of one speaker each; every third one in the noise of the others."""
    who = speakers()
    jobs = [(made, number, who[number % len(who)], seed) for number in range(max(1, round(hours * 3600 / TALK_S)))]
    with ProcessPoolExecutor(2) as pool:
        yield from pool.map(_talk_file, jobs)


def _talk_file(job: tuple[Path, int, Speaker, int]) -> Label:
    made, number, speaker, seed = job
    dice, chance = random.Random(f"talk {seed} {number}"), np.random.default_rng([seed, number])  # noqa: S311  # a corpus, not a secret
    pieces: list[Samples] = []
    length, wanted = 0, round(TALK_S * RATE_HZ)
    talk = script.talk(dice)
    while length < wanted:
        for said in say_all(speaker, list(itertools.islice(talk, 10))):
            pieces.append(np.concatenate([noise.trimmed(said), np.zeros(round(dice.uniform(0.1, 0.9) * RATE_HZ), np.int16)]))
            length += len(pieces[-1])
    speech = np.concatenate(pieces)[:wanted]
    level = dice.uniform(-32, -18)
    sound = noise.mixed(speech, None, 0, level, 0, 0, chance)
    name = f"talk-{number:04d}.wav"
    write_wav(made / name, sound)
    return Label(name)


def _near_misses(made: Path, seed: int) -> Iterator[Label]:
    dice, chance = random.Random(f"near {seed}"), np.random.default_rng([seed, 77])  # noqa: S311  # a corpus, not a secret
    for index, speaker in enumerate(speakers()):
        for number, said in enumerate(say_all(speaker, script.NEAR_MISSES)):
            name = f"near-{index:02d}-{number:02d}.wav"
            write_wav(made / name, noise.mixed(noise.trimmed(said), None, 0, dice.uniform(-32, -18), LEAD_S, TAIL_S, chance))
            yield _near(name, number)


def _near_in_noise(made: Path, seed: int) -> Iterator[Label]:
    dice, chance = random.Random(f"near in noise {seed}"), np.random.default_rng([seed, 78])  # noqa: S311  # a corpus, not a secret
    background = _background(made)
    for index, speaker in enumerate(speakers()):
        chosen = range((index + seed) % NEAR_IN_NOISE, len(script.NEAR_MISSES), NEAR_IN_NOISE)
        for number, said in zip(chosen, say_all(speaker, [script.NEAR_MISSES[number] for number in chosen]), strict=True):
            snr_db, kind = NEAR_SNRS_DB[(index + number // NEAR_IN_NOISE) % len(NEAR_SNRS_DB)], dice.choice(NOISES)
            trimmed = noise.trimmed(said)
            sound = _noise(kind, _framed(trimmed), background, chance)
            name = f"near-{index:02d}-{number:02d}-{snr_db}.wav"
            write_wav(made / name, noise.mixed(trimmed, sound, snr_db, dice.uniform(-30, -18), LEAD_S, TAIL_S, chance))
            yield msgspec.structs.replace(_near(name, number), snr_db=float(snr_db), noise=kind)


def _near(name: str, number: int) -> Label:
    return Label(name, near=True, woken=any(wake in script.NEAR_MISSES[number] for wake in script.WAKES))


def _positives(made: Path, each: int, seed: int) -> Iterator[Label]:
    dice, chance = random.Random(f"say {seed}"), np.random.default_rng([seed, 5])  # noqa: S311  # a corpus, not a secret
    background, who = _background(made), speakers()
    commands, requests = script.commands(), script.requests(dice)
    wanted: list[tuple[Speaker, str, Label]] = []
    for number in range(each):
        speaker = who[number % len(who)]
        intent, phrase = next(commands)
        wanted.append((speaker, f"{dice.choice(script.WAKES)}, {phrase}", Label("", intent, {}, unlisted=False)))
        request = next(requests)
        label = Label("", request.intent, request.slots, unlisted=request.unlisted)
        wanted.append((speaker, f"{dice.choice(script.WAKES)}, {request.text}", label))
    for speaker in who:
        group = [(text, label) for each_speaker, text, label in wanted if each_speaker == speaker]
        for number, ((_, label), said) in enumerate(zip(group, say_all(speaker, [text for text, _ in group]), strict=True)):
            yield from _in_noise(made, f"{speaker.name}-{number:03d}", noise.trimmed(said), label, background, dice, chance)


def _in_noise(
    made: Path, stem: str, said: Samples, label: Label, background: noise.Wave, dice: random.Random, chance: np.random.Generator
) -> Iterator[Label]:
    for snr_db in SNRS_DB:
        kind = "" if snr_db == CLEAN else dice.choice(NOISES)
        sound = _noise(kind, _framed(said), background, chance)
        level = dice.uniform(-30, -18)
        mixed = noise.mixed(said, sound, 0 if snr_db == CLEAN else float(snr_db), level, LEAD_S, TAIL_S, chance)
        name = f"say-{stem}-{snr_db}.wav"
        write_wav(made / name, mixed)
        end_s = LEAD_S + len(said) / RATE_HZ
        yield msgspec.structs.replace(label, file=name, snr_db=snr_db, speech_end_s=round(end_s, 3), noise=kind)


def _framed(said: Samples) -> int:
    """Samples of what is said with the time before and after it."""
    return len(said) + round(LEAD_S * RATE_HZ) + round(TAIL_S * RATE_HZ)


def _background(made: Path) -> noise.Wave:
    """What babble is made of."""
    return np.concatenate([read_wav(path, RATE_HZ) for path in sorted(made.glob("talk-*.wav"))[:8]]).astype(np.float64)


def _noise(kind: str, count: int, background: noise.Wave, chance: np.random.Generator) -> noise.Wave | None:
    if kind == "babble":
        return noise.babble(count, chance, background)
    return {"white": noise.white, "pink": noise.pink}[kind](count, chance) if kind else None


def write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
