"""The glasses on the air: the services of the table, advertising under changing addresses, and a session for each phone that is let in."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from bumble import att, core, gatt, hci
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec

from glasses.clock import Clock
from glasses.sync.ble.bonds import Bonds
from glasses.sync.ble.gate import Door, Gate
from glasses.sync.ble.keys import BondStore
from glasses.sync.ble.outlet import Pipe
from glasses.sync.ble.pipe import CHANNEL_CREDITS, ConnectionPipe
from glasses.sync.ble.radio import Radio
from glasses.sync.ble.session import Session
from glasses.wire import ble
from glasses.wire.ble import Access, Trait
from glasses.wire.errors import SouvenirError, WireMalformedError
from glasses.wire.version import PROTOCOL

log = logging.getLogger("glasses.ble")

Properties, Permissions = gatt.Characteristic.Properties, att.Attribute.Permissions
PROPERTIES = {
    "read": Properties.READ, "write": Properties.WRITE, "write-without-response": Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Properties.NOTIFY,
}  # fmt: skip
SECURE_READ = Permissions.READ_REQUIRES_ENCRYPTION | Permissions.READ_REQUIRES_AUTHENTICATION
SECURE_WRITE = Permissions.WRITE_REQUIRES_ENCRYPTION | Permissions.WRITE_REQUIRES_AUTHENTICATION
AdType = core.AdvertisingData.Type
GENERAL_DISCOVERABLE = 0x06
"""And no classic Bluetooth."""
SHORT_NAME_BYTES, LONG_NAME_BYTES = 8, 29
"""What is left of 31 bytes beside flags and service; what a scan response holds."""
CHECK_S, LEAVING_S = 2.0, 2.0
FAST_MS = 100.0
"""Between two advertisements: a phone that scans finds the glasses within a second."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be read without a session."""

    name: str
    brief: Callable[[], bytes]
    battery_percent: Callable[[], int]


