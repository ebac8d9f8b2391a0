"""Judges the demo: the film against the script, every clip's custody, and what took how long."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import numpy as np

from demo.companion import Companion
from demo.script import SHOTS
from glasses.wire.codec import to_builtins
from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.segment import Kind
from glasses.wire.status import DeviceStatus
from glasses.wire.video import VideoInfo


def judge(
    film: Path, memory: Memory, videos: list[VideoInfo], status: DeviceStatus, companion: Companion, stages: dict[str, float]
) -> dict[str, Any]:
    """The report, as it is written to report.json. ``ok`` is the demo's verdict; ``checks`` says what it rests on."""
    measured = measure(film) if film.exists() else {"frames": 0, "has_sound": False, "duration_s": 0.0, "sound_s": 0.0}
    named = {video.video_id: number for number, video in enumerate(videos, 1)}
    clips = sorted(named.get(clip.video_id, 0) for clip in memory.clips_used)
    expected = [number for number, shot in enumerate(SHOTS, 1) if shot.wanted]
    custody = custody_of(status, videos, companion)
    checks = {
        "every_scene_was_captured": len(videos) == len(SHOTS),
        "film_completed": memory.status == MemoryStatus.COMPLETED,
        "right_clips": clips == expected,
        "planned_frames": measured["frames"] == memory.planned_frames > 0,
        "has_sound": bool(measured["has_sound"]),
        "nothing_lost": custody["lost"] == 0,
        "nothing_twice": custody["duplicates"] == 0,
    }
    return {
        "ok": all(checks.values()),
        "checks": checks,
        "film": {
            "path": str(film.name), "clips": clips, "expected_clips": expected, "planned_frames": memory.planned_frames, **measured,
        },
        "plan": to_builtins(memory.plan) if memory.plan else None,
        "chosen": [{"clip": named.get(clip.video_id), **to_builtins(clip)} for clip in memory.clips_used],
        "near_misses": [{"clip": named.get(miss.video_id), **to_builtins(miss)} for miss in memory.near_misses],
        "problem": memory.problem,
        "custody": custody,
        "stages": {name: round(seconds, 3) for name, seconds in stages.items()},
    }  # fmt: skip


def measure(film: Path) -> dict[str, Any]:
    """Decodes the whole film and counts."""
    with av.open(str(film)) as container:
        frames = sum(1 for _ in container.decode(video=0))
        fps = container.streams.video[0].average_rate or 30
    samples = 0
    rate_hz = 48_000
    loudest = 0.0
    with av.open(str(film)) as container:
        if container.streams.audio:
            for piece in container.decode(audio=0):
                samples, rate_hz = samples + piece.samples, piece.sample_rate
                loudest = max(loudest, float(np.abs(piece.to_ndarray()).max()))
    return {
        "frames": frames, "duration_s": round(float(frames / fps), 3), "sound_s": round(samples / rate_hz, 3),
        "has_sound": samples > 0 and loudest > 0.01,
    }  # fmt: skip


def custody_of(status: DeviceStatus, videos: list[VideoInfo], companion: Companion) -> dict[str, Any]:
    """Every clip the glasses closed, held against what the relay says it has: same size and hash, and once."""
    receipts = {video.video_id: companion.receipt(video.video_id) for video in videos}
    there = {video_id: (receipt.sha256, receipt.size_bytes) for video_id, receipt in receipts.items()}
    lost = [clip.segment_id for clip in status.clips if there.get(clip.segment_id) != (clip.sha256, clip.size_bytes)]
    hashes = Counter(receipt.sha256 for receipt in receipts.values())
    return {
        "recorded": len(status.clips),
        "on_the_relay": len(videos),
        "lost": len(lost),
        "duplicates": sum(count - 1 for count in hashes.values()) + max(0, len(videos) - len(status.clips)),
        "states": status.counts,
        "clips": [{"clip": clip.sequence, "segment_id": clip.segment_id, "custody": str(clip.custody)} for clip in status.clips],
    }


def write(report: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def when(video: VideoInfo) -> str:
    """Local time of a clip: "Sat 14 June 2025, 09:40"."""
    zone = ZoneInfo(video.timezone or "UTC")
    return f"{datetime.fromtimestamp(video.captured_at / 1000, zone):%a %d %B %Y, %H:%M}"


def describe(video: VideoInfo) -> str:
    kind = "photo" if video.kind == Kind.PHOTO else f"{video.duration:.1f} s"
    return f"{when(video)}, {kind}"
