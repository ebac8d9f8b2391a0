"""Where a film lies until it is whole."""

from __future__ import annotations

from pathlib import Path

GROWING = ".part"


def in_the_making(scratch: Path, memory_id: str) -> Path:
    """The name that a film gets when it is whole, before it is a blob."""
    return scratch / f"{memory_id}.mp4"


def growing(out: Path) -> Path:
    """Where a film is to be found while it is written."""
    return out.with_name(f"{out.name}{GROWING}")
