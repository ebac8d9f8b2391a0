"""Plays a corpus to the product's own Listener, and notes what it made of each file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench import voice_noise as noise
from bench.voice_corpus import Names
from bench.voice_labels import Label, read_sound
from bench.voice_speakers import Samples, resampled
from glasses.bus import Bus, Subscription
from glasses.capture import phrases
from glasses.capture.listener import FOLLOW_S, Listener
from glasses.config import Voice
from glasses.events import IntentHeard, WakeHeard
from glasses.hw.base import AudioChunk
from models.store import ModelStore

RATE_HZ = 16_000
CHUNK_S = 0.1
BETWEEN_S = FOLLOW_S + 1.0
"""Quiet after each file: too long for the next one to correct or to insist on what was said in it."""


class Outcome(NamedTuple):
    label: Label
    woken: bool
    intents: list[str]
    request: str
    """The request's words as they were understood."""
    unsure: list[str]
    latency_s: float | None
    """From the end of the speech to the intent, the computing included."""
    length_s: float


class Ear:
    """One Listener and an endless day of sound."""

    def __init__(self, names: Names, rate_hz: int = RATE_HZ) -> None:
        self._names, self._rate_hz, self._at = names, rate_hz, 0
        self._bus = Bus()
        self._events: Subscription[IntentHeard | WakeHeard] = self._bus.subscribe(IntentHeard, WakeHeard)
        self._dice = np.random.default_rng(9)
        self._busy_until_s = 0.0
        self._listener = Listener(
            ModelStore().path("speech"), phrases.load("en"), Voice(), self._known, self._bus, rate_hz,
            ModelStore().path("spotter"),
        )  # fmt: skip

    async def open(self) -> None:
        await self._listener.open()

    async def judge(self, label: Label, sound: Samples) -> Outcome:
        begins, seen = self._at, []
        for heard in (sound, noise.quiet(round(BETWEEN_S * self._rate_hz), self._dice).astype(np.int16)):
            seen += await self.hear(heard)
        intents = [(event, at_s) for event, at_s in seen if isinstance(event, IntentHeard)]
        sure = [event for event, _ in seen if isinstance(event, WakeHeard) and event.sure]
        latency_s = None
        if intents and label.speech_end_s is not None:
            latency_s = intents[0][1] - begins / self._rate_hz - label.speech_end_s
        first = intents[0][0].intent if intents else None
        return Outcome(
            label, bool(sure or intents), [str(event.intent.name) for event, _ in intents], (first.text if first else ""),
            (first.unsure if first else []), latency_s, len(sound) / self._rate_hz,
        )  # fmt: skip

    async def hear(self, sound: Samples) -> list[tuple[IntentHeard | WakeHeard, float]]:
        """The events, each with the time of sound at which it came, and of computing: processor time, that others' work does not lengthen.

        What is still computed when the next piece of sound comes delays that piece.
        """
        step, seen = round(CHUNK_S * self._rate_hz), []
        for start in range(0, len(sound), step):
            piece = sound[start : start + step]
            began = time.process_time()
            await self._listener.hear(AudioChunk(piece.tobytes(), self._at))
            self._at += len(piece)
            starts_s = max(self._at / self._rate_hz, self._busy_until_s)
            self._busy_until_s = starts_s + time.process_time() - began
            while (event := self._events.poll()) is not None:
                seen.append((event, self._busy_until_s))
        return seen

    async def _known(self) -> tuple[list[str], list[str]]:
        return self._names.people, self._names.places


def judge_files(folder: Path, labels: list[Label], names: Names, tell: Callable[[Label], object]) -> list[Outcome]:
    """One after the other, by one Listener; ``tell`` is told of each."""

    async def judge_all() -> list[Outcome]:
        ear = Ear(names)
        await ear.open()
        outcomes = []
        for label in labels:
            outcomes.append(await ear.judge(label, read_sound(folder / label.file, RATE_HZ)))
            tell(label)
        return outcomes

    return asyncio.run(judge_all())


class Load(NamedTuple):
    cpu_share: float
    """Seconds of processor for each second of sound."""
    rss_mb: float


def measure_load(sound: Samples, names: Names, rate_hz: int) -> Load:
    """``sound`` is at ``rate_hz``, as the microphone gives it."""

    async def measure() -> Load:
        ear = Ear(names, rate_hz)
        await ear.open()
        await ear.hear(sound[: rate_hz * 2])
        began = time.process_time()
        await ear.hear(sound)
        return Load((time.process_time() - began) / (len(sound) / rate_hz), _rss_mb())

    return asyncio.run(measure())


def microphone_sound(folder: Path, labels: list[Label], length_s: float, rate_hz: int) -> Samples:
    """Speech of the corpus as a microphone of ``rate_hz`` would give it."""
    pieces, length = [], 0
    for label in labels:
        pieces.append(resampled(read_sound(folder / label.file, RATE_HZ), RATE_HZ, rate_hz))
        length += len(pieces[-1])
        if length >= length_s * rate_hz:
            break
    return np.concatenate(pieces)[: round(length_s * rate_hz)]


def _rss_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
