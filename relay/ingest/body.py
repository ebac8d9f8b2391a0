"""Where the bytes of a PATCH come from: what the HTTP parser hands on, or, for a big one over plain TCP, the socket itself."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Protocol

from aiohttp import StreamReader, hdrs, web

from relay.ingest.part import PartFile

RAW_FROM_BYTES = 4 << 20
"""A smaller body is not worth its connection, which ends with a raw one."""
TURN_BYTES = 32 << 20
"""After so many a thread goes on with somebody else's."""
_FIRST_BYTES = 64 << 10
"""Are received on the event loop after the socket was dry for long: whoever is slow costs no thread."""
_DRY_MS = 5
"""How long a thread waits at a dry socket."""
_SPENT = web.RequestKey("spent", bool)


class Pace(Protocol):
    """Says how much may come in before something else has to happen. ``room_bytes`` and ``added`` are for any thread."""

    def check(self, count: int) -> None:
        """Raises UploadLengthError when so many more are more than were announced."""
        ...

    def room_bytes(self) -> int:
        """How many bytes may be added now."""
        ...

    def added(self, count: int) -> None:
        """So many bytes were added."""
        ...


class Body(Protocol):
    async def into(self, part: PartFile, pace: Pace) -> bool:
        """Adds what comes next to ``part``, but no more than the pace has room for; False at the end.

        Raises UploadLengthError, TimeoutError when nothing comes for long, ConnectionError or aiohttp's ClientPayloadError when
        the connection is cut, DiskFullError.
        """
        ...


class Parsed:
    """What the HTTP parser hands on."""

    def __init__(self, stream: StreamReader, idle_s: float) -> None:
        self._stream, self._idle_s = stream, idle_s

    async def into(self, part: PartFile, pace: Pace) -> bool:
        async with asyncio.timeout(self._idle_s):
            data = await self._stream.readany()
        if not data:
            return False
        pace.check(len(data))
        await part.add(data)
        pace.added(len(data))
        return True


class Raw:
    """Past the parser, which counts on the bytes that it does not see: the connection cannot be used for another request.

    A thread receives straight into the part file's memory for as long as bytes come. Nothing beyond Content-Length is taken.
    """

    def __init__(self, request: web.BaseRequest, idle_s: float, threads: Executor) -> None:
        self._stream, self._idle_s, self._threads = request.content, idle_s, threads
        self._size_bytes = request.content_length or 0
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the connection was lost")
        self._transport: asyncio.Transport = transport
        self._socket: socket.socket | None = None
        self._left_bytes = 0
        self._flowing = self._over = False

    @property
    def taken(self) -> bool:
        """The connection is not the parser's any more."""
        return self._socket is not None

    async def into(self, part: PartFile, pace: Pace) -> bool:
        if (problem := self._stream.exception()) is not None:  # lost, or the relay is ending
            raise problem
        if self._socket is None:
            pace.check(self._size_bytes)
            self._socket, parsed = self._take_over()
            await part.add(parsed)
            pace.added(len(parsed))
        elif self._flowing:
            await self._turn(self._socket, part, pace)
        else:
            await self._first(self._socket, part, pace)
        return self._left_bytes > 0

    def release(self) -> None:
        """The parser gets the connection back: for what a refused sender still sends, which it drops, or for the answer only."""
        if self._socket is None:
            return
        self._socket.close()
        if self._left_bytes:
            self._transport.resume_reading()
        else:
            self._stream.feed_eof()
            self._transport.pause_reading()  # the end of the body resumed it; what follows is no part of this one

    def _take_over(self) -> tuple[socket.socket, bytes]:
        """What the parser has already; nothing is received between this and the first from the socket."""
        parsed = b"".join(iter(self._stream.read_nowait, b""))
        self._transport.pause_reading()
        self._left_bytes = self._size_bytes - self._stream.total_bytes
        self._flowing = True
        return self._transport.get_extra_info("socket").dup(), parsed

    async def _first(self, connection: socket.socket, part: PartFile, pace: Pace) -> None:
        """Waits for somebody who is slow; who sends much at once is given a thread."""
        loop = asyncio.get_running_loop()
        if (most := min(_FIRST_BYTES, self._left_bytes, pace.room_bytes())) <= 0:
            return

        async def receive(memory: memoryview) -> int:
            async with asyncio.timeout(self._idle_s):
                return await loop.sock_recv_into(connection, memory[:most])

        self._took(count := await part.fill(receive), pace)
        self._flowing = count == most

    async def _turn(self, connection: socket.socket, part: PartFile, pace: Pace) -> None:
        """Nobody who is cancelled leaves a thread behind that writes into memory which is used for something else."""
        told = _Told()
        turn = asyncio.get_running_loop().run_in_executor(self._threads, self._receive, connection, part, pace, told)
        cancelled: asyncio.CancelledError | None = None
        while not turn.done():
            try:
                await asyncio.wait({turn})
            except asyncio.CancelledError as problem:
                cancelled, told.to_end = problem, True
        failed = turn.exception()  # looked at in any case: else its end would be logged as one that nobody asked about
        if cancelled is not None:
            raise cancelled
        if failed is not None:
            raise failed

    def _receive(self, connection: socket.socket, part: PartFile, pace: Pace, told: _Told) -> None:
        """In a thread: until somebody else is due, nothing comes any more, or what came has to be made durable."""
        dry, turn_bytes = select.poll(), TURN_BYTES
        dry.register(connection, select.POLLIN)

        def read(memory: memoryview) -> int:
            return connection.recv_into(memory[:most])

        while not told.to_end and (most := min(self._left_bytes, turn_bytes, pace.room_bytes())) > 0:
            try:
                count = part.take(read)
            except BlockingIOError:
                if not dry.poll(_DRY_MS):
                    self._flowing = False
                    return
                continue
            self._took(count, pace)
            turn_bytes -= count

    def _took(self, count: int, pace: Pace) -> None:
        if not count:
            raise ConnectionResetError("the connection was closed within a body")
        self._left_bytes -= count
        pace.added(count)


class _Told:
    to_end = False


class Bodies:
    """Makes the body of a request that nobody has begun to read."""

    def __init__(self, idle_s: Callable[[], float], threads: Executor) -> None:
        self._idle_s, self._threads = idle_s, threads

    @contextlib.contextmanager
    def of(self, request: web.Request) -> Iterator[Body]:
        if not _may_be_raw(request):
            yield Parsed(request.content, self._idle_s())
            return
        raw = Raw(request, self._idle_s(), self._threads)
        try:
            yield raw
        finally:
            if raw.taken:
                request[_SPENT] = True
            raw.release()


def is_spent(request: web.BaseRequest) -> bool:
    """Whether its connection cannot be used for another request."""
    return _SPENT in request


def _may_be_raw(request: web.Request) -> bool:
    """Over TLS, in chunks or packed, what is on the wire is not what is meant."""
    transport = request.transport
    return (
        transport is not None
        and transport.get_extra_info("socket") is not None
        and transport.get_extra_info("ssl_object") is None
        and (request.content_length or 0) >= RAW_FROM_BYTES
        and not any(name in request.headers for name in (hdrs.TRANSFER_ENCODING, hdrs.CONTENT_ENCODING, hdrs.UPGRADE))
        and request.content.total_bytes < (request.content_length or 0)
    )
