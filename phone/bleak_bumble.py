"""A backend for bleak on bumble: the same bleak programs over a virtual link, HCI over TCP, or a controller of their own.

    device = Device(...)  # a bumble device, powered on
    found = await BleakScanner.find_device_by_name("thing", backend=BumbleScanner, device=device)
    async with BleakClient(found, backend=BumbleClient, device=device) as client: ...

Depends on bleak >= 3.1 and bumble >= 0.0.236 only. A peripheral's address is its identity address once it is bonded. Bonds are those of the
device's key store; who asks the user for passkeys is the delegate of its ``pairing_config_factory``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bleak.uuids import normalize_uuid_str
from bumble import att, core, hci
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.l2cap import LeCreditBasedChannel, LeCreditBasedChannelSpec

T = TypeVar("T")
AdType = core.AdvertisingData.Type
SHORT_UUIDS = (AdType.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, AdType.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
LONG_UUIDS = (AdType.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, AdType.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS)
PROPERTIES = (
    "broadcast", "read", "write-without-response", "write", "notify", "indicate", "authenticated-signed-writes", "extended-properties",
)  # fmt: skip
"""By bit of the characteristic's properties (Core 5.4, Vol 3, Part G, 3.3.1.1)."""
MOST_MTU = 517


class BumbleScanner(BaseBleakScanner):
    """``device``: a bumble device that is powered on."""

    def __init__(
        self, detection_callback: AdvertisementDataCallback | None, service_uuids: list[str] | None, scanning_mode: str = "active", *,
        device: Device, **_others: Any,
    ) -> None:  # fmt: skip
        super().__init__(detection_callback, service_uuids)
        self._device, self._active = device, scanning_mode == "active"

    async def start(self) -> None:
        self.seen_devices = {}
        self._device.on("advertisement", self._seen)
        await self._device.start_scanning(active=self._active, filter_duplicates=False)

    async def stop(self) -> None:
        await self._device.stop_scanning()
        self._device.remove_listener("advertisement", self._seen)

    def _seen(self, advertisement: Advertisement) -> None:
        """Advertisement and scan response come one after the other, and are shown as one, as operating systems do."""
        address = resolved(self._device, advertisement.address)
        key = address.to_string(False)
        name, uuids, makers, power = _parsed(advertisement)
        if (before := self.seen_devices.get(key)) is not None:
            name, uuids = name or before[1].local_name, uuids or before[1].service_uuids
        shown = AdvertisementData(name, makers, {}, uuids, power, advertisement.rssi, (advertisement,))
        found = self.create_or_update_device(key, key, name, advertisement.address, shown)
        found.details = advertisement.address
        if self.is_allowed_uuid(uuids):
            self.call_detection_callbacks(found, shown)


