"""A finished film as frames for the display: few a second, fitted, on black."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from pathlib import Path

import av
import numpy as np

from glasses.hud.render import HEIGHT_PX, WIDTH_PX
from glasses.thread import OwnThread
from glasses.wire.errors import SouvenirError

FRAMES_PER_S = 8.0
"""Enough to follow, and little enough beside everything else."""


class FilmUnplayableError(SouvenirError):
    code = "upload.not_a_video"


async def frames_of(film: Path, per_s: float = FRAMES_PER_S) -> AsyncGenerator[tuple[float, bytes]]:
    """Seconds and RGB bytes of ``WIDTH_PX`` x ``HEIGHT_PX``, decoded on a thread as they are asked for. Raises FilmUnplayableError."""
    frames = _decoded(film, per_s)
    with closing(OwnThread("film")) as thread:
        try:
            while (frame := await thread.run(next, frames, None)) is not None:
                yield frame
        finally:
            await thread.run(frames.close)


def _decoded(film: Path, per_s: float) -> Generator[tuple[float, bytes]]:
    try:
        with av.open(str(film)) as container:
            if not container.streams.video:
                raise FilmUnplayableError(f"{film.name} has no pictures")
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            due_s = 0.0
            for frame in container.decode(stream):
                at_s = float(frame.time or 0.0)
                if at_s >= due_s:
                    due_s = at_s + 1 / per_s
                    yield at_s, _fitted(frame)
    except (av.FFmpegError, OSError) as problem:
        raise FilmUnplayableError(f"{film.name}: {problem}") from problem


def _fitted(frame: av.VideoFrame) -> bytes:
    scale = min(WIDTH_PX / frame.width, HEIGHT_PX / frame.height)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    canvas = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    top, left = (HEIGHT_PX - height) // 2, (WIDTH_PX - width) // 2
    canvas[top : top + height, left : left + width] = frame.to_ndarray(format="rgb24", width=width, height=height)
    return canvas.tobytes()
