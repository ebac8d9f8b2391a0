"""Pictures out of a finished film, small, for its poster and its contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import av
from av.video.reformatter import ColorRange, Colorspace

from relay.assemble.cutlist import CutList
from relay.assemble.titles import Rgb


def film_stills(film: Path, frames: Sequence[int], *, fps: int = 30, width_px: int = 640, height_px: int = 360) -> list[Rgb]:
    """The film's pictures with these numbers, in their order. Raises ValueError for a number beyond its end."""
    with av.open(str(film)) as container:
        return [_still(container, number, fps, width_px, height_px) for number in frames]


def cut_stills(film: Path, cut_list: CutList, *, per_cut: int = 4, width_px: int = 640, height_px: int = 360) -> list[list[Rgb]]:
    """For each cut of the film ``per_cut`` pictures, evenly spread between its fades."""
    numbers = [
        start + cut_list.fade_frames + (2 * n + 1) * (cut.frames - 2 * cut_list.fade_frames) // (2 * per_cut)
        for cut, start in zip(cut_list.cuts, cut_list.starts, strict=True)
        for n in range(per_cut)
    ]
    stills = film_stills(film, numbers, fps=cut_list.fps, width_px=width_px, height_px=height_px)
    return [stills[at : at + per_cut] for at in range(0, len(stills), per_cut)]


def _still(container: av.container.InputContainer, number: int, fps: int, width_px: int, height_px: int) -> Rgb:
    container.seek(round((number + 0.5) / fps * av.time_base), backward=True)
    for frame in container.decode(container.streams.video[0]):
        if round((frame.time or 0.0) * fps) >= number:
            small = frame.reformat(
                width_px,
                height_px,
                "rgb24",
                src_colorspace=Colorspace.ITU709,
                dst_colorspace=Colorspace.ITU709,
                src_color_range=ColorRange.MPEG,
            )
            return cast("Rgb", small.to_ndarray())
    raise ValueError(f"the film has no frame {number}")
