"""A planned film made: GOPs are copied out of the clips, and only the title and the fades are encoded."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from glasses.wire.segment import PROFILE, CaptureProfile
from relay.assemble.audio import Samples, channels_of, encode_aac, mixed
from relay.assemble.bed import decoded, looped, spoken_in, with_bed
from relay.assemble.cutlist import Cut, CutList
from relay.assemble.encode import EncodedPicture, FilmEncoder
from relay.assemble.film import ClipOffProfileError, ClipUnreadableError, FilmFacts, FilmFailedError, FilmNoClipsError, FilmPlan
from relay.assemble.film_file import FilmFile, PacketOfFilm
from relay.assemble.joints import JointCache, identity, joint_key
from relay.assemble.normalise import normalise
from relay.assemble.source import Picture, Source, open_source
from relay.assemble.titles import title_card
from relay.assemble.transition import closing, crossing, opening, standing

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


class _Joints:
    """The joints of a film, encoded in threads once ``begin`` was called."""

    def __init__(self, pool: ThreadPoolExecutor, encode: Callable[[Joint], list[EncodedPicture]], joints: Sequence[Joint]) -> None:
        self.all = joints
        self._pool, self._encode = pool, encode
        self._waiting: dict[Joint, Future[list[EncodedPicture]]] = {}

    def begin(self) -> None:
        self._waiting = self._waiting or {joint: self._pool.submit(self._encode, joint) for joint in self.all}

    def take(self, joint: Joint) -> list[EncodedPicture]:
        """Encoded here where no thread was asked to."""
        return self._waiting[joint].result() if joint in self._waiting else self._encode(joint)

    def drop(self) -> None:
        for future in self._waiting.values():
            future.cancel()


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
    card: Picture | None = None
    drawing: threading.Lock = field(default_factory=threading.Lock)

    def attempt(self, out: Path) -> FilmFacts:
        clock = _Stages(self.on_progress)
        clock.begin("prepare", 0.0)
        self._prepare()
        joints = _Joints(self.pool, self._joint, [*pairwise([None, *self.cut_list.cuts, None])])
        clock.begin("sound", 0.1)
        try:
            sound, channels = self._sound()
            clock.begin("write", 0.2)
            copied, encoded = self._write(out, joints, encode_aac(sound, channels), channels, clock)
        finally:
            joints.drop()
        clock.end()
        self.cache.prune()
        return self._facts(out, copied, encoded, clock.timings_s)

    def _sound(self) -> tuple[Iterable[Samples], int]:
        """The film's sound in pieces, and its channels."""
        film, plan = mixed(self.cut_list, self.paths, self.plan.loudness_lufs), self.plan
        if plan.bed is None:
            return film, channels_of(self.paths[cut.video_id] for cut in self.cut_list.cuts)
        whole = np.concatenate([*film], axis=1)
        music = decoded(Path(plan.bed.path), whole.shape[1])
        return [with_bed(whole, looped(music, whole.shape[1]), spoken_in(self.cut_list, plan.speech))], 2

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

    def _title(self) -> Iterator[EncodedPicture]:
        """The card alone, each picture as soon as it is encoded: the film can be played from its first second on."""
        alone = self.cut_list.title_frames - self.cut_list.fade_frames
        if alone <= 0:
            return
        key = self._key((None, self.cut_list.cuts[0]), "card")
        kept = self.cache.find(key)
        if kept is not None:
            yield from kept
            return
        made = []
        for picture in standing(self._card(), alone, self.cut_list.fade_frames, self.profile):
            made.append(picture)
            yield picture
        self.cache.keep(key, made)

    def _card(self) -> Picture:
        with self.drawing:
            if self.card is None:
                first = self.cut_list.cuts[0]
                behind = self.ready[first.video_id].picture(first.in_frame + self.cut_list.fade_frames)
                self.card = title_card(self.plan.title, self.plan.place, self.plan.dates, behind, self.profile)
            return self.card

    def _key(self, joint: Joint, *parts: str) -> str:
        left, right = joint
        plan, cut_list = self.plan, self.cut_list
        ending = (
            (identity(self.paths[left.video_id]), left.out_frame) if left else (plan.title, plan.place, plan.dates, cut_list.title_frames)
        )
        beginning = (identity(self.paths[right.video_id]), right.in_frame) if right else ()
        return joint_key([cut.video_id for cut in joint if cut], self.profile, cut_list.fade_frames, ending, beginning, *parts)

    def _encode(self, joint: Joint) -> list[EncodedPicture]:
        left, right = joint
        fade_frames = self.cut_list.fade_frames
        if left and right:
            return crossing(self.ready[left.video_id], left, self.ready[right.video_id], right, fade_frames)
        if right and self.cut_list.title_frames:
            return opening(self._card(), self.ready[right.video_id], right, fade_frames)
        if left:
            return closing(self.ready[left.video_id], left, fade_frames)
        return []

    def _write(self, out: Path, joints: _Joints, sound: Iterator[PacketOfFilm], channels: int, clock: _Stages) -> tuple[int, int]:
        """Each part as soon as all before it are there. Copied and encoded frames."""
        own = FilmEncoder(self.profile).avcc
        headers = list(dict.fromkeys([*(self.ready[cut.video_id].avcc for cut in self.cut_list.cuts), own]))
        copied = 0
        frames = self.cut_list.planned_frames

        def playable() -> None:
            """What plays at once goes before all else."""
            clock.playable()
            joints.begin()

        with FilmFile(
            out, self.profile, headers, sound, channels=channels, frames=frames, chapters=self._chapters(), on_fragment=playable
        ) as film:
            encoded = film.add_encoded(self._title(), own)
            for joint in joints.all:
                encoded += film.add_encoded(joints.take(joint), own)
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

    def playable(self) -> None:
        """The film's beginning is in its file."""
        self.timings_s.setdefault("first_playable", time.perf_counter() - self._began)

    def written(self, fraction: float) -> None:
        self._on_progress("write", 0.2 + 0.8 * fraction)

    def end(self) -> None:
        self._finish_stage()
        self.playable()
        self.timings_s["total"] = time.perf_counter() - self._began
        self._on_progress("done", 1.0)

    def _finish_stage(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self.timings_s[self._stage] = now - self._stage_began
        self._stage_began = now
