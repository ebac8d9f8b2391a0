"""Clips over the phone: carried is said after the phone's disk, stored after a relay's receipt, and no byte reaches the relay twice."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from glasses.clock import FakeClock, RealClock
from glasses.errors import RelayUnreachableError
from glasses.events import CustodyChanged
from glasses.sync.ble.commands import Commands
from glasses.sync.ble.journal import Journal
from glasses.sync.credentials import CredentialFile
from glasses.sync.http import RelayClient
from glasses.sync.relay import RelayLink
from glasses.wire.errors import SouvenirError
from glasses.wire.record import RecordInfo, RecordKind
from glasses.wire.segment import Segment
from glasses.wire.status import Custody, DeviceStatus
from phone.carry import PIECE_BYTES, Carrier
from phone.forward import Relay, log_in, open_relay
from phone.link import GlassesLink
from phone.pocket import Pocket

from ..flows.sweep import RelayThread
from ..glasses.conftest import put_clip
from .conftest import House, until

CONTENT = os.urandom(5 * PIECE_BYTES + 777)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayThread]:
    with RelayThread(tmp_path_factory.mktemp("relay")) as running:
        yield running


class Device:
    """What of the glasses there is to a clip, without a camera."""

    def __init__(self, house: House, relay: RelayThread) -> None:
        self.house, self.spool, self.clock = house, house.spool, FakeClock()
        self.folder = house.folder / house.folder.name
        self.folder.mkdir()
        relay.pair(self.folder)
        self.url, self.name = relay.url, self.folder.name
        self.changed = house.bus.subscribe(CustodyChanged)
        self.opened: list[Relay] = []
        clocks = (self.clock, self.clock)
        commands = Commands(self.spool, house.bus, clocks, house.folder / "preferences.json", self.status, lambda _now_ms: None)
        house.act = commands.act
        self.journal = Journal(self.spool, house.bus, self.status, lambda _event: None, self.thumbnail, self.told)

    async def status(self) -> DeviceStatus:
        return DeviceStatus(device_id=self.spool.device_id)

    async def thumbnail(self, _path: Path) -> bytes:
        return b"\xff\xd8 a picture"

    async def told(self) -> None:
        return

    async def custody(self) -> list[Custody]:
        return [clip.custody for clip in await self.spool.catalog.custody()]

    async def send_over_wifi(self, segment: Segment, pieces: int | None = None) -> int:
        """By the glasses themselves, until the network goes away after so many pieces; returns how many bytes went."""
        counted = CountingClient(CredentialFile(self.folder), RealClock(), pieces)
        link = RelayLink(counted, PIECE_BYTES)
        try:
            receipt = await link.send_media(segment, self.spool.media.path(segment), self.spool.catalog)
            await self.spool.keep_receipt(receipt)
        except RelayUnreachableError:
            pass
        finally:
            await link.close()
        return counted.sent_bytes


class CountingClient(RelayClient):
    def __init__(self, file: CredentialFile, clock: RealClock, pieces: int | None) -> None:
        super().__init__(file, clock)
        self.sent_bytes, self._left = 0, pieces

    async def request(self, method: str, path: str, **how):
        if method == "PATCH" and self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise RelayUnreachableError("the network is down")
        answer = await super().request(method, path, **how)
        self.sent_bytes += len(how.get("content", b""))
        return answer


@pytest.fixture
async def device(house: House, relay: RelayThread) -> AsyncIterator[Device]:
    made = Device(house, relay)
    yield made
    for each in made.opened:
        await each.close()


async def phone_of(device: Device, *, online: bool = True) -> tuple[Pocket, Relay | None]:
    folder = device.house.folder / "pocket"
    folder.mkdir(exist_ok=True)
    if online and not (folder / "credentials.json").exists():
        await log_in(folder, device.url, device.name, "correct horse battery")
    relay = open_relay(folder, RealClock()) if online else None
    if relay is not None:
        device.opened.append(relay)
    return Pocket(folder), relay


def quiet(_info: RecordInfo, _done: int) -> None:
    return


async def connected(device: Device) -> GlassesLink:
    house = device.house
    if not house.advertised:
        await house.glasses_up()
        device.radio = await house.phone()  # type: ignore[attr-defined]  # one phone for all its connections
    await until(lambda: house.peripheral.device.is_advertising, "advertising")
    return await house.link(device.radio)  # type: ignore[attr-defined]  # as above


async def test_carried_after_the_phones_disk_and_stored_after_the_relays_receipt(device: Device) -> None:
    segment = await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    pocket, _ = await phone_of(device, online=False)
    async with await connected(device) as link:
        carrier = Carrier(link, pocket, None, quiet)
        assert not await carrier.greet()
        taken = await carrier.take()
        assert [info.kind for info in taken] == [
            RecordKind.CAPTURE, RecordKind.CUSTODY, RecordKind.STATUS, RecordKind.THUMBNAIL, RecordKind.ORIGINAL,
        ], "what is small goes first"  # fmt: skip
        assert (pocket.folder / f"{segment.segment_id}.mp4").read_bytes() == CONTENT
        assert await device.custody() == [Custody.CARRIED]
        assert await device.spool.outbox.waiting() == 1, "carried is not stored: the glasses still want to send it"
        assert device.spool.media.path(segment).exists()
        assert await carrier.take() == []
    pocket, relay = await phone_of(device)
    async with await connected(device) as link:
        carrier = Carrier(link, pocket, relay, quiet)
        assert await carrier.greet()
        assert await carrier.forward_kept() == 1
    assert await device.custody() == [Custody.STORED]
    assert await device.spool.outbox.waiting() == 0
    assert (carrier.forwarded_bytes, carrier.read_bytes) == (len(CONTENT), 0)
    assert device.spool.media.receipt(segment) is not None
    assert [device.changed.poll(), device.changed.poll()] == [
        CustodyChanged(segment.segment_id, Custody.CARRIED), CustodyChanged(segment.segment_id, Custody.STORED),
    ]  # fmt: skip


async def test_read_is_not_carried_and_a_wrong_crc_is_not_either(device: Device) -> None:
    await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    async with await connected(device) as link:
        info = next(each for each in (await link.records()).records if each.kind == RecordKind.ORIGINAL)
        assert b"".join([data async for _, data in link.read(info)]) == CONTENT
        assert await device.custody() == [Custody.KEPT]
        with pytest.raises(SouvenirError):
            await link.advance(info, info.crc32 ^ 1)
        assert await device.custody() == [Custody.KEPT]


@pytest.mark.parametrize("wrong", ["size_bytes", "sha256", "segment_id"])
async def test_a_receipt_of_other_bytes_is_not_believed(device: Device, wrong: str) -> None:
    segment = await put_clip(device.spool, CONTENT)
    receipt = {"segment_id": segment.segment_id, "size_bytes": segment.size_bytes, "sha256": segment.sha256}
    receipt[wrong] = 1 if wrong == "size_bytes" else "0" * 64
    async with await connected(device) as link:
        with pytest.raises(SouvenirError) as raised:
            await link.control("receipt", receipt)
    assert raised.value.code == "upload.hash_mismatch"
    assert await device.custody() == [Custody.KEPT]
    assert await device.spool.outbox.waiting() == 1


async def test_what_wifi_began_the_phone_ends_from_where_the_relay_is(device: Device) -> None:
    segment = await put_clip(device.spool, CONTENT)
    over_wifi = await device.send_over_wifi(segment, pieces=2)
    assert over_wifi == 2 * PIECE_BYTES
    await device.journal.catch_up()
    pocket, relay = await phone_of(device)
    async with await connected(device) as link:
        await Carrier(link, pocket, None, quiet).take((RecordKind.CAPTURE,))
        carrier = Carrier(link, pocket, relay, quiet)
        await carrier.greet()
        await carrier.take((RecordKind.ORIGINAL,))
    assert await device.custody() == [Custody.STORED]
    assert carrier.read_bytes == carrier.forwarded_bytes == len(CONTENT) - over_wifi
    assert not list(pocket.folder.glob("*.part")), "half a clip is of no use to anybody"


async def test_what_the_phone_began_wifi_ends_from_where_the_relay_is(device: Device) -> None:
    segment = await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    pocket, relay = await phone_of(device)
    done_bytes = 0

    def switch(info: RecordInfo, done: int) -> None:
        """In mid-clip there is Wi-Fi again: originals are no longer given out here."""
        nonlocal done_bytes
        if info.kind == RecordKind.ORIGINAL and done >= 2 * PIECE_BYTES:
            device.house.held_back, done_bytes = (RecordKind.ORIGINAL,), done

    async with await connected(device) as link:
        carrier = Carrier(link, pocket, relay, switch)
        await carrier.greet()
        await carrier.take()
    assert 0 < carrier.forwarded_bytes < len(CONTENT)
    assert await device.custody() == [Custody.KEPT]
    over_wifi = await device.send_over_wifi(segment)
    assert await device.custody() == [Custody.STORED]
    assert over_wifi + carrier.forwarded_bytes == len(CONTENT)


async def test_a_lost_link_costs_no_byte_that_was_durable(device: Device) -> None:
    await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    pocket, _ = await phone_of(device, online=False)
    read_bytes = 0
    for attempt in range(2):

        def cut(info: RecordInfo, done: int, attempt: int = attempt) -> None:
            if info.kind == RecordKind.ORIGINAL and attempt == 0 and done >= 2 * PIECE_BYTES:
                device.house.air.lose()

        carrier = None
        try:
            async with await connected(device) as link:
                carrier = Carrier(link, pocket, None, cut)
                await carrier.take((RecordKind.CAPTURE, RecordKind.ORIGINAL))
        except SouvenirError as error:
            assert error.code == "phone.lost"  # noqa: PT017  # one of the two ends so
        assert carrier is not None
        read_bytes += carrier.read_bytes
    assert await device.custody() == [Custody.CARRIED]
    small = (await device.spool.records.page("nobody", 0, 9, every=True))[0].size_bytes
    assert read_bytes == len(CONTENT) + small


async def test_a_phone_whose_network_costs_money_takes_but_does_not_forward(device: Device) -> None:
    await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    pocket, relay = await phone_of(device)
    async with await connected(device) as link:
        carrier = Carrier(link, pocket, relay, quiet, metered=True)
        await carrier.greet()
        (session,) = device.house.peripheral.sessions.values()
        assert (session.online.relay, session.online.metered) == (True, True)
        await carrier.take()
    assert carrier.forwarded_bytes == 0
    assert await device.custody() == [Custody.CARRIED]


async def test_a_disk_that_bends_bytes_is_noticed_before_anything_is_said(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    await put_clip(device.spool, CONTENT)
    await device.journal.catch_up()
    pocket, _ = await phone_of(device, online=False)
    append = pocket.append
    monkeypatch.setattr(pocket, "append", lambda part, data: append(part, data[:-1] + b"\0"))
    async with await connected(device) as link:
        with pytest.raises(SouvenirError) as raised:
            await Carrier(link, pocket, None, quiet).take((RecordKind.THUMBNAIL,))
    assert raised.value.code == "storage.damaged"
    assert len(await device.spool.records.page("anybody", 0, 99)) == 5
