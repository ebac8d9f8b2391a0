"""What the simulated camera sees: a moving view over a photograph, or a drawn test card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from glasses.errors import HardwareUnknownError

if TYPE_CHECKING:
    from glasses.hw.sim.day import Scene, View
    from glasses.hw.sim.world import World

Picture = npt.NDArray[np.uint8]
"""Height x width x 3, RGB."""


class Painter:
    """Frames for any stream time. Keeps the last picture it has read."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._picture: tuple[str, Picture] | None = None

    def paint(self, at_s: float, width: int, height: int, canvas: Picture | None = None) -> Picture:
        """The frame at a stream time, painted over ``canvas`` where there is one. Raises HardwareUnknownError for an unreadable picture."""
        scene, into_s = self._world.scene(at_s)
        progress = min(into_s / scene.duration_s, 1.0)
        if not scene.picture:
            return test_card(width, height, into_s, canvas)
        return look(self._read(scene), scene.start, scene.end, smooth(progress), width, height, canvas)

    def _read(self, scene: Scene) -> Picture:
        if self._picture is None or self._picture[0] != scene.picture:
            path = self._world.day.file(scene.picture)
            picture = cv2.imread(str(path))
            if picture is None:
                raise HardwareUnknownError(f"{path}: the picture cannot be read")
            self._picture = (scene.picture, np.ascontiguousarray(picture[:, :, ::-1]).astype(np.uint8, copy=False))
        return self._picture[1]


def smooth(progress: float) -> float:
    """Ease in and out: 3p^2 - 2p^3."""
    return progress * progress * (3 - 2 * progress)


def look(
    picture: Picture, start: View, end: View, progress: float, width: int, height: int, canvas: Picture | None = None
) -> Picture:  # fmt: skip
    """The view between ``start`` and ``end``, kept inside the picture, with its edges mirrored where it is too small."""
    rows, columns = picture.shape[:2]
    x, y, span = (a + (b - a) * progress for a, b in ((start.x, end.x), (start.y, end.y), (start.width, end.width)))
    span_px = min(span * columns, columns, rows * width / height)
    scale = width / span_px
    half_x, half_y = span_px / 2, span_px / 2 * height / width
    centre_x = float(np.clip(x * columns, half_x, columns - half_x))
    centre_y = float(np.clip(y * rows, half_y, rows - half_y))
    matrix = np.array([[scale, 0, width / 2 - centre_x * scale], [0, scale, height / 2 - centre_y * scale]])
    seen = cv2.warpAffine(picture, matrix, (width, height), dst=canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return seen.astype(np.uint8, copy=False)


def test_card(width: int, height: int, at_s: float, canvas: Picture | None) -> Picture:
    """Colour bars, a running clock and a moving dot: enough to see that pictures and sound are in step."""
    bars = np.array([[235, 235, 235], [235, 235, 16], [16, 235, 235], [16, 235, 16], [235, 16, 235], [235, 16, 16], [16, 16, 235]])
    card = np.empty((height, width, 3), np.uint8) if canvas is None else canvas
    card[:] = bars[np.arange(width) * len(bars) // width]
    centre = (int(width * (at_s % 1.0)), height // 2)
    cv2.circle(card, centre, height // 20, (0, 0, 0), -1)
    cv2.putText(card, f"{at_s:07.2f}", (width // 3, height * 9 // 10), cv2.FONT_HERSHEY_SIMPLEX, height / 300, (0, 0, 0), height // 150)
    return card
