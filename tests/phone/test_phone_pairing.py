"""Who is let in: nobody before a strong pairing, and of the bonds only those that are still wanted."""

from __future__ import annotations

import asyncio
import json
import stat

import pytest
from bumble import att, core
from bumble.pairing import PairingDelegate

from glasses.clock import FakeClock
from glasses.sync.ble.bonds import Bonds
from glasses.wire import ble, frame
from glasses.wire.codec import encode_msgpack
from glasses.wire.record import Op, Request
from phone.link import NotPairedYetError

from .conftest import IO, House, session_tasks, settle, traits, until

ASK = Request(op=Op.CONTROL, command="anything")
FRAMES = list(frame.message(1, encode_msgpack(ASK), 100))


class Other(PairingDelegate):
    """A central of any ability, whose owner types or confirms anything."""

    def __init__(self, ability: PairingDelegate.IoCapability, passkey: int | None = None, *, confirm: bool = True) -> None:
        super().__init__(ability)
        self._passkey, self._confirm = passkey, confirm

    async def get_number(self) -> int | None:
        return self._passkey

    async def compare_numbers(self, number: int, digits: int = 6) -> bool:
        return self._confirm

    async def confirm(self, auto: bool = False) -> bool:
        return self._confirm


async def refused(connection, work) -> bool:
    """Refused by the glasses, or cut off by them: the library leaves a request that is cut off waiting."""
    task = asyncio.ensure_future(work)
    await until(lambda: task.done() or connection.handle not in connection.device.connections, "an answer")
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    if isinstance(outcome, att.ATT_Error):
        return outcome.error_code in (att.ErrorCode.INSUFFICIENT_AUTHENTICATION, att.ErrorCode.INSUFFICIENT_ENCRYPTION)
    return isinstance(outcome, asyncio.CancelledError | core.InvalidStateError)


async def test_before_pairing_nothing_can_be_read_written_or_subscribed(house: House) -> None:
    peripheral = await house.glasses_up()
    _, connection = await house.central(Other(IO.NO_OUTPUT_NO_INPUT))
    found = await traits(connection)
    assert set(found) >= {trait.uuid for trait in ble.TRAITS}, "what there is may be known"
    assert await refused(connection, found[ble.STATUS.uuid].read_value())
    assert await refused(connection, found[ble.CHANNEL.uuid].read_value())
    assert await refused(connection, found[ble.CONTROL.uuid].write_value(FRAMES[0], with_response=True))
    for trait in (ble.CONTROL, ble.STATUS, ble.RECORDS):
        assert await refused(connection, found[trait.uuid].subscribe(lambda _value: pytest.fail("notified")))
    await found[ble.CONTROL.uuid].write_value(FRAMES[0], with_response=False)
    assert await found[ble.BATTERY_LEVEL].read_value() == bytes([64]), "the battery may be known to anybody"
    assert (house.acts, peripheral.sessions, session_tasks()) == ([], {}, [])
    assert not any(peripheral.device.gatt_server.subscribers.get(each) for each in peripheral.device.connections.values())


async def test_the_passkey_that_the_glasses_show_lets_the_phone_in(house: House) -> None:
    peripheral = await house.glasses_up()
    async with await house.link(await house.phone()) as link:
        assert (await link.status()).newest_sequence == 7
        assert await link.control("anything") == {"done": "anything"}
        (connection,) = peripheral.device.connections.values()
        assert peripheral.gate.lets_in(connection)
    (bond,) = house.bonds.all()
    assert bond.keys["ltk"]["authenticated"]
    assert house.refusals == []


