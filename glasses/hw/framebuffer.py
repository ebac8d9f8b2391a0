"""A display behind the kernel's frame buffer (/dev/fb0): 16 bit RGB565 or 32 bit XRGB, as sysfs says of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from glasses.errors import DisplayFailedError

DEVICE = Path("/dev/fb0")
SYSFS = Path("/sys/class/graphics/fb0")
HEIGHT_PX, WIDTH_PX = 400, 640
"""The size of a card."""


class FramebufferDisplay:
    """Cards in the middle of the screen, enlarged by a whole number where there is room, cut where there is none."""

    width_px, height_px = WIDTH_PX, HEIGHT_PX

    def __init__(self, device: Path = DEVICE, sysfs: Path = SYSFS) -> None:
        """Raises DisplayFailedError for a frame buffer in a format that is not known."""
        try:
            across, down = (int(part) for part in (sysfs / "virtual_size").read_text().strip().split(","))
            self._depth_bits = int((sysfs / "bits_per_pixel").read_text())
            stride = sysfs / "stride"
            self._stride_bytes = int(stride.read_text()) if stride.exists() else across * self._depth_bits // 8
            if self._depth_bits not in (16, 32):
                raise DisplayFailedError(f"{device} has {self._depth_bits} bits a pixel; 16 and 32 are known")
            self._screen = device.open("r+b", buffering=0)
        except (OSError, ValueError) as problem:
            raise DisplayFailedError(f"{device}: {problem}") from problem
        self._device, self._across, self._down = device, across, down

    def put(self, rgb: bytes, brightness: float) -> None:
        picture = np.frombuffer(rgb, np.uint8).reshape(self.height_px, self.width_px, 3)
        dimmed = picture if brightness >= 1 else (picture * max(0.0, brightness)).astype(np.uint8)
        try:
            self._screen.seek(0)
            self._screen.write(self._rows(dimmed))
        except OSError as problem:
            raise DisplayFailedError(f"{self._device}: {problem.strerror}") from problem

    def close(self) -> None:
        """Black, and let go."""
        if not self._screen.closed:
            self.put(bytes(self.width_px * self.height_px * 3), 1.0)
            self._screen.close()

    def _rows(self, picture: NDArray[np.uint8]) -> bytes:
        scale = max(1, min(self._across // self.width_px, self._down // self.height_px))
        large = picture.repeat(scale, axis=0).repeat(scale, axis=1)[: self._down, : self._across]
        pixel_bytes = self._depth_bits // 8
        canvas = np.zeros((self._down, self._stride_bytes), np.uint8)
        top, left = (self._down - large.shape[0]) // 2, (self._across - large.shape[1]) // 2
        packed = (rgb565(large) if self._depth_bits == 16 else xrgb(large)).view(np.uint8).reshape(large.shape[0], -1)
        canvas[top : top + packed.shape[0], left * pixel_bytes : left * pixel_bytes + packed.shape[1]] = packed
        return canvas.tobytes()


def rgb565(picture: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Five bits of red, six of green, five of blue in a little-endian word."""
    wide = picture.astype("<u2")
    packed = (wide[..., 0] >> 3) << 11 | (wide[..., 1] >> 2) << 5 | wide[..., 2] >> 3
    return np.ascontiguousarray(packed, np.uint16)


def xrgb(picture: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Blue, green, red and an empty byte, in that order in memory."""
    wide = picture.astype("<u4")
    packed = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return np.ascontiguousarray(packed, np.uint32)


def open_framebuffer(device: Path = DEVICE, sysfs: Path = SYSFS) -> FramebufferDisplay | None:
    """The display, or None where there is none, or none that we may write to."""
    try:
        return FramebufferDisplay(device, sysfs)
    except DisplayFailedError:
        return None
