"""The Bluetooth service of the glasses, as a table: what there is, who may do what, and how large things get.

The peripheral builds its services from this table, and the phone checks what it finds against it.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

_BASE = "f5a3{:04x}-4e5a-4d0c-9e39-6b7d2c6f1a20"


class Access(Enum):
    """Who may read, write or subscribe."""

    ANYONE = "anyone"
    BONDED = "bonded"
    """Only over a link encrypted with the key of a bond made with LE Secure Connections and a passkey."""


class Trait(NamedTuple):
    """One characteristic."""

    name: str
    uuid: str
    properties: frozenset[str]
    """Of read, write, write-without-response, notify."""
    access: Access
    holds: str


SERVICE = _BASE.format(0)
CONTROL = Trait(
    "control", _BASE.format(1), frozenset({"write", "write-without-response", "notify"}), Access.BONDED,
    "frames of requests (written) and of answers (notified)",
)  # fmt: skip
STATUS = Trait("status", _BASE.format(2), frozenset({"read", "notify"}), Access.BONDED, "a Brief of 20 bytes")
RECORDS = Trait("records", _BASE.format(3), frozenset({"notify"}), Access.BONDED, "frames of records, where no channel is open")
CHANNEL = Trait("channel", _BASE.format(4), frozenset({"read"}), Access.BONDED, "L2CAP PSM for records, u16 little endian; 0: none")
TRAITS = (CONTROL, STATUS, RECORDS, CHANNEL)

BATTERY_SERVICE, BATTERY_LEVEL = "0000180f-0000-1000-8000-00805f9b34fb", "00002a19-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION_SERVICE = "0000180a-0000-1000-8000-00805f9b34fb"
MANUFACTURER, MODEL, SOFTWARE = (
    "00002a29-0000-1000-8000-00805f9b34fb",
    "00002a24-0000-1000-8000-00805f9b34fb",
    "00002a28-0000-1000-8000-00805f9b34fb",
)
"""Device Information holds no serial number: anybody can read it, and it would tell one wearer from another."""

LEAST_MTU, MOST_MTU = 23, 517
ATT_BYTES = 3
"""Of each value's packet: operation and handle. A value that is notified may be MTU - 3 long, never longer."""
VALUE_BYTES = 512
"""No value is longer, whatever the MTU (Bluetooth Core 5.4, Vol 3, Part F, 3.2.9)."""
CHANNEL_BYTES = 2046
"""The longest frame on the L2CAP channel."""
READ_BYTES = 8_192
"""The most that one READ asks for."""
WINDOW_BYTES = 16_384
"""The most that may be asked for and not yet be on its way."""
MESSAGE_BYTES = 65_536
"""The longest request or answer."""
REFUSED, MALFORMED, TOO_MUCH = 0x80, 0x81, 0x82
"""ATT application errors of a write: not bonded well enough; no frame, or a damaged one; more than is taken at once."""
