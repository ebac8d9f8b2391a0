"""Pictures for the simulated camera: people cut out of portraits and placed into photographed scenes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 2304, 1296
"""A fifth larger than a frame, so that the camera can move."""
Picture = NDArray[np.uint8]
Outline = list[tuple[float, float]]
"""Corners of a polygon, as fractions of a portrait's width and height."""


class Figure(NamedTuple):
    """A person to place: which portrait, where its centre stands, and how tall it is, as fractions of the picture."""

    portrait: str
    x: float
    height: float
    mirrored: bool = False


class Cutout(NamedTuple):
    picture: Picture
    alpha: NDArray[np.float32]


def read(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path} cannot be read")
    return np.asarray(picture, np.uint8)


def backdrop(picture: Picture) -> Picture:
    """The scene, cropped to 16:9 and enlarged with a little grain, which hides that it was small."""
    rows, columns = picture.shape[:2]
    kept = min(rows, columns * HEIGHT // WIDTH)
    top = (rows - kept) // 2
    large = cv2.resize(picture[top : top + kept], (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(1).normal(0, 3, large.shape[:2])[..., None]
    return np.asarray(np.clip(large + grain, 0, 255), np.uint8)


def cut_out(portrait: Picture, outline: Outline, margin: float = 0.015) -> Cutout:
    """The person within a rough ``outline``: GrabCut finds the true edge within ``margin`` (of the height) of it; the edge is soft."""
    scale = 900 / portrait.shape[0]
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    rows, columns = small.shape[:2]
    rough = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(rough, [np.array([(x * columns, y * rows) for x, y in outline], np.int32)], 1)
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(2 * margin * rows) + 1,) * 2)
    mask = np.where(rough, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[cv2.dilate(rough, reach) == 0] = cv2.GC_BGD
    mask[cv2.erode(rough, reach) == 1] = cv2.GC_FGD
    cv2.setRNGSeed(1)
    cv2.grabCut(small, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    inside = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    smooth = cv2.GaussianBlur(cv2.medianBlur(inside * 255, 9).astype(np.float32) / 255, (0, 0), 1.6)
    kept = max(y for _, y in outline)
    return Cutout(np.asarray(small, np.uint8)[: round(kept * rows)], np.asarray(smooth, np.float32)[: round(kept * rows)])


def place(scene: Picture, cutout: Cutout, figure: Figure) -> Picture:
    """The scene with the person standing at its lower edge."""
    scale = figure.height * HEIGHT / cutout.picture.shape[0]
    person = cv2.resize(cutout.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    alpha = cv2.resize(cutout.alpha, (person.shape[1], person.shape[0]))
    if figure.mirrored:
        person, alpha = person[:, ::-1], alpha[:, ::-1]
    left, top = round(figure.x * WIDTH - person.shape[1] / 2), HEIGHT - person.shape[0]
    first, last = max(0, left), min(WIDTH, left + person.shape[1])
    seen = slice(first - left, last - left)
    under = scene[top:, first:last].astype(np.float32)
    weight = alpha[:, seen, None]
    placed = scene.copy()
    placed[top:, first:last] = (person[:, seen] * weight + under * (1 - weight)).astype(np.uint8)
    return placed
