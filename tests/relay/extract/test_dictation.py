"""One recogniser hears clip after clip: each word has its time in its own clip, whatever was heard before."""

from __future__ import annotations

import numpy as np
import pytest

from glasses.wire.tag import Word
from models.speech import RATE_HZ, Recognizer, SpeechModel
from models.store import ModelStore
from relay.extract import speech
from relay.extract.senses import CLIPS
from relay.extract.speech import Dictation

QUIET = np.zeros(RATE_HZ, np.int16)


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return SpeechModel(ModelStore().path("speech").with_name(CLIPS))


def two_sentences(speak) -> tuple[np.ndarray, list[tuple[float, float]]]:
    first, second = (speak(text)[::3] for text in ("happy birthday my dear", "record a video"))  # 48 kHz -> 16 kHz
    ends = [1 + len(first) / RATE_HZ, 2 + (len(first) + len(second)) / RATE_HZ]
    return np.concatenate([QUIET, first, QUIET, second, QUIET]), [(0.7, ends[0] + 0.3), (ends[0] + 0.7, ends[1] + 0.3)]


def same(words: list[Word], others: list[Word]) -> bool:
    """The model adds a little noise to what it hears: a small word may be another, a time a frame or two apart."""
    clear, again = ([word for word in each if word.word in {"happy", "birthday", "video"}] for each in (words, others))
    return [word.word for word in clear] == [word.word for word in again] and [word.start_s for word in clear] == pytest.approx(
        [word.start_s for word in again], abs=0.15
    )


def test_a_clip_is_heard_the_same_again(model: SpeechModel, speak) -> None:
    samples, spans = two_sentences(speak)
    dictation = Dictation(model.recognizer)
    once = dictation.words_in(samples, spans)
    assert {"happy", "birthday", "video"} <= {word.word for word in once}
    assert all(any(start <= word.start_s < word.end_s <= end for start, end in spans) for word in once)
    dictation.words_in(samples[RATE_HZ:], [(0.0, 2.0)])
    again = dictation.words_in(samples, spans)
    assert same(again, once)


def test_the_recogniser_is_renewed_before_it_grows_and_after_it_fails(model: SpeechModel, speak, monkeypatch: pytest.MonkeyPatch) -> None:
    samples, spans = two_sentences(speak)
    made: list[Recognizer] = []

    def make() -> Recognizer:
        made.append(model.recognizer())
        return made[-1]

    dictation = Dictation(make)
    dictation.words_in(samples, spans)
    once = dictation.words_in(samples, spans)
    assert len(made) == 1
    monkeypatch.setattr(speech, "_RENEWED_AFTER_S", 1)
    dictation.words_in(samples, spans)
    assert same(dictation.words_in(samples, spans), once)
    assert len(made) > 2
    monkeypatch.setattr(speech, "_RENEWED_AFTER_S", 300)
    dictation.words_in(samples, spans)
    before = len(made)
    monkeypatch.setattr(made[-1], "accept", lambda _pcm: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dictation.words_in(samples, spans)
    assert same(dictation.words_in(samples, spans), once)
    assert len(made) == before + 1
