"""The pictures of a clip that are worth looking at: key frames, about one a second, those that show something new."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

LONGER_SIDE_PX = 1280
"""Frames are looked at in this size: a face of a tenth of 1080 lines still has 72."""
EVERY_S = 0.9
UNCHANGED = 3.0
"""Mean difference of grey levels (0-255), over a 32x18 thumbnail, below which a frame shows nothing new."""


_MOTION_PX = (160, 90)
CUT = 18.0
CUT_LEVELS = 12.0
"""Mean difference, and mean difference of the sorted levels, above which it is another shot: looked at at once."""
LOOK_EVERY_S = 2.7
"""Else so long passes between two looks."""


@dataclass(frozen=True, eq=False)
class KeyFrame:
    at_s: float
    rgb: Picture
    motion: tuple[float, float] | None = None
    """Pan and shake over the pictures that follow it, in fractions of the width a frame; None when they were not looked at."""

    @cached_property
    def tiny(self) -> Picture:
        """18x32x3: enough to tell whether it is another picture, and how light it is."""
        return np.asarray(cv2.resize(self.rgb, (32, 18), interpolation=cv2.INTER_AREA), np.uint8)

    @cached_property
    def glance(self) -> Array:
        """The picture in 32x18 grey levels."""
        return np.asarray(cv2.cvtColor(self.tiny, cv2.COLOR_RGB2GRAY), np.int16)


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


def key_frames(path: Path, every_s: float = EVERY_S, *, motion: bool = False) -> Iterator[KeyFrame]:
    """Key frames at least ``every_s`` apart; with ``motion`` two more pictures after each are decoded, small.

    Raises av.FFmpegError for a file without readable video. What is damaged after a first picture ends the clip there.
    """
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise av.InvalidDataError(0, "no video in the file", str(path))
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "DEFAULT" if motion else "NONKEY"
        stream.codec_context.options = {"skip_loop_filter": "nokey"}  # what follows a key frame is only looked at small
        due_s = -np.inf
        for group in _groups(container, stream, 2 if motion else 0):
            at_s = float((group[0].pts or 0) * group[0].time_base)
            frames = _decoded(stream, group) if at_s >= due_s else []
            if frames:
                due_s = at_s + every_s
                yield KeyFrame(at_s, _small(frames[0]), _motion(frames, stream) if motion else None)


def motion_of(greys: Sequence[Array], steps: Sequence[float]) -> tuple[float, float] | None:
    """Pan and shake of three pictures, ``steps`` frames apart; None for fewer.

    Their shifts by phase correlation: pan is the mean shift, shake how much one shift differs from the other.
    """
    if len(greys) < 3:
        return None
    window = cv2.createHanningWindow((greys[0].shape[1], greys[0].shape[0]), cv2.CV_32F)
    shifts = [
        np.array(cv2.phaseCorrelate(one, other, window)[0]) / one.shape[1] / step
        for (one, other), step in zip(itertools.pairwise(greys), steps, strict=True)
    ]
    return float(np.linalg.norm(np.mean(shifts, axis=0))), float(np.linalg.norm(shifts[1] - shifts[0]))


def _groups(container: Any, stream: Any, followers: int) -> Iterator[list[Any]]:
    """The packets of each key frame and of the few after it. Ends where the file is damaged."""
    group: list[Any] = []
    try:
        for packet in container.demux(stream):
            if packet.is_keyframe and packet.size:
                if group:
                    yield group
                group = [packet]
            elif group and packet.size and len(group) <= followers:
                group.append(packet)
    except av.InvalidDataError:
        pass  # what came before it is looked at; the probe says that the file is damaged
    if group:
        yield group


def _decoded(stream: Any, packets: list[Any]) -> list[Any]:
    """Their pictures in the order of time; none for what does not decode."""
    context = stream.codec_context
    try:
        frames = [frame for packet in packets for frame in context.decode(packet)]
        frames += context.decode(None)
    except av.InvalidDataError:
        frames = []
    context.flush_buffers()
    return sorted(frames, key=lambda frame: frame.pts or 0)


def _motion(frames: list[Any], stream: Any) -> tuple[float, float] | None:
    per_s = float(stream.average_rate or 30)
    steps = [max(1.0, float(((other.pts or 0) - (one.pts or 0)) * stream.time_base) * per_s) for one, other in itertools.pairwise(frames)]
    return motion_of([_tiny(frame) for frame in frames], steps)


def _tiny(frame: Any) -> Array:
    grey: Array = frame.to_ndarray(format="gray", width=_MOTION_PX[0], height=_MOTION_PX[1], interpolation="AREA")
    return grey.astype(np.float32)


def changed(frames: Iterator[KeyFrame], unchanged: float = UNCHANGED, every_s: float = LOOK_EVERY_S) -> Iterator[KeyFrame]:
    """Leaves out frames that look like the last one that was let through, or that come too soon after it and are no new shot.

    A pan moves every pixel and keeps the picture's levels; a cut changes both.
    """
    last: Array | None = None
    last_s = 0.0
    for frame in frames:
        seen = frame.glance
        if last is None or is_cut(last, seen) or (_apart(last, seen) >= unchanged and frame.at_s >= last_s + every_s):
            last, last_s = seen, frame.at_s
            yield frame


def is_cut(one: Array, other: Array) -> bool:
    """Whether two glances are of different shots."""
    return _apart(one, other) >= CUT and _apart(np.sort(one, axis=None), np.sort(other, axis=None)) >= CUT_LEVELS


def _apart(one: Array, other: Array) -> float:
    return float(np.abs(one - other).mean())


def _small(frame: Any) -> Picture:
    scale = min(1.0, LONGER_SIDE_PX / max(frame.width, frame.height))
    width_px, height_px = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    picture: Picture = frame.to_ndarray(format="rgb24", width=width_px, height=height_px, interpolation="AREA")
    return picture
