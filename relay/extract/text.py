"""What can be read in a clip: the sharpest picture of each shot is read, of a long one every ten seconds."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from models.keyframes import KeyFrame, is_cut
from models.text import TextReader
from relay.extract.parts import ReadText

EVERY_S = 10.0
"""A picture costs .1 to .2 s of processor time to read."""
LEAST_SHARPNESS = 30.0
"""Nothing is legible in a blurred picture."""
SHORTEST_S = 3.0
"""Another shot is read by itself, but not more often than this."""


class Reading:
    """Takes key frames in the order of time."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self._until_s = EVERY_S
        self._best: tuple[float, KeyFrame] | None = None
        self._shot: tuple[float, npt.NDArray[Any]] | None = None
        self.found: list[ReadText] = []

    def offer(self, frame: KeyFrame, sharpness: float) -> None:
        seen = frame.glance
        begun_s, before = self._shot or (frame.at_s, seen)
        if frame.at_s >= self._until_s or (is_cut(before, seen) and frame.at_s >= begun_s + SHORTEST_S):
            self.finish()
            self._until_s, begun_s = frame.at_s + EVERY_S, frame.at_s
        self._shot = (begun_s, seen)
        if sharpness >= LEAST_SHARPNESS and (self._best is None or sharpness > self._best[0]):
            self._best = (sharpness, frame)

    def finish(self) -> None:
        """Read what is left."""
        if self._best is None:
            return
        (_, frame), self._best = self._best, None
        lines = [line.text for line in self._reader.read(frame.rgb)]
        if lines:
            self.found.append(ReadText(at_s=frame.at_s, text="\n".join(lines)))
