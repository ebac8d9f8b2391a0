"""What an open request may be made of, and which of its readings to believe. Pure: words in, words out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import product
from typing import NamedTuple

from glasses.capture.intents import UNKNOWN, confidence
from glasses.capture.phrases import Phrases
from glasses.wire.intent import IntentName
from glasses.wire.tag import Word

LISTED_WEIGHT = 3
"""How often a phrase with the wearer's own names is put into the grammar for each time that one with a stranger's is."""
MARGIN = 8.0
"""By how much (log likelihood) the sound must fit dictated words better than a name of the wearer's to be believed to be a stranger's."""
NOT_CAUGHT = "?"

EVERYDAY_MARGIN = 14.0
"""The same for everyday words: they are expected."""
SURE = 0.7
"""A word that is heard with less is not sure, whatever list it is on."""
STRANGER_MARGIN = 4.0
"""By how much it must fit a stranger's name better to be that stranger's, and not the wearer's own of nearly the same sound."""
WHOLE_MARGIN = 18.0
"""As MARGIN, where what is listed is a whole request: dictation makes other words of a name (begging of Beijing) rather than a stranger's
name. Of 121 such that were right it fitted 120 by 16.8 better at most; the one that hid a stranger's had 19.6."""
WHOLE_STRANGER_MARGIN = 8.0
"""As STRANGER_MARGIN there: beside seven right ones a stranger's fitted 6.5 better at most, beside three that hid one 13.6 and more."""

FORM_MARGIN = 4.0
"""By how much it may fit words that are no request better than a request of the wearer's own, and still be taken for that."""
PIECES_MARGIN = 10.0
"""The same where those words are pieces of requests, which nobody puts together like that (and me in Rome)."""
GUESSED = 0.5
"""Confidence of what was put in the place of words that made no sense: never sure."""

Score = Callable[[list[str]], float]
"""How well the sound fits these words after the prefix: log likelihood, larger is better."""
IsWhole = Callable[[list[Word]], bool]
"""Whether they are a whole request, as the templates have it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said after the prefix, and what of it is not sure."""

    name: IntentName
    """As the prefix sounds with all the words to choose from."""

    words: list[Word]
    unsure: list[str] = field(default_factory=list)
    """Words that are on no list of the wearer's; NOT_CAUGHT for a hole."""
    senseless: bool = False
    """Whether it is made of pieces of requests, and is none."""

    @property
    def text(self) -> str:
        return " ".join(word.word for word in self.words)

    @property
    def confidence(self) -> float:
        return confidence(self.words)


@dataclass(frozen=True, slots=True)
class Names:
    """The wearer's own people and places, lower case."""

    people: list[str]
    places: list[str]

    @classmethod
    def of(cls, people: list[str], places: list[str], knows: Callable[[str], bool]) -> Names:
        """Those whose words the speech model knows: the others can only be dictated."""

        def kept(names: list[str]) -> list[str]:
            return [*dict.fromkeys(name.lower() for name in names if name and all(knows(word) for word in name.lower().split()))]

        return cls(kept(people), kept(places))


