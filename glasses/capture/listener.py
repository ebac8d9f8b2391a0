"""From sound to intents: a small grammar listens behind a gate, and open requests are read again with the wearer's own words."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from glasses.bus import Bus
from glasses.capture.believing import Believing, is_noisy
from glasses.capture.dictation import BEFORE_S, JOIN_S, Dictation
from glasses.capture.haste import LEAST, is_over
from glasses.capture.intents import Command, IntentReader, Nothing, OpenRequest, Reading, Wake, command_grammar
from glasses.capture.judgement import SURE, contradicts, is_clear, supports
from glasses.capture.phrases import Phrases, spoken_words
from glasses.capture.requests import Heard, Names
from glasses.capture.sound import SoundMemory, as_flac
from glasses.config import Voice
from glasses.errors import ConfigInvalidError
from glasses.events import IntentHeard, WakeHeard
from glasses.hw.base import AudioChunk
from glasses.thread import OwnThread
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

if TYPE_CHECKING:
    import numpy as np
    import soxr
    from numpy.typing import NDArray

    from glasses.capture.cleaning import NoiseFilter
    from glasses.capture.hearing import Cue, Hearing, Utterance
    from glasses.capture.rereading import Opening, Rereading
    from glasses.capture.spotting import Spotted, Spotting
    from models.speech import SpeechModel

log = logging.getLogger("glasses.listener")

RATE_HZ = 16_000
MEMORY_S = 20.0
"""How much sound is kept for reading again."""
FOLLOW_S = 15.0
"""So long after a request it may be corrected without a wake phrase: no, I said ..."""
HUSH_S = 0.2
"""So long after a command was heard best it is over, where the gate may not know."""
NEVER_HUSHED_DB = 26.0
"""Below this ratio of speech to noise the gate may hear a voice where there is none any more."""
AFTERGLOW_S = 0.5
"""So long after a command was acted on, what is left of it in the scores is not heard again."""
LAG_S = 0.2
"""So long after a prefix the spotter has heard it best."""
WITHIN_S = 6.5
"""A wake phrase and its command lie within this."""


NamesKnown = Callable[[], Awaitable[tuple[list[str], list[str]]]]
"""The wearer's people and places, as the relay told them."""


