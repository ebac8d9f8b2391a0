"""Words from real speech synthesis, and meanings from real words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from models.errors import ModelMissingError
from models.meaning import TextEmbedder
from models.speech import UNKNOWN, SpeechModel
from models.store import ModelStore


@pytest.fixture(scope="module")
def speech(store: ModelStore) -> SpeechModel:
    return SpeechModel(store.path("speech"))


@pytest.fixture(scope="module")
def embedder(store: ModelStore) -> TextEmbedder:
    return TextEmbedder(store.path("meaning"))


@pytest.fixture(scope="module")
def pcm(speak):
    """Words at 16 kHz, with half a second of silence before and a whole one after."""

    def say(text: str) -> bytes:
        spoken = soxr.resample(speak(text), 48_000, 16_000)
        return np.concatenate([np.zeros(8000, np.int16), spoken, np.zeros(16_000, np.int16)]).astype(np.int16).tobytes()

    return say


def test_dictation_hears_words_with_times(speech: SpeechModel, pcm):
    recognizer = speech.recognizer()
    sound = pcm("happy birthday my dear")
    ended = any(recognizer.accept(sound[at : at + 3200]) for at in range(0, len(sound), 3200))
    heard = recognizer.result()
    assert ended  # the silence after it was long enough
    assert heard.text == "happy birthday my dear"
    assert [word.word for word in heard.words] == heard.text.split()
    assert 0.3 < heard.words[0].start_s < heard.words[-1].end_s < len(sound) / 32_000
    assert heard.confidence > 0.8


def test_a_grammar_hears_its_phrases_and_calls_the_rest_unknown(speech: SpeechModel, pcm):
    phrases = ["okay glasses", "take a picture", "record a video", UNKNOWN]
    assert "record a video" in _heard(speech, phrases, pcm("record a video"))
    assert "record a video" not in _heard(speech, phrases, pcm("the weather is nice today"))


def test_silence_ends_an_utterance_within_a_second(speech: SpeechModel, pcm):
    recognizer = speech.recognizer(grammar=["record a video", UNKNOWN])
    sound = pcm("record a video")
    assert recognizer.accept(sound) or "video" in recognizer.partial()
    assert recognizer.accept(bytes(16_000))


def test_a_reset_forgets(speech: SpeechModel, pcm):
    recognizer = speech.recognizer(grammar=["record a video", UNKNOWN])
    recognizer.accept(pcm("record a video")[:32_000])
    recognizer.reset()
    assert recognizer.final().text == ""
    assert recognizer.final().confidence == 0.0


def test_the_vocabulary_is_known(speech: SpeechModel):
    assert speech.knows("glasses")
    assert not speech.knows("zzyzx")


def test_a_folder_without_a_model_is_a_missing_model(tmp_path: Path):
    with pytest.raises(ModelMissingError):
        SpeechModel(tmp_path)


def test_vectors_are_of_length_one_and_near_for_near_meanings(embedder: TextEmbedder):
    vectors = embedder.embed(["a cup of coffee", "espresso", "a dog in the park", "a puppy playing outside"])
    assert vectors.shape == (4, 256)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    likeness = vectors @ vectors.T
    assert likeness[0, 1] > likeness[0, 2] + 0.2
    assert likeness[2, 3] > likeness[2, 1] + 0.2


def test_a_text_alone_has_the_vector_it_has_in_company(embedder: TextEmbedder):
    company = embedder.embed(["short", "a much longer text about the Eiffel tower at night"])
    assert np.allclose(company[0], embedder.embed(["short"])[0])


def test_no_words_have_no_meaning(embedder: TextEmbedder):
    assert not embedder.embed([""]).any()
    assert embedder.embed([]).shape == (0, 256)


def _heard(speech: SpeechModel, phrases: list[str], sound: bytes) -> str:
    recognizer = speech.recognizer(grammar=phrases)
    ended = recognizer.accept(sound)
    return f"{recognizer.result().text if ended else ''} {recognizer.final().text}"
