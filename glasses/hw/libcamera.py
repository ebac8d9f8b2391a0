"""The Raspberry Pi camera through libcamera (picamera2), encoded by the board's H.264 encoder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from glasses.errors import CameraMissingError, CameraProfileError, CameraStoppedError, HardwareLibraryError
from glasses.hw.frames import FrameQueue
from glasses.hw.packet import EncodedFrame
from glasses.hw.units import avcc_record, split_annexb, to_avcc
from glasses.wire.segment import PROFILE, CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BITRATE_BPS = 10_000_000
FIRST_FRAME_S = 3.0


class LibcameraCamera:
    """``device``: the camera's number; empty for the first."""

    def __init__(self, device: str = "") -> None:
        self._number = int(device or 0)
        self._camera: Any = None
        self._encoder: Any = None
        self._queue: FrameQueue | None = None
        self._profile = PROFILE

    async def start(self, profile: CaptureProfile) -> bytes:
        await asyncio.to_thread(self._open, profile)
        self._profile, self._queue = profile, FrameQueue()
        headers: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        await asyncio.to_thread(self._start_encoder, profile, self._queue, headers)
        try:
            async with asyncio.timeout(FIRST_FRAME_S):
                return await headers
        except TimeoutError as problem:
            await self.stop()
            raise CameraStoppedError("the encoder gave no first frame") from problem

    def frames(self) -> AsyncGenerator[EncodedFrame]:
        assert self._queue is not None, "start comes first"  # noqa: S101  # a mistake of the caller's
        return self._queue.frames()

    async def stop(self) -> None:
        if self._encoder is not None:
            await asyncio.to_thread(self._camera.stop_encoder)
            self._encoder = None
        if self._queue is not None:
            self._queue.end()

    async def still(self) -> NDArray[np.uint8]:
        await asyncio.to_thread(self._open, self._profile)
        picture: NDArray[np.uint8] = await asyncio.to_thread(self._camera.capture_array, "main")
        return picture[:, :, ::-1]

    async def close(self) -> None:
        await self.stop()
        if self._camera is not None:
            self._camera.stop()
            self._camera.close()
            self._camera = None

    def _open(self, profile: CaptureProfile) -> None:
        if self._camera is not None:
            return
        try:
            from picamera2 import Picamera2
        except ImportError as problem:
            raise HardwareLibraryError(f"{problem}; on Raspberry Pi OS: sudo apt install python3-picamera2") from problem
        if len(Picamera2.global_camera_info()) <= self._number:
            raise CameraMissingError(f"libcamera knows no camera {self._number}")
        camera = Picamera2(self._number)
        # libcamera names formats by little-endian words: RGB888 arrives as arrays of B, G, R.
        camera.configure(
            camera.create_video_configuration(
                main={"size": (profile.width, profile.height), "format": "RGB888"}, controls={"FrameRate": float(profile.fps)}
            )
        )
        found = camera.camera_configuration()["main"]["size"]
        if found != (profile.width, profile.height):
            camera.close()
            raise CameraProfileError(f"libcamera gives {found[0]}x{found[1]}")
        camera.start()
        self._camera = camera

    def _start_encoder(self, profile: CaptureProfile, queue: FrameQueue, headers: asyncio.Future[bytes]) -> None:
        from picamera2.encoders import H264Encoder
        from picamera2.outputs import Output

        loop = headers.get_loop()

        class ToQueue(Output):  # type: ignore[misc]  # picamera2 ships no types
            index = 0

            def outputframe(self, frame: Any, keyframe: bool = True, *_: Any, **__: Any) -> None:
                units = split_annexb(bytes(frame))
                if self.index == 0:
                    record = avcc_record(units)
                    loop.call_soon_threadsafe(headers.set_result, record)
                queue.put(EncodedFrame(to_avcc(units), self.index, bool(keyframe)))
                self.index += 1

        self._encoder = H264Encoder(bitrate=BITRATE_BPS, iperiod=profile.gop_frames, profile="high", framerate=float(profile.fps))
        self._camera.start_encoder(self._encoder, ToQueue())
