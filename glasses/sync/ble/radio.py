"""Opens the radio that a spec names: ``sim:PORT``, ``hci-socket:N``, ``tcp-client:HOST:PORT``, or another transport of the library's."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from bumble.host import Host
from bumble.transport import open_transport

from glasses.errors import ConfigInvalidError, RadioMissingError
from glasses.sync.ble.air import Air

SIMULATED, SOCKET = "sim:", "hci-socket"


@dataclass(frozen=True, slots=True)
class Radio:
    host: Host
    close: Callable[[], Awaitable[None]]
    port: int = 0
    """Of a simulated air: where other processes get radios in it."""
    lost: asyncio.Future[Any] | None = None
    """Done when the transport has ended by itself."""


async def open_radio(spec: str) -> Radio:
    """Raises ConfigInvalidError for what is no spec, RadioMissingError with what the system said."""
    if spec.startswith(SIMULATED):
        return await _simulated(spec.removeprefix(SIMULATED))
    try:
        transport = await open_transport(spec)
    except OSError as problem:
        raise RadioMissingError(f"{spec}: {_said(problem)}") from problem
    except Exception as problem:  # the library raises bare exceptions for systems without sockets of this kind
        raise RadioMissingError(f"{spec}: {problem}") from problem
    own: Any = transport
    sink = PatientSink(own.socket) if spec.startswith(SOCKET) else transport.sink
    return Radio(Host(transport.source, sink), transport.close, lost=getattr(transport.source, "terminated", None))


async def _simulated(port: str) -> Radio:
    if not port.isdecimal():
        raise ConfigInvalidError(f"ble.transport: sim:{port}; a port is a number, 0 for any")
    air = Air()
    source, sink = air.radio("glasses")
    try:
        chosen = await air.serve(int(port))
    except OSError as problem:
        raise RadioMissingError(f"sim:{port}: {_said(problem)}") from problem
    return Radio(Host(source, sink), air.close, chosen)


def _said(problem: OSError) -> str:
    hints = {
        errno.EBUSY: "it is in use; stop bluetoothd and bring it down (hciconfig hci0 down)",
        errno.EPERM: "not allowed; it needs CAP_NET_ADMIN",
        errno.ENODEV: "there is no such radio",
    }
    return hints.get(problem.errno or 0, problem.strerror or str(problem))


class Socket(Protocol):
    def fileno(self) -> int: ...

    def send(self, packet: bytes) -> int: ...


class PatientSink:
    """Packets to a raw HCI socket, in order; one that the kernel does not take now waits. (The library's own sink loses it.)"""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._waiting: deque[bytes] = deque()
        self._watching = False

    def on_packet(self, packet: bytes) -> None:
        self._waiting.append(packet)
        self._send()

    def close(self) -> None:
        self._watch(False)

    def _send(self) -> None:
        while self._waiting:
            try:
                self._socket.send(self._waiting[0])
            except BlockingIOError:
                break
            self._waiting.popleft()
        self._watch(bool(self._waiting))

    def _watch(self, wanted: bool) -> None:
        if wanted and not self._watching:
            asyncio.get_running_loop().add_writer(self._socket.fileno(), self._send)
        elif self._watching and not wanted:
            asyncio.get_running_loop().remove_writer(self._socket.fileno())
        self._watching = wanted
