"""Glasses and phones on one simulated air: the real peripheral on one side, the real phone or a hostile central on the other."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from bleak.uuids import normalize_uuid_str
from bumble import core, hci
from bumble.device import Connection, Device, DeviceConfiguration, Peer
from bumble.host import Host
from bumble.pairing import PairingConfig, PairingDelegate

from glasses.bus import Bus
from glasses.clock import Clock, FakeClock
from glasses.spool.records import NewRecord
from glasses.spool.spool import Spool
from glasses.sync.ble.air import Air, Pace
from glasses.sync.ble.bonds import Bonds
from glasses.sync.ble.outlet import Pipe
from glasses.sync.ble.peripheral import Peripheral, Standing
from glasses.sync.ble.radio import Radio
from glasses.sync.ble.session import Session
from glasses.sync.ble.shelf import Shelf
from glasses.wire import ble
from glasses.wire.errors import SouvenirError
from glasses.wire.record import Brief, RecordKind
from phone.link import GlassesLink
from phone.radio import OwnRadio

IO = PairingDelegate.IoCapability
PATIENCE_S = 20.0


async def nothing() -> None:
    return


async def until(true: Any, what: str) -> None:
    """Let the loop turn until it is so: packets of the simulated air need turns, not time."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0)
    except TimeoutError:
        pytest.fail(f"in vain: {what}")


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(50):
        await asyncio.sleep(0)


@dataclass
class House:
    """``glasses_up`` first. ``acts`` are the commands that came through."""

    folder: Path
    air: Air
    clock: Clock
    bus: Bus = field(default_factory=Bus)
    shown: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    refusals: list[str] = field(default_factory=list)
    acts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    held_back: tuple[RecordKind, ...] = ()
    advertised: int = 0
    most_mtu: int = ble.MOST_MTU
    act: Any = None
    _running: asyncio.Task[None] | None = None
    _radios: list[OwnRadio] = field(default_factory=list)
    _devices: list[Device] = field(default_factory=list)

    async def open(self) -> None:
        self.spool = Spool(self.folder / "spool", FakeClock())
        await self.spool.open(lambda _path, segment: segment)
        self.bonds = Bonds(self.folder / "glasses", 3, self.clock.now_ms)

    async def glasses_up(self) -> Peripheral:
        source, sink = self.air.radio("glasses")
        self.controller = source
        standing = Standing("specs", lambda: Brief(newest_sequence=7).pack(), lambda: 64)
        self.peripheral = Peripheral(
            Radio(Host(source, sink), nothing), self.bonds, standing, self._greet, self.shown.put_nowait, self.refusals.append, self.clock
        )
        self.peripheral.device.gatt_server.max_mtu = self.most_mtu
        before = self.advertised

        def advertising() -> None:
            self.advertised += 1

        self._running = asyncio.create_task(self.peripheral.run(advertising), name="peripheral")
        await until(lambda: self.advertised > before, "advertising")
        return self.peripheral

    async def glasses_down(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self.air.leave(self.controller)
            self._running = None

    async def close(self) -> None:
        for radio in self._radios:
            await radio.close()
        for device in self._devices:
            with contextlib.suppress(core.BaseBumbleError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await device.power_off()
        await self.glasses_down()
        await self.spool.close()

    async def phone(self, name: str = "phone", passkey: str | None = None) -> OwnRadio:
        """A phone whose bonds are in a folder of that name. Its owner types what the glasses show, or ``passkey``."""

        async def ask() -> int | None:
            shown = await self.shown.get()
            return int(passkey or shown)

        radio = OwnRadio("", self.folder / name, self.clock, ask)
        source, sink = self.air.radio(name)
        await radio.open_on(Radio(Host(source, sink), nothing))
        self._radios.append(radio)
        return radio

    async def link(self, radio: OwnRadio, *, channel: bool = False) -> GlassesLink:
        return GlassesLink(radio, await radio.find(), channel=channel)

    async def central(self, delegate: PairingDelegate, *, sc: bool = True, mitm: bool = True) -> tuple[Device, Connection]:
        """A bare central, connected, that pairs as it likes."""
        source, sink = self.air.radio("central")
        address = hci.Address.generate_static_address()
        device = Device(host=Host(source, sink), config=DeviceConfiguration(name="central", address=address, irk=bytes(range(16))))
        device.pairing_config_factory = lambda _connection: PairingConfig(
            sc=sc, mitm=mitm, bonding=True, delegate=delegate, identity_address_type=PairingConfig.AddressType.RANDOM
        )
        await device.power_on()
        self._devices.append(device)
        return device, await device.connect(self.peripheral.device.random_address, timeout=None)

    async def put(self, data: bytes, kind: RecordKind = RecordKind.PROXY, subject: str = "a") -> int:
        return await self.spool.records.put(NewRecord(kind, subject, "", data, len(data), zlib.crc32(data)))

    def _greet(self, phone: str, pipe: Pipe) -> Session:
        return Session(phone, pipe, Shelf(self.spool, self.bus, lambda: self.held_back), self.act or self._act, self.clock)

    async def _act(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        if command == "refuse":
            raise SouvenirError("not this", code="recording.idle")
        self.acts.append((command, body))
        return {"done": command}


async def traits(connection: Connection) -> dict[str, Any]:
    """The characteristics that a bare central finds, by UUID."""
    peer = Peer(connection)
    found = {}
    for service in await peer.discover_services():
        for trait in await service.discover_characteristics():
            await trait.discover_descriptors()
            found[normalize_uuid_str(trait.uuid.to_hex_str("-" if len(trait.uuid.uuid_bytes) == 16 else ""))] = trait
    return found


async def read_all(link: GlassesLink, sequence: int = 0) -> bytes:
    info = next(each for each in (await link.records(every=True)).records if sequence in (0, each.sequence))
    return b"".join([data async for _, data in link.read(info)])


def session_tasks() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("ble ")]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path, Air(), FakeClock())
    await built.open()
    yield built
    await built.close()


@pytest.fixture
async def paced_house(tmp_path: Path) -> AsyncIterator[House]:
    """60 kB/s, in a time that is turned by hand."""
    clock = FakeClock()
    built = House(tmp_path, Air(Pace(60_000.0, clock)), clock)
    await built.open()
    yield built
    await built.close()
