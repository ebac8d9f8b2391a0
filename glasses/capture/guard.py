"""The one door through which pictures leave the camera: open only while the recording light is confirmed to be on."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from glasses.capture.forbidden import Forbidden
from glasses.clock import Clock
from glasses.errors import LightFailedError, RecordingForbiddenError
from glasses.hw.base import Camera, Gps, Light
from glasses.wire.segment import CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.packet import EncodedFrame

log = logging.getLogger("glasses.guard")


class GuardedCamera:
    """A camera that cannot film in the dark, nor where or when the wearer does not want it to.

    The recorder is given this and no other camera. The light goes on before the camera starts, is asked for with every
    frame, and goes off only after the camera has stopped.
    """

    def __init__(self, camera: Camera, light: Light, forbidden: Forbidden, gps: Gps, clock: Clock) -> None:
        self._camera, self._light, self._forbidden, self._gps, self._clock = camera, light, forbidden, gps, clock
        self._filming = False

    def check(self) -> None:
        """Raises RecordingForbiddenError at a place or hour that is closed to the camera."""
        why = self._forbidden.why(self._clock.now_ms(), self._gps.fix())
        if why:
            raise RecordingForbiddenError(why)

    async def start(self, profile: CaptureProfile) -> bytes:
        """As the camera's; also raises LightFailedError and RecordingForbiddenError, having filmed nothing."""
        self.check()
        self._light_up()
        try:
            headers = await self._camera.start(profile)
        except BaseException:
            self._dark()
            raise
        self._filming = True
        return headers

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        """As the camera's, and none once it was stopped.

        Also raises LightFailedError when the light goes out, and RecordingForbiddenError within a second of the place or hour.
        """
        async with aclosing(self._camera.frames()) as frames:
            async for frame in frames:
                if not self._filming:
                    return
                self._confirm()
                if frame.is_keyframe:
                    self.check()
                yield frame

    async def stop(self) -> None:
        await self._camera.stop()
        self._filming = False
        self._dark()

    async def still(self) -> NDArray[np.uint8]:
        """As the camera's; the light is on while the picture is taken."""
        self.check()
        self._light_up()
        try:
            picture = await self._camera.still()
            self._confirm()
        finally:
            if not self._filming:
                self._dark()
        return picture

    async def close(self) -> None:
        await self._camera.close()
        self._filming = False
        self._dark()

    def _light_up(self) -> None:
        self._light.switch(True)
        self._confirm()

    def _dark(self) -> None:
        try:
            self._light.switch(False)
        except LightFailedError as problem:
            log.warning("the recording light stays on though nothing is filmed: %s", problem.detail)

    def _confirm(self) -> None:
        if not self._light.is_on():
            raise LightFailedError("the light says that it is off")
