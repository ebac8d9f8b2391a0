"""A USB camera through Video4Linux 2 (opencv-python), encoded in software."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from glasses.errors import CameraMissingError, CameraProfileError, CameraStoppedError
from glasses.hw.frames import FrameQueue
from glasses.wire.segment import PROFILE, CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.packet import EncodedFrame
    from glasses.hw.x264 import SoftwareEncoder

STOP_S = 3.0
"""A camera that does not stop within this time is left behind."""


class V4l2Camera:
    """``device``: number or path ("0", "/dev/video2"); empty for the first. ``open_device`` gives an OpenCV capture of it."""

    def __init__(
        self, device: str = "", open_device: Callable[[int | str], Any] | None = None, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._device: int | str = int(device) if device.isdigit() else device or 0
        self._open_device, self._monotonic_s = open_device or _video4linux, monotonic_s
        self._capture: Any = None
        self._profile = PROFILE
        self._queue: FrameQueue | None = None
        self._thread: threading.Thread | None = None
        self._running = False
        self._latest: NDArray[np.uint8] | None = None

    async def start(self, profile: CaptureProfile) -> bytes:
        from glasses.hw.x264 import SoftwareEncoder

        await asyncio.to_thread(self._open, profile)
        encoder = await asyncio.to_thread(SoftwareEncoder, profile)
        self._profile, self._queue, self._running = profile, FrameQueue(), True
        self._thread = threading.Thread(target=self._film, args=(encoder, self._queue), name="v4l2", daemon=True)
        self._thread.start()
        return encoder.parameter_sets

    def frames(self) -> AsyncGenerator[EncodedFrame]:
        assert self._queue is not None, "start comes first"  # noqa: S101  # a mistake of the caller's
        return self._queue.frames()

    async def stop(self) -> None:
        self._running = False
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, STOP_S)
            if self._thread.is_alive():  # the driver hangs in a read: its thread ends with it, and the device is opened anew
                self._capture = None
            self._thread = None

    async def still(self) -> NDArray[np.uint8]:
        if self._running and self._latest is not None:
            return self._latest
        await asyncio.to_thread(self._open, self._profile)
        return await asyncio.to_thread(self._read)

    async def close(self) -> None:
        await self.stop()
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _open(self, profile: CaptureProfile) -> None:
        import cv2

        if self._capture is None:
            capture = self._open_device(self._device)
            if not capture.isOpened():
                raise CameraMissingError(f"Video4Linux device {self._device!r} does not open")
            capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, profile.width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, profile.height)
            capture.set(cv2.CAP_PROP_FPS, profile.fps)
            self._capture = capture
        found = self._read().shape[1::-1]
        if found != (profile.width, profile.height):
            raise CameraProfileError(f"device {self._device!r} delivers {found[0]}x{found[1]}")

    def _read(self) -> NDArray[np.uint8]:
        import numpy as np

        done, picture = self._capture.read()
        if not done:
            raise CameraStoppedError(f"Video4Linux device {self._device!r} delivers nothing")
        return np.ascontiguousarray(picture[:, :, ::-1])

    def _film(self, encoder: SoftwareEncoder, queue: FrameQueue) -> None:
        """Constant frame rate from a camera that may not keep it: a late picture stands in for those that are missing."""
        began, index = self._monotonic_s(), 0
        try:
            while self._running:
                self._latest = self._read()
                due = int((self._monotonic_s() - began) * self._profile.fps)
                while index <= due:
                    for frame in encoder.encode(self._latest, index):
                        queue.put(replace(frame, at_s=began + index / self._profile.fps))
                    index += 1
            queue.end()
        except CameraStoppedError as problem:
            queue.fail(problem)


def _video4linux(device: int | str) -> Any:
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said by the camera, once
    return cv2.VideoCapture(device, cv2.CAP_V4L2)
