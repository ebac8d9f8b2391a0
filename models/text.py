"""Text in view, by PP-OCR: where lines are (DB), and what they say (CTC)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from models.session import Session

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

DETECTOR, READER = "ch_PP-OCRv4_det_infer.onnx", "ch_PP-OCRv4_rec_infer.onnx"
SIDE_PX = 480
"""Longer side in which lines are looked for: 56 ms, and a line of 1/40 of the height is found; 960 costs 230 ms."""
_STEP_PX = 32
_INSIDE, _LINE = 0.3, 0.5
"""Probability of a pixel, and mean probability of a box (the model's own settings)."""
_UNCLIP = 1.6
"""DB finds shrunken lines: by so much of area / perimeter they grow back (Liao and others, 2020)."""
_LINE_PX, _LEAST_LINE_PX = 48, 7
_WIDEST_PX = 640


class Line(NamedTuple):
    text: str
    score: float
    """Mean probability of its characters."""
    height_px: int
    """In the picture."""


class TextReader:
    """``folder``: ModelStore's ``text``."""

    def __init__(self, folder: Path) -> None:
        self._detector, self._reader = Session(folder / DETECTOR), Session(folder / READER)
        (self._picture,), (self._strip,) = self._detector.input_names, self._reader.input_names
        self._characters = ["", *self._reader.metadata["character"].splitlines(), " "]

    def read(self, rgb: Picture, *, most_lines: int = 6, min_score: float = 0.75) -> list[Line]:
        """The largest lines from top to bottom; those that are hardly legible are left out."""
        boxes = sorted(self._boxes(rgb), key=_area, reverse=True)[:most_lines]
        lines = [self._line(rgb, box) for box in sorted(boxes, key=lambda box: float(box[:, 1].min()))]
        return [line for line in lines if line.score >= min_score and line.text.strip()]

    def _boxes(self, rgb: Picture) -> list[Array]:
        """Corners [4, 2] of each line in pixels of the picture: left top, right top, right bottom, left bottom."""
        height_px, width_px = rgb.shape[:2]
        scale = min(1.0, SIDE_PX / max(height_px, width_px))
        size_px = [max(_STEP_PX, round(side * scale / _STEP_PX) * _STEP_PX) for side in (width_px, height_px)]
        (found,) = self._detector.run(**{self._picture: _normal(cv2.resize(rgb, size_px, interpolation=cv2.INTER_AREA))}).values()
        probability = found[0, 0]
        mask = cv2.dilate((probability > _INSIDE).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        stretch = np.array([width_px / size_px[0], height_px / size_px[1]])
        boxes = (_grown(contour, probability) for contour in contours)
        return [box * stretch for box in boxes if box is not None]

    def _line(self, rgb: Picture, corners: Array) -> Line:
        across, down = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
        width_px = int(np.clip(round(_LINE_PX * float(across / max(float(down), 1.0))), 16, _WIDEST_PX))
        target = np.array([(0, 0), (width_px, 0), (width_px, _LINE_PX), (0, _LINE_PX)], np.float32)
        strip = cv2.warpPerspective(rgb, cv2.getPerspectiveTransform(corners.astype(np.float32), target), (width_px, _LINE_PX))
        (found,) = self._reader.run(**{self._strip: _normal(strip)}).values()
        text, score = self._spelt(found[0])
        return Line(text, score, round(float(down)))

    def _spelt(self, probabilities: Array) -> tuple[str, float]:
        """CTC, greedily: repeats and blanks are no characters."""
        best = probabilities.argmax(axis=1)
        kept = (best != 0) & np.concatenate([[True], best[1:] != best[:-1]])
        scores = probabilities[kept, best[kept]]
        return "".join(self._characters[index] for index in best[kept]), float(scores.mean()) if len(scores) else 0.0


def _normal(rgb: Array) -> Array:
    """1x3xHxW, blue first, -1..1."""
    return (rgb[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1).astype(np.float32)


def _grown(contour: Array, probability: Array) -> Array | None:
    """The upright or leaning rectangle of a line, as large as its letters; None for what is small or unsure."""
    (x, y), (width, height), angle = cv2.minAreaRect(contour)
    if min(width, height) < 3 or _mean_inside(contour, probability) < _LINE:
        return None
    if width < height:
        width, height, angle = height, width, angle - 90
    growth = width * height * _UNCLIP / (width + height)
    if height + growth < _LEAST_LINE_PX:
        return None
    corners = cv2.boxPoints(((x, y), (width + growth, height + growth), angle))
    left = corners[np.argsort(corners[:, 0])]
    (top_left, bottom_left), (top_right, bottom_right) = (pair[np.argsort(pair[:, 1])] for pair in (left[:2], left[2:]))
    return np.array([top_left, top_right, bottom_right, bottom_left])


def _mean_inside(contour: Array, probability: Array) -> float:
    left, top, width, height = cv2.boundingRect(contour)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [contour - (left, top)], 1)
    return float(cv2.mean(probability[top : top + height, left : left + width], mask)[0])


def _area(corners: Array) -> float:
    return float(np.linalg.norm(corners[1] - corners[0]) * np.linalg.norm(corners[3] - corners[0]))
