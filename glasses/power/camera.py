"""A camera that is not started when the power plan has no room for it; what runs already is left to its recorder to end."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from glasses.errors import PowerSavingError
from glasses.wire.segment import CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.base import Camera
    from glasses.hw.packet import EncodedFrame
    from glasses.power.policy import Budget


class SparingCamera:
    """``start`` and ``still`` raise PowerSavingError while only listening is left."""

    def __init__(self, camera: Camera, budget: Callable[[], Budget]) -> None:
        self._camera, self._budget = camera, budget

    async def start(self, profile: CaptureProfile) -> bytes:
        self._check()
        return await self._camera.start(profile)

    def frames(self) -> AsyncGenerator[EncodedFrame, None]:
        return self._camera.frames()

    async def stop(self) -> None:
        await self._camera.stop()

    async def still(self) -> NDArray[np.uint8]:
        self._check()
        return await self._camera.still()

    async def close(self) -> None:
        await self._camera.close()

    def _check(self) -> None:
        if self._budget().wake_only:
            raise PowerSavingError(self._budget().sentence)