def request_grammar(phrases: Phrases, wake_phrases: list[str], names: Names, *, strangers: bool = True) -> list[str]:
    """Whole requests in the wearer's own names, each pair of neighbouring words at least once (the recogniser counts pairs).

    ``strangers``: others' names, and a word for all else, stand where a name may stand too, but more rarely.
    """
    words = phrases.request
    own = _sentences(phrases, [*words.people, *names.people], names.places or [UNKNOWN])
    other = _sentences(phrases, [*words.other_people, UNKNOWN], [*words.other_places, UNKNOWN]) if strangers else []
    spoken = [phrase for each in phrases.commands.values() for phrase in each]
    commands = [f"{correct} {phrase}" for correct, phrase in product(phrases.open.get(IntentName.CORRECT, []), spoken)]
    prefixes = [prefix for each in phrases.open.values() for prefix in each]
    opened = [f"{wake} {prefix}" for wake, prefix in product(wake_phrases, prefixes)]
    return [*opened * (len(own) // 100), *commands, *own * LISTED_WEIGHT, *other, UNKNOWN]


def _sentences(phrases: Phrases, who: list[str], where: list[str]) -> list[str]:
    """Each template with each name in each of its places, by turns; and each prefix before each beginning."""
    turns = max(len(who), len(where), len(phrases.request.times))
    lists = {"{who}": who, "{where}": where, "{when}": phrases.request.times}
    said = [_filled(template, turn, lists) for template in phrases.request.templates for turn in range(turns)]
    prefixes = [prefix for each in phrases.open.values() for prefix in each]
    starts = [f"{prefix} {name}" for prefix, name in product(prefixes, [*who, *where, *phrases.request.times])]
    return [*dict.fromkeys(said), *starts]


def _filled(template: str, turn: int, lists: dict[str, list[str]]) -> str:
    for slot, values in lists.items():
        offset = 0
        while slot in template:
            template = template.replace(slot, values[(turn + offset) % len(values)], 1)
            offset += 1
    return template


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Single words, for judging a reading."""

    known: set[str]
    """What requests are made of, and the wearer's own names: what is heard outside of these is unsure."""
    own: set[str]
    """Of the wearer's names."""
    joints: set[str]
    """Small words between the names: in, and, with ..."""
    opening: set[str] = field(default_factory=set)
    """Of the prefixes and commands: sure where a request begins, and nowhere else."""

    @classmethod
    def of(cls, phrases: Phrases, names: Names) -> Vocabulary:
        words = phrases.request
        spoken = [phrase for table in (phrases.commands, phrases.open) for each in table.values() for phrase in each]
        own = {word for name in (*names.people, *names.places) for word in name.split()}
        joints = {word for template in words.templates for word in template.split() if "{" not in word}
        asked = {word for text in (*words.people, *words.times) for word in text.split()} | own | joints
        opening = {word for text in spoken for word in text.split()} - asked
        return cls(asked | opening, own, joints, opening)


class Opened(NamedTuple):
    """A request's reading, taken apart."""

    name: IntentName
    prefix: list[Word]
    rest: list[Word]


def after_prefix(words: list[Word], phrases: Phrases) -> Opened | None:
    """At the longest open prefix; None when there is none."""
    opened = [(phrase.split(), name) for name, spoken in phrases.open.items() for phrase in spoken]
    texts = _texts(words)
    for prefix, name in sorted(opened, key=lambda each: -len(each[0])):
        for at in range(len(texts) - len(prefix), -1, -1):
            if texts[at : at + len(prefix)] == prefix:
                return Opened(name, words[at : at + len(prefix)], words[at + len(prefix) :])
    return None


def own_or_strangers(listed: list[Word], own: list[Word], known: set[str], score: Score, is_whole: IsWhole) -> list[Word]:
    """Of the readings with and without strangers' names, the one without where it fits nearly as well."""
    if all(word.word in known for word in listed) or not own or any(word.word not in known for word in own):
        return listed
    if any(word.word == UNKNOWN for word in listed):
        return listed  # a hole fits nothing that can be compared
    margin = WHOLE_STRANGER_MARGIN if is_whole(own) else STRANGER_MARGIN
    return own if score(_texts(own)) + margin >= score(_texts(listed)) else listed


def chosen(
    name: IntentName, listed: list[Word], free: list[Word], vocabulary: Vocabulary, score: Score, is_whole: IsWhole
) -> Heard:  # fmt: skip
    """The listed reading, but with the dictated words where the sound fits them so much better, or where it has a hole.

    Names are in doubt first: the words between them are few, and dictation mishears them more often than the lists do.
    """
    words = _without_holes(listed, free)
    whole = is_whole(words)
    for region in reversed(_differences(words, free)):
        old, new = words[region.start : region.end], free[region.free_start : region.free_end]
        if not new:
            continue
        margin = _margin(_texts(old), vocabulary, whole=whole)
        replaced = [*words[: region.start], *new, *words[region.end :]]
        if score(_texts(replaced)) > score(_texts(words)) + margin:
            words = replaced
    kept = [word for word in words if word.word != UNKNOWN]
    holes = [NOT_CAUGHT] if len(kept) < len(words) else []
    return Heard(name, kept, [*_doubtful(kept, vocabulary), *holes])


def is_pieces(said: list[str], vocabulary: Vocabulary) -> bool:
    """Whether words that are no request are pieces of requests."""
    return vocabulary.known - vocabulary.opening >= set(said)


def repaired(heard: Heard, instead: list[str], vocabulary: Vocabulary) -> Heard:
    """With other words before those that both end with; what was put there is not sure."""
    words, same = heard.words, 0
    while same < min(len(words), len(instead)) and words[-1 - same].word == instead[-1 - same]:
        same += 1
    old, new = words[: len(words) - same], instead[: len(instead) - same]
    start_s, end_s = (old[0].start_s, old[-1].end_s) if old else (words[0].start_s, words[0].start_s)
    put = [Word(word=text, start_s=start_s, end_s=end_s, confidence=GUESSED) for text in new]
    said = [*put, *words[len(words) - same :]]
    return Heard(heard.name, said, _doubtful(said, vocabulary))


def surer(one: Heard, other: Heard) -> bool:
    """Whether the first makes sense and the second does not, or leaves less in doubt."""
    return (one.senseless, len(one.unsure), -one.confidence) < (other.senseless, len(other.unsure), -other.confidence)


def _asked(words: list[Word], vocabulary: Vocabulary) -> list[Word]:
    """What follows the opening: from the last of its words that stand together at the beginning on."""
    texts = _texts(words)
    begun = next((at for at, text in enumerate(texts) if text not in vocabulary.opening | vocabulary.joints), len(texts))
    return words[begun:]


def _doubtful(words: list[Word], vocabulary: Vocabulary) -> list[str]:
    return [*dict.fromkeys(word.word for word in _asked(words, vocabulary) if _is_unsure(word, vocabulary))]


def _is_unsure(word: Word, vocabulary: Vocabulary) -> bool:
    if word.word not in vocabulary.known or word.word in vocabulary.opening:
        return True
    return word.confidence < SURE and word.word not in vocabulary.joints


def _margin(old: list[str], vocabulary: Vocabulary, *, whole: bool) -> float:
    if any(word not in vocabulary.known for word in old):
        return 0.0
    if old and not any(word in vocabulary.own for word in old):
        return EVERYDAY_MARGIN
    return WHOLE_MARGIN if whole else MARGIN


class _Region(NamedTuple):
    start: int
    end: int
    free_start: int
    free_end: int


def _differences(words: list[Word], free: list[Word]) -> list[_Region]:
    matcher = SequenceMatcher(None, _texts(words), _texts(free), autojunk=False)
    return [_Region(*places) for tag, *places in matcher.get_opcodes() if tag != "equal"]


def _without_holes(listed: list[Word], free: list[Word]) -> list[Word]:
    """Each run of unknown words as the words that dictation heard at that time."""
    filled: list[Word] = []
    for at, word in enumerate(listed):
        if word.word != UNKNOWN:
            filled.append(word)
            continue
        until_s = listed[at + 1].start_s if at + 1 < len(listed) else float("inf")
        since_s = listed[at - 1].end_s if at else 0.0
        filled += [said for said in free if since_s <= _middle_s(said) < until_s] or [word]
    return [word for at, word in enumerate(filled) if word not in filled[:at]]


def _middle_s(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def _texts(words: list[Word]) -> list[str]:
    return [word.word for word in words]
