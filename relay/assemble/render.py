"""A planned film made: GOPs are copied out of the clips, and only the title and the fades are encoded."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from glasses.wire.segment import PROFILE, CaptureProfile
from relay.assemble.audio import Samples, encode_aac, is_mono, mix
from relay.assemble.bed import decoded, looped, spoken_in, with_bed
from relay.assemble.cutlist import Cut, CutList
from relay.assemble.encode import EncodedPicture, FilmEncoder
from relay.assemble.film import ClipOffProfileError, ClipUnreadableError, FilmFacts, FilmFailedError, FilmNoClipsError, FilmPlan
from relay.assemble.film_file import FilmFile
from relay.assemble.joints import JointCache, identity, joint_key
from relay.assemble.normalise import normalise
from relay.assemble.source import Source, open_source
from relay.assemble.titles import title_card
from relay.assemble.transition import closing, crossing, opening

OnProgress = Callable[[str, float], None]
"""Told the stage and the fraction of the whole that is done, 0 to 1, on the thread that renders."""


def render_job(plan: FilmPlan, sources: dict[str, str], out: str, cache: str = "") -> FilmFacts:
    """``render`` for a child process: everything in and out can be pickled."""
    return render(plan, {video_id: Path(path) for video_id, path in sources.items()}, Path(out), cache=Path(cache) if cache else None)


def render(
    plan: FilmPlan,
    sources: Mapping[str, Path],
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    profile: CaptureProfile = PROFILE,
    workers: int = 2,
    cache: Path | None = None,
) -> FilmFacts:
    """Write the film to ``out``, which appears whole or not at all; while it grows it is to be found at ``film_name.growing(out)``.

    ``sources`` are the files by video id; ``cache`` is a folder for encoded joints. A clip that cannot be used is left out with the
    reason, and the film is planned again without it. Raises FilmNoClipsError when none is left, FilmFailedError for a plan that does
    not add up.
    """
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".film-") as scratch, ThreadPoolExecutor(workers) as pool:
        tell = on_progress or (lambda _stage, _fraction: None)
        making = _Making(plan, sources, profile, Path(scratch), pool, tell, plan.cut_list, JointCache(cache))
        while making.cut_list.cuts:
            try:
                return making.attempt(out)
            except ClipUnreadableError as problem:
                making.cut_list = making.cut_list.without(problem.video_id, f"{problem.kind.title}: {problem.detail}")
        raise FilmNoClipsError("; ".join(miss.reason for miss in making.cut_list.left_out) or "the plan names no clip")


Joint = tuple[Cut | None, Cut | None]
"""What an encoded part joins: the title (None) and the first cut, two cuts, or the last cut and black (None)."""


@dataclass(slots=True)
class _Making:
    """One film in the making. Encoded joints are kept for the next attempt."""

    plan: FilmPlan
    paths: Mapping[str, Path]
    profile: CaptureProfile
    scratch: Path
    pool: ThreadPoolExecutor
    on_progress: OnProgress
    cut_list: CutList
    cache: JointCache
    ready: dict[str, Source] = field(default_factory=dict)
    normalised: list[str] = field(default_factory=list)
    encoded: dict[Joint, list[EncodedPicture]] = field(default_factory=dict)

    def attempt(self, out: Path) -> FilmFacts:
        clock = _Stages(self.on_progress)
        clock.begin("prepare", 0.0)
        mixing = self.pool.submit(self._sound)
        self._prepare()
        joints: list[Joint] = list(pairwise([None, *self.cut_list.cuts, None]))
        waiting = {joint: self.pool.submit(self._joint, joint) for joint in joints}
        clock.begin("sound", 0.1)
        try:
            sound = mixing.result()
            clock.begin("write", 0.2)
            copied, encoded = self._write(out, waiting, sound, clock)
        finally:
            for future in waiting.values():
                future.cancel()
        clock.end()
        self.cache.prune()
        return self._facts(out, copied, encoded, clock.timings_s)

    def _sound(self) -> Samples:
        film, plan = mix(self.cut_list, self.paths, self.plan.loudness_lufs), self.plan
        if plan.bed is None:
            return film
        music = decoded(Path(plan.bed.path), film.shape[1])
        return with_bed(film, looped(music, film.shape[1]), spoken_in(self.cut_list, plan.speech))

    def _prepare(self) -> None:
        for cut in self.cut_list.cuts:
            if cut.video_id not in self.ready:
                self.ready[cut.video_id] = self._source(cut)

    def _source(self, cut: Cut) -> Source:
        first, _ = self.cut_list.copied(cut)
        if (
            first - cut.in_frame not in (0, self.cut_list.fade_frames)
            or (cut.out_frame - self.cut_list.fade_frames) % self.profile.gop_frames
        ):
            raise FilmFailedError(f"the cut of {cut.video_id} does not begin and end to copy on key frames")
        path = self.paths.get(cut.video_id)
        if path is None or not path.is_file():
            raise ClipUnreadableError(cut.video_id, "its file is not there")
        try:
            source = open_source(cut.video_id, path, self.profile)
            source.check(cut.in_frame, cut.out_frame)
        except ClipOffProfileError:
            return self._normalise(cut)
        return source

    def _normalise(self, cut: Cut) -> Source:
        target = self.scratch / f"{len(self.normalised)}.mp4"
        source = normalise(cut.video_id, self.paths[cut.video_id], target, self.profile, cut.out_frame)
        source.check(cut.in_frame, cut.out_frame)
        self.normalised.append(cut.video_id)
        return source

    def _joint(self, joint: Joint) -> list[EncodedPicture]:
        if joint not in self.encoded:
            key = self._key(joint)
            pictures = self.cache.find(key)
            if pictures is None:
                pictures = self._encode(joint)
                self.cache.keep(key, pictures)
            self.encoded[joint] = pictures
        return self.encoded[joint]

    def _key(self, joint: Joint) -> str:
        left, right = joint
        plan, cut_list = self.plan, self.cut_list
        ending = (
            (identity(self.paths[left.video_id]), left.out_frame) if left else (plan.title, plan.place, plan.dates, cut_list.title_frames)
        )
        beginning = (identity(self.paths[right.video_id]), right.in_frame) if right else ()
        return joint_key([cut.video_id for cut in joint if cut], self.profile, cut_list.fade_frames, ending, beginning)

    def _encode(self, joint: Joint) -> list[EncodedPicture]:
        left, right = joint
        fade_frames = self.cut_list.fade_frames
        if left and right:
            return crossing(self.ready[left.video_id], left, self.ready[right.video_id], right, fade_frames)
        if right and self.cut_list.title_frames:
            source = self.ready[right.video_id]
            card = title_card(self.plan.title, self.plan.place, self.plan.dates, source.picture(right.in_frame + fade_frames), self.profile)
            return opening(card, self.cut_list.title_frames, source, right, fade_frames)
        if left:
            return closing(self.ready[left.video_id], left, fade_frames)
        return []

    def _write(self, out: Path, waiting: Mapping[Joint, Future[list[EncodedPicture]]], sound: Samples, clock: _Stages) -> tuple[int, int]:
        """Each part as soon as all before it are there. Copied and encoded frames."""
        own = FilmEncoder(self.profile).avcc
        headers = list(dict.fromkeys([*(self.ready[cut.video_id].avcc for cut in self.cut_list.cuts), own]))
        copied = encoded = 0
        frames, channels = self.cut_list.planned_frames, 1 if is_mono(sound) else 2
        with FilmFile(out, self.profile, headers, encode_aac(sound), channels=channels, frames=frames, chapters=self._chapters()) as film:
            for joint, future in waiting.items():
                encoded += film.add_encoded(future.result(), own)
                if cut := joint[1]:
                    packets = self.ready[cut.video_id].packets(*self.cut_list.copied(cut))
                    copied += film.add_copied((packet for _, packet in packets), self.ready[cut.video_id].avcc)
                clock.written((copied + encoded) / frames)
            if film.frames != frames:
                raise FilmFailedError(f"{film.frames} frames were made of {frames} planned")
            film.close()
        return copied, encoded

    def _chapters(self) -> list[tuple[float, str]]:
        named = [self.plan.chapters.get(cut.video_id, f"Clip {number + 1}") for number, cut in enumerate(self.cut_list.cuts)]
        return [
            (start / self.cut_list.fps if number else 0.0, name)
            for number, (start, name) in enumerate(zip(self.cut_list.starts, named, strict=True))
        ]

    def _facts(self, out: Path, copied: int, encoded: int, timings_s: dict[str, float]) -> FilmFacts:
        planned = {miss.video_id for miss in self.plan.cut_list.left_out}
        return FilmFacts(
            cut_list=self.cut_list, frames=copied + encoded, duration_s=(copied + encoded) / self.profile.fps,
            copied_frames=copied, encoded_frames=encoded, size_bytes=out.stat().st_size, timings_s=timings_s,
            left_out=tuple(miss for miss in self.cut_list.left_out if miss.video_id not in planned), normalised=tuple(self.normalised),
        )  # fmt: skip


class _Stages:
    """Seconds per stage, told as they begin."""

    def __init__(self, on_progress: OnProgress) -> None:
        self.timings_s: dict[str, float] = {}
        self._on_progress = on_progress
        self._began = self._stage_began = time.perf_counter()
        self._stage = ""

    def begin(self, stage: str, fraction: float) -> None:
        self._finish_stage()
        self._stage = stage
        self._on_progress(stage, fraction)

    def written(self, fraction: float) -> None:
        """A part is on disk and can be played."""
        self.timings_s.setdefault("first_playable", time.perf_counter() - self._began)
        self._on_progress("write", 0.2 + 0.8 * fraction)

    def end(self) -> None:
        self._finish_stage()
        self.timings_s["total"] = time.perf_counter() - self._began
        self._on_progress("done", 1.0)

    def _finish_stage(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self.timings_s[self._stage] = now - self._stage_began
        self._stage_began = now
