"""A bounded queue from a camera's thread to the event loop: when it is full the camera has stopped being drained, and says so."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from glasses.errors import CameraStoppedError

if TYPE_CHECKING:
    from glasses.hw.packet import EncodedFrame

SILENCE_S = 3.0
"""A camera that delivers nothing for so long has stopped."""
LIMIT = 90
"""Three seconds of frames."""


class FrameQueue:
    """``put`` and ``end`` from any thread; ``frames`` in the event loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[EncodedFrame | None] = asyncio.Queue(LIMIT)
        self.overflowed = False

    def put(self, frame: EncodedFrame | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is listening any more
            self._loop.call_soon_threadsafe(self._offer, frame)

    def end(self) -> None:
        self.put(None)

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        """Until ``end``. Raises CameraStoppedError when the camera falls silent or is drained too slowly."""
        while True:
            try:
                async with asyncio.timeout(SILENCE_S):
                    frame = await self._queue.get()
            except TimeoutError as problem:
                raise CameraStoppedError(f"no frame for {SILENCE_S:.0f} s") from problem
            if frame is None:
                return
            if self.overflowed:
                raise CameraStoppedError("frames came faster than they could be written")
            yield frame

    def _offer(self, frame: EncodedFrame | None) -> None:
        if self._queue.full():
            self.overflowed = True
            self._queue.get_nowait()
        self._queue.put_nowait(frame)
