"""From heard words to what is meant. Pure: words in, reading out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from glasses.capture.phrases import Phrases
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

UNKNOWN = "[unk]"
CLOSE = 0.75
"""Least confidence of each word of a second look."""
ALIKE = 0.7
"""Least confidence that it was not the wake phrase: noise must not talk the glasses out of it."""
ALONE = 0.9
"""Least confidence of a command of one word: a cough sounds like one sooner than like three."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No wake phrase, or nothing that is meant for the glasses."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The wake phrase, with no command behind it that could be understood: it may come in the next breath."""

    words: tuple[Word, ...]
    has_rest: bool = False
    """Something was said after it: worth a closer look."""
    goes_on: bool = False
    """A whole command was, and more: okay, glass is take a picture friendly."""
    is_read: bool = True
    """Whether the recogniser heard it; else the spotter alone did."""


@dataclass(frozen=True, slots=True)
class Command:
    intent: Intent
    start_s: float
    """When its wake phrase began."""
    wake_s: float = 0.0
    """How long its wake phrase was."""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An open prefix was heard; the rest is to be read again from the sound, from ``start_s`` on."""

    name: IntentName
    prefix: str
    start_s: float
    has_rest: bool
    wake_s: float = 0.0
    """How long its wake phrase was; 0 when it needed none."""


Reading = Nothing | Wake | Command | OpenRequest


class IntentReader:
    def __init__(self, phrases: Phrases, wake_phrases: list[str], least_confidence: float) -> None:
        self._wakes = [phrase.split() for phrase in wake_phrases]
        self._commands = [(phrase.split(), name) for name, spoken in phrases.commands.items() for phrase in spoken]
        opened = [(phrase.split(), name) for name, spoken in phrases.open.items() for phrase in spoken]
        self._prefixes = sorted(opened, key=lambda each: -len(each[0]))
        self._alike = set(phrases.decoys.alike)
        self._least = least_confidence

    def read(self, words: list[Word], *, following: bool = False) -> Reading:
        """The reading of one utterance: what follows its last wake phrase.

        ``following``: a request has just been answered, and may be corrected without a wake phrase.
        """
        woken = self._after_wake(words)
        if woken is None:
            return self._correction(words) if following else Nothing()
        wake, rest = woken
        if confidence(wake) < self._least:
            return Nothing()
        return self._command(wake, rest) or self._opened(rest, wake) or Wake(tuple(wake), bool(rest), self._goes_on(rest))

    def read_closely(self, words: list[Word]) -> Reading:
        """The reading of a second look, which has nothing but whole phrases to choose from: each of its words must be sure.

        A command may then have lost a word or two to the noise, if what is left is the greater part of one command only.
        """
        woken = self._after_wake(words)
        if woken is None or any(word.confidence < CLOSE for word in woken[0] + woken[1] if word.word != UNKNOWN):
            return Nothing()
        reading = self.read(words)
        return reading if isinstance(reading, Command | OpenRequest) else self._worn(*woken) or reading

    def command(self, words: list[Word]) -> Intent | None:
        """The command that these words are, whole and surely heard, without any wake phrase."""
        texts = [word.word for word in words]
        for phrase, name in self._commands:
            if texts == phrase and confidence(words) >= self._least:
                return Intent(name=name, confidence=confidence(words), text=" ".join(texts))
        return None

    def without_wake(self, words: list[Word]) -> list[Word]:
        """The words after the last wake phrase; all of them when there is none."""
        woken = self._after_wake(words)
        return words if woken is None else woken[1]

    def is_alike(self, words: list[Word]) -> bool:
        """Whether these words surely are what only sounds like a wake phrase."""
        return " ".join(word.word for word in words if word.word != UNKNOWN) in self._alike and confidence(words) >= ALIKE

    def is_otherwise(self, words: list[Word]) -> bool:
        """Whether what only sounds like a wake phrase was surely heard among these words, and no wake phrase after it."""
        pairs = itertools.pairwise(words)
        return self._after_wake(words) is None and any(self.is_alike(list(pair)) for pair in pairs)

    def is_near(self, words: list[Word]) -> bool:
        """Whether any word of a wake phrase is among them."""
        return any(word.word in wake for word in words for wake in self._wakes)

    def is_glimpsed(self, words: list[Word], name: str) -> bool:
        """Whether they are the last word of a wake phrase and this whole command, or request: what came before it was lost."""
        texts = [word.word for word in words]
        commands = [[wake[-1], *phrase] for wake in self._wakes for phrase, each in self._commands if each == name]
        opened = [[wake[-1], *prefix] for wake in self._wakes for prefix, each in self._prefixes if each == name]
        heard = next((opening for opening in opened if texts[: len(opening)] == opening), texts if texts in commands else [])
        return bool(heard) and confidence(words[: len(heard)]) >= self._least

    def is_woken(self, text: str) -> bool:
        """Whether half-heard ``text`` has a wake phrase in it."""
        return any(f" {' '.join(wake)} " in f" {text} " for wake in self._wakes)

    def is_whole(self, text: str, before: list[Word] | None = None) -> bool:
        """Whether half-heard ``text`` ends in a wake phrase with a whole command, when ``before`` was heard just before it."""
        words = [*(word.word for word in before or []), *text.split()]
        return any(words[-len(wake) - len(phrase) :] == wake + phrase for wake in self._wakes for phrase, _ in self._commands)

    def named(self, text: str) -> IntentName | None:
        """The command that half-heard ``text`` ends in."""
        words = text.split()
        return next((name for phrase, name in self._commands if words[-len(phrase) :] == phrase), None)

    def _command(self, wake: list[Word], rest: list[Word]) -> Command | None:
        texts = [word.word for word in rest]
        for phrase, name in self._commands:
            if texts == phrase and confidence(wake + rest) >= (self._least if len(phrase) > 1 else ALONE):
                return Command(Intent(name=name, confidence=confidence(rest), text=" ".join(texts)), wake[0].start_s, _length_s(wake))
        return None

    def _worn(self, wake: list[Word], rest: list[Word]) -> Command | None:
        texts = [word.word for word in rest]
        fitting = {name: " ".join(phrase) for phrase, name in self._commands if _is_greater_part(texts, phrase)}
        if len(fitting) != 1:
            return None
        ((name, text),) = fitting.items()
        return Command(Intent(name=name, confidence=confidence(rest), text=text), wake[0].start_s, _length_s(wake))

    def _goes_on(self, rest: list[Word]) -> bool:
        texts = [word.word for word in rest]
        return any(len(texts) > len(phrase) and texts[: len(phrase)] == phrase for phrase, _ in self._commands)

    def _opened(self, rest: list[Word], wake: list[Word]) -> OpenRequest | None:
        texts = [word.word for word in rest]
        for phrase, name in self._prefixes:
            if texts[: len(phrase)] == phrase and confidence(wake + rest[: len(phrase)]) >= self._least:
                return OpenRequest(name, " ".join(phrase), (wake or rest)[0].start_s, len(texts) > len(phrase), _length_s(wake))
        return None

    def _correction(self, words: list[Word]) -> Reading:
        opened = self._opened(words, [])
        return opened if opened is not None and opened.name == IntentName.CORRECT else Nothing()

    def _after_wake(self, words: list[Word]) -> tuple[list[Word], list[Word]] | None:
        texts = [word.word for word in words]
        for at in range(len(texts) - 1, -1, -1):
            for phrase in self._wakes:
                if texts[at : at + len(phrase)] == phrase:
                    return words[at : at + len(phrase)], words[at + len(phrase) :]
        return None


