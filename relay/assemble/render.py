"""A planned film made: GOPs are copied out of the clips, and only the title and the fades are encoded."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from glasses.wire.segment import PROFILE, CaptureProfile
from relay.assemble.audio import encode_aac, mix
from relay.assemble.cutlist import Cut, CutList
from relay.assemble.encode import EncodedPicture, FilmEncoder
from relay.assemble.film import ClipOffProfileError, ClipUnreadableError, FilmFacts, FilmFailedError, FilmNoClipsError, FilmPlan
from relay.assemble.film_file import FilmFile, PacketOfFilm
from relay.assemble.h264 import join_avcc, parse_avcc
from relay.assemble.normalise import normalise
from relay.assemble.source import Source, open_source
from relay.assemble.titles import title_card
from relay.assemble.transition import closing, crossing, opening

OnProgress = Callable[[str, float], None]
"""Told the stage and the fraction of the whole that is done, 0 to 1, on the thread that renders."""


def render_job(plan: FilmPlan, sources: dict[str, str], out: str) -> FilmFacts:
    """``render`` for a child process: everything in and out can be pickled."""
    return render(plan, {video_id: Path(path) for video_id, path in sources.items()}, Path(out))


def render(
    plan: FilmPlan,
    sources: Mapping[str, Path],
    out: Path,
    *,
    on_progress: OnProgress | None = None,
    profile: CaptureProfile = PROFILE,
    workers: int = 2,
) -> FilmFacts:
    """Write the film to ``out``, which appears whole or not at all. ``sources`` are the files by video id.

    A clip that cannot be used is left out with the reason, and the film is planned again without it. Raises FilmNoClipsError
    when none is left, FilmFailedError for a plan that does not add up.
    """
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".film-") as scratch, ThreadPoolExecutor(workers) as pool:
        making = _Making(plan, sources, profile, Path(scratch), pool, on_progress or (lambda _stage, _fraction: None), plan.cut_list)
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
    ready: dict[str, Source] = field(default_factory=dict)
    normalised: list[str] = field(default_factory=list)
    encoded: dict[Joint, list[EncodedPicture]] = field(default_factory=dict)

    def attempt(self, out: Path) -> FilmFacts:
        clock = _Stages(self.on_progress)
        clock.begin("prepare", 0.0)
        self._prepare()
        clock.begin("encode", 0.1)
        mixing = self.pool.submit(self._sound)
        joints = self._joints()
        self._encode(joints)
        clock.begin("sound", 0.7)
        sound = mixing.result()
        clock.begin("write", 0.8)
        copied, encoded = self._write(out, joints, sound)
        clock.end()
        return self._facts(out, copied, encoded, clock.timings_s)

    def _prepare(self) -> None:
        own = FilmEncoder(self.profile).avcc
        for cut in self.cut_list.cuts:
            if cut.video_id not in self.ready:
                self.ready[cut.video_id] = self._source(cut)
        usual = _usual_headers([source.avcc for source in self.ready.values() if source.avcc != own])
        for cut in self.cut_list.cuts:
            if self.ready[cut.video_id].avcc not in (usual, own):
                self.ready[cut.video_id] = self._normalise(cut)

    def _source(self, cut: Cut) -> Source:
        if (cut.in_frame + self.cut_list.fade_frames) % self.profile.gop_frames:
            raise FilmFailedError(f"the cut of {cut.video_id} does not begin to copy on a key frame")
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

    def _joints(self) -> list[Joint]:
        return list(pairwise([None, *self.cut_list.cuts, None]))

    def _encode(self, joints: list[Joint]) -> None:
        """Waits for all of them, so that one clip's failure does not waste the others' work."""
        running = {joint: self.pool.submit(self._encode_joint, joint) for joint in joints if joint not in self.encoded}
        failed: ClipUnreadableError | None = None
        for joint, future in running.items():
            try:
                self.encoded[joint] = future.result()
            except ClipUnreadableError as problem:
                failed = failed or problem
        if failed:
            raise failed

    def _encode_joint(self, joint: Joint) -> list[EncodedPicture]:
        left, right = joint
        fade_frames = self.cut_list.fade_frames
        if left and right:
            return crossing(self.ready[left.video_id], left, self.ready[right.video_id], right, fade_frames)
        if right:
            source = self.ready[right.video_id]
            card = title_card(self.plan.title, self.plan.place, self.plan.dates, source.picture(right.in_frame + fade_frames), self.profile)
            return opening(card, self.cut_list.title_frames, source, right, fade_frames)
        if left:
            return closing(self.ready[left.video_id], left, fade_frames)
        return []

    def _sound(self) -> list[PacketOfFilm]:
        return encode_aac(mix(self.cut_list, self.paths, self.plan.loudness_lufs))

    def _write(self, out: Path, joints: list[Joint], sound: list[PacketOfFilm]) -> tuple[int, int]:
        """Copied and encoded frames."""
        headers = dict.fromkeys([*(self.ready[cut.video_id].avcc for cut in self.cut_list.cuts), FilmEncoder(self.profile).avcc])
        avcc = join_avcc([parse_avcc(one) for one in headers])
        copied = encoded = 0
        with FilmFile(out, self.profile, avcc, sound, self.cut_list.planned_frames) as film:
            for joint in joints:
                encoded += film.add_encoded(self.encoded[joint])
                if cut := joint[1]:
                    fade_frames = self.cut_list.fade_frames
                    packets = self.ready[cut.video_id].packets(cut.in_frame + fade_frames, cut.out_frame - fade_frames)
                    copied += film.add_copied(packet for _, packet in packets)
            if film.frames != self.cut_list.planned_frames:
                raise FilmFailedError(f"{film.frames} frames were made of {self.cut_list.planned_frames} planned")
            film.close()
        return copied, encoded

    def _facts(self, out: Path, copied: int, encoded: int, timings_s: dict[str, float]) -> FilmFacts:
        with out.open("rb") as film:
            sha256 = hashlib.file_digest(film, "sha256").hexdigest()
        planned = {miss.video_id for miss in self.plan.cut_list.left_out}
        return FilmFacts(
            cut_list=self.cut_list,
            frames=copied + encoded,
            duration_s=(copied + encoded) / self.profile.fps,
            copied_frames=copied,
            encoded_frames=encoded,
            size_bytes=out.stat().st_size,
            sha256=sha256,
            timings_s=timings_s,
            left_out=tuple(miss for miss in self.cut_list.left_out if miss.video_id not in planned),
            normalised=tuple(self.normalised),
        )


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

    def end(self) -> None:
        self._finish_stage()
        self.timings_s["total"] = time.perf_counter() - self._began
        self._on_progress("done", 1.0)

    def _finish_stage(self) -> None:
        now = time.perf_counter()
        if self._stage:
            self.timings_s[self._stage] = now - self._stage_began
        self._stage_began = now


def _usual_headers(all_headers: list[bytes]) -> bytes:
    """The headers that most clips share: two that differ under one id cannot both be in a film."""
    return Counter(all_headers).most_common(1)[0][0] if all_headers else b""
