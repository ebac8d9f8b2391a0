"""A piece of captured media, and the one profile that all video is captured in."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from glasses.wire.codec import Wire


class CaptureProfile(msgspec.Struct, frozen=True, kw_only=True):
    """H.264 High, yuv420p bt709 limited, closed GOPs, no B-frames, one SPS/PPS, AAC sound.

    The relay copies GOPs of clips in this profile into films without re-encoding them.
    """

    name: str = "souvenir-1"
    width: int = 1920
    height: int = 1080
    fps: int = 30
    gop_frames: int = 30
    ticks_per_second: int = 30_000
    """Time base of the video track: one frame is 1,000 ticks."""
    audio_rate_hz: int = 48_000
    audio_channels: int = 1

    @property
    def ticks_per_frame(self) -> int:
        return self.ticks_per_second // self.fps


PROFILE = CaptureProfile()


class Kind(StrEnum):
    VIDEO = "video"
    PHOTO = "photo"


class GeoPoint(Wire):
    lat: float = 0.0
    lon: float = 0.0
    accuracy_m: float = 0.0


class Segment(Wire):
    """One closed file of a recording, or one photo. Written beside the file as its sidecar."""

    segment_id: str = ""
    """UUIDv7; the relay's video id is the same."""
    device_id: str = ""
    sequence: int = 0
    """Number in the device's spool, from 1, without gaps; wins over wall clocks."""
    recording_id: str = ""
    """Shared by the segments of one long recording."""
    part: int = 0
    kind: Kind = Kind.VIDEO
    captured_at: int = 0
    """UTC ms of the first frame, by the device's clock."""
    stamp: str = ""
    duration_s: float = 0.0
    frames: int = 0
    size_bytes: int = 0
    sha256: str = ""
    proxy_size_bytes: int = 0
    proxy_sha256: str = ""
    """Of the small copy beside the file; empty until it is made."""
    place: GeoPoint | None = None
    profile: str = PROFILE.name
    command_from_s: float | None = None
    """Where the wearer's "stop recording" begins: films end before it."""
    asked_at_s: float | None = None
    """Where the wearer's "record a video" begins, when the clip reaches back before it."""
    correlation_id: str = ""
    """One id from shutter to film, in every log line."""

    @property
    def dropped_frames(self) -> int:
        """Frames that its time should hold and that are missing; 0 for photos."""
        return max(0, round(self.duration_s * PROFILE.fps) - self.frames)
