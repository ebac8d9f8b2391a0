"""What a picture shows as a whole: the 1,000 ImageNet classes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.tag import Box, Label
from models.manifest import read_labels
from models.session import Session

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

_SIDE_PX = 224
_GREY = 127
"""The model's mean: what it sees as nothing."""
_HIDDEN_AT_MOST = 0.5


class SceneClassifier:
    """EfficientNet-Lite0. ``path``: ModelStore's ``scene``."""

    def __init__(self, path: Path, *, roomy: bool = False) -> None:
        self._session = Session(path, roomy=roomy)
        self._names = read_labels("imagenet.txt")

    def classify(self, rgb: Picture, hide: Sequence[Box] = (), *, top: int = 3, min_score: float = 0.15) -> list[Label]:
        """At most ``top`` labels, best first, of the middle square of a picture.

        ``hide`` are boxes to look away from: the model knows no people and calls them by odd names. Nothing is said
        of a picture that is hidden for the most part.
        """
        square, hidden_fraction = _middle_square(rgb, hide)
        if hidden_fraction > _HIDDEN_AT_MOST:
            return []
        (scores,) = self._session.run(image=square.transpose(2, 0, 1)[None].astype(np.float32))["probabilities"]
        best = np.argsort(-scores)[:top]
        return [Label(name=self._names[index], score=float(scores[index])) for index in best if scores[index] >= min_score]


def _middle_square(rgb: Picture, hide: Sequence[Box]) -> tuple[Array, float]:
    """224x224x3 with the hidden boxes grey, and how much of it they are."""
    height_px, width_px = rgb.shape[:2]
    side_px = min(height_px, width_px)
    top_px, left_px = (height_px - side_px) // 2, (width_px - side_px) // 2
    picture = rgb[top_px : top_px + side_px, left_px : left_px + side_px].copy()
    hidden = np.zeros((side_px, side_px), np.uint8)
    for left, top, width, height in hide:
        rows = slice(max(0, round(top * height_px) - top_px), max(0, round((top + height) * height_px) - top_px))
        columns = slice(max(0, round(left * width_px) - left_px), max(0, round((left + width) * width_px) - left_px))
        hidden[rows, columns] = 1
        picture[rows, columns] = _GREY
    return cv2.resize(picture, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA), cv2.countNonZero(hidden) / hidden.size
