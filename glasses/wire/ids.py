"""Ids made offline: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

import os
import uuid


def uuid7(now_ms: int) -> str:
    """A new id for a thing that came to be at ``now_ms`` (UTC milliseconds)."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (now_ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def made_at(identifier: str) -> int:
    """UTC milliseconds that a UUIDv7 carries. Raises ValueError for other ids."""
    value = uuid.UUID(identifier)
    if value.version != 7:
        raise ValueError(f"{identifier} is not a UUIDv7")
    return value.int >> 80
