"""When an utterance is over because its command has been said, whatever the recogniser still waits for. Pure."""

from __future__ import annotations

from typing import NamedTuple

from glasses.capture.spotting import NONE, Spotted


class Rule(NamedTuple):
    """All of it must hold."""

    score: float
    """Least log odds of the wake phrase and the command behind it."""
    said: float
    """Least log odds of the command itself."""
    after_s: float
    """So long after the command was heard best: there might be more of it."""
    agreed: bool = False
    """Whether the recogniser must half hear the same command."""
    loud: bool = False
    """Whether it must be loud: where it is quiet, the recogniser's own silence comes soon enough."""


RULES = (
    Rule(score=0.0, said=NONE, after_s=0.1, agreed=True),
    Rule(score=2.2, said=NONE, after_s=0.2),
    Rule(score=-0.9, said=4.0, after_s=0.3, loud=True),
)

LEAST = min(rule.score for rule in RULES)
"""Below these log odds no rule holds."""


def is_over(spotted: Spotted, now_s: float, *, agreed: bool, loud: bool) -> bool:
    """Whether one of the rules holds at ``now_s``.

    ``agreed``: the recogniser's half-heard text ends in the same command. ``loud``: speech stands little above what else is heard.
    """
    score, waited_s = spotted.best[1], now_s - spotted.at_s
    return any(
        score >= rule.score and spotted.said >= rule.said and waited_s >= rule.after_s and agreed >= rule.agreed and loud >= rule.loud
        for rule in RULES
    )
