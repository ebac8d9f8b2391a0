"""The Raspberry Pi camera through libcamera (picamera2), encoded by the board's H.264 encoder."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Any

from glasses.errors import CameraMissingError, CameraProfileError, CameraStoppedError, HardwareLibraryError
from glasses.hw.conformance import ProfileCheck
from glasses.hw.frames import SILENCE_S, FrameQueue
from glasses.hw.packet import EncodedFrame
from glasses.hw.units import avcc_record, split_annexb, to_avcc
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import PROFILE, CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger("glasses.libcamera")

BITRATE_BPS = 10_000_000
STOP_S = 3.0
"""A camera that does not stop within this time is left behind."""


class LibcameraCamera:
    """``device``: the camera's number; empty for the first."""

    def __init__(self, device: str = "", silence_s: float = SILENCE_S) -> None:
        self._number = int(device or 0)
        self._silence_s = silence_s
        self._camera: Any = None
        self._encoder: Any = None
        self._queue: FrameQueue | None = None
        self._profile = PROFILE

    async def start(self, profile: CaptureProfile) -> bytes:
        await asyncio.to_thread(self._open, profile)
        loop = asyncio.get_running_loop()
        headers: asyncio.Future[bytes] = loop.create_future()
        self._queue = FrameQueue(self._silence_s)
        reader = PacketReader(profile, self._queue, lambda record: _resolve(loop, headers, record))
        await asyncio.to_thread(self._start_encoder, profile, reader)
        try:
            async with asyncio.timeout(self._silence_s):
                return await headers
        except TimeoutError as problem:
            await self.stop()
            raise CameraStoppedError("the encoder gave no first frame") from problem

    def frames(self) -> AsyncGenerator[EncodedFrame]:
        assert self._queue is not None, "start comes first"  # noqa: S101  # a mistake of the caller's
        return self._queue.frames()

    async def stop(self) -> None:
        if self._encoder is not None:
            self._encoder = None
            await _within(STOP_S, self._camera.stop_encoder)
        if self._queue is not None:
            self._queue.end()

    async def still(self) -> NDArray[np.uint8]:
        await asyncio.to_thread(self._open, self._profile)
        planar: NDArray[np.uint8] = await asyncio.to_thread(self._camera.capture_array, "main")
        return await asyncio.to_thread(_to_rgb, planar, self._profile.width)

    async def close(self) -> None:
        await self.stop()
        camera, self._camera = self._camera, None
        if camera is not None:
            await _within(STOP_S, camera.stop)
            await _within(STOP_S, camera.close)

    def _open(self, profile: CaptureProfile) -> None:
        if self._camera is not None:
            if profile == self._profile:
                return
            self._camera.stop()
            self._camera.close()
            self._camera = None
        try:
            from picamera2 import Picamera2
        except ImportError as problem:
            raise HardwareLibraryError(f"{problem}; on Raspberry Pi OS: sudo apt install python3-picamera2") from problem
        if len(Picamera2.global_camera_info()) <= self._number:
            raise CameraMissingError(f"libcamera knows no camera {self._number}")
        camera = Picamera2(self._number)
        # YUV420 goes into the encoder as it is; libcamera then chooses BT.709, limited, for pictures of this size.
        camera.configure(
            camera.create_video_configuration(
                main={"size": (profile.width, profile.height), "format": "YUV420"}, controls={"FrameRate": float(profile.fps)}
            )
        )
        found = camera.camera_configuration()["main"]["size"]
        if tuple(found) != (profile.width, profile.height):
            camera.close()
            raise CameraProfileError(f"libcamera gives {found[0]}x{found[1]}")
        camera.start()
        self._camera, self._profile = camera, profile

    def _start_encoder(self, profile: CaptureProfile, reader: PacketReader) -> None:
        from picamera2.encoders import H264Encoder
        from picamera2.outputs import Output

        class ToReader(Output):  # type: ignore[misc]  # picamera2 ships no types
            def outputframe(
                self,
                frame: Any,
                keyframe: bool = True,  # noqa: ARG002  # picamera2's signature; the NAL units say it themselves
                timestamp: int | None = None,
                packet: Any = None,  # noqa: ARG002  # picamera2's signature
                audio: bool = False,
            ) -> None:
                if not audio:
                    reader.take(bytes(frame), timestamp)

        class SteadyEncoder(H264Encoder):  # type: ignore[misc]  # picamera2 ships no types
            """A Pi 5 has no H.264 encoder: there picamera2 gives libx264's, which must not add key frames at scene changes."""

            def _start(self) -> None:
                super()._start()
                stream = getattr(self, "_stream", None)
                if stream is not None:
                    log.warning("this board encodes in software")
                    stream.codec_context.options["sc_threshold"] = "0"

        self._encoder = SteadyEncoder(
            bitrate=BITRATE_BPS, repeat=True, iperiod=profile.gop_frames, framerate=float(profile.fps), profile="high"
        )
        self._camera.start_encoder(self._encoder, ToReader())


