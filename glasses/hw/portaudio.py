"""The default microphone through PortAudio (PyAudio)."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from glasses.errors import HardwareLibraryError, MicrophoneMissingError
from glasses.hw.base import AudioChunk

CHUNK_SAMPLES = 4_800
LIMIT = 100
"""Ten seconds of chunks wait at most; then the oldest are lost, and the numbers of the samples show it."""


class PortAudioMicrophone:
    rate_hz = 48_000
    waits = False

    def __init__(self) -> None:
        self._library: Any = None
        self._stream: Any = None

    async def chunks(self) -> AsyncIterator[AudioChunk]:
        queue: asyncio.Queue[AudioChunk] = asyncio.Queue(LIMIT)
        await asyncio.to_thread(self._open, asyncio.get_running_loop(), queue)
        try:
            while True:
                yield await queue.get()
        finally:
            await self.close()

    async def close(self) -> None:
        stream, library, self._stream, self._library = self._stream, self._library, None, None
        if stream is not None:
            await asyncio.to_thread(stream.close)
        if library is not None:
            await asyncio.to_thread(library.terminate)

    def _open(self, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[AudioChunk]) -> None:
        try:
            import pyaudio
        except ImportError as problem:
            hint = "sudo apt install portaudio19-dev python3-dev gcc, then pip install 'souvenir[audio]'."
            raise HardwareLibraryError(f"PyAudio: {problem}", hint=hint) from problem
        heard = 0

        def take(pcm: bytes, count: int, *_: Any) -> tuple[None, int]:
            nonlocal heard
            chunk = AudioChunk(pcm, heard, time.monotonic() - count / self.rate_hz)
            heard += count
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is listening any more
                loop.call_soon_threadsafe(_offer, queue, chunk)
            return None, pyaudio.paContinue

        self._library = pyaudio.PyAudio()
        try:
            self._stream = self._library.open(
                self.rate_hz, 1, pyaudio.paInt16, input=True, frames_per_buffer=CHUNK_SAMPLES, stream_callback=take
            )
        except OSError as problem:
            raise MicrophoneMissingError(f"PortAudio: {problem}") from problem


def _offer(queue: asyncio.Queue[AudioChunk], chunk: AudioChunk) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(chunk)