@pytest.mark.parametrize(
    ("delegate", "strong"),
    [
        (Other(IO.NO_OUTPUT_NO_INPUT), True),
        (Other(IO.KEYBOARD_INPUT_ONLY, passkey=1_000_000 - 1), True),
        (Other(IO.KEYBOARD_INPUT_ONLY, passkey=None), True),
        (Other(IO.DISPLAY_OUTPUT_AND_YES_NO_INPUT, confirm=False), True),
    ],
    ids=["Just Works", "wrong passkey", "nothing typed", "comparison refused"],
)
async def test_weak_and_failed_pairings_leave_neither_access_nor_bond(house: House, delegate: Other, strong: bool) -> None:
    peripheral = await house.glasses_up()
    device, connection = await house.central(delegate, sc=strong)
    found = await traits(connection)
    await pair_anyhow(connection)
    assert await refused(connection, found[ble.STATUS.uuid].read_value())
    assert await refused(connection, found[ble.CONTROL.uuid].write_value(FRAMES[0], with_response=True))
    assert (house.bonds.all(), house.acts, peripheral.sessions) == ([], [], {})
    await device.disconnect(connection, 0x13) if connection.handle in device.connections else None
    await until(lambda: not peripheral.device.connections, "the glasses noticed")


async def test_legacy_pairing_with_the_right_passkey_is_too_weak(house: House) -> None:
    """Its six digits can be found out by listening."""
    peripheral = await house.glasses_up()

    class Typist(Other):
        async def get_number(self) -> int | None:
            return int(await house.shown.get())

    _, connection = await house.central(Typist(IO.KEYBOARD_INPUT_ONLY), sc=False)
    found = await traits(connection)
    await pair_anyhow(connection)
    assert await refused(connection, found[ble.STATUS.uuid].read_value())
    await until(lambda: not peripheral.device.connections, "it was sent away")
    assert (house.bonds.all(), house.acts) == ([], [])
    assert house.refusals == ["the pairing was too weak"]


async def test_a_weak_pairing_under_the_address_of_a_bonded_phone_opens_nothing_and_ends_no_bond(house: House) -> None:
    peripheral = await house.glasses_up()
    radio = await house.phone()
    async with await house.link(radio):
        pass
    await until(lambda: peripheral.device.is_advertising, "advertising again")
    (bond,) = house.bonds.all()
    device, connection = await house.central(Other(IO.NO_OUTPUT_NO_INPUT))
    device.static_address = device.random_address = type(device.random_address)(bond.address)  # what it will claim to be
    found = await traits(connection)
    await pair_anyhow(connection)
    assert await refused(connection, found[ble.STATUS.uuid].read_value())
    assert house.bonds.all() == [bond]
    assert house.acts == []


async def test_a_bond_survives_a_restart_and_new_addresses_on_both_sides(house: House) -> None:
    first = await house.glasses_up()
    radio = await house.phone()
    async with await house.link(radio):
        pass
    before = first.device.random_address
    await house.glasses_down()
    second = await house.glasses_up()
    assert second.device.random_address != before
    await radio.close()
    again = await house.phone()
    assert again.device.random_address != radio.device.random_address
    async with await house.link(again) as link:
        assert (await link.status()).newest_sequence == 7
    assert house.shown.empty(), "nobody had to type anything"
    assert len(house.bonds.all()) == 1


async def test_the_address_changes_with_every_advertising(house: House) -> None:
    peripheral = await house.glasses_up()
    seen = {peripheral.device.random_address}
    for _ in range(3):
        await settle()
        await house.clock.advance(900)  # type: ignore[attr-defined]  # a FakeClock
        await until(lambda: len(seen | {peripheral.device.random_address}) > len(seen), "another address")
        seen.add(peripheral.device.random_address)
    assert all(address.is_resolvable for address in seen)
    irk, identity = house.bonds.identity()
    assert irk not in (bytes(16), bytes(range(16)))
    assert len(irk) == 16
    assert identity not in {str(address) for address in seen}


