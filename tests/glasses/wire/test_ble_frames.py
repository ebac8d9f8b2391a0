"""Frames and messages: whatever is cut comes together again, and what is damaged or misplaced is refused."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glasses.wire import ble, frame
from glasses.wire.ble import ATT_BYTES, LEAST_MTU, MESSAGE_BYTES, MOST_MTU
from glasses.wire.codec import decode_msgpack, encode_msgpack
from glasses.wire.errors import WireMalformedError
from glasses.wire.frame import Frame, Gatherer, Piece
from glasses.wire.record import Brief, Op, Request, Way, unpack_brief

NUMBERS = st.integers(0, 2**32 - 1)
SIZES = st.sampled_from([LEAST_MTU - ATT_BYTES, 247 - ATT_BYTES, MOST_MTU - ATT_BYTES, ble.CHANNEL_BYTES])


@given(NUMBERS, NUMBERS, st.binary(min_size=1, max_size=600))
def test_a_frame_says_where_it_belongs(sequence: int, offset: int, payload: bytes) -> None:
    assert frame.decode(frame.encode(Frame(sequence, offset, payload))) == (sequence, offset, payload)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_one_wrong_bit_anywhere_is_noticed(payload: bytes, data: st.DataObject) -> None:
    whole = bytearray(frame.encode(Frame(7, 4_096, payload)))
    at = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[at // 8] ^= 1 << at % 8
    with pytest.raises(WireMalformedError):
        frame.decode(bytes(whole))


@given(st.binary(max_size=frame.HEADER_BYTES))
def test_what_is_too_short_is_no_frame(data: bytes) -> None:
    with pytest.raises(WireMalformedError):
        frame.decode(data)


def test_numbers_beyond_32_bits_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="4294967296"):
        frame.encode(Frame(2**32, 0, b"x"))


@given(st.binary(min_size=1, max_size=5_000), SIZES, st.integers(0, 10_000))
def test_every_frame_fits_and_the_bytes_come_together(data: bytes, frame_bytes: int, start: int) -> None:
    piece = Piece(3, start, len(data))
    for each in frame.cut(3, start, data, frame_bytes):
        assert len(each) <= frame_bytes
        assert piece.add(frame.decode(each))
    assert (bytes(piece.data), piece.missing, piece.duplicate_bytes) == (data, [], 0)


@given(st.binary(min_size=40, max_size=2_000), st.randoms(use_true_random=False), st.integers(0, 40))
def test_in_any_order_and_with_some_twice_nothing_is_lost_or_doubled(data: bytes, random, twice: int) -> None:
    frames = [frame.decode(each) for each in frame.cut(9, 100, data, 20)]
    shuffled = frames + frames[:twice]
    random.shuffle(shuffled)
    piece = Piece(9, 100, len(data))
    for each in shuffled:
        piece.add(each)
    assert bytes(piece.data) == data
    assert piece.missing == []
    assert piece.duplicate_bytes == sum(len(each.payload) for each in frames[:twice])


@given(st.binary(min_size=40, max_size=2_000), st.sets(st.integers(0, 250)))
def test_what_is_missing_is_known_to_the_byte(data: bytes, lost: set[int]) -> None:
    frames = [frame.decode(each) for each in frame.cut(9, 0, data, 20)]
    piece = Piece(9, 0, len(data))
    for number, each in enumerate(frames):
        if number not in lost:
            piece.add(each)
    missing = {at for begin, end in piece.missing for at in range(begin, end)}
    assert missing == {each.offset + at for number, each in enumerate(frames) if number in lost for at in range(len(each.payload))}


def test_frames_of_another_record_or_from_beyond_are_left_alone() -> None:
    piece = Piece(9, 100, 50)
    for other in (Frame(8, 100, b"x"), Frame(9, 99, b"x"), Frame(9, 149, b"xx"), Frame(9, 150, b"x")):
        assert not piece.add(other)
    assert piece.missing == [(100, 150)]


def test_negative_control_bytes_at_a_wrong_offset_fail_the_crc_of_the_record() -> None:
    """A receiver that were one byte off would notice: by each frame's own CRC, and by that of the whole."""
    data = bytes(range(256)) * 4
    right, wrong = bytearray(len(data)), bytearray(len(data))
    for each in frame.cut(1, 0, data, 100):
        came = frame.decode(each)
        right[came.offset : came.offset + len(came.payload)] = came.payload
        at = (came.offset + 1) % len(data)
        wrong[at : at + len(came.payload)] = came.payload
    assert zlib.crc32(right) == zlib.crc32(data)
    assert zlib.crc32(wrong[: len(data)]) != zlib.crc32(data)
    moved = bytearray(next(frame.cut(1, 512, data, 100)))
    moved[4:8] = (513).to_bytes(4, "little")
    with pytest.raises(WireMalformedError):
        frame.decode(bytes(moved))


@given(NUMBERS, st.binary(max_size=3_000), SIZES)
def test_messages_of_any_length_come_through(number: int, body: bytes, frame_bytes: int) -> None:
    gatherer, whole = Gatherer(), []
    for each in frame.message(number, body, frame_bytes):
        assert len(each) <= frame_bytes
        whole.append(gatherer.add(frame.decode(each)))
    assert whole[-1] == (number, body)
    assert whole[:-1] == [None] * (len(whole) - 1)


def test_a_message_that_is_too_long_is_refused_by_both_sides() -> None:
    with pytest.raises(WireMalformedError):
        list(frame.message(1, bytes(MESSAGE_BYTES + 1), 100))
    with pytest.raises(WireMalformedError, match="the most is"):
        Gatherer().add(Frame(1, 0, (MESSAGE_BYTES + 1).to_bytes(4, "little")))


@pytest.mark.parametrize(
    "wrong",
    [
        [Frame(1, 4, b"x")], [Frame(1, 0, b"\x01")], [Frame(1, 0, b"\x05\0\0\0ab"), Frame(2, 6, b"cde")],
        [Frame(1, 0, b"\x05\0\0\0ab"), Frame(1, 7, b"de")], [Frame(1, 0, b"\x01\0\0\0abc")],
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused_and_the_next_one_is_not(wrong: list[Frame]) -> None:
    gatherer = Gatherer()
    for each in wrong[:-1]:
        gatherer.add(each)
    with pytest.raises(WireMalformedError):
        gatherer.add(wrong[-1])
    for each in frame.message(5, b"hello", 20):
        last = gatherer.add(frame.decode(each))
    assert last == (5, b"hello")


def test_a_request_is_small_enough_to_be_one_frame_on_most_links() -> None:
    request = Request(op=Op.READ, sequence=100_000, offset=1_000_000, length=8_192)
    body = encode_msgpack(request)
    assert decode_msgpack(body, Request) == request
    assert len(list(frame.message(1, body, 247 - ATT_BYTES))) == 1


@given(
    st.builds(
        Brief, st.booleans(), st.booleans(), st.booleans(), st.none() | st.integers(0, 100), st.sampled_from(Way), *[NUMBERS] * 4
    )
)  # fmt: skip
def test_the_status_fits_a_notification_at_the_least_mtu(brief: Brief) -> None:
    packed = brief.pack()
    assert len(packed) == LEAST_MTU - ATT_BYTES
    assert unpack_brief(packed) == brief
    assert unpack_brief(packed + b"of newer glasses") == brief


@pytest.mark.parametrize("data", [b"", b"\x01", bytes(20), b"\x01\0\0\x09" + bytes(16)])
def test_what_is_no_status_is_refused(data: bytes) -> None:
    with pytest.raises(WireMalformedError):
        unpack_brief(data)
