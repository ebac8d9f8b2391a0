"""A stand-in for picamera2 with the part of its interface that the glasses use, held to the real one by a test.

Its encoder is libx264, its pictures are drawn, and it delivers on a thread of its own, ``pace`` times as fast as life.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from glasses.hw.conformance import nal_units
from glasses.hw.packet import annexb_headers
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import CaptureProfile


class Output:
    def outputframe(
        self, frame: bytes, keyframe: bool = True, timestamp: int | None = None, packet: Any = None, audio: bool = False
    ) -> None:
        raise NotImplementedError


class H264Encoder:
    def __init__(
        self, bitrate: int | None = None, repeat: bool = True, iperiod: int | None = None, framerate: float | None = None,
        enable_sps_framerate: bool = False, qp: int | None = None, profile: str | None = None,
    ) -> None:  # fmt: skip
        assert profile == "high"
        assert repeat
        self.bitrate, self.iperiod, self.framerate = bitrate, iperiod, framerate

    def _start(self) -> None:
        """Called when encoding begins."""


class Picamera2:
    """``behave``: what happens to a picture, by its number, before it is handed over: (data, timestamp) or None."""

    cameras = 1
    size: tuple[int, int] | None = None
    pace = 8.0
    behave: Callable[[int, bytes, int], tuple[bytes, int] | None] = staticmethod(lambda number, data, at_us: (data, at_us))

    def __init__(self, camera_num: int = 0) -> None:
        assert camera_num < self.cameras
        self._config: dict[str, Any] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [{"Num": number} for number in range(Picamera2.cameras)]

    def create_video_configuration(self, main: dict[str, Any], controls: dict[str, Any]) -> dict[str, Any]:
        return {"main": {**main, "size": self.size or main["size"]}, "controls": controls}

    def configure(self, camera_config: dict[str, Any]) -> None:
        assert camera_config["main"]["format"] == "YUV420"
        self._config = camera_config

    def camera_configuration(self) -> dict[str, Any]:
        return self._config

    def start(self) -> None:
        assert self._config

    def stop(self) -> None:
        self.stop_encoder()

    def close(self) -> None:
        assert self._thread is None

    def capture_array(self, name: str = "main") -> npt.NDArray[np.uint8]:
        width, height = self._config[name]["size"]
        rows = np.full((height * 3 // 2, (width + 63) // 64 * 64), 128, np.uint8)
        rows[:height, :width] = np.arange(width) * 200 // width + 20
        return rows

    def start_encoder(self, encoder: H264Encoder, output: Output) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._deliver, args=(encoder, output))
        self._thread.start()

    def stop_encoder(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _deliver(self, encoder: H264Encoder, output: Output) -> None:
        width, height = self._config["main"]["size"]
        assert encoder.iperiod
        encoder._start()
        profile = CaptureProfile(width=width, height=height, gop_frames=encoder.iperiod)
        x264 = SoftwareEncoder(profile)
        headers, number = annexb_headers(x264.parameter_sets), 0
        while not self._stop.wait(1 / (profile.fps * self.pace)):
            picture = np.full((height * 3 // 2, width), 40 + number % 150, np.uint8)
            for frame in x264.encode(picture, number):
                data = b"".join(b"\0\0\0\1" + unit for unit in nal_units(frame.data))
                given = Picamera2.behave(number, (headers if frame.is_keyframe else b"") + data, round(number * 1_000_000 / profile.fps))
                if given is not None:
                    output.outputframe(given[0], frame.is_keyframe, given[1])
            number += 1


@contextmanager
def installed() -> Iterator[type[Picamera2]]:
    """``import picamera2`` finds this one meanwhile."""
    package, encoders, outputs = ModuleType("picamera2"), ModuleType("picamera2.encoders"), ModuleType("picamera2.outputs")
    package.Picamera2, encoders.H264Encoder, outputs.Output = Picamera2, H264Encoder, Output  # type: ignore[attr-defined]  # modules made here
    was = {name: getattr(Picamera2, name) for name in ("cameras", "size", "pace")} | {"behave": staticmethod(Picamera2.behave)}
    try:
        with patch.dict(sys.modules, {"picamera2": package, "picamera2.encoders": encoders, "picamera2.outputs": outputs}):
            yield Picamera2
    finally:
        for name, value in was.items():
            setattr(Picamera2, name, value)
