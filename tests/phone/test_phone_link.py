"""Records over the link: exact at every MTU, resumed after every kind of loss, bounded, and never in the way of control."""

from __future__ import annotations

import asyncio
import contextlib
import os
import zlib
from typing import Any

import pytest
from bumble import att

from glasses.clock import FakeClock
from glasses.errors import PhoneLostError
from glasses.sync.ble.outlet import Outlet
from glasses.sync.ble.pipe import PENDING_PACKETS
from glasses.sync.ble.radio import PatientSink
from glasses.wire import ble, frame
from glasses.wire.codec import encode_msgpack
from glasses.wire.errors import SouvenirError
from glasses.wire.frame import Frame
from glasses.wire.record import Op, RecordKind, Request
from phone.link import GlassesLink

from .conftest import House, read_all, session_tasks, settle, until

BLOB = os.urandom(100_000)


@pytest.mark.parametrize("mtu", [23, 247, 517])
async def test_the_bytes_are_exact_and_no_frame_is_longer_than_the_mtu_allows(house: House, mtu: int) -> None:
    house.most_mtu = mtu
    peripheral = await house.glasses_up()
    data = BLOB[: 3_000 if mtu == 23 else len(BLOB)]
    await house.put(data)
    async with await house.link(await house.phone()) as link:
        assert link.frame_bytes == min(512, mtu - 3)
        assert await read_all(link) == data
        (pipe,) = peripheral._pipes.values()
        assert pipe.longest_bytes == min(512, mtu - 3)
        assert (link.damaged, link.asked_again, link.duplicate_bytes) == (0, 0, 0)
        assert await link.control("a long question", {"text": "x" * 300}) == {"done": "a long question"}


async def test_over_a_channel_frames_are_long_and_control_stays_where_it_is(house: House) -> None:
    await house.glasses_up()
    await house.put(BLOB)
    lengths: list[int] = []
    async with await house.link(await house.phone(), channel=True) as link:
        assert link.over_channel
        take, link_put = link._got_record, lengths.append
        link._got_record = lambda data: (link_put(len(data)), take(data))[1]  # type: ignore[method-assign]  # looks on
        assert await read_all(link) == BLOB
        assert await link.control("x") == {"done": "x"}


async def test_a_record_goes_on_where_it_was_and_reading_takes_nothing(house: House) -> None:
    await house.glasses_up()
    sequence = await house.put(BLOB)
    async with await house.link(await house.phone()) as link:
        (info,) = (await link.records()).records
        assert (info.sequence, info.size_bytes, info.crc32) == (sequence, len(BLOB), zlib.crc32(BLOB))
        assert b"".join([data async for _, data in link.read(info, 77_777)]) == BLOB[77_777:]
        assert [each.sequence for each in (await link.records()).records] == [sequence], "read is not taken"
        with pytest.raises(SouvenirError) as raised:
            await link.advance(info, zlib.crc32(BLOB) ^ 1)
        assert raised.value.code == "phone.mismatch"
        assert (await link.records()).records, "nor is what the phone has otherwise"
        await link.advance(info, zlib.crc32(BLOB))
        await link.advance(info, zlib.crc32(BLOB))
        assert (await link.records()).records == []
        assert len((await link.records(every=True)).records) == 1


async def lose_by_phone(house: House, link: GlassesLink) -> None:
    await link._client.disconnect()


async def lose_by_glasses(house: House, link: GlassesLink) -> None:
    for connection in list(house.peripheral.device.connections.values()):
        await connection.disconnect()


async def lose_by_silence(house: House, link: GlassesLink) -> None:
    house.air.lose()


