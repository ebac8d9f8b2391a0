"""What stages tell each other. Facts are past tense, requests imperative."""

from __future__ import annotations

from dataclasses import dataclass

from glasses.wire.intent import Intent
from glasses.wire.memory import Memory
from glasses.wire.segment import Segment
from glasses.wire.status import Custody


@dataclass(frozen=True, slots=True)
class WakeHeard:
    """The wake phrase without a command yet: one is expected."""

    sure: bool = True
    """False: it only seems to be coming. A cue to show, nothing to act on."""


@dataclass(frozen=True, slots=True)
class IntentHeard:
    intent: Intent
    began_s: float | None = None
    """When its first word began, in seconds of sound since the microphone was opened; None when it was not spoken."""


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    segment: Segment


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """A video or photo is complete, durable and in the spool."""

    segment: Segment


@dataclass(frozen=True, slots=True)
class SegmentTagged:
    segment_id: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustodyChanged:
    segment_id: str
    custody: Custody


@dataclass(frozen=True, slots=True)
class ProxyMade:
    """The small copy of a video is durable beside it."""

    segment_id: str


@dataclass(frozen=True, slots=True)
class OutboxFilled:
    """There is something new to send."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    up: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A sentence for the wearer: shown, and spoken where there is a speaker."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryChanged:
    memory: Memory


@dataclass(frozen=True, slots=True)
class FilmFetched:
    """A finished film is on the glasses. Paths; ``poster_path`` is empty where there is none."""

    memory: Memory
    film_path: str
    poster_path: str = ""


@dataclass(frozen=True, slots=True)
class PlanChanged:
    """The power plan is another one now. ``sentence`` says all of it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class FaultRaised:
    code: str
    detail: str
    hint: str


Event = (
    WakeHeard | IntentHeard | RecordingStarted | SegmentClosed | SegmentTagged | CustodyChanged
    | ProxyMade | OutboxFilled | LinkChanged | Answered | MemoryChanged | FilmFetched | PlanChanged | FaultRaised
)  # fmt: skip
