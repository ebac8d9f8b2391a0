"""The one picture that stands for a clip."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.keyframes import KeyFrame

Picture = npt.NDArray[np.uint8]

WIDTH_PX = 640
JPEG_QUALITY = 82
_DARK, _BRIGHT = 25, 230
"""Mean grey level outside of which a picture shows little."""


class BestPicture:
    """Takes pictures one by one and keeps the one that shows most."""

    def __init__(self) -> None:
        self._best: tuple[float, Picture] | None = None

    def offer(self, frame: KeyFrame, sharpness: float) -> None:
        worth = showing(frame, sharpness)
        if self._best is None or worth > self._best[0]:
            self._best = (worth, frame.rgb)

    def jpeg(self) -> bytes:
        """The best as JPEG, ``WIDTH_PX`` wide; nothing when none was offered."""
        return b"" if self._best is None else jpeg(self._best[1])


def showing(frame: KeyFrame, sharpness: float) -> float:
    """How much a picture shows: its sharpness, less when it is nearly black or white."""
    exposed = 1.0 if _DARK <= float(frame.tiny.mean()) <= _BRIGHT else 0.1
    return exposed * sharpness


def jpeg(rgb: Picture) -> bytes:
    picture = Image.fromarray(rgb)
    if picture.width > WIDTH_PX:
        picture = picture.resize((WIDTH_PX, max(1, round(picture.height * WIDTH_PX / picture.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return written.getvalue()
