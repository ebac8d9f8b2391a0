"""The one reader of the microphone: every chunk goes to the recorder first, then to the listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from glasses.hw.base import AudioChunk, Microphone

Hear = Callable[[AudioChunk], Awaitable[None]]


class Ears:
    def __init__(self, microphone: Microphone, hearers: list[Hear]) -> None:
        self._microphone, self._hearers = microphone, hearers

    async def run(self) -> None:
        async for chunk in self._microphone.chunks():
            for hear in self._hearers:
                await hear(chunk)

    async def close(self) -> None:
        await self._microphone.close()
