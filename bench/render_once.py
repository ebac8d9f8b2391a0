"""One film, made in a process of its own, so that its memory and processor time are its own."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache as remembered
from pathlib import Path
from typing import NamedTuple

import av

from bench._processes import own_peak_mb
from relay.assemble.cutlist import Candidate, CutList, choose
from relay.assemble.film import Bed, FilmPlan
from relay.assemble.render import render
from relay.extract.sound import hear

HOUR_MS = 3_600_000


class Figures(NamedTuple):
    cpu_s: float
    wall_s: float
    first_playable_s: float
    rss_mb: int
    frames: int
    frames_planned: int
    encoded_frames: int
    left_out: list[str]
    normalised: int


def cut_list_of(clips: dict[str, Path], film_s: float, *, title_s: float) -> CutList:
    """All clips in their order, an hour apart, so that none is taken for another's twin."""
    found = [Candidate(name, number * HOUR_MS, _frames(path)) for number, (name, path) in enumerate(clips.items())]
    return choose(found, max_duration_s=film_s, title_s=title_s)


def render_in_child(
    clips: dict[str, Path], out: Path, film_s: float, *, title_s: float, cache: Path | None, music: Path | None = None
) -> Figures:
    """Loudness is measured before, as the relay does when a clip arrives."""
    loudness = {name: lufs for name, path in clips.items() if (lufs := loudness_of(path)) is not None}
    plan = FilmPlan(cut_list_of(clips, film_s, title_s=title_s), "Twelve clips", "Paris", "14 June 2025", loudness)
    plan = replace(plan, bed=Bed(str(music), music.name)) if music else plan
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, plan, clips, out, cache).result()


def _measured(plan: FilmPlan, clips: dict[str, Path], out: Path, cache: Path | None) -> Figures:
    wall, cpu = time.perf_counter(), time.process_time()
    facts = render(plan, clips, out, cache=cache)
    return Figures(
        cpu_s=time.process_time() - cpu, wall_s=time.perf_counter() - wall, first_playable_s=facts.timings_s["first_playable"],
        rss_mb=own_peak_mb(), frames=facts.frames, frames_planned=facts.planned_frames,
        encoded_frames=facts.encoded_frames, left_out=[f"{miss.video_id}: {miss.reason}" for miss in facts.left_out],
        normalised=len(facts.normalised),
    )  # fmt: skip


@remembered
def loudness_of(path: Path) -> float | None:
    sound = hear(path)
    return None if sound is None else sound.loudness_lufs


@remembered
def _frames(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for packet in container.demux(container.streams.video[0]) if packet.pts is not None)
