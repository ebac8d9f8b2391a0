"""The relay's own hybrid logical clock, kept in its settings: what it stamps comes after all that it has seen."""

from __future__ import annotations

from glasses.wire import stamp
from glasses.wire.stamp import HybridClock, Stamp
from relay.catalog import settings
from relay.catalog.rows import Connection

DEVICE = "relay"
MOST_AHEAD_MS = 86_400_000
"""A device whose clock is further ahead than a day is wrong: what it sends is stamped here instead."""
_KEY = "last_stamp"


def tick(connection: Connection, now_ms: int, device: str = DEVICE) -> str:
    """A stamp of now, later than every stamp seen. Call it in the transaction that uses it."""
    clock = _clock(connection, now_ms)
    made = clock.tick()
    settings.put(connection, _KEY, str(made))
    return str(Stamp(made.time_ms, made.counter, device))


def accept(connection: Connection, text: str, now_ms: int, device: str) -> str:
    """The stamp that an operation of ``device`` counts with: its own, or one of now for none and for one too far ahead."""
    try:
        given = stamp.parse(text)
    except ValueError:
        given = None
    if given is None or given.time_ms > now_ms + MOST_AHEAD_MS:
        return tick(connection, now_ms, device)
    clock = _clock(connection, now_ms)
    clock.witness(given)
    settings.put(connection, _KEY, str(clock.last))
    return str(given)


def _clock(connection: Connection, now_ms: int) -> HybridClock:
    last = settings.get(connection, _KEY)
    return HybridClock(DEVICE, lambda: now_ms, stamp.parse(last) if last else None)
