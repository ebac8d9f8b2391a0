"""A simulated air: virtual radios that hear each other, in this process or each in a process of its own over TCP.

No link-layer timing, no real encryption (keys are compared, bytes are not enciphered). ``pace`` gives it the speed of a real link.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import deque
from dataclasses import dataclass
from typing import Any

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink, StreamPacketSink, StreamPacketSource

from glasses.clock import Clock

ACL_BYTES = 251
"""As real controllers have since Bluetooth 4.2; the virtual one says 27."""
ACL_PACKETS = 16


@dataclass(frozen=True, slots=True)
class Pace:
    """A packet of n bytes takes n / bytes_per_s."""

    bytes_per_s: float
    clock: Clock


class VirtualController(Controller):
    """Buffers packets from its host as a real one does, and says that one is done when it has been sent."""

    def __init__(self, name: str, pace: Pace | None, **how: Any) -> None:
        super().__init__(name, **how)
        self.le_acl_data_packet_length = self.supported_max_tx_octets = self.supported_max_rx_octets = ACL_BYTES
        self.total_num_le_acl_data_packets = ACL_PACKETS
        self._pace, self._waiting, self._free_at_s = pace, deque[Any](), 0.0
        self._sending: asyncio.Task[None] | None = None

    def on_hci_acl_data_packet(self, packet: Any) -> None:
        if self._pace is None:
            super().on_hci_acl_data_packet(packet)
            return
        self._waiting.append(packet)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(self._pace), name="virtual radio")

    async def _send(self, pace: Pace) -> None:
        """One after the other, each at its time: waking up late does not make a busy link slower."""
        self._free_at_s = max(self._free_at_s, pace.clock.monotonic_s())
        while self._waiting:
            packet = self._waiting.popleft()
            self._free_at_s += len(packet.data) / pace.bytes_per_s
            early_s = self._free_at_s - pace.clock.monotonic_s()
            if early_s > 0:
                await pace.clock.sleep(early_s)
            if self.find_connection_by_handle(packet.connection_handle) is not None:
                super().on_hci_acl_data_packet(packet)


class Air:
    def __init__(self, pace: Pace | None = None) -> None:
        self.link = LocalLink()  # type: ignore[no-untyped-call]  # the library is partly untyped
        self._pace, self._numbers = pace, itertools.count(1)
        self._servers: list[asyncio.Server] = []

    def radio(self, name: str) -> tuple[VirtualController, AsyncPipeSink]:
        """A new radio in this process: source and sink for a host."""
        controller = self._controller(name)
        return controller, AsyncPipeSink(controller)

    async def serve(self, port: int) -> int:
        """Each process that connects gets a radio of its own (HCI in H4 packets over TCP, this computer only). Returns the port."""
        server = await asyncio.get_running_loop().create_server(lambda: _Guest(self), "127.0.0.1", port)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    def lose(self) -> None:
        """Nobody hears anybody any more: every connection ends by supervision timeout, on both sides."""
        for controller in list(self.link.controllers):
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    async def close(self) -> None:
        for server in self._servers:
            server.close()

    def guest(self, source: StreamPacketSource, sink: StreamPacketSink) -> VirtualController:
        return self._controller(f"guest {next(self._numbers)}", host_source=source, host_sink=sink)

    def leave(self, controller: VirtualController) -> None:
        """Its process is gone: those that it was connected to notice by supervision timeout."""
        own = {connection.self_address for connection in controller.le_connections.values()}
        self.link.remove_controller(controller)
        for other in list(self.link.controllers):
            for connection in [each for each in other.le_connections.values() if each.peer_address in own]:
                other.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def _controller(self, name: str, **how: Any) -> VirtualController:
        address = ":".join(f"{each:02X}" for each in bytes([0, *secrets.token_bytes(5)]))
        return VirtualController(name, self._pace, link=self.link, public_address=address, **how)


class _Guest(StreamPacketSource):
    """One TCP connection, one radio."""

    def __init__(self, air: Air) -> None:
        super().__init__()
        self._air = air
        self._controller: VirtualController | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  # of a TCP server
        self._controller = self._air.guest(self, StreamPacketSink(transport))

    def connection_lost(self, _problem: Exception | None) -> None:
        if self._controller is not None:
            self._controller.set_packet_sink(None)
            self._air.leave(self._controller)