@pytest.mark.parametrize("channel", [False, True], ids=["notifications", "channel"])
@pytest.mark.parametrize("lose", [lose_by_phone, lose_by_glasses, lose_by_silence])
async def test_after_a_loss_nothing_is_missing_and_nothing_twice(house: House, lose: Any, channel: bool) -> None:
    peripheral = await house.glasses_up()
    await house.put(BLOB)
    radio, got = await house.phone(), bytearray()
    offsets: list[int] = []
    for attempt in range(3):
        with contextlib.suppress(PhoneLostError):
            async with await house.link(radio, channel=channel) as link:
                (info,) = (await link.records()).records
                async for offset, data in link.read(info, len(got)):
                    offsets.append(offset)
                    got += data
                    if attempt < 2 and len(got) > (attempt + 1) * 30_000:
                        await lose(house, link)
                assert attempt == 2, "the losses were noticed"
        await until(lambda: not peripheral.sessions and not session_tasks(), "the sender has ended")
        await until(lambda: peripheral.device.is_advertising, "advertising again")
    assert bytes(got) == BLOB
    assert offsets == sorted(set(offsets)), "no piece was asked for twice"


async def test_what_is_asked_for_is_bounded_and_so_is_what_the_radio_holds(house: House) -> None:
    peripheral = await house.glasses_up()
    sequence = await house.put(BLOB)
    most_queued = most_pending = 0
    async with await house.link(await house.phone()) as link:
        (session,) = peripheral.sessions.values()
        queue: Any = peripheral.device.host.le_acl_packet_queue

        def all_came() -> bool:
            nonlocal most_queued, most_pending
            most_queued, most_pending = max(most_queued, session.outlet.queued_bytes), max(most_pending, queue.pending)
            return most_queued > 0 and not session.outlet.queued_bytes and not queue.pending

        for number in range(6):
            await link._send(100 + number, encode_msgpack(Request(op=Op.READ, sequence=sequence, offset=0, length=ble.READ_BYTES)))
            all_came()
        await until(all_came, "everything that was asked for has been sent")
        assert 0 < most_queued <= ble.WINDOW_BYTES
        assert most_pending <= PENDING_PACKETS + 3, "one value more than fits is three packets"


def test_the_outlet_itself_refuses_more_than_the_window() -> None:
    class Nowhere:
        answer_bytes = record_bytes = 100

    outlet = Outlet(Nowhere())  # type: ignore[arg-type]  # nothing is sent
    outlet.record(1, 0, bytes(ble.WINDOW_BYTES))
    with pytest.raises(SouvenirError) as raised:
        outlet.record(1, 0, b"x")
    assert raised.value.code == "phone.busy"


