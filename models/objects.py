"""Things of the 80 COCO classes, with boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.tag import Label
from models.manifest import read_labels
from models.session import Session

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

_SIDE_PX = 512
_OVERLAP_KEPT = 0.4
"""Two boxes of one class that share more than this of their union are one thing (the model's own setting)."""


class ObjectDetector:
    """CenterNet on MobileNetV3. ``path``: ModelStore's ``objects``."""

    def __init__(self, path: Path, *, roomy: bool = False) -> None:
        self._session = Session(path, roomy=roomy)
        self._names = read_labels("coco.txt")

    def detect(self, rgb: Picture, min_score: float = 0.35) -> list[Label]:
        """Labels with boxes, best first, in a picture of height x width x 3."""
        letterboxed, scale = _letterbox(rgb)
        (rows,) = self._session.run(tower_0_images=letterboxed)["tower_0_detections"]
        kept = _without_doubles(rows[rows[:, 4] >= min_score])
        height_px, width_px = rgb.shape[:2]
        size_px = np.array([width_px, height_px, width_px, height_px]) * scale
        return [self._label(row, np.clip(row[:4] / size_px, 0, 1)) for row in kept]

    def _label(self, row: Array, corners: Array) -> Label:
        left, top, right, bottom = (float(edge) for edge in corners)
        return Label(name=self._names[int(row[5])], score=float(row[4]), box=(left, top, right - left, bottom - top))


def _letterbox(rgb: Picture) -> tuple[Array, float]:
    """1x512x512x3 float32 with the picture at the top left, and its scale. Stretching instead turns cats into dogs."""
    scale = _SIDE_PX / max(rgb.shape[:2])
    height_px, width_px = (max(1, round(side_px * scale)) for side_px in rgb.shape[:2])
    boxed = np.zeros((1, _SIDE_PX, _SIDE_PX, 3), np.float32)
    boxed[0, :height_px, :width_px] = cv2.resize(
        rgb, (width_px, height_px), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    return boxed, scale


def _without_doubles(rows: Array) -> list[Array]:
    """Non-maximum suppression within each class."""
    kept: list[Array] = []
    for row in rows[np.argsort(-rows[:, 4])]:
        if all(other[5] != row[5] or _overlap(other, row) <= _OVERLAP_KEPT for other in kept):
            kept.append(row)
    return kept


def _overlap(one: Array, other: Array) -> float:
    """Intersection over union of two rows that begin with x1, y1, x2, y2."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    union = (one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - shared
    return float(shared / union) if union > 0 else 0.0
