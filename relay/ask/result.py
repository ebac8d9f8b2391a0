"""What a search answers with."""

from __future__ import annotations

from dataclasses import dataclass, field

from glasses.wire.memory import NearMiss, Plan, Term


@dataclass(frozen=True)
class Filters:
    """Conditions beside the request, all exact. People, places and labels by id; each must hold, of several places one."""

    start_at: int | None = None
    end_at: int | None = None
    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class MomentHit:
    moment_id: str
    start_s: float
    end_s: float
    score: float
    """1.0: everything that was asked for is in this very moment."""


@dataclass(frozen=True)
class VideoHit:
    video_id: str
    kind: str
    captured_at: int
    duration_s: float
    score: float
    reason: str
    place: str
    moments: tuple[MomentHit, ...]
    """Best first; only those with something that was asked for, or all when nothing was asked of moments."""
    exact: bool = True
    """False: it fits only when a condition is taken more widely ("in June": of another year); films leave it out if others fit."""


@dataclass(frozen=True)
class TermCount:
    """How many videos meet one term by itself."""

    term: Term
    videos: int


@dataclass(frozen=True)
class Trouble:
    """Why there is no answer, as one of the error codes ``ask.*``."""

    code: str
    detail: str
    hint: str = ""


@dataclass(frozen=True)
class SearchResult:
    """``problem`` and ``hits`` never come together: an unknown person or place gives no film, however much else fits."""

    plan: Plan
    hits: tuple[VideoHit, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()
    counts: tuple[TermCount, ...] = ()
    total: int = 0
    problem: Trouble | None = None
    timings_s: dict[str, float] = field(default_factory=dict)