async def test_answers_go_before_records_that_wait() -> None:
    """Whatever the speed: an answer waits for one frame at most, once the radio takes another."""
    sent: list[tuple[str, int]] = []

    class Slow:
        answer_bytes = record_bytes = 100

        async def room(self) -> None:
            await gate.acquire()

        async def answer(self, data: bytes) -> None:
            sent.append(("answer", frame.decode(data).sequence))

        async def record(self, data: bytes) -> None:
            sent.append(("record", frame.decode(data).offset))

        async def status(self, _brief: bytes) -> None:
            sent.append(("status", 0))

    gate = asyncio.Semaphore(0)
    outlet = Outlet(Slow())  # type: ignore[arg-type]  # what it needs of a pipe
    running = asyncio.create_task(outlet.run())
    outlet.record(9, 0, bytes(ble.WINDOW_BYTES))
    gate.release()
    await settle()
    outlet.answer(5, b"yes")
    outlet.status(b"old")
    outlet.status(b"new")
    for _ in range(3):
        gate.release()
    await settle()
    assert sent == [("record", 0), ("answer", 5), ("status", 0), ("record", 88)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize("channel", [False, True], ids=["notifications", "channel"])
async def test_on_a_slow_link_control_answers_in_time_and_the_link_is_never_idle(paced_house: House, channel: bool) -> None:
    """60 kB/s, in a time that is turned by hand: what passes on the link's own clock, not on this machine's."""
    house, clock = paced_house, paced_house.clock
    assert isinstance(clock, FakeClock)
    await house.put(BLOB[:60_000])
    turning = asyncio.create_task(_turn(clock))
    await house.glasses_up()
    async with await house.link(await house.phone(), channel=channel) as link:
        (info,) = (await link.records()).records
        began_s, waits_s = clock.monotonic_s(), list[float]()

        async def ask() -> None:
            while True:
                asked_s = clock.monotonic_s()
                await link.control("how are you")
                waits_s.append(clock.monotonic_s() - asked_s)
                await clock.sleep(0.1)

        asking = asyncio.create_task(ask())
        assert await read_all(link) == BLOB[:60_000]
        took_s = clock.monotonic_s() - began_s
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    turning.cancel()
    await asyncio.gather(turning, return_exceptions=True)
    assert info.size_bytes / took_s / 60_000 >= 0.9
    assert len(waits_s) >= 8
    assert max(waits_s) < 0.2


async def _turn(clock: FakeClock) -> None:
    """A millisecond for every so many turns of the loop: a machine that is quick beside its radio."""
    while True:
        await settle()
        await asyncio.sleep(0.0002)  # the disk's threads have their time too
        await settle()
        await clock.advance(0.001)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request(op=Op.READ, sequence=1, offset=len(BLOB), length=1), "phone.request"),
        (Request(op=Op.READ, sequence=1, offset=-1, length=1), "phone.request"),
        (Request(op=Op.READ, sequence=1, offset=0, length=0), "phone.request"),
        (Request(op=Op.READ, sequence=1, offset=0, length=ble.READ_BYTES + 1), "phone.request"),
        (Request(op=Op.READ, sequence=99, offset=0, length=1), "phone.gone"),
        (Request(op=Op.ADVANCE, sequence=99), "phone.gone"),
        (Request(op=Op.ADVANCE, sequence=1, crc32=1), "phone.mismatch"),
        (Request(op=Op.CONTROL), "phone.request"),
        (Request(op=Op.CONTROL, command="refuse"), "recording.idle"),
    ],
)
async def test_a_request_that_does_not_fit_is_answered_with_why(house: House, request_: Request, code: str) -> None:
    await house.glasses_up()
    await house.put(BLOB)
    async with await house.link(await house.phone()) as link:
        with pytest.raises(SouvenirError) as raised:
            await link.ask(request_)
        assert raised.value.code == code
        assert raised.value.detail
        assert await link.control("go on") == {"done": "go on"}, "and the link goes on"


@pytest.mark.parametrize(
    "value",
    [
        b"", b"x", b"\0" * 13, frame.encode(Frame(1, 0, b"\xff\xff\xff\xff")), frame.encode(Frame(1, 9, b"abc")),
        *frame.message(1, b"no messagepack\xc1", 100), *frame.message(1, b"\x81\xa2op\xa5steal", 100),
    ],
    ids=["nothing", "a byte", "zeros", "an endless message", "an end without a beginning", "no MessagePack", "an unknown operation"],
)  # fmt: skip
async def test_what_is_no_request_is_refused_at_once(house: House, value: bytes) -> None:
    await house.glasses_up()
    async with await house.link(await house.phone()) as link:
        trait = link._client.services.get_characteristic(ble.CONTROL.uuid)
        assert trait is not None
        with pytest.raises(att.ATT_Error) as raised:
            await trait.obj.write_value(value, with_response=True)
        assert raised.value.error_code == ble.MALFORMED
        await trait.obj.write_value(value, with_response=False)
        assert await link.control("go on") == {"done": "go on"}
        assert [name for name, _ in house.acts] == ["go on"]


async def test_originals_that_are_held_back_are_neither_listed_nor_read(house: House) -> None:
    await house.glasses_up()
    sequence = await house.put(BLOB, RecordKind.ORIGINAL)
    house.held_back = (RecordKind.ORIGINAL,)
    async with await house.link(await house.phone()) as link:
        assert (await link.records()).records == []
        with pytest.raises(SouvenirError) as raised:
            await link.ask(Request(op=Op.READ, sequence=sequence, offset=0, length=1))
        assert raised.value.code == "phone.held"


