"""Each word has its time in its own clip, whatever was heard before."""

from __future__ import annotations

import numpy as np
import pytest

from glasses.wire.tag import Word
from models.speech import RATE_HZ, Recognizer, SpeechModel
from models.store import ModelStore
from relay.extract.senses import CLIPS, senses_of
from relay.extract.speech import Dictation

QUIET = np.zeros(RATE_HZ, np.int16)
FRAME_S = 0.03


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return SpeechModel(ModelStore().path("speech").with_name(CLIPS))


def two_sentences(speak) -> tuple[np.ndarray, list[tuple[float, float]]]:
    first, second = (speak(text)[::3] for text in ("happy birthday my dear", "record a video"))  # 48 kHz -> 16 kHz
    ends = [1 + len(first) / RATE_HZ, 2 + (len(first) + len(second)) / RATE_HZ]
    return np.concatenate([QUIET, first, QUIET, second, QUIET]), [(0.7, ends[0] + 0.3), (ends[0] + 0.7, ends[1] + 0.3)]


def test_each_word_has_its_time_in_the_clip(model: SpeechModel, speak) -> None:
    samples, spans = two_sentences(speak)
    words = Dictation(model.recognizer).words_in(samples, spans)
    assert {"happy", "birthday", "video"} <= {word.word for word in words}
    assert all(any(start <= word.start_s < word.end_s <= end for start, end in spans) for word in words)


def test_what_was_heard_before_changes_nothing(model: SpeechModel, speak) -> None:
    samples, spans = two_sentences(speak)
    made: list[Recognizer] = []

    def make() -> Recognizer:
        made.append(model.recognizer())
        return made[-1]

    dictation = Dictation(make)
    for each in (spans, spans[1:], []):
        dictation.words_in(samples, each)
    assert len(made) == 2, "one for each clip in which somebody speaks"
    assert made[0] is not made[1]


def test_the_same_sound_is_heard_the_same_each_time(model: SpeechModel, speak) -> None:
    """So that a clip that is looked into again, after a kill, says the same. Now and then a time moves by a frame."""
    samples, spans = two_sentences(speak)
    dictation = Dictation(model.recognizer)
    first = dictation.words_in(samples, spans)
    assert first
    for _ in range(8):
        model.recognizer().accept(samples[:8000].tobytes())  # somebody else listened in between
        assert_same(dictation.words_in(samples, spans), first)
    for _ in range(3):
        assert_same(senses_of("").dictation.words_in(samples, spans), first)


def assert_same(words: list[Word], others: list[Word]) -> None:
    assert [word.word for word in words] == [word.word for word in others]
    for word, other in zip(words, others, strict=True):
        assert (word.start_s, word.end_s) == pytest.approx((other.start_s, other.end_s), abs=FRAME_S + 0.011)
        assert word.confidence == pytest.approx(other.confidence, abs=0.05)
