"""Kept joints carry the names of their clips, so that they go when these do."""

from __future__ import annotations

import re
from pathlib import Path


def file_name(video_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", video_id)


def forget_joints(folder: Path, video_id: str) -> None:
    """Delete means delete: nothing of the clip stays in any fade."""
    for path in folder.glob(f"*{file_name(video_id)}_*"):
        path.unlink(missing_ok=True)
