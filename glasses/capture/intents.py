"""From heard words to what is meant. Pure: words in, reading out."""

from __future__ import annotations

from dataclasses import dataclass

from glasses.capture.phrases import Phrases
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

UNKNOWN = "[unk]"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No wake phrase, or nothing that is meant for the glasses."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The wake phrase alone: the command may come in the next breath."""


@dataclass(frozen=True, slots=True)
class Command:
    intent: Intent


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An open prefix was heard; the rest is to be read again from the sound, from ``start_s`` on."""

    name: IntentName
    prefix: str
    start_s: float
    has_rest: bool


Reading = Nothing | Wake | Command | OpenRequest


class IntentReader:
    def __init__(self, phrases: Phrases, wake_phrases: list[str], least_confidence: float) -> None:
        self._wakes = [phrase.split() for phrase in wake_phrases]
        self._commands = [(phrase.split(), name) for name, spoken in phrases.commands.items() for phrase in spoken]
        self._prefixes = [(phrase.split(), name) for name, spoken in phrases.open.items() for phrase in spoken]
        self._least = least_confidence

    def read(self, words: list[Word]) -> Reading:
        """The reading of one utterance: what follows its last wake phrase."""
        woken = self._after_wake(words)
        if woken is None:
            return Nothing()
        wake, rest = woken
        if not rest:
            return Wake() if confidence(wake) >= self._least else Nothing()
        texts = [word.word for word in rest]
        for phrase, name in self._commands:
            if texts == phrase and confidence(wake + rest) >= self._least:
                return Command(Intent(name=name, confidence=confidence(rest), text=" ".join(texts)))
        for phrase, name in self._prefixes:
            if texts[: len(phrase)] == phrase and confidence(wake + rest[: len(phrase)]) >= self._least:
                return OpenRequest(name, " ".join(phrase), wake[0].start_s, len(texts) > len(phrase))
        return Nothing()

    def without_wake(self, words: list[Word]) -> list[Word]:
        """The words after the last wake phrase; all of them when there is none."""
        woken = self._after_wake(words)
        return words if woken is None else woken[1]

    def _after_wake(self, words: list[Word]) -> tuple[list[Word], list[Word]] | None:
        texts = [word.word for word in words]
        for at in range(len(texts) - 1, -1, -1):
            for phrase in self._wakes:
                if texts[at : at + len(phrase)] == phrase:
                    return words[at : at + len(phrase)], words[at + len(phrase) :]
        return None


def confidence(words: list[Word]) -> float:
    """Mean confidence, 0 for no words."""
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def command_grammar(phrases: Phrases, wake_phrases: list[str]) -> list[str]:
    """The light grammar: wake phrases, commands, whole "wake command" phrases, decoys, and a word for all else."""
    spoken = [phrase for table in (phrases.commands, phrases.open) for each in table.values() for phrase in each]
    whole = [f"{wake} {phrase}" for wake in wake_phrases for phrase in spoken]
    return [*dict.fromkeys([*wake_phrases, *spoken, *phrases.decoys.phrases, *whole, UNKNOWN])]


def request_grammar(phrases: Phrases, wake_phrases: list[str], people: list[str], places: list[str]) -> list[str]:
    """What an open request is made of: its prefixes, who, where, when, and the small words between."""
    prefixes = [phrase for each in phrases.open.values() for phrase in each]
    opened = [f"{wake} {prefix}" for wake in wake_phrases for prefix in prefixes]
    who = [*phrases.request.people, *(name.lower() for name in people)]
    where = [name.lower() for name in places]
    pairs = [f"{first} and {second}" for first in who for second in who if first != second and "me" in (first, second)]
    return [
        *dict.fromkeys(
            [*opened, *who, *pairs, *where, *(f"in {name}" for name in where), *phrases.request.joints, *phrases.request.times, UNKNOWN]
        )
    ]


def request_intent(name: IntentName, words: list[Word]) -> Intent:
    """An open request as an intent: the request is all that was said after the wake phrase."""
    text = " ".join(word.word for word in words if word.word != UNKNOWN)
    return Intent(name=name, slots={"request": text}, confidence=confidence(words), text=text)


def better(first: list[Word], second: list[Word]) -> list[Word]:
    """Of two readings of the same sound, the one with fewer unknown words, then the surer one."""
    return max(first, second, key=lambda words: (-sum(word.word == UNKNOWN for word in words), confidence(words)))
