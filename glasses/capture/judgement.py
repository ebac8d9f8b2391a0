"""What the recogniser read and what the spotter scored, as one reading. Pure.

Where the recogniser has understood, the spotter may only object; where it has not, the spotter must be sure to be believed alone.
"""

from __future__ import annotations

from enum import Flag, auto
from math import exp, inf
from typing import NamedTuple

from glasses.capture.doubt import SPOILT_DB
from glasses.capture.intents import Command, Nothing, OpenRequest, Reading, Wake
from glasses.capture.phrases import Phrases
from glasses.capture.spotting import NONE, Spotted
from glasses.wire.intent import Intent, IntentName
from glasses.wire.tag import Word

OBJECTS = -3.0
"""Below these log odds the spotter objects, where it is loud: there, the wake phrase itself is often scored so low."""
DOUBTS = -1.7
"""The same where the noise is less."""
HELPS = -1.4
"""From these on it is believed where the recogniser has heard the wake phrase too, but not what came after."""
SAID = 5.5
"""From these on the command itself has surely been said: behind a wake phrase that the recogniser heard, that will do in noise."""
LIKELY, CLEARLY_SAID = 0.9, 4.5
"""The wake phrase is likelier than not, and the command has clearly been said: together they will do in noise."""
HALF, SAID_BEYOND_DOUBT = 0.2, 8.0
"""The wake phrase is likelier than not: that will do for a command that was said beyond doubt. Where it is quiet the spotter alone is
believed for nothing less: of 26 such commands at 20 dB the lowest had 8.3, and talk that was taken for one 2.1 and 6.0."""
APART = 4.0
"""So far from a command that surely has been said no other was: of 1,710 in all noises, none was."""
CLEARLY = 0.6
"""A command whose words are heard with less confidence is not done against the spotter's likeliest one."""
SURE = 1.8
"""From these on it is believed alone, where it is loud."""
OVERWHELMS = 6.5
"""From these on also where it is quiet: talk and near-misses were scored 5.4 at most."""
NOISY_DB = 19.0
"""Above this ratio of speech to noise the recogniser hears well enough not to be contradicted: what it did not hear was not said."""
GLIMPSED, GLIMPSED_IN_QUIET, GLIMPSED_BEYOND_DOUBT = -0.5, 2.8, -2.0
"""From these on a command that the recogniser understood is done when of its wake phrase it heard the end only: in noise; in quiet; and in
noise where it was said beyond doubt. From the first on a word of the wake phrase is taken for it, in noise."""
WAKE_S = 0.8
"""About as long as a wake phrase is."""


class OfWake(Flag):
    """What the recogniser has heard of a wake phrase."""

    NOTHING = 0
    A_WORD = auto()
    END_AND_COMMAND = auto()
    """Its last word, and behind it the command that the spotter heard."""
    WHOLE = auto()


class Floor(NamedTuple):
    """What the recogniser read is done only where the spotter has heard as much of it: all of it must hold."""

    own: float = -inf
    """Least log odds of a wake phrase and what was read behind it."""
    said: float = -inf
    """Least log odds of the likeliest command by itself; asked for only where that must be what was read."""
    is_likeliest: bool = False
    """Whether the likeliest command must be what was read."""


COMMAND_IN_QUIET = Floor(-4.0)
"""Below it is talk behind a wake phrase: hey glasses are expensive is no cancel."""
COMMAND_IN_NOISE = Floor(-2.3, is_likeliest=True)
"""Of 228 that were read right the lowest had -2.2."""
WORD_IN_NOISE = Floor(-2.3, said=0.0, is_likeliest=True)
"""A command of one word (undo) is heard into noise easily."""
WORD_OF_REQUEST_IN_NOISE = Floor(-4.4)
"""And so is a request's (find), which is read once more."""
CORRECTION_IN_NOISE = Floor(said=0.0, is_likeliest=True)
"""One without a wake phrase."""
OUT_OF_COMMANDS = Floor(-4.4, said=0.0, is_likeliest=True)
"""A command that was heard with nothing but commands to choose from, wherever."""


