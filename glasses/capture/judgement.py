"""What the recogniser read and what the spotter scored, as one reading. Pure.

Where the recogniser has understood, the spotter may only object; where it has not, the spotter must be sure to be believed alone.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

from glasses.capture.intents import Command, Nothing, OpenRequest, Reading, Wake
from glasses.capture.phrases import Phrases
from glasses.capture.spotting import NONE, Spotted
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

OBJECTS = -3.0
"""Below these log odds the spotter objects, where it is loud: there, the wake phrase itself is often scored so low."""
DOUBTS = -1.7
"""The same where the noise is less."""
UNSAID = -4.0
"""A command whose own score is below, in quiet, is talk behind a wake phrase: hey glasses are expensive is no cancel."""
QUIET_DB = 24.0
"""From this ratio of speech to noise on there is none."""
HELPS = -1.4
"""From these on it is believed where the recogniser has heard the wake phrase too, but not what came after."""
SAID = 5.5
"""From these on the command itself has surely been said: behind a wake phrase that the recogniser heard, that will do in noise."""
LIKELY, CLEARLY_SAID = 0.9, 4.5
"""The wake phrase is likelier than not, and the command has clearly been said: together they will do in noise."""
HALF, SAID_BEYOND_DOUBT = 0.2, 8.0
"""The wake phrase is likelier than not: that will do for a command that was said beyond doubt, and where half of it was heard."""
APART = 4.0
"""So far from a command that surely has been said no other was: of 1,710 in all noises, none was."""
CLEARLY = 0.6
"""A command whose words are heard with less confidence is not done against the spotter's likeliest one."""
SURE = 1.8
"""From these on it is believed alone, where it is loud."""
OVERWHELMS = 6.5
"""From these on also where it is quiet: talk and near-misses were scored 5.4 at most."""
FOLLOWS = 0.0
"""A correction without a wake phrase is heard into noise easily: there, its own score must be above, and no other's higher."""
SUPPORTS = -4.2
"""A command that was heard with nothing but commands to choose from is believed only where its own score is above."""
NOISY_DB = 19.0
"""Above this ratio of speech to noise the recogniser hears well enough not to be contradicted: what it did not hear was not said."""
GLIMPSED, GLIMPSED_IN_QUIET = -0.5, 2.8
"""From these on a command that the recogniser understood is done in noise, when of its wake phrase it heard the end only; and in quiet."""
WAKE_S = 0.8
"""About as long as a wake phrase is."""


class Belief(NamedTuple):
    """When the spotter's command is done that the recogniser has not understood: all of it must hold."""

    score: float
    """Least log odds of the wake phrase and the command behind it."""
    said: float = NONE
    """Least log odds of the command itself."""
    loud: bool = False
    woken: bool = False
    """Whether the recogniser must have heard the wake phrase."""
    glimpsed: bool = False
    """Whether it must have understood the command, and of the wake phrase the end."""


BELIEFS = (
    Belief(OVERWHELMS),
    Belief(SURE, loud=True),
    Belief(SURE, woken=True),
    Belief(LIKELY, loud=True, woken=True),
    Belief(LIKELY, said=CLEARLY_SAID, loud=True),
    Belief(HALF, said=SAID_BEYOND_DOUBT, loud=True),
    Belief(HELPS, said=SAID, loud=True, woken=True),
    Belief(GLIMPSED_IN_QUIET, glimpsed=True),
    Belief(GLIMPSED, loud=True, glimpsed=True),
)


def judged(
    reading: Reading, spotted: Spotted, phrases: Phrases, wake_phrase: str, *, ratio_db: float, glimpsed: bool = False, near: bool = False
) -> Reading:  # fmt: skip
    """Nothing where the spotter objects; its own command where it is sure and, in noise, nothing was understood.

    ``ratio_db``: of speech to noise. ``glimpsed``: the spotter's command was understood, and of its wake phrase the end. ``near``: some
    word of a wake phrase was.
    """
    noisy, least = ratio_db < NOISY_DB, least_wake(ratio_db)
    if isinstance(reading, Command) and reading.intent.confidence < CLEARLY and spotted.best[0] != reading.intent.name:
        name, score = spotted.best
        return _as_reading(IntentName(name), score, spotted, phrases) if noisy and score >= HELPS and spotted.said >= SAID else Nothing()
    if isinstance(reading, Command):
        name = str(reading.intent.name)
        unsaid = not noisy and spotted.commands.get(name, NONE) < UNSAID
        return reading if agrees(name, spotted, least) and not unsaid else Nothing()
    if isinstance(reading, OpenRequest) and reading.wake_s == 0:
        return reading if not noisy or (spotted.best[0] == reading.name and spotted.said >= FOLLOWS) else Nothing()
    if isinstance(reading, OpenRequest):
        return reading if _may_open(reading, spotted, phrases, least) else Nothing()
    if isinstance(reading, Wake) and reading.goes_on and not noisy:
        return Nothing()
    if _is_believed(spotted, loud=noisy, woken=isinstance(reading, Wake), glimpsed=glimpsed):
        name, score = spotted.best
        return _as_reading(IntentName(name), score, spotted, phrases)
    if isinstance(reading, Wake):
        return reading if spotted.wake >= OBJECTS else Nothing()
    return _woken(spotted, wake_phrase) if noisy and spotted.wake >= (HALF if near else SURE) else reading


