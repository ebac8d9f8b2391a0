"""Whether another phrase than the wake phrase may have been said, and which closer look settles it. Pure.

``spotted``: the spotter's opinion. ``calm_db``: the ratio of speech to noise, what was heard a moment before the wake phrase included: a
voice without pauses is no noise.
"""

from __future__ import annotations

from glasses.capture.spotting import Spotted

CERTAIN, BEYOND_DOUBT = 2.8, 4.0
"""From these on the wake phrase needs no other look where it is not still, and where it is: there, another one is scored high too."""
STILL_DB, SPOILT_DB, DROWNED_DB = 36.0, 30.0, 21.0
"""From the first ratio on nothing spoils a score; below the second, noise excuses a low one; below the third, a look hears little."""
LIKELY = -0.5
"""From these on the wake phrase is as likely as not."""
LEAST = 0.2
"""From these on it needs no excuse, where it is not still."""
ENOUGH = 1.2
"""Where it is still, the wake phrase's score must be enough wherever the steps begin."""
HARDLY, CLEARER = 0.5, 3.0
"""What is hardly less is made good for by a sound that fits no other phrase, and the wake phrase by so much (log likelihood) better than
an accent's."""
SHARE, TRUSTED, INSISTED = 0.25, 1.2, 2.4
"""A trusted voice's and what is insisted on is judged as if the wake phrase had been scored so high, less a share of how much the sound
is rather an accent's (hey lasses)."""
DIFFERS, SPARED = -0.9, 1.8
"""Log likelihood: below it, what was heard has another beginning (they glasses); trust of the second spares it."""


def is_certain(spotted: Spotted, calm_db: float) -> bool:
    """Whether the wake phrase needs no other look."""
    return spotted.wake >= (CERTAIN if calm_db < STILL_DB else BEYOND_DOUBT)


def is_drowned(spotted: Spotted, calm_db: float) -> bool:
    """Whether noise leaves little for another look at what may well be a wake phrase."""
    return spotted.wake >= LIKELY and calm_db < DROWNED_DB


def is_excused(spotted: Spotted, calm_db: float) -> bool:
    """Whether, where it is not still, the wake phrase was scored well enough for its noise."""
    return spotted.wake >= LEAST or calm_db < SPOILT_DB


def is_doubted(lowest: float) -> bool:
    """Whether, where it is still, another phrase may have been said. ``lowest``: Spotting.lowest_wake."""
    return lowest < ENOUGH


def is_clearer(lowest: float, differs: float, leans: float) -> bool:
    """Whether the sound makes good for a little doubt.

    ``differs`` and ``leans``: by how much (log likelihood) it fits the wake phrase better than phrases with another beginning, and than
    what an accent may make of it.
    """
    return lowest >= HARDLY and differs >= DIFFERS and leans >= CLEARER


def is_trusted(spotted: Spotted, differs: float, leans: float) -> bool:
    """Whether trust makes good for it: for the spotter's own doubt, and not for what sounds more like another phrase. As of is_clearer."""
    return spotted.trusted + SHARE * min(leans, 0.0) >= ENOUGH and (differs >= DIFFERS or spotted.trusted >= SPARED)
