"""One connection as a way out: notifications or an L2CAP channel, never longer than they may be, never more than the radio takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from bumble import gatt
from bumble.device import Connection, Device
from bumble.l2cap import LeCreditBasedChannel

from glasses.errors import PhoneLostError
from glasses.wire import ble

PENDING_PACKETS = 12
"""Handed to the radio and not yet on the air: 3 kB, a twentieth of a second at 60 kB/s. The library would queue without end."""
LOOK_AGAIN_S = 1.0
CHANNEL_CREDITS = 64


class ConnectionPipe:
    """``lets_in``: asked before each frame, for a bond may be taken away at any time."""

    def __init__(
        self, device: Device, connection: Connection, traits: Mapping[str, gatt.Characteristic[bytes]],
        lets_in: Callable[[Connection], bool],
    ) -> None:  # fmt: skip
        self._device, self._connection, self._traits, self._lets_in = device, connection, traits, lets_in
        self._channel: LeCreditBasedChannel | None = None
        self._gone = asyncio.Event()
        self.longest_bytes = 0
        """The longest value that has been notified."""

    @property
    def answer_bytes(self) -> int:
        return min(ble.VALUE_BYTES, int(self._connection.att_mtu) - ble.ATT_BYTES)

    @property
    def record_bytes(self) -> int:
        if self._channel is not None:
            return min(ble.CHANNEL_BYTES, int(self._channel.peer_mtu))
        return self.answer_bytes

    def use(self, channel: LeCreditBasedChannel) -> None:
        """Records go over ``channel`` from now on, until it is closed."""
        self._channel = channel
        channel.sink = lambda _data: None

        def closed() -> None:
            if self._channel is channel:
                self._channel = None

        channel.on("close", closed)

    def end(self) -> None:
        self._gone.set()

    async def room(self) -> None:
        while True:
            if self._gone.is_set() or not self._lets_in(self._connection):
                raise PhoneLostError(f"{self._connection.peer_address} is gone")
            queue: Any = self._device.host.le_acl_packet_queue
            backed_up = self._channel is not None and len(self._channel.out_queue) > 0
            if queue.pending < PENDING_PACKETS and not backed_up:
                return
            await self._until_flow(queue)

    async def lost(self) -> None:
        await self._gone.wait()

    async def answer(self, frame: bytes) -> None:
        await self._notify(ble.CONTROL.name, frame)

    async def record(self, frame: bytes) -> None:
        if self._channel is not None:
            self._channel.write(frame)
        else:
            await self._notify(ble.RECORDS.name, frame)

    async def status(self, brief: bytes) -> None:
        await self._notify(ble.STATUS.name, brief)

    async def _notify(self, name: str, value: bytes) -> None:
        """The library cuts off what is too long, and says nothing; a subscription of another generation gets nothing."""
        if len(value) > self.answer_bytes:
            raise ValueError(f"{len(value)} bytes do not fit a notification of {self.answer_bytes}")
        self.longest_bytes = max(self.longest_bytes, len(value))
        await self._device.gatt_server.notify_subscriber(self._connection, self._traits[name], value)

    async def _until_flow(self, queue: Any) -> None:
        """Until the radio has taken something, the connection has ended, or a while has passed: events of a dead link do not come."""
        flowed = asyncio.Event()
        queue.once("flow", flowed.set)
        waits = [asyncio.ensure_future(flowed.wait()), asyncio.ensure_future(self._gone.wait())]
        try:
            await asyncio.wait(waits, timeout=LOOK_AGAIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            if not flowed.is_set():
                queue.remove_listener("flow", flowed.set)
