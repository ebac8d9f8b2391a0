"""Moments found -> which part of which clip is shown for how long. Pure: no media is touched.

A film is a title card, then clips in the order they were taken. Neighbours overlap in a fade. Cuts lie so that every fade
begins on a key frame of the outgoing clip and ends on a key frame of the incoming one: all between is copied, never encoded.

    clip     |----gop----|----gop----|----gop----|----gop----|
    shown          [fade in][     copied GOPs     ][fade out]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glasses.wire.memory import ClipChoice, NearMiss
from relay.assemble.window import Candidate, Grid, MomentScore, Window, longest_good_window, torn, whole_sentences

__all__ = ["Candidate", "Cut", "CutList", "MomentScore", "choose"]

TITLE_S = 3.0
SHORTEST_S = 5.0
LONGEST_S = 12.0
NEAR_DUPLICATE_S = 60.0
"""Clips begun within a minute of each other are taken to show the same thing."""
ALIKE_S = 3600.0
ALIKE_BITS = 8
"""Within an hour, so do those whose pictures differ in no more bits of 64."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Frames ``in_frame`` to ``out_frame`` (exclusive) of a clip, the fades at both ends included."""

    video_id: str
    captured_at: int
    in_frame: int
    out_frame: int
    score: float
    reason: str

    @property
    def frames(self) -> int:
        return self.out_frame - self.in_frame