def _is_greater_part(texts: list[str], phrase: list[str]) -> bool:
    """Whether these are words of the phrase in its order, two at least and more than half of them."""
    left = iter(phrase)
    return len(texts) >= 2 and len(texts) * 2 > len(phrase) and all(text in left for text in texts)


def _length_s(words: list[Word]) -> float:
    return words[-1].end_s - words[0].start_s if words else 0.0


def confidence(words: list[Word]) -> float:
    """Mean confidence, 0 for no words."""
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def command_grammar(phrases: Phrases, wake_phrases: list[str]) -> list[str]:
    """The light grammar: wake phrases, commands, whole "wake command" phrases, decoys, and a word for all else."""
    spoken = [phrase for table in (phrases.commands, phrases.open) for each in table.values() for phrase in each]
    whole = [f"{wake} {phrase}" for wake in wake_phrases for phrase in spoken]
    return [*dict.fromkeys([*wake_phrases, *spoken, *phrases.decoys.phrases, *whole, UNKNOWN])]


def wake_grammar(phrases: Phrases, wake_phrases: list[str]) -> list[str]:
    """For the wake phrase alone: itself, and what sounds nearly like it, with equal chances."""
    return [*wake_phrases, *phrases.decoys.alike, UNKNOWN]


def strict_grammar(phrases: Phrases, wake_phrases: list[str]) -> list[str]:
    """For the second look at an utterance that began with a wake phrase: whole "wake command" phrases, and a word for all else."""
    spoken = [phrase for table in (phrases.commands, phrases.open) for each in table.values() for phrase in each]
    decoys = [phrase for phrase in phrases.decoys.phrases if any(phrase.startswith(f"{wake} ") for wake in wake_phrases)]
    whole = [f"{wake} {phrase}" for wake in wake_phrases for phrase in spoken]
    unknown = [f"{wake} {UNKNOWN}" for wake in wake_phrases]
    return [*whole, *decoys, *unknown, UNKNOWN]
