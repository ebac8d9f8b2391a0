"""Which stretch of one clip is its best, on the grid of its key frames. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

SPEECH_CUT_PENALTY = 0.25
"""What cutting into a spoken sentence costs, in units of a moment's worth (0 to 1)."""
WORTH_DIGITS = 6
"""Worths that differ by less are equal: sums of the same numbers differ in their last digits between Python versions."""
STAYS_GOOD = 0.8
"""What a stretch grows by must have this share of the shortest one's mean worth."""


@dataclass(frozen=True, slots=True)
class MomentScore:
    """A time range of a clip: how well it answers the request (``score``) and how well it looks (``quality``), both 0 to 1."""

    start_s: float
    end_s: float
    score: float = 1.0
    quality: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A clip that search has found: frames ``first_frame`` to ``frames`` (exclusive) may be shown.

    ``speech`` are the seconds (start, end) in which somebody speaks.
    """

    video_id: str
    captured_at: int
    frames: int
    score: float = 1.0
    reason: str = ""
    moments: tuple[MomentScore, ...] = ()
    speech: tuple[tuple[float, float], ...] = ()
    first_frame: int = 0
    look: int | None = None
    """Signature of its picture in 64 bits: alike pictures differ in few."""
    is_photo: bool = False
    """A photo as a slow pan: shown whole or not at all."""


class Window(NamedTuple):
    """GOPs ``first`` to ``end`` (exclusive) of a clip, which are copied; the fades lie just outside."""

    first: int
    end: int


class Grid(NamedTuple):
    fps: int
    gop: int
    fade_frames: int

    def widest(self, clip: Candidate) -> Window:
        """All GOPs that a clip can give when both fades lie outside them: the fade-in takes from the GOP before."""
        first = max(1, -(-(clip.first_frame + self.fade_frames) // self.gop))
        return Window(first, max(first, (clip.frames - self.fade_frames) // self.gop))

    def whole_gops(self, clip: Candidate) -> int:
        widest = self.widest(clip)
        return widest.end - widest.first

    def added_frames(self, gops: int) -> int:
        """How much longer a film grows by a cut of so many GOPs: one of its fades overlaps with what is before."""
        return gops * self.gop + self.fade_frames

    def gops_that_fit(self, budget_frames: int) -> int:
        return max(0, (budget_frames - self.fade_frames) // self.gop)

    def gops_within(self, duration_s: float, *, up: bool = False) -> int:
        """GOPs of a cut that lasts ``duration_s`` with its fades, rounded down (or up), at least 1."""
        frames = round(duration_s * self.fps) - 2 * self.fade_frames
        return max(1, -(-frames // self.gop) if up else frames // self.gop)

    def frames_of(self, window: Window) -> tuple[int, int]:
        return window.first * self.gop - self.fade_frames, window.end * self.gop + self.fade_frames


def best_window(clip: Candidate, grid: Grid, gops: int) -> Window:
    """The stretch of ``gops`` GOPs with the most to see that cuts into the least speech; the first of equals."""
    return max(_windows(clip, grid, gops), key=lambda window: (-torn(clip, grid, window), _worth(clip, grid, window), -window.first))


def whole_sentences(clip: Candidate, grid: Grid, gops: int, low: int, high: int) -> Window:
    """``best_window`` of ``gops``, or of the size next to it, shorter first, that leaves all sentences whole where any does."""
    window = best_window(clip, grid, gops)
    if not torn(clip, grid, window):
        return window
    others = (best_window(clip, grid, size) for size in [*range(gops - 1, low - 1, -1), *range(gops + 1, high + 1)])
    return next((other for other in others if not torn(clip, grid, other)), window)


def torn(clip: Candidate, grid: Grid, window: Window) -> int:
    """How many ends of what is shown lie inside a spoken sentence."""
    return sum(start < frame / grid.fps < end for start, end in clip.speech for frame in grid.frames_of(window))


def longest_good_window(clip: Candidate, grid: Grid, low: int, high: int) -> int:
    """Up to how many GOPs the clip can be shown so that what its best ``low`` ones grow by is nearly as good as they are."""
    best = _worth(clip, grid, best_window(clip, grid, low))
    bar = best - (1 - STAYS_GOOD) * abs(best)
    good = [
        gops
        for gops in range(low + 1, high + 1)
        if round(gops * _worth(clip, grid, best_window(clip, grid, gops)) - low * best - (gops - low) * bar, WORTH_DIGITS) >= 0
    ]
    return max(good, default=low)


def _windows(clip: Candidate, grid: Grid, gops: int) -> list[Window]:
    widest = grid.widest(clip)
    return [Window(first, first + gops) for first in range(widest.first, widest.end - gops + 1)]


def _worth(clip: Candidate, grid: Grid, window: Window) -> float:
    gop_s = grid.gop / grid.fps
    seen = sum(_worth_at(clip, (gop + 0.5) * gop_s) for gop in range(*window)) / (window.end - window.first)
    return round(seen - SPEECH_CUT_PENALTY * torn(clip, grid, window), WORTH_DIGITS)


def _worth_at(clip: Candidate, at_s: float) -> float:
    if not clip.moments:
        return 1.0
    here = (moment for moment in clip.moments if moment.start_s <= at_s < moment.end_s)
    return max((moment.score * (0.5 + 0.5 * moment.quality) for moment in here), default=0.0)