async def test_the_glasses_have_errands_done_and_hear_when_they_fail(house: House) -> None:
    peripheral = await house.glasses_up()

    async def errand(name: str, body: dict[str, Any]) -> dict[str, Any]:
        if name == "fail":
            raise SouvenirError("no route", code="relay.unreachable")
        return {"echo": body}

    link = await house.link(await house.phone())
    link.errand = errand
    async with link:
        (session,) = peripheral.sessions.values()
        assert await session.ask("ops", {"a": "b" * 2_000}) == {"echo": {"a": "b" * 2_000}}
        with pytest.raises(SouvenirError) as raised:
            await session.ask("fail", {})
        assert raised.value.code == "relay.unreachable"
        link.errand = None
        with pytest.raises(SouvenirError) as raised:
            await session.ask("ops", {})
        assert raised.value.code == "phone.away"
        unanswered = asyncio.create_task(session.ask("ops", {}))
        house.air.lose()
    with pytest.raises(SouvenirError) as raised:
        await unanswered
    assert raised.value.code == "phone.away"


async def test_frames_that_get_lost_or_damaged_on_the_way_are_asked_for_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A radio link loses nothing, but the stacks between it and a program sometimes do."""
    monkeypatch.setattr("phone.link.QUIET_S", 0.05)
    await house.glasses_up()
    await house.put(BLOB)
    async with await house.link(await house.phone()) as link:
        take, count = link._got_record, 0

        def lossy(data: bytes) -> None:
            nonlocal count
            count += 1
            if count % 17 == 5:
                return
            if count % 17 == 9:
                data = data[:-1] + bytes([data[-1] ^ 1])
            take(data)

        link._got_record = lossy  # type: ignore[method-assign]  # loses some
        assert await read_all(link) == BLOB
        assert link.damaged > 0
        assert link.asked_again > 0
        assert link.duplicate_bytes == 0


class Balky:
    """A socket that takes a packet now and then."""

    def __init__(self) -> None:
        self.taken, self._reader, self._writer = [], *os.pipe()  # type: ignore[var-annotated]  # bytes
        self.balks = 0

    def fileno(self) -> int:
        return self._writer

    def send(self, packet: bytes) -> int:
        self.balks += 1
        if self.balks % 3:
            raise BlockingIOError
        self.taken.append(packet)
        return len(packet)

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


async def test_packets_that_the_kernel_does_not_take_now_wait_in_order() -> None:
    socket = Balky()
    sink = PatientSink(socket)
    packets = [bytes([number]) for number in range(20)]
    for packet in packets:
        sink.on_packet(packet)
    await until(lambda: len(socket.taken) == len(packets), "all packets")
    assert socket.taken == packets
    sink.close()
    socket.close()


async def test_glasses_that_are_not_there_are_said_to_be_missing(house: House) -> None:
    radio = await house.phone()
    with pytest.raises(SouvenirError) as raised:
        await radio.find(seconds=0.05)
    assert raised.value.code == "phone.not_found"
    await house.glasses_up()
    found = await radio.find("specs")
    await house.glasses_down()
    link = GlassesLink(radio, found)
    link._client._backend._timeout = 0.05
    with pytest.raises(SouvenirError) as raised:
        async with link:
            pytest.fail("there is nobody to be connected with")
    assert raised.value.code == "phone.not_found"


async def test_two_phones_each_have_what_they_have_not_taken(house: House) -> None:
    await house.glasses_up()
    await house.put(BLOB[:100])
    for name in ("one", "two"):
        async with await house.link(await house.phone(name)) as link:
            (info,) = (await link.records()).records
            await link.advance(info, info.crc32)
            assert (await link.records()).records == []
        await until(lambda: house.peripheral.device.is_advertising, "advertising again")
