"""What glasses and phone say over Bluetooth, as MessagePack: records that are read by sequence, requests and answers."""

from __future__ import annotations

import struct
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from glasses.wire.change import FeedEntry
from glasses.wire.codec import Wire
from glasses.wire.errors import WireMalformedError


class RecordKind(StrEnum):
    """In the order in which a phone should take them: what is small and says what is coming goes first."""

    CAPTURE = "capture"
    """A Segment: a clip or photo is complete on the glasses."""
    CUSTODY = "custody"
    """A ClipCustody."""
    STATUS = "status"
    """A DeviceStatus without its clips."""
    CARD = "card"
    """A CardText: what the wearer was shown."""
    MEMORY = "memory"
    """A Memory: a film that was asked for, and what became of it."""
    THUMBNAIL = "thumbnail"
    """JPEG."""
    PROXY = "proxy"
    """The small copy, MP4."""
    ORIGINAL = "original"
    """The file itself. Taking it over is what makes a clip ``carried``."""


class RecordInfo(Wire, omit_defaults=True):
    sequence: int = 0
    """From 1, never used twice; a newer one of the same kind and subject takes the place of the older."""
    kind: RecordKind = RecordKind.CAPTURE
    subject_id: str = ""
    size_bytes: int = 0
    crc32: int = 0
    """Of the whole record."""
    made_at: int = 0
    upload_url: str = ""
    """Of an original that a relay has begun to receive: where its upload goes on."""


class RecordPage(Wire, omit_defaults=True):
    log_id: str = ""
    """Another one than before: the sequence has begun anew."""
    newest: int = 0
    records: list[RecordInfo] = []
    more: bool = False
    """There are records after the last of these."""


class Op(StrEnum):
    INFO = "info"
    """Which records are there after ``sequence`` that this phone has not taken (``every``: also those it has)."""
    READ = "read"
    ADVANCE = "advance"
    """The phone has the whole record ``sequence`` durably, and it has this CRC32."""
    CONTROL = "control"


class Request(Wire, omit_defaults=True):
    op: Op = Op.INFO
    sequence: int = 0
    offset: int = 0
    length: int = 0
    crc32: int = 0
    every: bool = False
    command: str = ""
    body: dict[str, Any] = {}


class Answer(Wire, omit_defaults=True):
    """``code`` is empty for what was done. A READ is answered by its frames alone, unless it is refused."""

    code: str = ""
    detail: str = ""
    hint: str = ""
    body: dict[str, Any] = {}


class Errand(Wire, omit_defaults=True):
    """What the glasses ask the phone to do for them at the relay; ``body`` is that of the HTTP request."""

    name: str = ""
    """ops, memory.create, memory or changes."""
    body: dict[str, Any] = {}


class Online(Wire, omit_defaults=True):
    """What the phone says of its own way to the relay."""

    relay: bool = False
    metered: bool = False


class Forwarding(Wire, omit_defaults=True):
    """The phone has created an upload for this clip; whoever has bytes of it goes on there."""

    segment_id: str = ""
    upload_url: str = ""


class FeedPage(Wire, omit_defaults=True):
    entries: list[FeedEntry] = []


class CardText(Wire, omit_defaults=True):
    title: str = ""
    lines: list[str] = []


class Way(IntEnum):
    """Which way clips go."""

    NONE = 0
    WIFI = 1
    PHONE = 2


_BRIEF = struct.Struct("<BBBBIIII")
VERSION = 1
RECORDING, CHARGING, HELD = 1, 2, 4
NO_BATTERY = 255


class Brief(NamedTuple):
    """The status in 20 bytes, which fit a notification at the least MTU."""

    recording: bool = False
    charging: bool = False
    originals_held: bool = False
    """Originals are not given out now: Wi-Fi takes them, or power is short."""
    battery_percent: int | None = None
    way: Way = Way.NONE
    newest_sequence: int = 0
    clips: int = 0
    unsafe_clips: int = 0
    """Not on a relay yet."""
    recording_left_s: int = 0

    def pack(self) -> bytes:
        flags = RECORDING * self.recording | CHARGING * self.charging | HELD * self.originals_held
        battery = NO_BATTERY if self.battery_percent is None else self.battery_percent
        return _BRIEF.pack(VERSION, flags, battery, self.way, self.newest_sequence, self.clips, self.unsafe_clips, self.recording_left_s)


def unpack_brief(data: bytes) -> Brief:
    """Longer ones of newer glasses are read as far as they are known. Raises WireMalformedError."""
    try:
        version, flags, battery, way, newest, clips, unsafe, left_s = _BRIEF.unpack_from(data)
        if version < VERSION:
            raise WireMalformedError(f"a status of version {version}")
        known = None if battery == NO_BATTERY else battery
        return Brief(bool(flags & RECORDING), bool(flags & CHARGING), bool(flags & HELD), known, Way(way), newest, clips, unsafe, left_s)
    except (struct.error, ValueError) as problem:
        raise WireMalformedError(f"a status of {len(data)} bytes: {problem}") from problem
