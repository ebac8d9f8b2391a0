"""From sound to intents: a small grammar listens all the time, and open requests are read again with the wearer's own words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from glasses.bus import Bus
from glasses.capture.intents import (
    Command,
    IntentReader,
    OpenRequest,
    Wake,
    better,
    command_grammar,
    request_grammar,
    request_intent,
)
from glasses.capture.phrases import Phrases
from glasses.clock import Clock
from glasses.config import Voice
from glasses.events import IntentHeard, WakeHeard
from glasses.hw.base import AudioChunk
from glasses.wire.tag import Word

if TYPE_CHECKING:
    import soxr

    from glasses.capture.gate import SpeechGate
    from models.speech import Recognizer, SpeechModel

log = logging.getLogger("glasses.listener")

RATE_HZ = 16_000
MEMORY_S = 20.0
"""How much sound is kept for reading again."""
BEFORE_S = 0.3
JOIN_S = 5.0
"""A command may follow its wake phrase, and a request its prefix, within this time."""
BREATH_S = 1.0
"""An open request is over after this much silence; a shorter one is a breath."""

Names = Callable[[], Awaitable[tuple[list[str], list[str]]]]
"""The wearer's people and places, as the relay told them."""


class Listener:
    def __init__(self, model_path: Path, phrases: Phrases, voice: Voice, names: Names, bus: Bus, clock: Clock, heard_rate_hz: int) -> None:
        self._model_path, self._phrases, self._voice = model_path, phrases, voice
        self._names, self._bus, self._clock, self._heard_rate_hz = names, bus, clock, heard_rate_hz
        self._reader = IntentReader(phrases, voice.wake_phrases, voice.least_confidence)
        self._model: SpeechModel | None = None
        self._recognizer: Recognizer | None = None
        self._resampler: soxr.ResampleStream | None = None
        self._sound = SoundMemory(MEMORY_S)
        self._pending: list[Word] = []
        self._request: OpenRequest | None = None
        self._gate: SpeechGate | None = None
        self._heard_s = self._spoke_s = 0.0
        self._patience_s = BREATH_S

    async def open(self) -> None:
        """Load the model; a second or so. Raises ModelMissingError."""
        await asyncio.to_thread(self._load)

    async def hear(self, chunk: AudioChunk) -> None:
        ended = await asyncio.to_thread(self._accept, chunk)
        if ended:
            self._utterance(ended)
        if self._request is not None and self._heard_s - self._spoke_s >= self._patience_s:
            request, self._request = self._request, None
            await self._read_again(request)

    def _load(self) -> None:
        import soxr

        from glasses.capture.gate import SpeechGate
        from models.speech import SpeechModel

        self._model, self._gate = SpeechModel(self._model_path), SpeechGate()
        self._recognizer = self._model.recognizer(RATE_HZ, command_grammar(self._phrases, self._voice.wake_phrases))
        self._resampler = soxr.ResampleStream(self._heard_rate_hz, RATE_HZ, 1, dtype="int16", quality="HQ")

    def _accept(self, chunk: AudioChunk) -> list[Word] | None:
        """The words of an utterance that has just ended, or None."""
        import numpy as np

        assert self._recognizer is not None, "open comes first"  # noqa: S101  # a mistake of the caller's
        assert self._resampler is not None, "open comes first"  # noqa: S101  # a mistake of the caller's
        pcm = self._resampler.resample_chunk(np.frombuffer(chunk.pcm, np.int16)).tobytes()
        self._sound.add(pcm)
        self._heard_s = (chunk.first_sample + len(chunk.pcm) // 2) / self._heard_rate_hz
        if self._gate is not None and self._gate.speech_in(pcm):
            self._spoke_s, self._patience_s = self._heard_s, BREATH_S
        return self._recognizer.result().words if self._recognizer.accept(pcm) else None

    def _utterance(self, words: list[Word]) -> None:
        if self._request is not None:
            return
        joined = [*self._pending, *words] if self._fresh(words[0].start_s) else words
        self._pending = []
        log.debug("heard: %s", " ".join(word.word for word in joined))
        reading = self._reader.read(joined)
        if isinstance(reading, Wake):
            self._pending = joined
            self._bus.publish(WakeHeard())
        elif isinstance(reading, Command):
            self._bus.publish(IntentHeard(reading.intent, joined[0].start_s))
        elif isinstance(reading, OpenRequest):
            self._request, self._spoke_s = reading, self._heard_s
            self._patience_s = BREATH_S if reading.has_rest else JOIN_S

    def _fresh(self, starts_s: float) -> bool:
        return bool(self._pending) and starts_s - self._pending[-1].end_s <= JOIN_S

    async def _read_again(self, request: OpenRequest) -> None:
        people, places = await self._names()
        grammar = request_grammar(self._phrases, self._voice.wake_phrases, people, places)
        sound = self._sound.since(request.start_s - BEFORE_S)
        listed = await asyncio.to_thread(self._read, sound, grammar)
        free = await asyncio.to_thread(self._read, sound, None)
        words = better(self._reader.without_wake(listed), self._reader.without_wake(free))
        log.debug("read again: listed %r, free %r", _text(listed), _text(free))
        if len(words) > len(request.prefix.split()):
            self._bus.publish(IntentHeard(request_intent(request.name, words), request.start_s))

    def _read(self, sound: bytes, grammar: list[str] | None) -> list[Word]:
        assert self._model is not None, "open comes first"  # noqa: S101  # a mistake of the caller's
        recognizer = self._model.recognizer(RATE_HZ, grammar)
        words: list[Word] = []
        for at in range(0, len(sound), RATE_HZ // 5 * 2):
            if recognizer.accept(sound[at : at + RATE_HZ // 5 * 2]):
                words += recognizer.result().words
        return words + recognizer.final().words


class SoundMemory:
    """The last seconds of 16 kHz sound, addressed by seconds since the start."""

    def __init__(self, length_s: float) -> None:
        self._limit_bytes = round(length_s * RATE_HZ) * 2
        self._held = bytearray()
        self._first_byte = 0

    def add(self, pcm: bytes) -> None:
        self._held += pcm
        surplus = len(self._held) - self._limit_bytes
        if surplus > 0:
            del self._held[:surplus]
            self._first_byte += surplus

    def since(self, start_s: float) -> bytes:
        wanted = max(0, round(start_s * RATE_HZ)) * 2
        return bytes(self._held[max(0, wanted - self._first_byte) :])


def _text(words: list[Word]) -> str:
    return " ".join(word.word for word in words)
