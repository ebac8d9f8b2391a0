"""What a reader keeps: terms with the words they were read from, and where in the sentence it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from glasses.wire.memory import Term
from relay.ask.reading import TimeReading


class Use(StrEnum):
    """What became of a word."""

    CARRIER = "carrier"
    TERM = "term"
    STOP = "stop"
    LEFT = "left"


@dataclass
class Span:
    """A term and the words it was read from."""

    start: int
    end: int
    term: Term
    time: TimeReading | None = None
    negated: bool = False


@dataclass(frozen=True)
class Candidate:
    took: int
    rank: int
    term: Term
    time: TimeReading | None = None


@dataclass
class Standing:
    """Where in the sentence the reader is: the preposition in force, an article before, and what "and" joins to."""

    lead: str = "of"
    article: bool = False
    joined: str = ""
    last_lead: str = "of"
    last_kind: str = ""
