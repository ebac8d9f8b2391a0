"""Frames: pieces of records and messages that say where they belong and whether they are whole.

``sequence u32 | offset u32 | crc32 u32 | payload``, little endian. The CRC (IEEE 802.3, as in zlib) covers the two numbers and the
payload: a piece that would be put in the wrong place is refused like one that was damaged. Messages begin with their length (u32).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from glasses.wire.ble import MESSAGE_BYTES
from glasses.wire.errors import WireMalformedError

_HEADER = struct.Struct("<III")
_PLACE = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
HEADER_BYTES = _HEADER.size
FROM_GLASSES = 1 << 31
"""Set in the number of a message that the glasses began; an answer has the number of its request."""


class Frame(NamedTuple):
    sequence: int
    offset: int
    payload: bytes


def encode(frame: Frame) -> bytes:
    """Raises ValueError for numbers that do not fit 32 bits."""
    try:
        place = _PLACE.pack(frame.sequence, frame.offset)
    except struct.error as problem:
        raise ValueError(f"sequence {frame.sequence}, offset {frame.offset}") from problem
    return place + _LENGTH.pack(zlib.crc32(frame.payload, zlib.crc32(place))) + frame.payload


def decode(data: bytes) -> Frame:
    """Raises WireMalformedError for what is too short, empty or damaged."""
    if len(data) <= HEADER_BYTES:
        raise WireMalformedError(f"a frame of {len(data)} bytes")
    sequence, offset, crc = _HEADER.unpack_from(data)
    payload = bytes(data[HEADER_BYTES:])
    if zlib.crc32(payload, zlib.crc32(data[: _PLACE.size])) != crc:
        raise WireMalformedError(f"the frame at {offset} of {sequence} is damaged")
    return Frame(sequence, offset, payload)


def cut(sequence: int, offset: int, data: bytes, frame_bytes: int) -> Iterator[bytes]:
    """``data``, which lies at ``offset``, as encoded frames of at most ``frame_bytes``."""
    step = frame_bytes - HEADER_BYTES
    if step < 1:
        raise ValueError(f"{frame_bytes} bytes hold no frame")
    for start in range(0, len(data), step):
        yield encode(Frame(sequence, offset + start, data[start : start + step]))


def message(number: int, body: bytes, frame_bytes: int) -> Iterator[bytes]:
    """A request or answer as frames. Raises WireMalformedError for one that is too long."""
    if len(body) > MESSAGE_BYTES:
        raise WireMalformedError(f"a message of {len(body)} bytes; the most is {MESSAGE_BYTES}")
    return cut(number, 0, _LENGTH.pack(len(body)) + body, frame_bytes)


class Gatherer:
    """Puts the frames of messages together, one message at a time, as a link delivers them in order."""

    def __init__(self) -> None:
        self._number, self._data, self._whole_bytes = 0, bytearray(), 0

    def add(self, frame: Frame) -> tuple[int, bytes] | None:
        """The number and body of the message that ``frame`` completes, else None. Raises WireMalformedError and forgets what was begun."""
        try:
            return self._add(frame)
        except WireMalformedError:
            self.__init__()  # type: ignore[misc]  # back to the beginning
            raise

    def _add(self, frame: Frame) -> tuple[int, bytes] | None:
        if frame.offset == 0:
            self._begin(frame)
        elif (frame.sequence, frame.offset) != (self._number, len(self._data)) or not self._data:
            raise WireMalformedError(f"a frame at {frame.offset} of message {frame.sequence}; {len(self._data)} of {self._number} are here")
        self._data += frame.payload
        if len(self._data) > self._whole_bytes:
            raise WireMalformedError(f"message {frame.sequence} is longer than it said")
        if len(self._data) < self._whole_bytes:
            return None
        body, self._data = bytes(self._data[_LENGTH.size :]), bytearray()
        return frame.sequence, body

    def _begin(self, frame: Frame) -> None:
        if len(frame.payload) < _LENGTH.size:
            raise WireMalformedError(f"message {frame.sequence} begins with {len(frame.payload)} bytes")
        (length,) = _LENGTH.unpack_from(frame.payload)
        if length > MESSAGE_BYTES:
            raise WireMalformedError(f"a message of {length} bytes; the most is {MESSAGE_BYTES}")
        self._number, self._data, self._whole_bytes = frame.sequence, bytearray(), length + _LENGTH.size


class Piece:
    """What one READ asked for, as it comes in: ``length`` bytes of ``sequence`` from ``start`` on, in whatever order."""

    def __init__(self, sequence: int, start: int, length: int) -> None:
        self.sequence, self.start, self.length = sequence, start, length
        self.data = bytearray(length)
        self.missing = [(start, start + length)] if length else []
        """Ranges that have not come yet."""
        self.duplicate_bytes = 0

    def add(self, frame: Frame) -> bool:
        """False for a frame of something else."""
        first, last = frame.offset, frame.offset + len(frame.payload)
        if frame.sequence != self.sequence or not (self.start <= first and last <= self.start + self.length):
            return False
        new_bytes, left = 0, []
        for begin, end in self.missing:
            covered = max(0, min(end, last) - max(begin, first))
            new_bytes += covered
            left += [(begin, end)] if not covered else [part for part in ((begin, first), (last, end)) if part[0] < part[1]]
        self.missing = left
        self.duplicate_bytes += len(frame.payload) - new_bytes
        self.data[first - self.start : last - self.start] = frame.payload
        return True
