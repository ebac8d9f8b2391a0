"""Whether what was read is done: the recogniser's reading, the spotter's opinion, and a closer look at the wake phrase's own sound."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from glasses.capture.insisting import Doubted
from glasses.capture.intents import Command, IntentReader, Nothing, OpenRequest, Reading
from glasses.capture.judgement import (
    COMPARED_DB,
    ENOUGH,
    INSISTED,
    NOISY_DB,
    QUIET_DB,
    SURE,
    WAKE_S,
    is_another,
    is_certain,
    judged,
    name_of,
)
from glasses.capture.phrases import Phrases
from glasses.capture.sound import SoundMemory, speech_to_noise_db
from glasses.wire.tag import Word

if TYPE_CHECKING:
    from glasses.capture.rereading import Rereading
    from glasses.capture.spotting import Spotted

log = logging.getLogger("glasses.believing")

AROUND_S = 0.12
"""How much more than the wake phrase is heard when it is heard alone."""


class Believing:
    """For as long as one microphone is open."""

    def __init__(
        self, reader: IntentReader, phrases: Phrases, wake_phrase: str, rereading: Rereading, raw: SoundMemory, clean: SoundMemory
    ) -> None:  # fmt: skip
        """``raw`` and ``clean``: what was heard with its noise, and without."""
        self._reader, self._phrases, self._wake_phrase, self._rereading = reader, phrases, wake_phrase, rereading
        self._raw, self._clean = raw, clean
        self._doubted = Doubted()

    async def believed(self, reading: Reading, spotted: Spotted | None, words: list[Word], now_s: float) -> Reading:
        """What was judged; in quiet also what the spotter alone doubts of a voice that insisted today, and what is insisted on now."""
        look = _CloserLook(self._rereading, self._clean)
        judged = await self._judged(reading, spotted, words, look)
        if not isinstance(judged, Nothing) or not isinstance(reading, Command | OpenRequest) or reading.wake_s == 0:
            return judged
        if spotted is None or is_noisy(spotted, self._raw):
            return judged
        if self._doubted.is_trusted(now_s):
            judged = await self._judged(reading, spotted.trusting(ENOUGH), words, look)
        if isinstance(judged, Nothing):
            meant = await self._judged(reading, spotted.trusting(INSISTED), words, look)
            if isinstance(meant, Command | OpenRequest) and self._doubted.insists(name_of(meant), now_s):
                return meant
        return judged

    async def _judged(self, reading: Reading, spotted: Spotted | None, words: list[Word], look: _CloserLook) -> Reading:
        """With the spotter's opinion where there is one; and never what may be another phrase than the wake phrase."""
        glimpsed = spotted is not None and self._reader.is_glimpsed(words, spotted.best[0])
        if spotted is not None and not (isinstance(reading, Nothing) and self._reader.is_otherwise(words)):
            over_db = ratio_db(spotted, self._raw)
            log.debug("speech over noise: %.0f dB", over_db)
            reading = judged(reading, spotted, self._phrases, self._wake_phrase, ratio_db=over_db, glimpsed=glimpsed)
        certain = not glimpsed and spotted is not None and is_certain(spotted) and is_noisy(spotted, self._raw, QUIET_DB)
        if isinstance(reading, Command | OpenRequest) and not (certain or await self._is_meant(reading, spotted, look)):
            return Nothing()
        return reading

    async def _is_meant(self, reading: Command | OpenRequest, spotted: Spotted | None, look: _CloserLook) -> bool:
        """Whether its wake phrase is not another one without the command behind it, which makes any beginning likely."""
        if reading.wake_s == 0:
            return True
        if self._reader.is_alike(await look.alone(reading)):
            return False
        if spotted is None or is_noisy(spotted, self._raw, QUIET_DB if spotted.wake >= SURE else COMPARED_DB):
            return True
        differs, leans = await look.compared(reading)
        return not is_another(spotted, differs, leans, ratio_db(spotted, self._raw))


class _CloserLook:
    """At the wake phrase's own sound, which takes a while: each kind once, however often one utterance is judged."""

    def __init__(self, rereading: Rereading, sound: SoundMemory) -> None:
        self._rereading, self._sound = rereading, sound
        self._words: dict[bytes, list[Word]] = {}
        self._fits: dict[bytes, tuple[float, float]] = {}

    async def alone(self, reading: Command | OpenRequest) -> list[Word]:
        """What is heard where there are only wake phrases, and what sounds nearly like them, to choose from."""
        sound = self._sound_of(reading)
        if sound not in self._words:
            self._words[sound] = await asyncio.to_thread(self._rereading.wake_alone, sound)
            log.debug("the wake phrase alone: %s", " ".join(f"{word.word}:{word.confidence:.2f}" for word in self._words[sound]))
        return self._words[sound]

    async def compared(self, reading: Command | OpenRequest) -> tuple[float, float]:
        """Rereading.compared of it."""
        sound = self._sound_of(reading)
        if sound not in self._fits:
            self._fits[sound] = await asyncio.to_thread(self._rereading.compared, sound)
            log.debug("than other phrases: %.1f, %.1f", *self._fits[sound])
        return self._fits[sound]

    def _sound_of(self, reading: Command | OpenRequest) -> bytes:
        return self._sound.between(reading.start_s - AROUND_S, reading.start_s + reading.wake_s + AROUND_S)


def ratio_db(spotted: Spotted, raw: SoundMemory) -> float:
    """By how much what was spotted stands above what else is heard."""
    return speech_to_noise_db(raw.between(spotted.wake_s - WAKE_S, max(spotted.at_s, spotted.wake_s)))


def is_noisy(spotted: Spotted, raw: SoundMemory, below_db: float = NOISY_DB) -> bool:
    """Whether that is less than ``below_db``."""
    return ratio_db(spotted, raw) < below_db
