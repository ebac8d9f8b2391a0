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


class Dictation:
    """Free dictation, each clip by a recogniser of its own: what one has heard it is used to, and another clip may be another person's."""

    def __init__(self, make: Callable[[], Recognizer]) -> None:
        self._make = make

    def words_in(self, samples: Samples, spans: Sequence[Span]) -> list[Word]:
        """Words with their times in the clip, of the spans in which somebody speaks."""
        if not spans:
            return []
        words: list[Word] = []
        recognizer, taken = self._make(), 0
        for start_s, end_s in spans:
            begin = round(start_s * RATE_HZ)
            said = samples[begin : round(end_s * RATE_HZ)]
            moved_s = (begin - taken) / RATE_HZ  # its times count from the first sample that it was given
            taken += len(said)
            for heard in _utterances(recognizer, said):
                if heard.confidence >= SURE:
                    words += [_moved(word, moved_s) for word in heard.words]
        return words


def _utterances(recognizer: Recognizer, samples: Samples) -> Iterator[Heard]:
    for begin in range(0, len(samples), _PIECE):
        if recognizer.accept(samples[begin : begin + _PIECE].tobytes()):
            yield recognizer.result()
    yield recognizer.final()


def _moved(word: Word, by_s: float) -> Word:
    """In hundredths: frames have three, and in thousandths Kaldi's sums depend on where in memory their terms lie."""
    start_s, end_s = round(word.start_s + by_s, 2), round(word.end_s + by_s, 2)
    return Word(word=word.word, start_s=start_s, end_s=end_s, confidence=round(word.confidence, 2))
