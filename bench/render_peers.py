"""The same film by the usual tools. Slow ones encode fewer clips; their figures are scaled by frames, and say so."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from relay.assemble.cutlist import Cut, CutList
from relay.assemble.encode import PRESET

CRF = 18
"""About the quality of our fades; the usual way to ask for one."""
_ABSENT = "{name} is not installed: put it into an environment of its own (it wants an older PyAV) and name its python: --peer-python"


def all_of(clips: dict[str, Path], plan: CutList, scratch: Path, few: int, python: str) -> dict[str, dict[str, Any]]:
    part = replace(plan, cuts=plan.cuts[:few])
    return {
        "ffmpeg_xfade": _scaled(_run("ffmpeg", _xfade(clips, part, scratch / "xfade.mp4")), part, plan),
        "ffmpeg_stream_copy": _run("ffmpeg", _stream_copy(clips, plan, scratch)),
        "moviepy": _moviepy(clips, plan, scratch, python),
        "smartcut": _smartcut(clips, plan, scratch, python),
    }


def _xfade(clips: dict[str, Path], plan: CutList, out: Path) -> list[str]:
    """Cross-fades of pictures and sound in one graph, everything encoded."""
    fade_s, inputs, steps = plan.fade_frames / plan.fps, [], []
    video, audio, length_s = "0:v", "0:a", plan.cuts[0].frames / plan.fps
    for number, cut in enumerate(plan.cuts):
        inputs += ["-ss", f"{cut.in_frame / plan.fps:.6f}", "-t", f"{cut.frames / plan.fps:.6f}", "-i", str(clips[cut.video_id])]
        if number:
            steps.append(f"[{video}][{number}:v]xfade=transition=fade:duration={fade_s}:offset={length_s - fade_s:.6f}[v{number}]")
            steps.append(f"[{audio}][{number}:a]acrossfade=d={fade_s}[a{number}]")
            video, audio, length_s = f"v{number}", f"a{number}", length_s + cut.frames / plan.fps - fade_s
    encode = ["-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k"]
    return ["-v", "error", "-y", *inputs, "-filter_complex", ";".join(steps), "-map", f"[{video}]", "-map", f"[{audio}]", *encode, str(out)]


def _stream_copy(clips: dict[str, Path], plan: CutList, scratch: Path) -> list[str]:
    """Cuts on key frames without any transition: what copying alone costs."""
    parts = "".join(
        f"file '{clips[cut.video_id].resolve()}'\ninpoint {_s(plan, cut)[0]}\noutpoint {_s(plan, cut)[1]}\n" for cut in plan.cuts
    )
    (scratch / "list.txt").write_text(f"ffconcat version 1.0\n{parts}")
    return ["-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", str(scratch / "list.txt"), "-c", "copy", str(scratch / "copy.mp4")]


def _s(plan: CutList, cut: Cut) -> tuple[float, float]:
    first, end = plan.copied(cut)
    return first / plan.fps, end / plan.fps


def _moviepy(clips: dict[str, Path], plan: CutList, scratch: Path, python: str) -> dict[str, Any]:
    if not _has(python, "moviepy"):
        return {"absent": _ABSENT.format(name="moviepy")}
    few = replace(plan, cuts=tuple(replace(cut, out_frame=cut.in_frame + 60) for cut in plan.cuts[:2]))
    code = (
        "import sys; from moviepy import VideoFileClip, CompositeVideoClip, vfx\n"
        "parts, at = [], 0.0\n"
        "for n in range(3, len(sys.argv), 3):\n"
        "    c = VideoFileClip(sys.argv[n]).subclipped(float(sys.argv[n + 1]), float(sys.argv[n + 2]))\n"
        "    parts.append((c.with_effects([vfx.CrossFadeIn(0.5)]) if at else c).with_start(at)); at += c.duration - 0.5\n"
        "kind = dict(fps=30, codec='libx264', preset=sys.argv[2], audio_codec='aac', threads=1, logger=None)\n"
        "CompositeVideoClip(parts).write_videofile(sys.argv[1], **kind)"
    )
    spans = [text for cut in few.cuts for text in (str(clips[cut.video_id]), str(cut.in_frame / 30), str(cut.out_frame / 30))]
    return _scaled(_run(python, ["-c", code, str(scratch / "moviepy.mp4"), PRESET, *spans]), few, plan)


def _smartcut(clips: dict[str, Path], plan: CutList, scratch: Path, python: str) -> dict[str, Any]:
    """It cuts, but knows no transitions: one cut between key frames, times the number of cuts."""
    if not _has(python, "smartcut"):
        return {"absent": _ABSENT.format(name="smartcut")}
    cut = plan.cuts[0]
    span = f"{cut.in_frame / plan.fps + 0.5},{cut.out_frame / plan.fps}"
    figures = _run(python, ["-m", "smartcut", str(clips[cut.video_id]), str(scratch / "smart.mp4"), "--keep", span])
    figures = {key: round(value * len(plan.cuts), 2) if key in ("cpu_s", "wall_s") else value for key, value in figures.items()}
    return {**figures, "note": "cuts only, no transitions; one clip, times the number of cuts"}


def _has(python: str, module: str) -> bool:
    found = shutil.which(python) and subprocess.run([python, "-c", f"import {module}"], check=False, capture_output=True).returncode == 0
    return bool(found)


def _scaled(figures: dict[str, Any], part: CutList, plan: CutList) -> dict[str, Any]:
    if "cpu_s" not in figures or part.planned_frames == plan.planned_frames:
        return figures
    factor = plan.planned_frames / part.planned_frames
    scaled = {key: round(value * factor, 2) if key in ("cpu_s", "wall_s") else value for key, value in figures.items()}
    return {**scaled, "extrapolated_from_frames": part.planned_frames}


def _run(program: str, arguments: list[str]) -> dict[str, Any]:
    if shutil.which(program) is None:
        return {"absent": f"{program} is not installed"}
    began = time.perf_counter()
    process = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return {"failed": said.decode(errors="replace").strip().splitlines()[-1:]}
    figures = {"cpu_s": usage.ru_utime + usage.ru_stime, "wall_s": time.perf_counter() - began, "rss_mb": usage.ru_maxrss // 1024}
    return {key: round(value, 2) for key, value in figures.items()}
