"""Is the film what was planned: its copied frames to the bit, its fades against the unencoded blend, its sound in step."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from relay.assemble.cutlist import CutList
from relay.assemble.transition import blend

Picture = npt.NDArray[np.uint8]


def checked(film: Path, plan: CutList, clips: dict[str, Path]) -> dict[str, Any]:
    return {
        "copied_bit_exact": _bit_exact(film, plan, clips), "min_transition_psnr_db": round(_worst_fade_db(film, plan, clips), 2),
        "av_drift_ms": round(_drift_ms(film), 2), "decode_errors": _decode_errors(film), "mb": round(film.stat().st_size / 1e6, 1),
    }  # fmt: skip


def _bit_exact(film: Path, plan: CutList, clips: dict[str, Path]) -> bool:
    """A key frame may be led by its clip's headers where clips of several encoders meet; its picture is then behind them."""
    theirs = _packets(film)
    for cut, start in zip(plan.cuts, plan.starts, strict=True):
        first, end = plan.copied(cut)
        mine = _packets(clips[cut.video_id])[first:end]
        there = theirs[start + first - cut.in_frame :][: len(mine)]
        if len(there) != len(mine) or not all(one.endswith(other) for one, other in zip(there, mine, strict=True)):
            return False
    return True


def _packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.pts is not None]


def _worst_fade_db(film: Path, plan: CutList, clips: dict[str, Path]) -> float:
    worst, fade = 99.0, plan.fade_frames
    for (left, right), start in zip(pairwise(plan.cuts), plan.starts[1:], strict=True):
        ending = _pictures(clips[left.video_id], left.out_frame - fade, left.out_frame, plan.fps)
        beginning = _pictures(clips[right.video_id], right.in_frame, right.in_frame + fade, plan.fps)
        shown = _pictures(film, start, start + fade, plan.fps)
        for at, (one, other, seen) in enumerate(zip(ending, beginning, shown, strict=True)):
            error = np.mean((blend(one, other, at, fade).astype(np.float32) - seen) ** 2)
            worst = min(worst, float(10 * np.log10(65_025 / max(error, 1e-6))))
    return worst


def _pictures(path: Path, first: int, end: int, fps: int) -> Iterator[Picture]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        began = float((stream.start_time or 0) * (stream.time_base or 0))
        container.seek(int((began + first / fps) * av.time_base), backward=True)
        for frame in container.decode(stream):
            index = round(((frame.time or 0.0) - began) * fps)
            if index >= end:
                return
            if index >= first:
                yield np.asarray(frame.to_ndarray(), np.uint8)


def _drift_ms(film: Path) -> float:
    """The larger of how far sound and pictures are apart where they begin and where they end."""
    spans: list[tuple[float, float]] = []
    with av.open(str(film)) as container:
        for stream in (container.streams.video[0], container.streams.audio[0]):
            packets = [packet for packet in container.demux(stream) if packet.pts is not None]
            last, unit = packets[-1], float(stream.time_base or 0)
            spans.append(((packets[0].pts or 0) * unit, ((last.pts or 0) + (last.duration or 0)) * unit))
            container.seek(0)
    return max(abs(one - other) for one, other in zip(spans[0], spans[1], strict=True)) * 1000


def _decode_errors(film: Path) -> int | str:
    if not shutil.which("ffmpeg"):
        return "not known: there is no ffmpeg"
    said = subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-f", "null", "-"], check=False, capture_output=True, text=True)
    return len(said.stderr.splitlines()) + (said.returncode != 0)
