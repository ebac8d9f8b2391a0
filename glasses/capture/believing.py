"""Whether what was read is done: the recogniser's reading, the spotter's opinion, and a closer look at the wake phrase's own sound."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from glasses.capture.doubt import INSISTED, STILL_DB, TRUSTED, is_certain, is_clearer, is_doubted, is_drowned, is_excused, is_trusted
from glasses.capture.insisting import Doubted
from glasses.capture.intents import Command, IntentReader, Nothing, OpenRequest, Reading, Wake
from glasses.capture.judgement import NOISY_DB, WAKE_S, OfWake, judged, name_of
from glasses.capture.phrases import Phrases
from glasses.capture.sound import SoundMemory, speech_to_noise_db
from glasses.capture.spotting import BEFORE_S, BEHIND_S, NONE
from glasses.thread import OwnThread
from glasses.wire.tag import Word

if TYPE_CHECKING:
    from glasses.capture.rereading import Rereading
    from glasses.capture.spotting import Spotted, Spotting

log = logging.getLogger("glasses.believing")

AROUND_S = 0.12
"""How much more than the wake phrase is heard when it is heard alone."""
PAUSE_S = 1.2
"""So long before a wake phrase nobody speaks, mostly: there is noise where it is not quiet then either."""


class Believing:
    """For as long as one microphone is open."""

    def __init__(
        self, reader: IntentReader, phrases: Phrases, wake_phrase: str, rereading: Rereading, spotting: Spotting | None, raw: SoundMemory,
        clean: SoundMemory, thread: OwnThread,
    ) -> None:  # fmt: skip
        """``raw`` and ``clean``: what was heard with its noise, and without. ``thread``: where a closer look is taken."""
        self._reader, self._phrases, self._wake_phrase = reader, phrases, wake_phrase
        self._rereading, self._spotting = rereading, spotting
        self._raw, self._clean, self._thread = raw, clean, thread
        self._doubted = Doubted()

    async def believed(self, reading: Reading, spotted: Spotted | None, words: list[Word], now_s: float) -> Reading:
        """What was judged; in quiet also what the spotter alone doubts of a voice that insisted today, and what is insisted on now."""
        look = _CloserLook(self._rereading, self._spotting, self._raw, self._clean, self._thread)
        judged = await self._judged(reading, spotted, words, look)
        if not isinstance(judged, Nothing) or not isinstance(reading, Command | OpenRequest) or reading.wake_s == 0:
            return judged
        if spotted is None or is_noisy(spotted, self._raw):
            return judged
        if self._doubted.is_trusted(now_s):
            judged = await self._judged(reading, spotted.trusting(TRUSTED), words, look)
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
            of_wake = OfWake.A_WORD if self._reader.is_near(_read(words, reading)) else OfWake.NOTHING
            if glimpsed:
                of_wake |= OfWake.END_AND_COMMAND
            calm_db = ratio_db(spotted, self._raw, PAUSE_S)
            reading = judged(reading, spotted, self._phrases, self._wake_phrase, ratio_db=over_db, calm_db=calm_db, of_wake=of_wake)
        if isinstance(reading, Command | OpenRequest) and not await self._is_meant(reading, spotted, look, glimpsed=glimpsed):
            return Nothing()
        return reading

    async def _is_meant(self, reading: Command | OpenRequest, spotted: Spotted | None, look: _CloserLook, *, glimpsed: bool) -> bool:
        """Whether its wake phrase is not another one without the command behind it, which makes any beginning likely."""
        calm_db = 0.0 if spotted is None else ratio_db(spotted, self._raw, PAUSE_S)
        if reading.wake_s == 0 or (spotted is not None and not glimpsed and is_certain(spotted, calm_db)):
            return True
        if (spotted is None or not is_drowned(spotted, calm_db)) and self._reader.is_alike(await look.alone(reading)):
            return False
        if spotted is None:
            return True
        if calm_db < STILL_DB:
            return is_excused(spotted, calm_db)
        if not is_doubted(lowest := await look.lowest(spotted)):
            return True
        fits = await look.compared(reading)
        return is_clearer(lowest, *fits) or is_trusted(spotted, *fits)


class _CloserLook:
    """At the wake phrase's own sound, which takes a while: each kind once, however often one utterance is judged."""

    def __init__(
        self, rereading: Rereading, spotting: Spotting | None, raw: SoundMemory, clean: SoundMemory, thread: OwnThread
    ) -> None:  # fmt: skip
        self._rereading, self._spotting, self._raw, self._clean, self._thread = rereading, spotting, raw, clean, thread
        self._words: dict[bytes, list[Word]] = {}
        self._fits: dict[bytes, tuple[float, float]] = {}
        self._lowest: dict[float, float] = {}

    async def alone(self, reading: Command | OpenRequest) -> list[Word]:
        """What is heard where there are only wake phrases, and what sounds nearly like them, to choose from."""
        sound = self._sound_of(reading)
        if sound not in self._words:
            self._words[sound] = await self._thread.run(self._rereading.wake_alone, sound)
            log.debug("the wake phrase alone: %s", " ".join(f"{word.word}:{word.confidence:.2f}" for word in self._words[sound]))
        return self._words[sound]

    async def compared(self, reading: Command | OpenRequest) -> tuple[float, float]:
        """Rereading.compared of it."""
        sound = self._sound_of(reading)
        if sound not in self._fits:
            self._fits[sound] = await self._thread.run(self._rereading.compared, sound)
            log.debug("than other phrases: %.1f, %.1f", *self._fits[sound])
        return self._fits[sound]

    async def lowest(self, spotted: Spotted) -> float:
        """Spotting.lowest_wake around it."""
        if self._spotting is None:
            return NONE
        at_s = spotted.wake_s
        if at_s not in self._lowest:
            self._lowest[at_s] = await self._thread.run(self._spotting.lowest_wake, self._raw.between(at_s - BEFORE_S, at_s + BEHIND_S))
            log.debug("at its lowest: %.1f", self._lowest[at_s])
        return self._lowest[at_s]

    def _sound_of(self, reading: Command | OpenRequest) -> bytes:
        return self._clean.between(reading.start_s - AROUND_S, reading.start_s + reading.wake_s + AROUND_S)


def _read(words: list[Word], reading: Reading) -> list[Word]:
    """Without a wake phrase that the spotter alone has heard before them."""
    return words[len(reading.words) :] if isinstance(reading, Wake) and not reading.is_read else words


def ratio_db(spotted: Spotted, raw: SoundMemory, before_s: float = 0.0) -> float:
    """By how much what was spotted stands above what else is heard, also so long before."""
    return speech_to_noise_db(raw.between(spotted.wake_s - WAKE_S - before_s, max(spotted.at_s, spotted.wake_s)))


def is_noisy(spotted: Spotted, raw: SoundMemory, below_db: float = NOISY_DB) -> bool:
    """Whether that is less than ``below_db``."""
    return ratio_db(spotted, raw) < below_db
