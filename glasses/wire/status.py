"""Where each clip is, and how the device is."""

from __future__ import annotations

from enum import StrEnum

from glasses.wire.codec import Wire


class Custody(StrEnum):
    """Who has a clip. Each state holds until the next holder has said so, after its own fsync."""

    RECORDING = "recording"
    KEPT = "kept"
    """Closed and hashed on the glasses."""
    CARRIED = "carried"
    """On the phone, durably."""
    STORED = "stored"
    """On a relay, which gave a receipt with equal size and sha256."""
    FILMED = "filmed"
    """Stored, and part of at least one film."""


class ClipCustody(Wire):
    segment_id: str = ""
    sequence: int = 0
    custody: Custody = Custody.RECORDING
    sha256: str = ""
    size_bytes: int = 0
    proxy_size_bytes: int = 0
    """Of the small copy; 0 while there is none."""
    dropped_frames: int = 0
    changed_at: int = 0
    parked: str = ""
    """Error code, when sending was given up until a person looks."""
    evicted: bool = False
    """Its file was given up here to make room; a relay has it."""


class DeviceStatus(Wire):
    device_id: str = ""
    at: int = 0
    recording: bool = False
    listening: bool = False
    battery_fraction: float | None = None
    free_bytes: int = 0
    """Room for recordings: of the quota or the disk, whichever is less."""
    recording_left_s: float | None = None
    """How long can still be recorded, at the rate of the last recordings."""
    dropped_frames: int = 0
    """Frames missing in the clips that are listed."""
    plan: str = ""
    """What runs and why, and how long one can record, in sentences."""
    link: str = ""
    """Which way clips go, and why, in one sentence."""
    counts: dict[str, int] = {}
    """Custody state to number of clips."""
    clips: list[ClipCustody] = []
