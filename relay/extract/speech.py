"""What is said in a clip: words only where somebody speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from glasses.wire.tag import Word
from models.speech import RATE_HZ, Heard, Recognizer, SpeechModel
from relay.catalog.records import Span
from relay.extract.sound import Samples

SURE = 0.55
"""Mean confidence of an utterance below which it was noise, not words."""
_PIECE = 3200


def words_in(samples: Samples, spans: Sequence[Span], model: SpeechModel) -> list[Word]:
    """Words with their times in the clip, by free dictation of the spans in which somebody speaks."""
    return [
        Word(word=word.word, start_s=round(start_s + word.start_s, 3), end_s=round(start_s + word.end_s, 3), confidence=word.confidence)
        for start_s, end_s in spans
        for heard in _utterances(model.recognizer(), samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)])
        if heard.confidence >= SURE
        for word in heard.words
    ]


def _utterances(recognizer: Recognizer, samples: Samples) -> Iterator[Heard]:
    for begin in range(0, len(samples), _PIECE):
        if recognizer.accept(samples[begin : begin + _PIECE].tobytes()):
            yield recognizer.result()
    yield recognizer.final()
