"""What the tagger and its worker process say to each other: MessagePack after four bytes of length."""

from __future__ import annotations

import struct
from typing import IO

from glasses.wire.codec import Wire
from glasses.wire.segment import Segment
from glasses.wire.tag import Tags

LENGTH = struct.Struct(">I")


class Job(Wire):
    path: str = ""
    segment: Segment | None = None


class Answer(Wire):
    """Tags, or the code and detail of what went wrong."""

    tags: Tags | None = None
    code: str = ""
    detail: str = ""


def framed(message: bytes) -> bytes:
    return LENGTH.pack(len(message)) + message


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message, or None at the stream's end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return stream.read(length)
