"""The pictures of a clip that are worth looking at: key frames, about one a second, those that show something new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

Picture = npt.NDArray[np.uint8]

LONGER_SIDE_PX = 1280
"""Frames are looked at in this size: a face of a tenth of 1080 lines still has 72."""
EVERY_S = 0.9
UNCHANGED = 3.0
"""Mean difference of grey levels (0-255), over a 32x18 thumbnail, below which a frame shows nothing new."""


class KeyFrame(NamedTuple):
    at_s: float
    rgb: Picture


def read_photo(source: Path | IO[bytes]) -> Picture:
    """A photo, turned as its EXIF says, at most ``LONGER_SIDE_PX`` long. Raises OSError for what is none."""
    try:
        with Image.open(source) as photo:
            photo.draft("RGB", (LONGER_SIDE_PX, LONGER_SIDE_PX))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
    except (SyntaxError, ValueError) as problem:  # Pillow's decoders raise these too for damaged photos
        raise OSError(f"the photo is damaged: {problem}") from problem
    upright.thumbnail((LONGER_SIDE_PX, LONGER_SIDE_PX), Image.Resampling.BOX)
    return np.asarray(upright, np.uint8)


def key_frames(path: Path, every_s: float = EVERY_S) -> Iterator[KeyFrame]:
    """Key frames at least ``every_s`` apart. Raises av.FFmpegError for a file without readable video."""
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise av.InvalidDataError(0, "no video in the file", str(path))
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        stream.thread_count = 1
        due_s = -np.inf
        for frame in container.decode(stream):
            at_s = float(frame.time or 0.0)
            if at_s >= due_s:
                due_s = at_s + every_s
                yield KeyFrame(at_s, _small(frame))


def changed(frames: Iterator[KeyFrame], unchanged: float = UNCHANGED) -> Iterator[KeyFrame]:
    """Leaves out frames that look like the last one that was let through."""
    last: npt.NDArray[np.int16] | None = None
    for frame in frames:
        thumbnail = np.asarray(Image.fromarray(frame.rgb).convert("L").resize((32, 18), Image.Resampling.BOX), np.int16)
        if last is None or float(np.abs(thumbnail - last).mean()) >= unchanged:
            last = thumbnail
            yield frame


def _small(frame: Any) -> Picture:
    scale = min(1.0, LONGER_SIDE_PX / max(frame.width, frame.height))
    width_px, height_px = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    picture: Picture = frame.to_ndarray(format="rgb24", width=width_px, height=height_px, interpolation="AREA")
    return picture
