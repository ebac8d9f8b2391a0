"""The phone's radio: the computer's own Bluetooth, or with a spec a radio of one's own (virtual, HCI over TCP, a second adapter)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from glasses.clock import Clock
from glasses.errors import RadioMissingError
from glasses.wire import ble
from glasses.wire.errors import SouvenirError

Found = BLEDevice
"""Glasses that a scan has found."""
AskPasskey = Callable[[], Awaitable[int | None]]
"""The six digits that the glasses speak and show; None to give up."""
SCAN_S = 5.0
MOST_GLASSES = 8


class NotFoundError(SouvenirError):
    code = "phone.not_found"


class Radio:
    """The operating system's Bluetooth, as bleak knows it: it pairs with its own dialog, and offers no L2CAP channels."""

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return

    async def scan(self, seconds: float = SCAN_S) -> list[BLEDevice]:
        """Glasses in reach, the nearest first. Raises RadioMissingError."""
        found: list[BLEDevice] = []
        try:
            seen = await BleakScanner.discover(seconds, return_adv=True, service_uuids=[ble.SERVICE], **self._how("scanner"))
        except (BleakError, OSError) as problem:
            raise RadioMissingError(str(problem), hint="Turn Bluetooth on, or name another radio: --radio SPEC.") from problem
        for device, shown in sorted(seen.values(), key=lambda each: -each[1].rssi):
            if ble.SERVICE in shown.service_uuids:
                found.append(device)
        return found

    async def find(self, name: str = "", seconds: float = SCAN_S) -> BLEDevice:
        """The first glasses of that name or address (empty: of any). Raises NotFoundError, RadioMissingError."""

        def wanted(device: BLEDevice, shown: Any) -> bool:
            return ble.SERVICE in shown.service_uuids and name in ("", shown.local_name, device.address)

        try:
            found = await BleakScanner.find_device_by_filter(wanted, timeout=seconds, **self._how("scanner"))
        except (BleakError, OSError) as problem:
            raise RadioMissingError(str(problem), hint="Turn Bluetooth on, or name another radio: --radio SPEC.") from problem
        if found is None:
            raise NotFoundError(f"{name or 'no glasses'} within {seconds:.0f} s")
        return found

    async def forget(self, device: BLEDevice) -> None:
        """End this side's bond, if there is one. Raises RadioMissingError where the system does not let us."""
        try:
            await self.client(device, lambda _client: None).unpair()
        except (BleakError, NotImplementedError) as problem:
            raise RadioMissingError(f"unpair: {problem}", hint="Remove the glasses in the system's Bluetooth settings.") from problem

    def client(self, device: BLEDevice, gone: Callable[[BleakClient], None]) -> BleakClient:
        return BleakClient(device, disconnected_callback=gone, timeout=10.0, **self._how("client"))

    async def open_channel(self, client: BleakClient, psm: int, received: Callable[[bytes], None]) -> bool:  # noqa: ARG002  # for radios that can
        """True when records will come over an L2CAP channel."""
        return False

    def _how(self, part: str) -> dict[str, Any]:  # noqa: ARG002  # for radios that differ
        return {}


class OwnRadio(Radio):
    """A radio that this program drives itself. Its bonds are in ``folder``."""

    def __init__(self, spec: str, folder: Path, clock: Clock, ask_passkey: AskPasskey) -> None:
        self._spec, self._folder, self._clock, self._ask = spec, folder, clock, ask_passkey
        self._radio: Any = None
        self.device: Any = None

    async def open(self) -> None:
        """Raises ConfigInvalidError, RadioMissingError."""
        from glasses.sync.ble.radio import open_radio

        await self.open_on(await open_radio(self._spec))

    async def open_on(self, radio: Any) -> None:
        from glasses.sync.ble.bonds import Bonds
        from phone.central import central

        self._radio = radio
        bonds = Bonds(self._folder, MOST_GLASSES, self._clock.now_ms)
        self.device = await central(radio.host, bonds, self._ask)

    async def close(self) -> None:
        if self.device is not None:
            from phone.central import leave

            await leave(self.device)
        if self._radio is not None:
            await self._radio.close()

    async def open_channel(self, client: BleakClient, psm: int, received: Callable[[bytes], None]) -> bool:
        if psm:
            await client._backend.open_channel(psm, ble.CHANNEL_BYTES, received)  # type: ignore[attr-defined]  # noqa: SLF001  # bleak has no word for it
        return bool(psm)

    def _how(self, part: str) -> dict[str, Any]:
        from phone.bleak_bumble import BumbleClient, BumbleScanner

        return {"backend": BumbleScanner if part == "scanner" else BumbleClient, "device": self.device}


def make_radio(spec: str, folder: Path, clock: Clock, ask_passkey: AskPasskey) -> Radio:
    """``spec`` empty: the operating system's."""
    return OwnRadio(spec, folder, clock, ask_passkey) if spec else Radio()