class Belief(NamedTuple):
    """When the spotter's command is done that the recogniser has not understood: all of it must hold."""

    score: float
    """Least log odds of the wake phrase and the command behind it."""
    said: float = NONE
    """Least log odds of the command itself."""
    below_db: float = inf
    """The ratio of speech to noise must be less."""
    calm_below_db: float = inf
    """And so must the ratio with the moment before, which tells a voice without pauses from noise."""
    of_wake: OfWake = OfWake.NOTHING


BELIEFS = (
    Belief(OVERWHELMS, said=SAID_BEYOND_DOUBT),
    Belief(SURE, below_db=NOISY_DB),
    Belief(SURE, said=SAID_BEYOND_DOUBT, calm_below_db=SPOILT_DB, of_wake=OfWake.A_WORD),
    Belief(SURE, said=SAID_BEYOND_DOUBT, of_wake=OfWake.WHOLE),
    Belief(LIKELY, below_db=NOISY_DB, of_wake=OfWake.WHOLE),
    Belief(LIKELY, said=CLEARLY_SAID, below_db=NOISY_DB),
    Belief(HALF, said=SAID_BEYOND_DOUBT, below_db=NOISY_DB),
    Belief(HELPS, said=SAID, below_db=NOISY_DB, of_wake=OfWake.WHOLE),
    Belief(OBJECTS, said=SAID_BEYOND_DOUBT, below_db=NOISY_DB, of_wake=OfWake.WHOLE),
    Belief(GLIMPSED_IN_QUIET, of_wake=OfWake.END_AND_COMMAND),
    Belief(GLIMPSED, below_db=NOISY_DB, of_wake=OfWake.END_AND_COMMAND),
    Belief(GLIMPSED_BEYOND_DOUBT, said=SAID_BEYOND_DOUBT, below_db=NOISY_DB, of_wake=OfWake.END_AND_COMMAND),
)


def judged(
    reading: Reading, spotted: Spotted, phrases: Phrases, wake_phrase: str, *, ratio_db: float, calm_db: float, of_wake: OfWake
) -> Reading:  # fmt: skip
    """Nothing where the spotter objects; its own command where it is sure and, in noise, nothing was understood.

    ``ratio_db``: of speech to noise; ``calm_db``: the same with the moment before. In noise, a command that the spotter takes for another,
    or a request of which it has heard nothing, is a wake phrase alone.
    """
    noisy, least = ratio_db < NOISY_DB, least_wake(ratio_db)
    if isinstance(reading, Command):
        return _judged_command(reading, spotted, phrases, wake_phrase, noisy=noisy, least=least)
    if isinstance(reading, OpenRequest):
        return _judged_request(reading, spotted, phrases, wake_phrase, noisy=noisy, least=least)
    if isinstance(reading, Wake) and reading.goes_on and not noisy:
        return Nothing()
    if isinstance(reading, Wake) and (reading.is_read or noisy):
        of_wake |= OfWake.WHOLE
    if _is_believed(spotted, ratio_db, calm_db, of_wake):
        return _spotters_own(spotted, phrases)
    if isinstance(reading, Wake):
        return reading if spotted.wake >= OBJECTS else Nothing()
    return _woken(spotted, wake_phrase) if _is_woken(spotted, ratio_db, calm_db, of_wake) else reading


def _judged_command(
    reading: Command, spotted: Spotted, phrases: Phrases, wake_phrase: str, *, noisy: bool, least: float
) -> Reading:  # fmt: skip
    name, score = spotted.best
    if name != reading.intent.name and reading.intent.confidence < CLEARLY:
        return _spotters_own(spotted, phrases) if noisy and score >= HELPS and spotted.said >= SAID else Nothing()
    if not agrees(str(reading.intent.name), spotted, least):
        return Nothing()
    if noisy:
        floor = COMMAND_IN_NOISE if " " in reading.intent.text else WORD_IN_NOISE
        return reading if _reaches(floor, reading, spotted) else _woken(spotted, wake_phrase)
    return reading if _reaches(COMMAND_IN_QUIET, reading, spotted) else Nothing()


