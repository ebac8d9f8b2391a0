"""Twelve clips of 20 s become a film of two minutes: what that costs beside encoding everything anew, and whether the film is right."""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import render_check, render_clips, render_peers
from bench.render_once import Figures, cut_list_of, render_in_child

NAME = "render"
HELP = "make a film of twelve clips: cost, speed, correctness, and the usual tools beside it"
FILM_S = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--clips", type=Path, metavar="DIR", help="the clips (12 of 20 s, 1080p30, in the capture profile); drawn when not given"
    )
    parser.add_argument(
        "--heavy", action="store_true", help="draw the clips at 33 Mbit/s instead of the 10 Mbit/s that the camera's encoder is told"
    )
    parser.add_argument(
        "--peer-clips", type=int, default=4, metavar="N", help="clips that slow peers encode; their figures are extrapolated by frames"
    )
    parser.add_argument(
        "--peer-python", default=sys.executable, metavar="FILE", help="a python with moviepy and smartcut (these want an older PyAV)"
    )
    parser.add_argument("--no-peers", action="store_true", help="only our own figures")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep the film there")
    parser.add_argument("--runs", type=int, default=1, help="films made; the median is told")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="souvenir-render-") as folder:
        scratch = Path(folder)
        clips = render_clips.given(arguments.clips) if arguments.clips else _drawn(scratch / "clips", heavy=arguments.heavy)
        plan = cut_list_of(clips, FILM_S, title_s=0.0)
        film = scratch / "film.mp4"
        runs = [render_in_child(clips, film, FILM_S, title_s=0.0, cache=None) for _ in range(arguments.runs)]
        origin = str(arguments.clips.name) if arguments.clips else "drawn"
        result = {"clips": len(clips), "clips_from": origin, "clips_mbit_per_s": render_clips.mbit_per_s(clips), **_ours(runs)}
        result.update(render_check.checked(film, plan, clips))
        result["with_title"] = _title(clips, scratch)
        result["cached_transitions"] = _cached(clips, scratch)
        result["with_music"] = _with_music(clips, scratch)
        result["peers"] = (
            {} if arguments.no_peers else render_peers.all_of(clips, plan, scratch, arguments.peer_clips, arguments.peer_python)
        )
        _ratios(result)
        if arguments.keep:
            shutil.copyfile(film, arguments.keep)
    return result


def table(result: dict[str, Any]) -> str:
    lines = [f"{name:28} {value}" for name, value in result.items() if not isinstance(value, dict)]
    groups = {name: result[name] for name in ("with_title", "cached_transitions", "with_music")}
    lines += [f"{name:28} " + ", ".join(f"{key} {value}" for key, value in group.items()) for name, group in groups.items()]
    lines += [f"peer: {name:22} " + ", ".join(f"{key} {value}" for key, value in peer.items()) for name, peer in result["peers"].items()]
    return "\n".join(lines)


def _drawn(folder: Path, *, heavy: bool) -> dict[str, Path]:
    return render_clips.drawn(folder, bitrate_bps=None) if heavy else render_clips.drawn(folder)


def _ours(runs: list[Figures]) -> dict[str, Any]:
    middle = sorted(runs, key=lambda one: one.cpu_s)[len(runs) // 2]
    return {
        "cpu_s": round(middle.cpu_s, 2), "wall_s": round(statistics.median(one.wall_s for one in runs), 2),
        "wall_s_on_two_idle_cores_at_least": round(middle.cpu_s / 2, 2),
        "first_playable_s": round(middle.first_playable_s, 2), "frames": middle.frames, "frames_planned": middle.frames_planned,
        "encoded_frames": middle.encoded_frames, "rss_mb": middle.rss_mb, "clips_left_out": middle.left_out,
        "clips_normalised": middle.normalised,
    }  # fmt: skip


def _title(clips: dict[str, Path], scratch: Path) -> dict[str, Any]:
    """As the product makes films: with a title card of three seconds."""
    figures = render_in_child(clips, scratch / "titled.mp4", FILM_S, title_s=3.0, cache=None)
    return {"cpu_s": round(figures.cpu_s, 2), "wall_s": round(figures.wall_s, 2), "first_playable_s": round(figures.first_playable_s, 2)}


def _cached(clips: dict[str, Path], scratch: Path) -> dict[str, Any]:
    """The second film with the same fades."""
    render_in_child(clips, scratch / "first.mp4", FILM_S, title_s=0.0, cache=scratch / "joints")
    figures = render_in_child(clips, scratch / "second.mp4", FILM_S, title_s=0.0, cache=scratch / "joints")
    return {"cpu_s": round(figures.cpu_s, 2), "wall_s": round(figures.wall_s, 2)}


def _with_music(clips: dict[str, Path], scratch: Path) -> dict[str, Any]:
    """The same film, without title and cache, with an MP3 of 50 s under it: repeated, ducked, the whole at one loudness."""
    figures = render_in_child(clips, scratch / "music.mp4", FILM_S, title_s=0.0, cache=None, music=render_clips.tune(scratch / "tune.mp3"))
    return {
        "cpu_s": round(figures.cpu_s, 2), "wall_s": round(figures.wall_s, 2), "first_playable_s": round(figures.first_playable_s, 2),
        "rss_mb": figures.rss_mb,
    }  # fmt: skip


def _ratios(result: dict[str, Any]) -> None:
    for key, peer in (("cpu_ratio_vs_full_encode", "ffmpeg_xfade"), ("cpu_ratio_vs_stream_copy", "ffmpeg_stream_copy")):
        cpu_s = result["peers"].get(peer, {}).get("cpu_s")
        result[key] = round(cpu_s / result["cpu_s"], 2) if cpu_s else None
