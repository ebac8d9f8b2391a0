"""The simulated camera: pans and zooms over each scene's picture, and encodes in software."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from glasses.hw.sim.picture import Painter
from glasses.wire.segment import PROFILE, CaptureProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.packet import EncodedFrame
    from glasses.hw.sim.world import World
    from glasses.hw.x264 import SoftwareEncoder


class Paints(Protocol):
    def paint(self, at_s: float, width: int, height: int, canvas: NDArray[np.uint8] | None = None, /) -> NDArray[np.uint8]:
        """The picture of a stream time, height x width x 3 RGB; ``canvas`` may be painted over for it."""
        ...


class SimCamera:
    def __init__(self, world: World, painter: Paints | None = None) -> None:
        self._world = world
        self._painter = painter or Painter(world)
        self._encoder: SoftwareEncoder | None = None
        self._canvas: NDArray[np.uint8] | None = None
        self._profile: CaptureProfile = PROFILE
        self._from_s = 0.0
        self._running = False

    async def start(self, profile: CaptureProfile) -> bytes:
        import numpy as np

        from glasses.hw.x264 import SoftwareEncoder

        self._canvas = np.empty((profile.height, profile.width, 3), np.uint8)  # one: thirty times a second, 6 MB leave holes in the heap
        self._encoder = await asyncio.to_thread(SoftwareEncoder, profile)
        self._profile, self._from_s, self._running = profile, self._world.stream_s, True
        await self._world.film(self._from_s)
        return self._encoder.parameter_sets

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        encoder, profile, index = self._encoder, self._profile, 0
        assert encoder is not None, "start comes first"  # noqa: S101  # a mistake of the caller's, not of the data
        try:
            while self._running:
                at_s = self._from_s + index / profile.fps
                if not await self._due(at_s):
                    break
                for frame in await asyncio.to_thread(self._take, encoder, at_s, index):
                    yield frame
                index += 1
        finally:
            await self._world.stop_filming()

    async def _due(self, at_s: float) -> bool:
        """Wait for a frame's time; False when the camera was stopped meanwhile."""
        await self._world.film(at_s)
        return self._running

    async def stop(self) -> None:
        self._running = False
        await self._world.stop_filming()

    async def still(self) -> NDArray[np.uint8]:
        return await asyncio.to_thread(self._painter.paint, self._world.stream_s, self._profile.width, self._profile.height)

    async def close(self) -> None:
        await self.stop()

    def _take(self, encoder: SoftwareEncoder, at_s: float, index: int) -> list[EncodedFrame]:
        frames = encoder.encode(self._painter.paint(at_s, self._profile.width, self._profile.height, self._canvas), index)
        return [replace(frame, at_s=at_s) for frame in frames]