async def test_a_bond_that_the_glasses_forgot_fails(house: House) -> None:
    peripheral = await house.glasses_up()
    radio = await house.phone()
    async with await house.link(radio):
        pass
    (bond,) = house.bonds.all()
    assert house.bonds.forget(bond.address)
    await until(lambda: peripheral.device.is_advertising, "advertising again")
    with pytest.raises((NotPairedYetError, Exception)) as raised:
        async with await house.link(radio) as link:
            await link.control("anything")
    assert getattr(raised.value, "code", "") in ("phone.unpaired", "phone.lost"), raised.value
    assert house.acts == []
    await until(lambda: not peripheral.device.connections and peripheral.device.is_advertising, "advertising again")
    await radio.forget(await radio.find())
    async with await house.link(radio) as link:
        assert await link.control("anything"), "paired anew, with new digits"


async def test_a_phone_that_is_forgotten_while_it_is_connected_is_sent_away(house: House) -> None:
    peripheral = await house.glasses_up()
    async with await house.link(await house.phone()) as link:
        assert house.bonds.reset() == 1
        await settle()
        await house.clock.advance(3)  # type: ignore[attr-defined]  # a FakeClock
        await until(link.lost.is_set, "it was sent away")
    assert (peripheral.sessions, house.acts) == ({}, [])


async def test_after_a_factory_reset_the_glasses_are_strangers(house: House) -> None:
    await house.glasses_up()
    async with await house.link(await house.phone()):
        pass
    identity = house.bonds.identity()
    assert house.bonds.reset() == 1
    assert house.bonds.all() == []
    assert house.bonds.identity() != identity


async def test_the_digits_are_new_for_each_try_and_after_three_wrong_ones_there_is_a_pause(house: House) -> None:
    peripheral = await house.glasses_up()
    shown = []
    for _ in range(3):
        _, connection = await house.central(Other(IO.KEYBOARD_INPUT_ONLY, passkey=1))
        await pair_anyhow(connection)
        shown.append(await house.shown.get())
        await leave(house, connection)
    assert len(set(shown)) == 3
    assert all(len(digits) == 6 and digits.isdecimal() for digits in shown)
    _, connection = await house.central(Other(IO.KEYBOARD_INPUT_ONLY, passkey=1))
    await pair_anyhow(connection)
    assert house.shown.empty(), "nothing was shown to one who tries too often"
    await leave(house, connection)
    await house.clock.advance(31)  # type: ignore[attr-defined]  # a FakeClock
    async with await house.link(await house.phone()):
        assert len(peripheral.sessions) == 1


def test_the_keys_are_in_a_file_that_only_its_owner_reads(tmp_path) -> None:
    bonds = Bonds(tmp_path, 2, FakeClock().now_ms)
    bonds.identity()
    bonds.keep("A", {"ltk": {"value": "00"}})
    assert stat.S_IMODE(bonds.path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(json.loads(bonds.path.read_text())["irk"])) == 16


async def test_there_are_at_most_so_many_bonds_and_the_longest_unused_leaves(tmp_path) -> None:
    clock = FakeClock()
    bonds = Bonds(tmp_path, 2, clock.now_ms)
    for address in "AB":
        await clock.advance(1)
        assert bonds.keep(address, {}) == []
    await clock.advance(1)
    bonds.used("A")
    await clock.advance(1)
    assert bonds.keep("C", {}) == ["B"]
    assert sorted(bond.address for bond in bonds.all()) == ["A", "C"]
    assert bonds.keep("C", {"new": 1}) == [], "the same phone again takes its own place"
    assert not bonds.forget("B")


async def pair_anyhow(connection) -> None:
    """However it ends: a library that is cut off while it pairs cancels its caller."""
    task = asyncio.ensure_future(connection.pair())
    await until(lambda: task.done() or connection.handle not in connection.device.connections, "the end of pairing")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def leave(house: House, connection) -> None:
    if connection.handle in connection.device.connections:
        await connection.disconnect()
    await until(lambda: not house.peripheral.device.connections and house.peripheral.device.is_advertising, "advertising again")