class PacketReader:
    """Called on picamera2's thread with each encoded picture: numbers it by its time, checks it, and queues it."""

    def __init__(self, profile: CaptureProfile, queue: FrameQueue, on_headers: Callable[[bytes], None]) -> None:
        self._profile, self._queue, self._on_headers = profile, queue, on_headers
        self._check: ProfileCheck | None = None
        self._headers = b""
        self._index = 0
        self._began_s = self._last_us = 0.0
        self._failed = False

    def take(self, data: bytes, timestamp_us: int | None) -> None:
        """``data``: one access unit, Annex B. ``timestamp_us``: of the sensor, counted from its first picture."""
        if self._failed:
            return
        try:
            self._take(split_annexb(data), timestamp_us)
        except SouvenirError as error:
            self._failed = True
            self._queue.fail(error)

    def _take(self, units: list[bytes], timestamp_us: int | None) -> None:
        is_keyframe = any(unit[0] & 0x1F == 5 for unit in units)
        first = self._check is None
        if first and not is_keyframe:
            return
        if is_keyframe:
            self._read_headers(units)
        now_s = time.monotonic()
        if first:
            self._began_s = now_s - (timestamp_us or 0) / 1e6
        self._number(timestamp_us, first=first)
        at_s = now_s if timestamp_us is None else self._began_s + timestamp_us / 1e6
        frame = EncodedFrame(to_avcc(units), self._index, is_keyframe, at_s)
        if self._check is not None:
            self._check.check(frame)
        if first:
            self._on_headers(self._headers)
        self._queue.put(frame)

    def _number(self, timestamp_us: int | None, *, first: bool) -> None:
        """A picture that the sensor or the encoder lost leaves a gap in the numbers."""
        if not first:
            passed = 1 if timestamp_us is None else round((timestamp_us - self._last_us) / 1e6 * self._profile.fps)
            self._index += max(1, passed)
        self._last_us = timestamp_us or 0.0

    def _read_headers(self, units: list[bytes]) -> None:
        try:
            headers = avcc_record(units)
        except ValueError as problem:
            if self._headers:
                return
            raise CameraProfileError(str(problem)) from problem
        if self._headers and headers != self._headers:
            raise CameraProfileError("the encoder has changed its parameter sets")
        if not self._headers:
            self._headers, self._check = headers, ProfileCheck(self._profile, headers)


def _resolve(loop: asyncio.AbstractEventLoop, headers: asyncio.Future[bytes], record: bytes) -> None:
    def resolve() -> None:
        if not headers.done():
            headers.set_result(record)

    loop.call_soon_threadsafe(resolve)


async def _within(seconds: float, work: Callable[[], object]) -> None:
    """A camera that hangs must not hold the rest of the device."""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.to_thread(work)
    except TimeoutError:
        log.warning("the camera does not answer %s", getattr(work, "__name__", "any more"))


def _to_rgb(planar: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    """I420, BT.709 limited, its rows perhaps longer than the picture, as height x width x 3."""
    import av
    import numpy as np
    from av.video.reformatter import Colorspace

    frame = av.VideoFrame.from_ndarray(planar, "yuv420p")
    picture = frame.reformat(format="rgb24", src_colorspace=Colorspace.ITU709).to_ndarray()
    return picture[:, :width].astype(np.uint8, copy=False)
