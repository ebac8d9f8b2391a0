"""Who is let in: only phones whose bond was made with LE Secure Connections and the six digits that the glasses speak and show."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass

from bumble import hci
from bumble.core import ProtocolError
from bumble.device import Connection, Device
from bumble.keys import PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from glasses.clock import Clock
from glasses.sync.ble.bonds import Bonds
from glasses.sync.ble.keys import strong

log = logging.getLogger("glasses.ble")

FREE_TRIES = 3
FIRST_WAIT_S, LONGEST_WAIT_S = 30.0, 3600.0


class Door(PairingDelegate):
    """Shows six random digits for each try. After ``FREE_TRIES`` wrong ones the next must wait, longer each time."""

    def __init__(self, show: Callable[[str], None], clock: Clock) -> None:
        super().__init__(PairingDelegate.IoCapability.DISPLAY_OUTPUT_ONLY)
        self._show, self._clock = show, clock
        self._failures, self._open_at_s, self._trying = 0, 0.0, False

    async def accept(self) -> bool:
        self._trying = self._clock.monotonic_s() >= self._open_at_s
        return self._trying

    async def display_number(self, number: int, digits: int = 6) -> None:
        self._show(f"{number:0{digits}}")

    def failed(self) -> None:
        """A try that was not let in to begin with does not count: else a stranger could keep the owner out."""
        if not self._trying:
            return
        self._trying = False
        self._failures += 1
        if self._failures >= FREE_TRIES:
            wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (self._failures - FREE_TRIES))
            self._open_at_s = self._clock.monotonic_s() + wait_s

    def succeeded(self) -> None:
        self._failures, self._open_at_s = 0, 0.0


SETTLING_S = 3.0
"""So long a request waits for the end of a pairing that is under way."""


@dataclass(slots=True)
class _Visitor:
    settled: asyncio.Event
    pairing: bool = False
    weak: bool = False
    """A pairing of this connection was too weak: whatever it claims to be afterwards, it stays out."""
    phone: str = ""
    """The bond's address, once it is let in."""


class Gate:
    """``entered`` is called when a connection is let in, with the phone's address; ``refused`` with a reason when one is sent away.

    The library calls a connection authenticated after any encryption; here only these count: a strong pairing that has just ended, or
    encryption with the key of a strong bond, on a connection on which nobody is pairing.
    """

    def __init__(
        self, device: Device, bonds: Bonds, door: Door, entered: Callable[[Connection, str], None], refused: Callable[[str], None]
    ) -> None:
        self._device, self._bonds, self._door, self._entered, self._refused = device, bonds, door, entered, refused
        self._visitors: dict[int, _Visitor] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        device.pairing_config_factory = lambda _connection: PairingConfig(
            sc=True, mitm=True, bonding=True, delegate=door, identity_address_type=PairingConfig.AddressType.RANDOM
        )
        device.on("connection", self._arrived)

    def lets_in(self, connection: Connection) -> bool:
        visitor = self._visitors.get(connection.handle)
        return visitor is not None and bool(visitor.phone)

    def check(self) -> None:
        """Send those away whose bond has been taken from them meanwhile."""
        for connection in list(self._device.connections.values()):
            visitor = self._visitors.get(connection.handle)
            if visitor is not None and visitor.phone and self._bonds.get(visitor.phone) is None:
                visitor.phone = ""
                self._send_away(connection, "its bond was ended")

    async def settled(self, connection: Connection) -> bool:
        """As ``lets_in``; while an encrypted connection is still pairing, after its end."""
        visitor = self._visitors.get(connection.handle)
        if visitor is not None and visitor.pairing and connection.is_encrypted:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(visitor.settled.wait(), SETTLING_S)
        return self.lets_in(connection)

    def _arrived(self, connection: Connection) -> None:
        visitor = self._visitors[connection.handle] = _Visitor(asyncio.Event())

        def begun() -> None:
            visitor.pairing, visitor.phone = True, ""
            visitor.settled.clear()

        def failed(_reason: int) -> None:
            visitor.pairing = False
            visitor.settled.set()
            self._door.failed()

        connection.on("pairing_start", begun)
        connection.on("pairing", lambda keys: self._paired(connection, visitor, keys))
        connection.on("pairing_failure", failed)
        connection.on("connection_encryption_change", lambda: self._encryption_changed(connection, visitor))
        connection.on("disconnection", lambda _reason: self._visitors.pop(connection.handle, None))

    def _paired(self, connection: Connection, visitor: _Visitor, keys: PairingKeys) -> None:
        visitor.pairing = False
        if strong(keys) and connection.sc:
            self._door.succeeded()
            self._let_in(connection, visitor)
        else:
            visitor.weak = True
            self._door.failed()
            self._send_away(connection, "the pairing was too weak")
        visitor.settled.set()

    def _encryption_changed(self, connection: Connection, visitor: _Visitor) -> None:
        """Decided at once: the phone's next request is on its way, and after a pairing the connection has the address that it claimed."""
        if not connection.is_encrypted:
            visitor.phone = ""
        elif not (visitor.pairing or visitor.weak or visitor.phone):
            bond = self._bonds.get(str(connection.peer_address))
            if bond is not None and strong(PairingKeys.from_dict(bond.keys)):
                self._bonds.used(bond.address)
                self._let_in(connection, visitor)
            else:
                self._send_away(connection, "its bond is not known here")

    def _let_in(self, connection: Connection, visitor: _Visitor) -> None:
        if self._visitors.get(connection.handle) is visitor:
            visitor.phone = str(connection.peer_address)
            self._entered(connection, visitor.phone)

    def _send_away(self, connection: Connection, reason: str) -> None:
        log.warning("sent %s away: %s", connection.peer_address, reason)
        self._refused(reason)
        task = asyncio.create_task(_disconnect(connection), name="ble refusal")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _disconnect(connection: Connection) -> None:
    try:
        await connection.disconnect(hci.HCI_ErrorCode.AUTHENTICATION_FAILURE_ERROR)
    except ProtocolError as problem:
        log.info("it had gone already: %s", problem)
