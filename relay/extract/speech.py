"""What is said in a clip: words only where somebody speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from glasses.wire.tag import Word
from models.speech import RATE_HZ, Heard, Recognizer
from relay.catalog.records import Span
from relay.extract.sound import Samples

SURE = 0.55
"""Mean confidence of an utterance below which it was noise, not words."""
_PIECE = 3200
_RENEWED_AFTER_S = 300
"""What a recogniser remembers of speech grows by some 20 MB a minute."""


class Dictation:
    """Free dictation by a recogniser that is kept: making one takes as long as hearing half a second, and it gets quicker by the words
    that it has heard. One span at a time."""

    def __init__(self, make: Callable[[], Recognizer]) -> None:
        self._make = make
        self._kept: Recognizer | None = None
        self._taken = 0
        """Samples that it has had: its times count from the first of all."""

    def words_in(self, samples: Samples, spans: Sequence[Span]) -> list[Word]:
        """Words with their times in the clip, of the spans in which somebody speaks."""
        words: list[Word] = []
        for start_s, end_s in spans:
            recognizer, self._kept = self._kept or self._fresh(), None  # what fails half-way is not used again
            begin = round(start_s * RATE_HZ)
            moved_s = (begin - self._taken) / RATE_HZ
            for heard in self._utterances(recognizer, samples[begin : round(end_s * RATE_HZ)]):
                if heard.confidence >= SURE:
                    words += [_moved(word, moved_s) for word in heard.words]
            if self._taken < _RENEWED_AFTER_S * RATE_HZ:
                self._kept = recognizer
        return words

    def _fresh(self) -> Recognizer:
        self._taken = 0
        return self._make()

    def _utterances(self, recognizer: Recognizer, samples: Samples) -> Iterator[Heard]:
        for begin in range(0, len(samples), _PIECE):
            piece = samples[begin : begin + _PIECE]
            self._taken += len(piece)
            if recognizer.accept(piece.tobytes()):
                yield recognizer.result()
        yield recognizer.final()


def _moved(word: Word, by_s: float) -> Word:
    start_s, end_s = round(word.start_s + by_s, 3), round(word.end_s + by_s, 3)
    return Word(word=word.word, start_s=start_s, end_s=end_s, confidence=word.confidence)
