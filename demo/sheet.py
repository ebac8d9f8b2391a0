"""The film on one page."""

from __future__ import annotations

from pathlib import Path

from demo.report import when
from glasses.wire.memory import ClipChoice, Memory
from glasses.wire.video import VideoInfo
from relay.assemble.contact_sheet import SheetRow, contact_sheet
from relay.assemble.stills import film_stills

FPS, PER_CLIP = 30, 4


def write_sheet(film: Path, memory: Memory, videos: list[VideoInfo], to: Path) -> None:
    by_id = {video.video_id: video for video in videos}
    title = SheetRow(film_stills(film, [10, 30, 50, 70]), "Title", note="drawn and encoded")
    rows = [title, *(_row(film, clip, by_id[clip.video_id]) for clip in memory.clips_used)]
    said = memory.plan.said if memory.plan else ""
    subtitle = f"{memory.duration_s:.1f} s, {len(memory.clips_used)} clips of {len(videos)}"
    footer = "Portraits: NASA and The White House, public domain. Scenes: scikit-image, scikit-learn; see models/manifest.toml."
    to.write_bytes(contact_sheet(memory.plan.title if memory.plan else "A film", f"{said}  {subtitle}", rows, footer=footer))


def _row(film: Path, clip: ClipChoice, video: VideoInfo) -> SheetRow:
    first = round(clip.film_start_s * FPS)
    frames = round((clip.end_s - clip.start_s) * FPS)
    picked = [first + frames * (2 * step + 1) // (2 * PER_CLIP) for step in range(PER_CLIP)]
    return SheetRow(film_stills(film, picked), when(video), video.place.name, ", ".join(video.people), clip.reason)
