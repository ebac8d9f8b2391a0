"""Sound that has yet to be listened to: to understand a request takes seconds, and the recorder does not wait for it."""

from __future__ import annotations

from asyncio import Queue

from glasses.bus import Bus
from glasses.capture.ears import Hear
from glasses.errors import ListeningBehindError
from glasses.events import FaultRaised
from glasses.hw.base import AudioChunk
from glasses.pulse import Pulse

LAG_CHUNKS = 200
"""Twenty seconds, as much as the listener remembers: more than that behind, it has lost what was said."""


class Backlog:
    """``hear`` is called by ``run`` alone, so that its failing or its slowness is nobody else's. ``pulse`` beats for each chunk."""

    def __init__(self, hear: Hear, pulse: Pulse, bus: Bus, *, waits: bool) -> None:
        """``waits``: Microphone.waits; then it is never further ahead than a chunk, however fast its day goes by."""
        self._hear, self._pulse, self._bus = hear, pulse, bus
        self._waits, self._listening, self._is_behind = waits, False, False
        self._chunks: Queue[AudioChunk] = Queue(1 if waits else LAG_CHUNKS)

    async def add(self, chunk: AudioChunk) -> None:
        """The oldest is lost where too much waits: the numbers of the samples show it, and it is told once until all is heard."""
        if self._chunks.full() and not (self._waits and self._listening):
            self._chunks.get_nowait()
            self._fall_behind()
        await self._chunks.put(chunk)

    async def run(self) -> None:
        """For ever. Raises what ``hear`` raises."""
        self._listening = True
        try:
            while True:
                self._pulse.rest()
                self._is_behind = self._is_behind and not self._chunks.empty()
                chunk = await self._chunks.get()
                self._pulse.beat()
                await self._hear(chunk)
        finally:
            self._listening = False
            self._make_room()

    def _fall_behind(self) -> None:
        """Who does not listen at all is not behind: that is told by who keeps it running."""
        if self._listening and not self._is_behind:
            self._is_behind = True
            error = ListeningBehindError("sound from the microphone went unheard")
            self._bus.publish(FaultRaised(error.code, error.detail, error.hint))

    def _make_room(self) -> None:
        """Whoever waits to add must not wait for ever."""
        if self._chunks.full():
            self._chunks.get_nowait()
