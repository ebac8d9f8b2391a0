"""What can be read in a clip: the sharpest picture of each few seconds is read, no more."""

from __future__ import annotations

from models.keyframes import KeyFrame
from models.text import TextReader
from relay.extract.parts import ReadText

EVERY_S = 10.0
"""A picture costs .1 to .2 s of processor time to read."""
LEAST_SHARPNESS = 30.0
"""Nothing is legible in a blurred picture."""


class Reading:
    """Takes key frames in the order of time."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self._until_s = EVERY_S
        self._best: tuple[float, KeyFrame] | None = None
        self.found: list[ReadText] = []

    def offer(self, frame: KeyFrame, sharpness: float) -> None:
        if frame.at_s >= self._until_s:
            self.finish()
            self._until_s = frame.at_s + EVERY_S
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