class Listener:
    def __init__(
        self, model_path: Path, phrases: Phrases, voice: Voice, names: NamesKnown, bus: Bus, heard_rate_hz: int,
        spotter_path: Path | None = None,
    ) -> None:  # fmt: skip
        """``spotter_path``: ModelStore's ``spotter``; without it, or with phrases that it has not learned, the recogniser decides alone."""
        self._model_path, self._phrases, self._voice = model_path, phrases, voice
        self._names, self._bus, self._heard_rate_hz = names, bus, heard_rate_hz
        self._reader = IntentReader(phrases, voice.wake_phrases, voice.least_confidence)
        self._thread = OwnThread("listener")
        """What never comes back from the recogniser keeps nobody else waiting, and nobody is let into it meanwhile."""
        self._model: SpeechModel | None = None
        self._hearing: Hearing | None = None
        self._rereading: Rereading | None = None
        self._spotter_path = spotter_path
        self._spotting: Spotting | None = None
        self._since_s = self._tried_s = 0.0
        self._resampler: soxr.ResampleStream | None = None
        self._filter: NoiseFilter | None = None
        self._raw, self._sound = SoundMemory(MEMORY_S), SoundMemory(MEMORY_S)
        self._next_sample = 0
        self._heard_s = 0.0
        self._pending: Wake | None = None
        self._dictation: Dictation | None = None
        self._follow_until_s = -1.0
        self._believing: Believing | None = None

    async def open(self) -> None:
        """Load the model; a second or so. Raises ModelMissingError, and ConfigInvalidError for a word that it does not know."""
        await self._thread.run(self._load)

    async def hear(self, chunk: AudioChunk) -> None:
        from glasses.capture.hearing import Cue

        heard_now = await self._thread.run(self._accept, chunk)
        for heard in heard_now or await self._eagerly():
            if isinstance(heard, Cue):
                self._bus.publish(WakeHeard(sure=False))
            else:
                await self._utterance(heard.words)
        if self._dictation is not None:
            await self._attend_to(self._dictation)

    def _load(self) -> None:
        from glasses.capture.rereading import Rereading
        from models.speech import SpeechModel

        self._model = SpeechModel(self._model_path)
        self._check(self._model)
        self._rereading = Rereading(self._model, self._phrases, self._voice.wake_phrases)
        self._start(self._model, self._rereading)

    def _new_spotting(self) -> Spotting | None:
        from models.spotter import LEARNED_LANGUAGE, LEARNED_WAKES

        if (
            self._spotter_path is None
            or self._voice.language != LEARNED_LANGUAGE
            or not set(self._voice.wake_phrases) <= set(LEARNED_WAKES)
        ):
            return None
        from glasses.capture.spotting import Spotting
        from models.spotter import LABELS, Embedder, Head

        return Spotting(Embedder(self._spotter_path), Head.load(), LABELS)

    def _start(self, model: SpeechModel, rereading: Rereading) -> None:
        """The microphone was opened: its sound counts from 0."""
        import soxr

        from glasses.capture.cleaning import NoiseFilter
        from glasses.capture.gate import SpeechGate
        from glasses.capture.hearing import Hearing

        recognizer = model.recognizer(RATE_HZ, command_grammar(self._phrases, self._voice.wake_phrases))
        self._hearing = Hearing(recognizer, SpeechGate(), self._is_whole, self._reader.is_woken)
        self._resampler = soxr.ResampleStream(self._heard_rate_hz, RATE_HZ, 1, dtype="int16", quality="HQ")
        self._filter = NoiseFilter()
        self._spotting = self._new_spotting()
        self._raw, self._sound = SoundMemory(MEMORY_S), SoundMemory(MEMORY_S)
        self._next_sample, self._heard_s, self._follow_until_s = 0, 0.0, -1.0
        self._since_s = self._tried_s = 0.0
        self._pending = self._dictation = None
        self._believing = Believing(
            self._reader, self._phrases, self._voice.wake_phrases[0], rereading, self._spotting, self._raw, self._sound, self._thread
        )  # fmt: skip

    def _check(self, model: SpeechModel) -> None:
        """A word that the model does not know would be left out in silence, and the phrase could never be heard."""
        for phrase in self._voice.wake_phrases:
            for word in phrase.split():
                if not model.knows(word):
                    raise ConfigInvalidError(f"voice.wake_phrases: the speech model does not know the word {word!r} of {phrase!r}")
        for word in spoken_words(self._phrases):
            if not model.knows(word):
                raise ConfigInvalidError(
                    f"voice.language: the speech model does not know the word {word!r} of the table {self._voice.language!r}"
                )

    def _accept(self, chunk: AudioChunk) -> list[Utterance | Cue]:
        """What has just been heard to its end. Samples that the microphone lost are silence."""
        import numpy as np

        heard: list[Utterance | Cue] = []
        if chunk.first_sample < self._next_sample and self._model is not None and self._rereading is not None:
            self._start(self._model, self._rereading)
        while self._next_sample < chunk.first_sample:
            lost = min(chunk.first_sample - self._next_sample, self._heard_rate_hz)
            heard += self._take(np.zeros(lost, np.int16))
        return heard + self._take(np.frombuffer(chunk.pcm, np.int16))

    def _take(self, samples: NDArray[np.int16]) -> list[Utterance | Cue]:
        if self._hearing is None or self._resampler is None or self._filter is None:
            raise RuntimeError("open comes first")
        self._next_sample += len(samples)
        self._heard_s = self._next_sample / self._heard_rate_hz
        raw = self._resampler.resample_chunk(samples).tobytes()
        clean = self._filter.clean(raw)
        self._raw.add(raw)
        self._sound.add(clean)
        heard = self._hearing.accept(clean)
        if self._spotting is not None:
            self._spotting.feed(raw, is_open=self._hearing.is_open)
        return heard

    def _is_whole(self, partial: str) -> bool:
        """Whether half-heard words end in a whole command, behind the wake phrase that was heard just before them if there is one."""
        return self._reader.is_whole(partial, self._woken_before(self._heard_s))

    def _spotted(self) -> Spotted | None:
        """In what was heard since the last command."""
        return self._spotting.spotted(max(self._since_s, self._heard_s - WITHIN_S)) if self._spotting is not None else None

    async def _eagerly(self) -> list[Utterance | Cue]:
        """The utterance so far, when the spotter is sure that it holds a whole command."""
        spotted = self._spotted()
        if spotted is None or self._hearing is None or self._dictation is not None:
            return []
        name, score = spotted.best
        if score < LEAST or name in self._phrases.open or spotted.at_s <= self._tried_s:
            return []
        agreed = self._hearing.whole != "" and self._reader.named(self._hearing.whole) == name
        if not is_over(spotted, self._heard_s, agreed=agreed, loud=is_noisy(spotted, self._raw)):
            return []
        if not self._hearing.is_hushed and not (is_noisy(spotted, self._raw, NEVER_HUSHED_DB) and spotted.at_s <= self._heard_s - HUSH_S):
            return []
        self._tried_s = spotted.at_s + AFTERGLOW_S
        return [await self._thread.run(self._hearing.finish)]

    async def _utterance(self, words: list[Word]) -> None:
        if self._dictation is not None:
            return
        pending, joined = self._pending, [*self._woken_before(words[0].start_s if words else 0.0), *words]
        self._pending = None
        log.debug("heard: %s", _text(joined))
        following = bool(words) and words[0].start_s <= self._follow_until_s
        reading = self._reader.read(joined, following=following)
        if isinstance(reading, Wake) and pending is not None and reading.words == pending.words:
            reading = replace(reading, is_read=pending.is_read)
        spotted = self._spotted()
        log.debug("spotted: %s", spotted)
        if isinstance(reading, Nothing | Wake) and self._is_worth_a_second_look(reading, joined, spotted):
            reading = await self._second_look(reading, joined[0].start_s, spotted)
        if self._believing is None:
            raise RuntimeError("open comes first")
        read, reading = reading, await self._believing.believed(reading, spotted, joined, self._heard_s)
        if isinstance(read, Command | OpenRequest) and isinstance(reading, Nothing) and spotted is not None and contradicts(read, spotted):
            self._since_s = self._heard_s
            self._bus.publish(WakeHeard())  # two opinions that do not agree: it is to be said again
        elif isinstance(reading, Wake):
            self._pending = reading
            self._bus.publish(WakeHeard())
        elif isinstance(reading, Command):
            self._since_s = self._heard_s + AFTERGLOW_S
            self._bus.publish(IntentHeard(reading.intent, reading.start_s))
        elif isinstance(reading, OpenRequest):
            self._since_s = self._heard_s + AFTERGLOW_S
            opening = self._sure_opening(reading, spotted)
            self._dictation = Dictation(reading, opening, self._heard_s, self._raw, self._sound, self._read)
            self._bus.publish(WakeHeard())

    def _is_worth_a_second_look(self, reading: Nothing | Wake, words: list[Word], spotted: Spotted | None) -> bool:
        if spotted is not None and spotted.best[1] >= SURE and (isinstance(reading, Wake) or is_noisy(spotted, self._raw)):
            return False
        if isinstance(reading, Wake) and reading.goes_on and spotted is not None and not is_noisy(spotted, self._raw):
            return False
        return reading.has_rest if isinstance(reading, Wake) else self._reader.is_near(words)

    async def _second_look(self, first: Nothing | Wake, start_s: float, spotted: Spotted | None) -> Reading:
        """Something near a wake phrase that was not understood: once more with its noise, then with whole phrases only."""
        if self._rereading is None:
            raise RuntimeError("open comes first")
        from_s = max(0.0, start_s - BEFORE_S)
        raw = await self._thread.run(self._rereading.listen_again, self._raw.between(from_s))
        log.debug("with its noise: %s", _text(raw))
        second = _later(self._reader.read(raw), from_s)
        if _is_supported(second, spotted):
            return second
        if isinstance(first, Nothing) and isinstance(second, Nothing):
            return first
        close = await self._thread.run(self._rereading.look_closer, self._sound.between(from_s))
        log.debug("whole phrases: %s", _text(close))
        third = _later(self._reader.read_closely(close), from_s)
        if _is_supported(third, spotted):
            return third
        return second if isinstance(first, Nothing) and isinstance(second, Wake) else first

    def _woken_before(self, starts_s: float) -> list[Word]:
        """The wake phrase that what starts then may belong to."""
        if self._pending is None or starts_s - self._pending.words[-1].end_s > JOIN_S:
            return []
        return list(self._pending.words)

    async def _attend_to(self, dictation: Dictation) -> None:
        if self._hearing is None:
            raise RuntimeError("open comes first")
        quiet_s = self._hearing.quiet_s
        if not dictation.is_over(self._heard_s, quiet_s):
            await dictation.read_early(self._heard_s, quiet_s, self._hearing.hushed_s)
            return
        self._dictation = None
        heard = await dictation.heard(self._heard_s - quiet_s)
        if heard is None:
            self._bus.publish(WakeHeard())  # two readings that do not agree: it is to be said again
            return
        log.debug("read again: %s (unsure: %s)", heard.text, heard.unsure)
        self._follow_until_s = self._heard_s + FOLLOW_S
        self._since_s = self._heard_s
        self._bus.publish(IntentHeard(self._meant(heard, dictation.audio), dictation.request.start_s))

    async def _read(self, sound: bytes, opening: Opening | None) -> Heard | None:
        """With the wearer's own names, as they are now."""
        if self._rereading is None or self._model is None:
            raise RuntimeError("open comes first")
        names = Names.of(*await self._names(), self._model.knows)
        return await self._thread.run(self._rereading.read, sound, names, opening)

    def _sure_opening(self, reading: OpenRequest, spotted: Spotted | None) -> Opening | None:
        """Where the spotter is clear about the request too, whatever keeps its prefix from being read again."""
        if spotted is None or spotted.best[0] != reading.name or not is_clear(spotted):
            return None
        from glasses.capture.rereading import Opening

        return Opening(reading.name, spotted.at_s - LAG_S)

    def _meant(self, heard: Heard, sound: bytes) -> Intent:
        """The request as an intent; "no, I said" and a command is that command."""
        command = self._reader.command(heard.words) if heard.name == IntentName.CORRECT else None
        if command is not None:
            return command
        prefix = self._phrases.open[heard.name][0]
        text = f"{prefix} {heard.text}"
        slots = {"request": heard.text} if heard.name == IntentName.CORRECT else {"request": text, "prefix": prefix}
        audio = as_flac(sound) if heard.unsure else ""
        return Intent(name=heard.name, slots=slots, confidence=heard.confidence, text=text, unsure=heard.unsure, audio=audio)


def _is_supported(reading: Reading, spotted: Spotted | None) -> bool:
    """Whether something was understood; a command, out of so few words, as the spotter may have heard it too."""
    return isinstance(reading, OpenRequest) or (isinstance(reading, Command) and (spotted is None or supports(reading, spotted)))


def _later(reading: Reading, by_s: float) -> Reading:
    """A reading of sound that began at ``by_s``, in heard time."""
    if isinstance(reading, Command | OpenRequest):
        return replace(reading, start_s=reading.start_s + by_s)
    if isinstance(reading, Wake):
        moved = (msgspec.structs.replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in reading.words)
        return replace(reading, words=tuple(moved))
    return reading


def _text(words: list[Word]) -> str:
    return " ".join(f"{word.word}:{word.confidence:.2f}" for word in words)
