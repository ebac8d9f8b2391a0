"""A bounded queue from a camera's thread to the event loop: what does not fit is dropped, up to the next key frame."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from glasses.errors import CameraStoppedError
from glasses.wire.errors import SouvenirError

if TYPE_CHECKING:
    from glasses.hw.packet import EncodedFrame

SILENCE_S = 3.0
"""A camera that delivers nothing for so long has stopped."""
LIMIT = 90
"""Three seconds of frames."""


class FrameQueue:
    """``put``, ``end`` and ``fail`` from any thread; ``frames`` in the event loop that made it."""

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        self._loop = asyncio.get_running_loop()
        self._silence_s = silence_s
        self._waiting: deque[EncodedFrame | SouvenirError | None] = deque()
        self._filled = asyncio.Event()
        self._dropping = False
        self.dropped = 0

    def put(self, frame: EncodedFrame) -> None:
        self._hand_over(frame)

    def end(self) -> None:
        self._hand_over(None)

    def fail(self, error: SouvenirError) -> None:
        """The frames end here, and their reader is told why."""
        self._hand_over(error)

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        """Until ``end``. Raises what ``fail`` was given, and CameraStoppedError when the camera falls silent."""
        while True:
            while not self._waiting:
                self._filled.clear()
                try:
                    async with asyncio.timeout(self._silence_s):
                        await self._filled.wait()
                except TimeoutError as problem:
                    raise CameraStoppedError(f"no frame for {self._silence_s:g} s") from problem
            item = self._waiting.popleft()
            if item is None:
                return
            if isinstance(item, SouvenirError):
                raise item
            yield item

    def _hand_over(self, item: EncodedFrame | SouvenirError | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is listening any more
            self._loop.call_soon_threadsafe(self._offer, item)

    def _offer(self, item: EncodedFrame | SouvenirError | None) -> None:
        if item is not None and not isinstance(item, SouvenirError):
            if len(self._waiting) >= LIMIT:
                self._dropping = True
            elif item.is_keyframe:
                self._dropping = False
            if self._dropping:
                self.dropped += 1
                return
        self._waiting.append(item)
        self._filled.set()
