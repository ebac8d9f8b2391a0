"""The phone's own side of a radio that it drives itself: identity, bonds, and who types the passkey."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from bumble import core, hci
from bumble.device import Device, DeviceConfiguration
from bumble.host import Host
from bumble.pairing import PairingConfig, PairingDelegate

from glasses.sync.ble.bonds import Bonds
from glasses.sync.ble.keys import BondStore


class Typist(PairingDelegate):
    """Types the digits that the glasses speak and show."""

    def __init__(self, ask: Callable[[], Awaitable[int | None]]) -> None:
        super().__init__(PairingDelegate.IoCapability.KEYBOARD_INPUT_ONLY)
        self._ask = ask

    async def get_number(self) -> int | None:
        return await self._ask()


async def central(host: Host, bonds: Bonds, ask: Callable[[], Awaitable[int | None]]) -> Device:
    """A powered-on device that connects under resolvable addresses of its own."""
    irk, address = bonds.identity()
    config = DeviceConfiguration(
        name="phone", address=hci.Address(address), irk=irk, le_privacy_enabled=True, le_rpa_timeout=0, classic_enabled=False
    )
    device = Device(host=host, config=config)
    device.keystore = BondStore(bonds)
    device.pairing_config_factory = lambda _connection: PairingConfig(
        sc=True, mitm=True, bonding=True, delegate=Typist(ask), identity_address_type=PairingConfig.AddressType.RANDOM
    )
    await device.power_on()
    return device


async def leave(device: Device) -> None:
    with contextlib.suppress(core.ProtocolError, core.InvalidStateError, TimeoutError):
        async with asyncio.timeout(2.0):
            for connection in list(device.connections.values()):
                await connection.disconnect()
            await device.power_off()
