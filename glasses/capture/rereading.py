"""Reads a request's sound again: with the wearer's own names, by free dictation, and by how well the sound fits a sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from glasses.capture.forms import Forms
from glasses.capture.intents import UNKNOWN, command_grammar, strict_grammar, wake_grammar
from glasses.capture.phrases import Phrases
from glasses.capture.requests import (
    FORM_MARGIN,
    NOT_CAUGHT,
    PIECES_MARGIN,
    Heard,
    Names,
    Opened,
    Score,
    Vocabulary,
    after_prefix,
    chosen,
    is_pieces,
    own_or_strangers,
    repaired,
    request_grammar,
)
from glasses.malloc import give_back_now
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

if TYPE_CHECKING:
    from models.speech import SpeechModel

RATE_HZ = 16_000
NEVER = float("-inf")
"""The log likelihood of what cannot have been said."""
CONTEXT_S = 0.25
"""The last word of the prefix is dictated with the rest, so that the first name is not cut."""
LEAD_S = 0.05
"""Sentences are compared on the sound from the prefix's first word on: within a word, nothing fits."""
WORD_S = 0.25
"""About as long as a word of a prefix is."""


class Opening(NamedTuple):
    """A request's prefix that is known from elsewhere."""

    name: IntentName
    end_s: float
    """Where it ends in the sound."""


class Rereading:
    def __init__(self, model: SpeechModel, phrases: Phrases, wake_phrases: list[str]) -> None:
        self._model, self._phrases, self._wakes = model, phrases, wake_phrases
        self._forms: tuple[Names, Forms] | None = None

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

    def read(self, sound: bytes, names: Names, opening: Opening | None = None) -> Heard | None:
        """The request in 16 kHz 16 bit mono ``sound``; None when no prefix of a request is in it. Slow: for a thread.

        ``opening``: what surely is its prefix; then what is behind it is read, whatever the words before sound like, and is never sure.
        """
        from_s = 0.0 if opening is None else opening.end_s
        words = [shifted(word, from_s) for word in self._words(_from(sound, from_s), request_grammar(self._phrases, self._wakes, names))]
        opened = after_prefix(words, self._phrases) if opening is None else self._opened(opening, words)
        if opened is None:
            return None
        heard = self._read_behind(opened, sound, names)
        return heard if opening is None else replace(heard, unsure=[*dict.fromkeys([*heard.unsure, NOT_CAUGHT])])

    def _opened(self, opening: Opening, words: list[Word]) -> Opened:
        spoken = self._phrases.open[opening.name][0].split()
        ends = self._count_of_prefix(opening.name, words)
        end_s = words[ends - 1].end_s if ends else opening.end_s
        prefix = [
            Word(word=word, start_s=end_s - (len(spoken) - at) * WORD_S, end_s=end_s - (len(spoken) - at - 1) * WORD_S, confidence=1.0)
            for at, word in enumerate(spoken)
        ]
        return Opened(opening.name, prefix, words[ends:])

    def _count_of_prefix(self, name: IntentName, words: list[Word]) -> int:
        """How many of the first words still are its prefix: said twice, or longer than it was known to be."""
        return max(begins_with_end_of(prefix.split(), words) for prefix in self._phrases.open[name])

    def _read_behind(self, opened: Opened, sound: bytes, names: Names) -> Heard:
        prefix, rest = opened.prefix, opened.rest
        end_s, vocabulary = prefix[-1].end_s, Vocabulary.of(self._phrases, names)
        asked, opening = _from(sound, prefix[0].start_s - LEAD_S), [word.word for word in prefix]

        def score(words: list[str]) -> float:
            return self._model.likelihood(asked, " ".join([*opening, *(word for word in words if word != UNKNOWN)]))

        forms = self._forms_of(names)

        def is_whole(words: list[Word]) -> bool:
            return forms.fits([word.word for word in words[self._count_of_prefix(opened.name, words) :]])

        if any(word.word not in vocabulary.known for word in rest):
            own = self._words(sound, request_grammar(self._phrases, self._wakes, names, strangers=False))
            rest = own_or_strangers(rest, _after(own, end_s), vocabulary.known, score, is_whole)
        from_s = max(0.0, end_s - CONTEXT_S)
        free = _after([shifted(word, from_s) for word in self._words(_from(sound, from_s), None)], end_s)
        in_rest, in_free = (self._count_of_prefix(opened.name, words) for words in (rest, free))
        opening += [word.word for word in max(rest[:in_rest], free[:in_free], key=len)]
        heard = chosen(opened.name, rest[in_rest:], free[in_free:], vocabulary, score, is_whole)
        return self._made_sense_of(heard, asked, opening, forms, vocabulary, score)

    def _forms_of(self, names: Names) -> Forms:
        """Made anew when the wearer's names are others than those of the request before."""
        if self._forms is None or self._forms[0] != names:
            self._forms = names, Forms(self._phrases, names)
        return self._forms[1]

    def _made_sense_of(
        self, heard: Heard, asked: bytes, opening: list[str], forms: Forms, vocabulary: Vocabulary, score: Score
    ) -> Heard:  # fmt: skip
        """What looks like no request, as the likeliest of the wearer's own that ends like it, where that fits nearly as well."""
        said = [word.word for word in heard.words]
        if not said or forms.fits(said):
            return heard
        pieces = is_pieces(said, vocabulary)
        start, best, least = " ".join(opening), said, score(said) - (PIECES_MARGIN if pieces else FORM_MARGIN)
        for likely in forms.likely(said):
            found = self._model.alternatives(asked, [f"{start} {request}" for request in likely])
            own = next((text for each in found if (text := each.removeprefix(f"{start} ")) in likely), "").split()
            if own and (fitting := score(own)) > least:
                best, least = own, fitting
        if best is not said:
            return repaired(heard, best, vocabulary)
        return replace(heard, senseless=True, unsure=[*heard.unsure, NOT_CAUGHT]) if pieces else heard

    def _words(self, sound: bytes, grammar: list[str] | None) -> list[Word]:
        recognizer = self._model.recognizer(RATE_HZ, grammar)
        recognizer.accept(sound)
        words = recognizer.final().words
        del recognizer  # dictation needs 80 MB, for this moment alone
        give_back_now()
        return words


def begins_with_end_of(prefix: list[str], words: list[Word]) -> int:
    """How many of the words: the last ones of a prefix are none of the request's."""
    texts = [word.word for word in words]
    return next((count for count in range(len(prefix), 0, -1) if texts[:count] == prefix[-count:]), 0)


def shifted(word: Word, by_s: float) -> Word:
    return msgspec.structs.replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s)


def _from(sound: bytes, at_s: float) -> bytes:
    return sound[max(0, round(at_s * RATE_HZ)) * 2 :]


def _after(words: list[Word], at_s: float) -> list[Word]:
    return [word for word in words if (word.start_s + word.end_s) / 2 > at_s]
