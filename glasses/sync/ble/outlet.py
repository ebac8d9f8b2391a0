"""The one way out to a phone: answers before records, and never more queued than the window."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from glasses.wire import frame
from glasses.wire.ble import WINDOW_BYTES
from glasses.wire.errors import SouvenirError


class WindowFullError(SouvenirError):
    code = "phone.busy"


class Pipe(Protocol):
    """A link to one phone. It queues nothing that it was not asked to."""

    @property
    def answer_bytes(self) -> int:
        """The longest frame for ``answer``."""
        ...

    @property
    def record_bytes(self) -> int:
        """The longest frame for ``record``."""
        ...

    async def room(self) -> None:
        """Returns when one more frame can be handed over without a queue growing. Raises PhoneLostError."""
        ...

    async def lost(self) -> None:
        """Returns when the link is lost."""
        ...

    async def answer(self, frame: bytes) -> None: ...

    async def record(self, frame: bytes) -> None: ...

    async def status(self, brief: bytes) -> None: ...


class Outlet:
    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._answers: deque[bytes] = deque()
        self._records: deque[tuple[int, int, bytes]] = deque()
        self._brief: bytes | None = None
        self._filled = asyncio.Event()
        self.queued_bytes = 0
        """Of records, asked for and not handed over yet."""

    def answer(self, number: int, body: bytes) -> None:
        """Goes out before every record that waits. Raises WireMalformedError for a body that is too long."""
        self._answers.extend(frame.message(number, body, self._pipe.answer_bytes))
        self._filled.set()

    def status(self, brief: bytes) -> None:
        """Only the newest goes out, however slow the link is."""
        self._brief = brief
        self._filled.set()

    def check_room(self, length: int) -> None:
        """Raises WindowFullError when ``length`` more bytes would be more than the window."""
        if self.queued_bytes + length > WINDOW_BYTES:
            raise WindowFullError(f"{length} bytes more than the {self.queued_bytes} that wait; the window is {WINDOW_BYTES}")

    def record(self, sequence: int, offset: int, data: bytes) -> None:
        """Raises WindowFullError."""
        self.check_room(len(data))
        self.queued_bytes += len(data)
        self._records.append((sequence, offset, data))
        self._filled.set()

    async def run(self) -> None:
        """Until the link is lost: raises PhoneLostError."""
        while True:
            await self._pipe.room()
            if self._answers:
                await self._pipe.answer(self._answers.popleft())
            elif self._brief is not None:
                brief, self._brief = self._brief, None
                await self._pipe.status(brief)
            elif self._records:
                await self._send_next()
            else:
                self._filled.clear()
                await self._filled.wait()

    async def _send_next(self) -> None:
        """One frame, as long as the link takes now: the MTU may have changed since it was asked for."""
        sequence, offset, data = self._records.popleft()
        length = min(len(data), self._pipe.record_bytes - frame.HEADER_BYTES)
        if length < len(data):
            self._records.appendleft((sequence, offset + length, data[length:]))
        self.queued_bytes -= length
        await self._pipe.record(frame.encode(frame.Frame(sequence, offset, data[:length])))