def _is_believed(spotted: Spotted, *, loud: bool, woken: bool, glimpsed: bool) -> bool:
    score = spotted.best[1]
    return any(
        score >= belief.score and spotted.said >= belief.said
        and loud >= belief.loud and woken >= belief.woken and glimpsed >= belief.glimpsed
        for belief in BELIEFS
    )  # fmt: skip


def least_wake(ratio_db: float) -> float:
    """Log odds of the wake phrase below which the spotter objects."""
    return OBJECTS if ratio_db < NOISY_DB else DOUBTS


def is_clear(spotted: Spotted) -> bool:
    """Whether the likeliest command has clearly been said behind a wake phrase, also where it is loud."""
    score = spotted.best[1]
    return score >= SURE or (score >= LIKELY and spotted.said >= CLEARLY_SAID)


def supports(reading: Command, spotted: Spotted) -> bool:
    """Whether the spotter too has heard something of this command, and no other is likely: words can be heard into noise."""
    name, (other, score) = str(reading.intent.name), spotted.best
    return spotted.commands.get(name, NONE) >= SUPPORTS and (other == name or score < LIKELY)


def contradicts(reading: Command | OpenRequest, spotted: Spotted) -> bool:
    """Whether another command than the one that was read was surely said: which of the two, nobody knows."""
    return spotted.wake >= SURE and _is_rather(spotted, str(name_of(reading)))


def name_of(reading: Command | OpenRequest) -> IntentName:
    return reading.intent.name if isinstance(reading, Command) else reading.name


def agrees(name: str, spotted: Spotted, least: float = OBJECTS) -> bool:
    """Whether the wake phrase may have been said, and no other command surely was in this one's place.

    The command's own score is no reason to object: the recogniser may be done before the spotter has heard the last of it.
    """
    return spotted.wake >= least and not _is_rather(spotted, name)


def _may_open(reading: OpenRequest, spotted: Spotted, phrases: Phrases, least: float) -> bool:
    """A command in a request's words (no, I said cancel) is no objection; another request is, and a command surely said."""
    in_its_words = spotted.best[0] not in phrases.open and (reading.name == IntentName.CORRECT or spotted.said < SAID)
    return spotted.wake >= least and (in_its_words or not _is_rather(spotted, str(reading.name)))


def _is_rather(spotted: Spotted, name: str) -> bool:
    """Whether another command than ``name`` was surely said, and this one hardly."""
    other, score = spotted.best
    own = spotted.commands.get(name, NONE)
    surely = score >= SURE and own < OBJECTS
    return other != name and (surely or (spotted.said >= SAID and own < score - APART))


def _as_reading(name: IntentName, score: float, spotted: Spotted, phrases: Phrases) -> Reading:
    start_s = max(0.0, spotted.wake_s - WAKE_S)
    if name in phrases.open:
        return OpenRequest(name, phrases.open[name][0], start_s, has_rest=True, wake_s=WAKE_S)
    text = phrases.commands[name][0]
    return Command(Intent(name=name, confidence=1 / (1 + exp(-score)), text=text), start_s, WAKE_S)


def _woken(spotted: Spotted, wake_phrase: str) -> Wake:
    """As if the recogniser had heard it."""
    words, end_s = wake_phrase.split(), spotted.wake_s
    each_s = WAKE_S / len(words)
    starts = [max(0.0, end_s - WAKE_S + at * each_s) for at in range(len(words))]
    return Wake(
        tuple(Word(word=word, start_s=start, end_s=start + each_s, confidence=1.0) for word, start in zip(words, starts, strict=True))
    )
