"""A network that fails on purpose: a TCP proxy that cuts, stalls or slows a connection at a chosen byte."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

_PIECE_BYTES = 16 << 10
_SLOW_BYTES, _SLOW_S = 2048, 0.005


class Harm(StrEnum):
    DROP = "drop"
    """From there on nothing arrives on either side, and nobody is told."""
    RESET = "reset"
    """Both sides get a RST; what is on its way is lost."""
    STALL = "stall"
    """What the client sends stays in the proxy for good; answers pass."""
    THROTTLE = "throttle"
    """It goes on, slowly."""


@dataclass
class Cut:
    harm: Harm
    at_byte: int
    """Of all bytes that pass in its direction."""
    answers: bool = False
    """True: counted in what the server sends."""


class ChaosProxy:
    """Listens on a port of its own for one server. Every connection after the harm is a sound one."""

    def __init__(self, port: int, cut: Cut | None = None) -> None:
        self._target, self.cut, self.struck = port, cut, False
        self.silent = asyncio.Event()
        """From now on nobody who waits for an answer on the harmed connection need expect one."""
        self._passed = {False: 0, True: 0}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, server = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, server}
        pair = (writer, server)
        for answers, source, sink in ((False, reader, server), (True, upstream, writer)):
            task = asyncio.create_task(self._pump(source, sink, pair, answers=answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, pair: tuple[asyncio.StreamWriter, ...], *, answers: bool
    ) -> None:
        try:
            while data := await source.read(_PIECE_BYTES):
                if getattr(self, "_dead", None) is pair:
                    return
                if not await self._pass(data, sink, pair, answers=answers):
                    return
            sink.write_eof()
        except (ConnectionError, RuntimeError, OSError):
            for writer in pair:
                writer.transport.abort()

    async def _pass(self, data: bytes, sink: asyncio.StreamWriter, pair: tuple[asyncio.StreamWriter, ...], *, answers: bool) -> bool:
        """False when the connection is harmed for good."""
        cut, before = self.cut, self._passed[answers]
        self._passed[answers] += len(data)
        if cut is None or self.struck or cut.answers != answers or before + len(data) <= cut.at_byte:
            sink.write(data)
            await sink.drain()
            return True
        self.struck = True
        sink.write(data[: cut.at_byte - before])
        await sink.drain()
        if cut.harm is Harm.THROTTLE:
            await _slowly(data[cut.at_byte - before :], sink)
            return True
        if cut.harm is Harm.RESET:
            for writer in pair:
                _reset(writer)
        if cut.harm is Harm.DROP:
            self._dead = pair
        self.silent.set()
        return False


async def _slowly(data: bytes, sink: asyncio.StreamWriter) -> None:
    for start in range(0, len(data), _SLOW_BYTES):
        sink.write(data[start : start + _SLOW_BYTES])
        await sink.drain()
        await asyncio.sleep(_SLOW_S)


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
