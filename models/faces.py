"""Faces in a picture, and the 128 numbers that tell one person's from another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.tag import Box
from models.session import Session

Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

EMBEDDING_SIDE_PX = 150
TEMPLATE_PX = np.array([(47.55, 46.60), (100.48, 46.60), (74.01, 76.56), (50.41, 103.02), (97.61, 103.02)])
"""Eyes, nose tip and mouth corners of dlib's mean face in its 150-pixel chip with a quarter of padding."""
_GRID_PX = 4
_STEP_PX = 32
_OVERLAP_KEPT = 0.3


class FoundFace(NamedTuple):
    box: Box
    score: float
    points_px: Array
    """5x2: left eye, right eye, nose tip, left and right mouth corner, as seen, in pixels of the picture."""
    height_px: int
    sharpness: float
    """Variance of the Laplacian of the aligned face: about 200 when large and clear, 20 at 48 pixels or when blurred."""
    aligned: Picture
    """150x150x3: what it is known by."""


class FaceFinder:
    """CenterFace. ``path``: ModelStore's ``faces``."""

    def __init__(self, path: Path, *, roomy: bool = False) -> None:
        self._session = Session(path, roomy=roomy)
        (self._input,) = self._session.input_names

    def find(self, rgb: Picture, *, side_px: int = 640, min_score: float = 0.55) -> list[FoundFace]:
        """Faces, largest first. The picture is looked at with its longer side at ``side_px`` (320 misses small faces)."""
        height_px, width_px = rgb.shape[:2]
        scale = side_px / max(height_px, width_px)
        size_px = [int(np.ceil(side * scale / _STEP_PX) * _STEP_PX) for side in (width_px, height_px)]
        looked_at = cv2.resize(rgb, size_px, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        outputs = self._session.run(**{self._input: looked_at.transpose(2, 0, 1)[None].astype(np.float32)})
        heat, log_size, offset, landmarks = outputs.values()
        boxes, points, scores = _decode(heat, log_size, offset, landmarks, min_score)
        stretch = np.array([width_px / size_px[0], height_px / size_px[1]])
        faces = [
            made(rgb, boxes[i].reshape(2, 2) * stretch, points[i] * stretch, float(scores[i])) for i in _distinct(boxes, scores, min_score)
        ]
        return sorted(faces, key=lambda face: -face.height_px)


class FaceEmbedder:
    """dlib's face ResNet. ``path``: ModelStore's ``who``."""

    def __init__(self, path: Path, *, roomy: bool = False) -> None:
        self._session = Session(path, roomy=roomy)

    def embed(self, face: FoundFace) -> npt.NDArray[np.float32]:
        """128 numbers, compared by Euclidean distance: below 0.5 the same person, nearly always."""
        embedding: npt.NDArray[np.float32] = self._session.run(image=face.aligned.transpose(2, 0, 1)[None].astype(np.float32))["embedding"][
            0
        ]
        return embedding


def made(rgb: Picture, box_px: Array, points_px: Array, score: float) -> FoundFace:
    """``box_px`` is [[x, y], [width, height]]."""
    size = np.array([rgb.shape[1], rgb.shape[0]])
    near, far = np.clip(box_px[0] / size, 0, 1), np.clip((box_px[0] + box_px[1]) / size, 0, 1)
    box = (float(near[0]), float(near[1]), float(far[0] - near[0]), float(far[1] - near[1]))
    aligned = align(rgb, points_px)
    sharpness = float(cv2.Laplacian(cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())
    return FoundFace(box, score, points_px, round(float(box_px[1][1])), sharpness, aligned)


def align(rgb: Picture, points_px: Array) -> Picture:
    """150x150x3: the face turned and scaled so that its five points lie on the template.

    A picture that shrinks is first brought near its size by areas, so that no pixel is skipped.
    """
    matrix = similarity(points_px, TEMPLATE_PX)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if scale < 0.8:
        height_px, width_px = rgb.shape[:2]
        small_px = [max(1, round(width_px * scale)), max(1, round(height_px * scale))]
        rgb = cv2.resize(rgb, small_px, interpolation=cv2.INTER_AREA).astype(np.uint8)
        stretch = np.array([width_px / small_px[0], height_px / small_px[1]])
        matrix[:, 2] += matrix[:, :2] @ ((stretch - 1) / 2)
        matrix[:, :2] *= stretch
    return cv2.warpAffine(rgb, matrix, (EMBEDDING_SIDE_PX, EMBEDDING_SIDE_PX), flags=cv2.INTER_LINEAR).astype(np.uint8)


def similarity(source: Array, target: Array) -> Array:
    """2x3 matrix of the turn, scale and shift that bring n source points nearest to the target (least squares, in complex numbers)."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    given, wanted = ((points - mean) @ np.array([1, 1j]) for points, mean in ((source, source_mean), (target, target_mean)))
    factor = (np.conj(given) * wanted).sum() / (np.abs(given) ** 2).sum()
    turn = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.hstack([turn, (target_mean - turn @ source_mean)[:, None]])


def _decode(heat: Array, log_size: Array, offset: Array, landmarks: Array, min_score: float) -> tuple[Array, Array, Array]:
    """Boxes [n, 4] (x, y, width, height), points [n, 5, 2] and scores [n] from CenterFace's grids, in its own pixels."""
    rows, columns = np.nonzero(heat[0, 0] >= min_score)
    height, width = np.exp(log_size[0][:, rows, columns]) * _GRID_PX
    shift_y, shift_x = offset[0][:, rows, columns]
    left = np.maximum(0, (columns + shift_x + 0.5) * _GRID_PX - width / 2)
    top = np.maximum(0, (rows + shift_y + 0.5) * _GRID_PX - height / 2)
    marks = landmarks[0][:, rows, columns].reshape(5, 2, -1)
    points = np.stack([marks[:, 1] * width + left, marks[:, 0] * height + top], axis=-1).transpose(1, 0, 2)
    return np.stack([left, top, width, height], axis=-1), _as_seen(points), heat[0, 0, rows, columns]


def _as_seen(points: Array) -> Array:
    """Left before right, for eyes and mouth corners."""
    for one, other in ((0, 1), (3, 4)):
        swapped = points[:, one, 0] > points[:, other, 0]
        points[swapped, one], points[swapped, other] = points[swapped, other], points[swapped, one].copy()
    return points


def _distinct(boxes: Array, scores: Array, min_score: float) -> list[int]:
    if not len(boxes):
        return []
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), min_score, _OVERLAP_KEPT)
    return [int(index) for index in np.array(kept).flatten()]