class BumbleClient(BaseBleakClient):
    """``device``: a bumble device that is powered on."""

    def __init__(
        self, address_or_ble_device: BLEDevice | str, *, disconnected_callback: Callable[[], None] | None = None, timeout: float = 10.0,
        device: Device, **_others: Any,
    ) -> None:  # fmt: skip
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._device = device
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        details = address_or_ble_device.details if isinstance(address_or_ble_device, BLEDevice) else None
        self._target = details if isinstance(details, hci.Address) else hci.Address(self.address)
        self.connection: Connection | None = None
        self._gone: asyncio.Future[None] | None = None
        self._subscribers: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        return int(self.connection.att_mtu) if self.connection else att.ATT_DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        return self.connection is not None

    async def connect(self, pair: bool = False, **_how: Any) -> None:
        """The time limit is kept here: on a virtual link the library waits for an absent device for ever."""
        try:
            async with asyncio.timeout(self._timeout):
                self.connection = await self._device.connect(self._target, timeout=None)
        except TimeoutError as problem:
            with contextlib.suppress(core.ProtocolError, core.InvalidStateError):
                await self._device.cancel_connection()  # type: ignore[no-untyped-call]  # the library is partly untyped
            raise BleakDeviceNotFoundError(self.address) from problem
        except core.BaseBumbleError as problem:
            raise BleakError(f"{self.address}: {problem}") from problem
        self._gone = asyncio.get_running_loop().create_future()
        self.connection.on("disconnection", self._disconnected)
        try:
            if pair:
                await self.pair()
            self.services = await self._discovered()
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(core.ProtocolError):  # it has gone meanwhile
                await self.connection.disconnect()

    async def pair(self, *_args: Any, **_how: Any) -> None:
        """With the key of the bond if there is one, else anew. Raises BleakError."""
        connection = self._connected()
        store = self._device.keystore
        known = store is not None and await store.get(str(connection.peer_address)) is not None
        try:
            await self._unless_gone(connection.encrypt() if known else connection.pair())
        except core.ProtocolError as problem:
            raise BleakError(f"pairing failed: {problem.error_name or problem}") from problem

    async def unpair(self) -> None:
        await self.disconnect()
        if self._device.keystore is not None:
            await self._device.keystore.delete(str(resolved(self._device, self._target)))

    async def read_gatt_char(self, characteristic: BleakGATTCharacteristic, **_how: Any) -> bytearray:
        return bytearray(await self._unless_gone(characteristic.obj.read_value()))

    async def read_gatt_descriptor(self, descriptor: BleakGATTDescriptor, **_how: Any) -> bytearray:
        return bytearray(await self._unless_gone(descriptor.obj.read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        await self._unless_gone(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        await self._unless_gone(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_how: Any) -> None:
        def notified(value: bytes) -> None:
            callback(bytearray(value))

        await self._unless_gone(characteristic.obj.subscribe(notified))
        self._subscribers[characteristic.handle] = notified

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        subscriber = self._subscribers.pop(characteristic.handle, None)
        await self._unless_gone(characteristic.obj.unsubscribe(subscriber))

    async def open_channel(self, psm: int, mtu: int, received: Callable[[bytes], None]) -> LeCreditBasedChannel:
        """An L2CAP channel (credit based flow control), which bleak has no name for. ``received`` gets each SDU."""
        spec = LeCreditBasedChannelSpec(psm=psm, mtu=mtu, mps=mtu, max_credits=64)
        channel = await self._unless_gone(self._connected().create_l2cap_channel(spec))
        channel.sink = received
        return channel

    def _connected(self) -> Connection:
        if self.connection is None:
            raise BleakError("Not connected")
        return self.connection

    def _disconnected(self, _reason: int) -> None:
        self.connection, self.services = None, None
        self._subscribers.clear()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def _unless_gone(self, work: Awaitable[T]) -> T:
        """A disconnection ends what is under way at once: the library cancels some of it, and lets some of it wait for 30 s."""
        if self.connection is None or self._gone is None:
            asyncio.ensure_future(work).cancel()
            raise BleakError("Not connected")
        task, gone = asyncio.ensure_future(work), self._gone
        waits: set[asyncio.Future[Any]] = {task, gone}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise BleakError("disconnected")
            if task.cancelled():
                raise BleakError("disconnected")
            return task.result()
        except att.ATT_Error as problem:
            raise BleakGATTProtocolError(int(problem.error_code)) from problem
        except (core.InvalidStateError, TimeoutError) as problem:
            raise BleakError(str(problem) or type(problem).__name__) from problem
        finally:
            task.cancel()

    async def _discovered(self) -> BleakGATTServiceCollection:
        peer = Peer(self._connected())
        await self._unless_gone(peer.request_mtu(MOST_MTU))
        found = BleakGATTServiceCollection()
        for service in await self._unless_gone(peer.discover_services()):
            shown = BleakGATTService(service, service.handle, _uuid(service.uuid))
            found.add_service(shown)
            for each in await self._unless_gone(service.discover_characteristics()):
                names = cast("Any", [name for bit, name in enumerate(PROPERTIES) if int(each.properties) >> bit & 1])
                trait = BleakGATTCharacteristic(each, each.handle, _uuid(each.uuid), names, lambda: self.mtu_size - 3, shown)
                found.add_characteristic(trait)
                for descriptor in await self._unless_gone(each.discover_descriptors()):
                    found.add_descriptor(BleakGATTDescriptor(descriptor, descriptor.handle, _uuid(descriptor.type), trait))
        return found


def resolved(device: Device, address: hci.Address) -> hci.Address:
    """The identity address behind a resolvable one, if it belongs to a bond; else the address itself."""
    resolver = device.address_resolver
    return (resolver.resolve(address) if resolver and address.is_resolvable else None) or address


def _uuid(uuid: core.UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-" if len(uuid.uuid_bytes) == 16 else ""))


def _parsed(advertisement: Advertisement) -> tuple[str | None, list[str], dict[int, bytes], int | None]:
    """Name, service UUIDs, manufacturer data and transmission power."""
    name, uuids, makers, power = None, [], {}, None
    for kind, value in advertisement.data.ad_structures:
        if kind in (AdType.COMPLETE_LOCAL_NAME, AdType.SHORTENED_LOCAL_NAME):
            name = value.decode(errors="replace")
        elif kind in SHORT_UUIDS or kind in LONG_UUIDS:
            size = 2 if kind in SHORT_UUIDS else 16
            uuids += [_uuid(core.UUID.from_bytes(value[at : at + size])) for at in range(0, len(value), size)]
        elif kind == AdType.MANUFACTURER_SPECIFIC_DATA:
            makers[int.from_bytes(value[:2], "little")] = bytes(value[2:])
        elif kind == AdType.TX_POWER_LEVEL:
            power = int.from_bytes(value, "little", signed=True)
    return name, uuids, makers, power
