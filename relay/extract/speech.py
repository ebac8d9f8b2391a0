"""What is said in a clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glasses.wire.tag import Word
from models.speech import Heard, Recognizer, SpeechModel
from relay.extract.sound import samples

SURE = 0.55
"""Mean confidence of an utterance below which it was noise, not words."""


def words_in(path: Path, model: SpeechModel) -> list[Word]:
    """Words with their times in the clip, by free dictation; none for a clip without sound."""
    recognizer = model.recognizer()
    return [word for heard in _utterances(recognizer, path) if heard.confidence >= SURE for word in heard.words]


def _utterances(recognizer: Recognizer, path: Path) -> Iterator[Heard]:
    for piece in samples(path):
        if recognizer.accept(piece):
            yield recognizer.result()
    yield recognizer.final()