def _judged_request(
    reading: OpenRequest, spotted: Spotted, phrases: Phrases, wake_phrase: str, *, noisy: bool, least: float
) -> Reading:  # fmt: skip
    if reading.wake_s == 0:
        return reading if not noisy or _reaches(CORRECTION_IN_NOISE, reading, spotted) else Nothing()
    if not _may_open(reading, spotted, phrases, noisy=noisy, least=least):
        return Nothing()
    if noisy and " " not in reading.prefix and not _reaches(WORD_OF_REQUEST_IN_NOISE, reading, spotted):
        return _woken(spotted, wake_phrase)
    return reading


def _reaches(floor: Floor, reading: Command | OpenRequest, spotted: Spotted) -> bool:
    name = str(name_of(reading))
    if floor.is_likeliest and (spotted.best[0] != name or spotted.said < floor.said):
        return False
    return spotted.commands.get(name, NONE) >= floor.own


def _is_believed(spotted: Spotted, ratio_db: float, calm_db: float, of_wake: OfWake) -> bool:
    score = spotted.best[1]
    return any(
        score >= belief.score and spotted.said >= belief.said
        and ratio_db < belief.below_db and calm_db < belief.calm_below_db and belief.of_wake in of_wake
        for belief in BELIEFS
    )  # fmt: skip


def _is_woken(spotted: Spotted, ratio_db: float, calm_db: float, of_wake: OfWake) -> bool:
    """Whether the spotter's wake phrase is shown as heard though nothing was understood: nothing is done for it."""
    if of_wake and ratio_db < NOISY_DB:
        return spotted.wake >= GLIMPSED
    return spotted.wake >= SURE and (ratio_db < NOISY_DB or (bool(of_wake) and calm_db < SPOILT_DB))


def least_wake(ratio_db: float) -> float:
    """Log odds of the wake phrase below which the spotter objects."""
    return OBJECTS if ratio_db < NOISY_DB else DOUBTS


def is_clear(spotted: Spotted) -> bool:
    """Whether the likeliest command has clearly been said behind a wake phrase, also where it is loud."""
    score = spotted.best[1]
    return score >= SURE or (score >= LIKELY and spotted.said >= CLEARLY_SAID)


def supports(reading: Command, spotted: Spotted) -> bool:
    """Whether the spotter too has heard this command, and no other rather: words can be heard into noise."""
    return _reaches(OUT_OF_COMMANDS, reading, spotted)


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


def _may_open(reading: OpenRequest, spotted: Spotted, phrases: Phrases, *, noisy: bool, least: float) -> bool:
    """A command in a request's words (no, I said cancel) is no objection, and a command surely said is.

    Another request is one in noise only: a request is read again, and is done only where it still is the same.
    """
    is_request = spotted.best[0] in phrases.open
    may_be = not noisy if is_request else (reading.name == IntentName.CORRECT or spotted.said < SAID)
    return spotted.wake >= least and (may_be or not _is_rather(spotted, str(reading.name)))


def _is_rather(spotted: Spotted, name: str) -> bool:
    """Whether another command than ``name`` was surely said, and this one hardly."""
    other, score = spotted.best
    own = spotted.commands.get(name, NONE)
    surely = score >= SURE and own < OBJECTS
    return other != name and (surely or (spotted.said >= SAID and own < score - APART))


def _spotters_own(spotted: Spotted, phrases: Phrases) -> Reading:
    """Its likeliest command, as if the recogniser had read it."""
    name, score = IntentName(spotted.best[0]), spotted.best[1]
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
        tuple(Word(word=word, start_s=start, end_s=start + each_s, confidence=1.0) for word, start in zip(words, starts, strict=True)),
        is_read=False,
    )
