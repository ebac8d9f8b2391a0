"""Reads a request's sound again: with the wearer's own names, by free dictation, and by how well the sound fits a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from glasses.capture.intents import UNKNOWN, command_grammar, strict_grammar, wake_grammar
from glasses.capture.phrases import Phrases
from glasses.capture.requests import Heard, Names, Vocabulary, after_prefix, chosen, own_or_strangers, request_grammar
from glasses.malloc import give_back_now
from glasses.wire.tag import Word

if TYPE_CHECKING:
    from models.speech import SpeechModel

RATE_HZ = 16_000
NEVER = float("-inf")
"""The log likelihood of what cannot have been said."""
CONTEXT_S = 0.25
"""The last word of the prefix is dictated with the rest, so that the first name is not cut."""


class Rereading:
    def __init__(self, model: SpeechModel, phrases: Phrases, wake_phrases: list[str]) -> None:
        self._model, self._phrases, self._wakes = model, phrases, wake_phrases
        self._ends = {" ".join(prefix.split()[-2:]) for spoken in phrases.open.values() for prefix in spoken}

    def listen_again(self, sound: bytes) -> list[Word]:
        """With the grammar that listens all the time: for the same words in other sound (with its noise, or without)."""
        return self._words(sound, command_grammar(self._phrases, self._wakes))

    def wake_alone(self, sound: bytes) -> list[Word]:
        """The wake phrase's own sound, to be told from what sounds nearly like it."""
        return self._words(sound, wake_grammar(self._phrases, self._wakes))

    def compared(self, sound: bytes) -> tuple[float, float]:
        """By how much (log likelihood) the wake phrase alone fits better than what differs from it, and than what an accent makes of it."""
        scores = {wake: self._model.likelihood(sound, wake) for wake in self._wakes}
        wake = max(scores, key=lambda each: scores[each])
        decoys = self._phrases.decoys
        differs, leans = (
            max((self._model.likelihood(sound, other) for other in table.get(wake, [])), default=NEVER)
            for table in (decoys.differs, decoys.leans)
        )
        return (scores[wake] - differs, scores[wake] - leans) if scores[wake] > NEVER else (0.0, 0.0)

    def look_closer(self, sound: bytes) -> list[Word]:
        """An utterance that began with a wake phrase and was not understood, with whole commands only to choose from."""
        return self._words(sound, strict_grammar(self._phrases, self._wakes))

    def read(self, sound: bytes, names: Names) -> Heard | None:
        """The request in 16 kHz 16 bit mono ``sound``; None when no prefix of a request is in it. Slow: for a thread."""
        listed = self._words(sound, request_grammar(self._phrases, self._wakes, names))
        before, name, rest = after_prefix(listed, self._phrases)
        if name is None:
            return None
        end_s, vocabulary = before[-1].end_s, Vocabulary.of(self._phrases, names)
        cut = max(0, round((end_s - CONTEXT_S) * RATE_HZ)) * 2
        tail, opening = sound[cut:], before[-1].word

        def score(words: list[str]) -> float:
            return self._model.likelihood(tail, " ".join([opening, *(word for word in words if word != UNKNOWN)]))

        if any(word.word not in vocabulary.known for word in rest):
            own = self._words(sound, request_grammar(self._phrases, self._wakes, names, strangers=False))
            rest = own_or_strangers(rest, _after(own, end_s), vocabulary.known, score)
            rest = rest[1:] if rest and f"{opening} {rest[0].word}" in self._ends else rest
        free = _after([shifted(word, cut / 2 / RATE_HZ) for word in self._words(tail, None)], end_s)
        return chosen(name, rest, free, vocabulary, score)

    def _words(self, sound: bytes, grammar: list[str] | None) -> list[Word]:
        recognizer = self._model.recognizer(RATE_HZ, grammar)
        recognizer.accept(sound)
        words = recognizer.final().words
        del recognizer  # dictation needs 80 MB, for this moment alone
        give_back_now()
        return words


def shifted(word: Word, by_s: float) -> Word:
    return msgspec.structs.replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s)


def _after(words: list[Word], at_s: float) -> list[Word]:
    return [word for word in words if (word.start_s + word.end_s) / 2 > at_s]