class Peripheral:
    """``greet`` makes the session of a phone that is let in; ``show`` gets the six digits; ``refused`` the reason of each refusal."""

    def __init__(
        self, radio: Radio, bonds: Bonds, standing: Standing, greet: Callable[[str, Pipe], Session],
        show: Callable[[str], None], refused: Callable[[str], None], clock: Clock, rotate_s: float = 900.0,
    ) -> None:  # fmt: skip
        self._standing, self._greet, self._clock, self._rotate_s = standing, greet, clock, rotate_s
        irk, address = bonds.identity()
        self.device = Device(host=radio.host, config=_configuration(standing.name, irk, address))
        self.device.keystore = BondStore(bonds)
        self.device.gatt_server.max_mtu = ble.MOST_MTU
        self.gate = Gate(self.device, bonds, Door(show, clock), self._enter, refused)
        self.sessions: dict[int, Session] = {}
        self._pipes: dict[int, ConnectionPipe] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._traits: dict[str, gatt.Characteristic[bytes]] = {}
        self._channels = self.device.create_l2cap_server(
            LeCreditBasedChannelSpec(mtu=ble.CHANNEL_BYTES, mps=ble.CHANNEL_BYTES, max_credits=CHANNEL_CREDITS), handler=self._open_channel
        )
        self._add_services()
        self._turned = asyncio.Event()
        self.device.on("connection", self._arrived)

    async def run(self, advertising: Callable[[], None] = lambda: None) -> None:
        """Until cancelled. ``advertising`` is called each time the glasses can be found anew."""
        checking = asyncio.create_task(self._check(), name="peripheral bonds")
        try:
            await _whole(self.device.power_on())
            while True:
                self._turned.clear()
                if not self.device.connections:
                    await _whole(self._advertise())
                    advertising()
                await self._until_turned()
        finally:
            checking.cancel()
            await self._leave()

    def tell(self) -> None:
        """The status is another one now."""
        brief = self._standing.brief()
        for session in self.sessions.values():
            session.outlet.status(brief)

    async def _check(self) -> None:
        """``glasses phones --forget`` is another process: what it does to the file is noticed here."""
        while True:
            await self._clock.sleep(CHECK_S)
            self.gate.check()

    # the air
    async def _advertise(self) -> None:
        """Under a fresh resolvable address: only who has our key knows that it is us."""
        await self.device.stop_advertising()
        address = hci.Address.generate_private_address(self.device.irk)
        await self.device.send_sync_command(hci.HCI_LE_Set_Random_Address_Command(random_address=address))
        self.device.random_address = address
        await self.device.start_advertising(advertising_interval_min=FAST_MS, advertising_interval_max=FAST_MS)

    async def _until_turned(self) -> None:
        pause = asyncio.ensure_future(self._clock.sleep(self._rotate_s))
        turned = asyncio.ensure_future(self._turned.wait())
        try:
            await asyncio.wait({pause, turned}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
            turned.cancel()

    async def _leave(self) -> None:
        with contextlib.suppress(core.ProtocolError, core.InvalidStateError, TimeoutError):
            async with asyncio.timeout(LEAVING_S):
                for connection in list(self.device.connections.values()):
                    await connection.disconnect()
                await self.device.power_off()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # connections
    def _arrived(self, connection: Connection) -> None:
        pipe = ConnectionPipe(self.device, connection, self._traits, self.gate.lets_in)
        self._pipes[connection.handle] = pipe

        def gone(_reason: int) -> None:
            pipe.end()
            self._pipes.pop(connection.handle, None)
            self.sessions.pop(connection.handle, None)
            self._turned.set()

        connection.on("disconnection", gone)

    def _enter(self, connection: Connection, phone: str) -> None:
        pipe = self._pipes[connection.handle]
        session = self.sessions[connection.handle] = self._greet(phone, pipe)
        task = asyncio.create_task(self._attend(connection, session), name=f"ble session {phone}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attend(self, connection: Connection, session: Session) -> None:
        """A session that fails takes its connection with it, and is said; the phone comes back."""
        try:
            await session.run()
        except Exception:
            log.exception("the session of %s failed", session.phone)
            if connection.handle in self.device.connections:
                await connection.disconnect()

    def _open_channel(self, channel: LeCreditBasedChannel) -> None:
        connection = channel.connection
        if self.gate.lets_in(connection):
            self._pipes[connection.handle].use(channel)
        else:
            channel.abort()

    # the table
    def _add_services(self) -> None:
        readers = {
            ble.STATUS: self._standing.brief,
            ble.CHANNEL: lambda: self._channels.psm.to_bytes(2, "little"),
        }
        traits = [self._trait(trait, readers.get(trait)) for trait in ble.TRAITS]
        self.device.add_service(gatt.Service(ble.SERVICE, traits))
        battery = Trait("battery", ble.BATTERY_LEVEL, frozenset({"read"}), Access.ANYONE, "per cent")
        level = self._trait(battery, lambda: bytes([self._standing.battery_percent()]))
        self.device.add_service(gatt.Service(ble.BATTERY_SERVICE, [level]))
        facts = {ble.MANUFACTURER: "Souvenir", ble.MODEL: "Souvenir glasses", ble.SOFTWARE: f"{PROTOCOL}.0"}
        self.device.add_service(gatt.Service(ble.DEVICE_INFORMATION_SERVICE, [_fact(uuid, text) for uuid, text in facts.items()]))
        name, service = self._standing.name.encode(), bytes(core.UUID(ble.SERVICE))
        shown = [
            (AdType.FLAGS, bytes([GENERAL_DISCOVERABLE])),
            (AdType.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, service),
            (AdType.COMPLETE_LOCAL_NAME if len(name) <= SHORT_NAME_BYTES else AdType.SHORTENED_LOCAL_NAME, name[:SHORT_NAME_BYTES]),
        ]
        self.device.advertising_data = bytes(core.AdvertisingData(shown))
        self.device.scan_response_data = bytes(core.AdvertisingData([(AdType.COMPLETE_LOCAL_NAME, name[:LONG_NAME_BYTES])]))

    def _trait(self, trait: Trait, read: Callable[[], bytes] | None) -> gatt.Characteristic[bytes]:
        secure = trait.access is Access.BONDED
        properties, permissions = Properties(0), Permissions(0)
        for name in trait.properties:
            properties |= PROPERTIES[name]
        if "read" in trait.properties:
            permissions |= Permissions.READABLE | (SECURE_READ if secure else Permissions(0))
        if "write" in trait.properties:
            permissions |= Permissions.WRITEABLE | (SECURE_WRITE if secure else Permissions(0))

        async def reading(connection: Connection) -> bytes:
            if secure:
                await self._admit(connection)
            assert read is not None  # noqa: S101  # only what has something to read is readable
            return read()

        value = gatt.CharacteristicValue[bytes](
            read=reading if read else None, write=self._written if "write" in trait.properties else None
        )  # fmt: skip
        made: gatt.Characteristic[bytes] = gatt.Characteristic(trait.uuid, properties, permissions, value)
        if "notify" in trait.properties:
            made.descriptors = [self._subscription(made)]
        self._traits[trait.name] = made
        return made

    def _subscription(self, trait: gatt.Characteristic[bytes]) -> gatt.Descriptor:
        """The library's own descriptor lets anybody subscribe."""
        plain = self.device.gatt_server.make_descriptor_value(trait)

        async def write(bearer: Any, value: bytes) -> None:
            await self._admit(bearer)
            plain.write(bearer, value)

        return gatt.Descriptor(
            gatt.GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
            Permissions.READABLE | Permissions.WRITEABLE | SECURE_WRITE | SECURE_READ,
            att.AttributeValueV2(plain.read, write=write),
        )

    async def _admit(self, connection: Connection) -> None:
        """Raises ATT_Error for who is not let in. Who asks before the keys of a pairing are on the disk here is kept waiting."""
        if not await self.gate.settled(connection):
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)

    def _written(self, connection: Connection, value: bytes) -> None:
        """Not a coroutine: what is written one after another stays in that order."""
        session = self.sessions.get(connection.handle)
        if session is None or not self.gate.lets_in(connection):
            raise att.ATT_Error(att.ErrorCode.INSUFFICIENT_AUTHENTICATION)
        try:
            session.receive(bytes(value))
        except WireMalformedError as problem:
            log.info("%s wrote what cannot be read: %s", session.phone, problem.detail)
            raise att.ATT_Error(ble.MALFORMED) from problem
        except SouvenirError as problem:
            raise att.ATT_Error(ble.TOO_MUCH) from problem


async def _whole(work: Coroutine[Any, Any, None]) -> None:
    """To its end, also when we are cancelled meanwhile: a command to the radio that is cut short leaves the library waiting for ever."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=LEAVING_S)
        raise


def _configuration(name: str, irk: bytes, address: str) -> DeviceConfiguration:
    """Our address changes by our own hand: the library's own rotation does nothing while it advertises."""
    return DeviceConfiguration(
        name=name, address=hci.Address(address), irk=irk, le_privacy_enabled=True, le_rpa_timeout=0, classic_enabled=False
    )


def _fact(uuid: str, text: str) -> gatt.Characteristic[bytes]:
    return gatt.Characteristic(uuid, Properties.READ, Permissions.READABLE, text.encode())
