"""How far a device and its relay are apart."""

from __future__ import annotations

import msgspec

from glasses.wire.account import DeviceInfo
from glasses.wire.change import FeedEntry
from glasses.wire.codec import Wire


class SyncStatus(Wire):
    pending_uploads: int = 0
    """Uploads begun and not finished."""
    pending_downloads: int = 0
    """Changes after the ``cursor`` that was asked with."""
    last_sync: int | None = None
    """UTC ms of this device's last accepted op or stored clip."""
    sync_in_progress: bool = False
    cursor: int = 0
    """Of the newest change."""


class SyncTriggered(Wire):
    status: str = "started"
    estimated_completion: int = 0
    """UTC ms."""


class LiveSnapshot(Wire):
    """The first message of a live connection."""

    type: str = "snapshot"
    status: SyncStatus = msgspec.field(default_factory=SyncStatus)
    devices: list[DeviceInfo] = []
    cursor: int = 0
    """The changes that follow come after it."""


class LiveChange(Wire):
    type: str = "change"
    entry: FeedEntry = msgspec.field(default_factory=FeedEntry)