@dataclass(frozen=True, slots=True)
class CutList:
    """The whole film in frames. ``left_out`` says in words why each other candidate is not in it."""

    title_frames: int
    cuts: tuple[Cut, ...]
    left_out: tuple[NearMiss, ...]
    fps: int = 30
    gop: int = 30
    fade_frames: int = 15

    @property
    def planned_frames(self) -> int:
        """The title and each cut, less the overlaps; 0 without cuts."""
        return self.starts[-1] + self.cuts[-1].frames if self.cuts else 0

    @property
    def starts(self) -> tuple[int, ...]:
        """For each cut, the film frame at which it begins to show: with its fade-in, but for a first one without a title before it."""
        at, starts = self.title_frames, []
        for cut in self.cuts:
            starts.append(max(0, at - self.fade_frames))
            at = starts[-1] + cut.frames
        return tuple(starts)

    def copied(self, cut: Cut) -> tuple[int, int]:
        """The frames of a cut between its fades: first and end (exclusive)."""
        return -(-cut.in_frame // self.gop) * self.gop, cut.out_frame - self.fade_frames

    @property
    def clips_used(self) -> list[ClipChoice]:
        return [
            ClipChoice(
                video_id=cut.video_id, start_s=cut.in_frame / self.fps, end_s=cut.out_frame / self.fps,
                film_start_s=start / self.fps, captured_at=cut.captured_at, score=cut.score, reason=cut.reason,
            )
            for cut, start in zip(self.cuts, self.starts, strict=True)
        ]  # fmt: skip

    def without(self, video_id: str, reason: str) -> CutList:
        """The same film without one clip, for when its file cannot be used."""
        gone = [_miss(cut, reason) for cut in self.cuts if cut.video_id == video_id]
        kept = tuple(cut for cut in self.cuts if cut.video_id != video_id)
        return replace(self, cuts=_opened(kept, self.title_frames, self.gop), left_out=(*self.left_out, *gone))


def choose(
    candidates: Sequence[Candidate], *, max_duration_s: float, fps: int = 30, gop: int = 30, fade_frames: int = 15, title_s: float = TITLE_S
) -> CutList:
    """The film that fits into ``max_duration_s``, title card included: each scene once, spread over the time they cover.

    Without a title (``title_s`` 0) the first clip begins at once, on a key frame.

    Raises ValueError for a fade longer than a GOP, or a title card shorter than a fade.
    """
    title_frames = round(title_s * fps)
    if fade_frames > gop or 0 < title_frames < fade_frames:
        raise ValueError("a fade fits into one GOP and into the title card")
    grid = Grid(fps, gop, fade_frames)
    misses: list[NearMiss] = []
    usable = _long_enough(sorted(candidates, key=lambda clip: (clip.captured_at, clip.video_id)), grid, misses)
    scenes = _once_each(usable, misses)
    budget_frames = int(max_duration_s * fps + 1e-6) - title_frames
    chosen = _spread(scenes, grid, budget_frames, misses)
    windows = _windows(chosen, grid, budget_frames)
    cuts = tuple(_cut(clip, window, grid) for clip, window in zip(chosen, windows, strict=True))
    return CutList(title_frames, _opened(cuts, title_frames, gop), tuple(misses), fps, gop, fade_frames)


def _opened(cuts: tuple[Cut, ...], title_frames: int, gop: int) -> tuple[Cut, ...]:
    """Without a title there is nothing to fade in from."""
    if title_frames or not cuts:
        return cuts
    return (replace(cuts[0], in_frame=-(-cuts[0].in_frame // gop) * gop), *cuts[1:])


def _long_enough(clips: list[Candidate], grid: Grid, misses: list[NearMiss]) -> list[Candidate]:
    short = [clip for clip in clips if grid.whole_gops(clip) < 1]
    misses += [_miss(clip, _too_short(clip, grid)) for clip in short]
    return [clip for clip in clips if grid.whole_gops(clip) >= 1]


def _too_short(clip: Candidate, grid: Grid) -> str:
    left = f"{(clip.frames - clip.first_frame) / grid.fps:.1f} s"
    return (
        f"only {left} besides the spoken command, too short to be shown" if clip.first_frame else f"only {left} long, too short to be shown"
    )


def _once_each(clips: list[Candidate], misses: list[NearMiss]) -> list[Candidate]:
    """Of clips that show the same thing only the best, in time order."""
    kept: list[Candidate] = []
    for clip in sorted(clips, key=lambda clip: (-clip.score, clip.captured_at, clip.video_id)):
        twin = next((other for other in kept if _alike(clip, other)), None)
        if twin is None:
            kept.append(clip)
        else:
            misses.append(_miss(clip, f"much the same as the better {_kind(twin)} taken {_apart(clip, twin)} it"))
    return sorted(kept, key=lambda clip: (clip.captured_at, clip.video_id))


def _alike(clip: Candidate, other: Candidate) -> bool:
    apart_s = abs(other.captured_at - clip.captured_at) / 1000
    looks = clip.look is not None and other.look is not None and (clip.look ^ other.look).bit_count() <= ALIKE_BITS
    return apart_s < NEAR_DUPLICATE_S or (looks and apart_s < ALIKE_S)


def _apart(clip: Candidate, twin: Candidate) -> str:
    apart_s = round(abs(twin.captured_at - clip.captured_at) / 1000)
    span = f"{apart_s} s" if apart_s < 120 else f"{round(apart_s / 60)} minutes"
    return f"{span} {'before' if twin.captured_at <= clip.captured_at else 'after'}"


def _kind(clip: Candidate) -> str:
    return "photo" if clip.is_photo else "clip"


def _spread(clips: list[Candidate], grid: Grid, budget_frames: int, misses: list[NearMiss]) -> list[Candidate]:
    """As many clips as fit at their shortest: time order is divided into equal stretches, and the best of each is taken."""
    for count in range(len(clips), 0, -1):
        chosen = [max(stretch, key=lambda clip: clip.score) for stretch in _stretches(clips, count)]
        if sum(_least_frames(clip, grid, alone=count == 1) for clip in chosen) <= budget_frames:
            taken = {clip.video_id for clip in chosen}
            crowded = "no room: a better clip of the same stretch of time is in the film"
            misses += [_miss(clip, crowded) for clip in clips if clip.video_id not in taken]
            return chosen
    misses += [_miss(clip, "no room: the film may not be long enough to show any clip") for clip in clips]
    return []


def _stretches(clips: list[Candidate], count: int) -> list[list[Candidate]]:
    return [clips[len(clips) * n // count : len(clips) * (n + 1) // count] for n in range(count)]


def _least_frames(clip: Candidate, grid: Grid, *, alone: bool) -> int:
    """What the clip adds to the film at its shortest; a lone clip may be cut below five seconds to fit."""
    return grid.added_frames(1 if alone else _bounds(clip, grid)[0])


def _bounds(clip: Candidate, grid: Grid) -> tuple[int, int]:
    """Fewest and most GOPs to copy of a clip: 5 to 12 s with its fades, a shorter clip whole."""
    whole = grid.whole_gops(clip)
    return min(whole, grid.gops_within(SHORTEST_S, up=True)), min(whole, grid.gops_within(LONGEST_S))


def _windows(clips: list[Candidate], grid: Grid, budget_frames: int) -> list[Window]:
    """Every clip gets its shortest; then one GOP more to each in turn, best first, as long as the clip stays good and time is left."""
    bounds = [_bounds(clip, grid) for clip in clips]
    sizes = [low if len(clips) > 1 else min(low, grid.gops_that_fit(budget_frames)) for low, _ in bounds]
    most = [longest_good_window(clip, grid, low, high) for clip, (low, high) in zip(clips, bounds, strict=True)]
    left = budget_frames - sum(grid.added_frames(size) for size in sizes)
    order = sorted(range(len(clips)), key=lambda n: -clips[n].score)
    while left >= grid.gop and (growing := [n for n in order if sizes[n] < most[n]]):
        for n in growing[: left // grid.gop]:
            sizes[n] += 1
            left -= grid.gop
    windows = []
    for clip, size, (low, high) in zip(clips, sizes, bounds, strict=True):
        room = min(high, size + max(0, left) // grid.gop)
        windows.append(whole_sentences(clip, grid, size, min(low, size), room))
        left -= (windows[-1].end - windows[-1].first - size) * grid.gop
    return windows


def _cut(clip: Candidate, window: Window, grid: Grid) -> Cut:
    in_frame, out_frame = grid.frames_of(window)
    why = _why(clip, in_frame, out_frame, grid)
    why += "; somebody speaks on where it ends or begins: there is no pause" if torn(clip, grid, window) else ""
    return Cut(clip.video_id, clip.captured_at, in_frame, out_frame, clip.score, why)


def _why(clip: Candidate, in_frame: int, out_frame: int, grid: Grid) -> str:
    if clip.is_photo:
        return f"{clip.reason}; a photo" if clip.reason else "a photo"
    span = f"{(out_frame - in_frame) / grid.fps:.0f} s from {in_frame / grid.fps:.1f} s on"
    whole = clip.frames - clip.first_frame - (out_frame - in_frame) < 2 * grid.gop
    part = "all of it" if whole else f"its best {span}" if clip.moments else span
    return f"{clip.reason}; {part}" if clip.reason else f"shows {part}"


def _miss(clip: Candidate | Cut, reason: str) -> NearMiss:
    return NearMiss(video_id=clip.video_id, captured_at=clip.captured_at, score=clip.score, reason=reason)
