"""Speech to words, by Vosk."""

from __future__ import annotations

import ctypes
import json
from pathlib import Path
from typing import Any, NamedTuple

import vosk

from glasses.wire.tag import Word
from models.errors import ModelMissingError

_begin_random = getattr(ctypes.CDLL(None), "srand", None)
RATE_HZ = 16_000
UNKNOWN = "[unk]"
"""In a grammar: whatever is none of its phrases."""


class Heard(NamedTuple):
    text: str
    words: list[Word]
    """Times count from the recogniser's first sample."""

    @property
    def confidence(self) -> float:
        """Mean of the words' confidences; 0 when nothing was heard."""
        return sum(word.confidence for word in self.words) / len(self.words) if self.words else 0.0


class SpeechModel:
    """Loaded once (158 MB), shared by recognisers. ``path``: ModelStore's ``speech``. Raises ModelMissingError."""

    def __init__(self, path: Path) -> None:
        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(model_path=str(path))
        except Exception as problem:  # vosk raises nothing more telling
            raise ModelMissingError(f"{path.name} does not load: {problem}") from problem

    def recognizer(self, rate_hz: int = RATE_HZ, grammar: list[str] | None = None) -> Recognizer:
        """Free dictation, or only the phrases of ``grammar`` (words the model does not know are left out of them).

        It hears the same words in the same sound each time, if nobody else listens meanwhile in this process. Now and then a time is
        another by a frame (30 ms): what else there is in memory still has a part in it, and is not understood.
        """
        return Recognizer(self._engine(rate_hz, grammar))

    def likelihood(self, pcm16le: bytes, text: str, rate_hz: int = RATE_HZ) -> float:
        """How well the whole sound fits exactly these words: log likelihood, comparable between texts for the same sound."""
        engine = self._engine(rate_hz, [text])
        engine.SetMaxAlternatives(1)
        engine.AcceptWaveform(pcm16le)
        (best, *_) = json.loads(engine.FinalResult())["alternatives"]
        return float(best.get("confidence", 0.0)) if best["text"].strip() == text else float("-inf")

    def alternatives(self, pcm16le: bytes, grammar: list[str], most: int = 10, rate_hz: int = RATE_HZ) -> list[str]:
        """What the whole sound may be of these phrases and their mixtures, the likeliest first."""
        engine = self._engine(rate_hz, grammar)
        engine.SetMaxAlternatives(most)
        engine.AcceptWaveform(pcm16le)
        return [str(each["text"]).strip() for each in json.loads(engine.FinalResult())["alternatives"]]

    def knows(self, word: str) -> bool:
        """Whether a word is in the model's vocabulary."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _engine(self, rate_hz: int, grammar: list[str] | None) -> Any:
        """Kaldi adds a little noise to all that it hears, by the C library's random numbers: here they begin anew.

        Else likelihoods of the same sound would differ by that noise too.
        """
        if _begin_random is not None:
            _begin_random(1)
        return vosk.KaldiRecognizer(self._model, rate_hz, *([] if grammar is None else [json.dumps(grammar)]))


class Recognizer:
    """Turns a stream of 16-bit little-endian mono samples into utterances."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._engine.SetWords(True)

    def accept(self, pcm16le: bytes) -> bool:
        """True when these samples ended an utterance: ask for its ``result``."""
        return bool(self._engine.AcceptWaveform(pcm16le))

    def result(self) -> Heard:
        """The utterance that has just ended."""
        return _heard(self._engine.Result())

    def partial(self) -> str:
        """What the unfinished utterance sounds like so far: a cue, not to be acted on."""
        return str(json.loads(self._engine.PartialResult())["partial"])

    def final(self) -> Heard:
        """What was heard since the last result, now that no more samples come."""
        return _heard(self._engine.FinalResult())

    def reset(self) -> None:
        """Forget the unfinished utterance."""
        self._engine.Reset()


def _heard(answer: str) -> Heard:
    given = json.loads(answer)
    words = [Word(word=item["word"], start_s=item["start"], end_s=item["end"], confidence=item["conf"]) for item in given.get("result", [])]
    return Heard(given.get("text", ""), words)
