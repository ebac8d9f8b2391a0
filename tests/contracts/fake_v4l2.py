"""A stand-in for a Video4Linux device: OpenCV's own reader over a Motion JPEG file, at the pace of a camera."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

PACE = 8.0


class QuickClock:
    """Runs ``PACE`` times as fast as life."""

    def now_s(self) -> float:
        return time.monotonic() * PACE


class FileDevice:
    """Plays the file again and again; delivers nothing any more after ``most`` pictures. ``there``: whether it opens."""

    def __init__(self, film: Path, clock: QuickClock, fps: float = 30.0, most: int | None = None, *, there: bool = True) -> None:
        self._film, self._clock, self._fps, self._most, self._there = film, clock, fps, most, there
        self._capture = cv2.VideoCapture(str(film), cv2.CAP_OPENCV_MJPEG)
        self._count, self._next_s = 0, clock.now_s()
        self._pause = threading.Event()

    def isOpened(self) -> bool:  # noqa: N802 -- OpenCV's name
        return self._there

    def set(self, prop: int, value: float) -> bool:
        """As a camera that has one mode."""
        return False

    def read(self) -> tuple[bool, npt.NDArray[np.uint8] | None]:
        if self._most is not None and self._count >= self._most:
            return False, None
        self._next_s = max(self._next_s + 1 / self._fps, self._clock.now_s())
        self._pause.wait((self._next_s - self._clock.now_s()) / PACE)
        self._count += 1
        done, picture = self._capture.read()
        if not done:
            self._capture = cv2.VideoCapture(str(self._film), cv2.CAP_OPENCV_MJPEG)
            done, picture = self._capture.read()
        return done, picture.astype(np.uint8)

    def release(self) -> None:
        self._capture.release()


def draw(path: Path, width: int = 320, height: int = 180, count: int = 30) -> None:
    """A bar that wanders to the right; red on the left of it, blue on the right."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 30, (width, height))
    for number in range(count):
        picture = np.zeros((height, width, 3), np.uint8)
        edge = width * (number + 1) // (count + 1)
        picture[:, :edge, 2] = 200
        picture[:, edge:, 0] = 200
        writer.write(picture)
    writer.release()
