"""The one picture that stands for a clip."""

from __future__ import annotations

import io

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Picture = npt.NDArray[np.uint8]

WIDTH_PX = 640
JPEG_QUALITY = 82
_DARK, _BRIGHT = 25, 230
"""Mean grey level outside of which a picture shows little."""


class BestPicture:
    """Takes pictures one by one and keeps the one that shows most."""

    def __init__(self) -> None:
        self._best: tuple[float, Picture] | None = None

    def offer(self, rgb: Picture, sharpness: float) -> None:
        worth = showing(rgb, sharpness)
        if self._best is None or worth > self._best[0]:
            self._best = (worth, rgb)

    def jpeg(self) -> bytes:
        """The best as JPEG, ``WIDTH_PX`` wide; nothing when none was offered."""
        return b"" if self._best is None else jpeg(self._best[1])


def showing(rgb: Picture, sharpness: float) -> float:
    """How much a picture shows: its sharpness, less when it is nearly black or white."""
    level = float(cv2.resize(rgb, (32, 18), interpolation=cv2.INTER_AREA).mean())
    exposed = 1.0 if _DARK <= level <= _BRIGHT else 0.1
    return exposed * sharpness


def jpeg(rgb: Picture) -> bytes:
    picture = Image.fromarray(rgb)
    if picture.width > WIDTH_PX:
        picture = picture.resize((WIDTH_PX, max(1, round(picture.height * WIDTH_PX / picture.width))), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return written.getvalue()
