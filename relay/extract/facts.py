"""What is asked about a clip and what is found out. Types only: the server's process knows them and loads no model for it."""

from __future__ import annotations

import msgspec

from glasses.wire.segment import Kind
from glasses.wire.tag import FaceTag, Label, Tags, Word
from relay.catalog.records import PlaceName, Second, Span, Track
from relay.errors import SouvenirError


class NotAVideoError(SouvenirError):
    code = "upload.not_a_video"


class NotMusicError(SouvenirError):
    """What was brought as music is none, or more than is taken."""

    code = "music.unreadable"


class NoFaceError(SouvenirError):
    code = "photo.no_face"


class Probe(msgspec.Struct, kw_only=True, frozen=True):
    kind: Kind = Kind.VIDEO
    duration_s: float = 0.0
    """Of the pictures; 0 for a photo."""
    frames: int = 0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    codec: str = ""
    has_audio: bool = False
    on_profile: bool = False
    """True when films may copy its GOPs."""
    reason: str = ""
    """The first thing in which the clip is not in the capture profile."""


class MusicFacts(msgspec.Struct, kw_only=True, frozen=True):
    """Of a file that somebody brought to play under films."""

    duration_s: float = 0.0
    loudness_lufs: float = 0.0
    """Integrated (BS.1770)."""
    codec: str = ""


class ExtractRequest(msgspec.Struct, kw_only=True, frozen=True):
    models_root: str = ""
    """Empty: where ModelStore looks by itself."""
    sha256: str = ""
    """Of the clip: what was kept of other bytes is not taken for this clip's."""
    lat: float | None = None
    lon: float | None = None
    tags: Tags | None = None
    """What the glasses found, if they have said so."""
    faces: bool = True
    """False without the account's consent: faces are then neither looked for nor taken from the tags."""
    speech: bool = True
    text: bool = True


class MomentFacts(msgspec.Struct, kw_only=True):
    """A time range and what is in it; whose faces they are is for the account's people to say."""

    start_s: float = 0.0
    end_s: float = 0.0
    faces: list[FaceTag] = []
    objects: list[Label] = []
    scene: list[Label] = []
    speech: str = ""
    words: list[Word] = []
    text: str = ""
    """What can be read in it, line by line."""
    sharpness: float = 0.0
    thumbnail: bytes = b""
    """JPEG, 320 wide, of its most telling picture; empty when ``thumbnail_key`` names the one that is there."""
    thumbnail_key: str = ""
    thumbnail_at_s: float = 0.0
    """Where in the clip it was taken."""


class ClipFacts(msgspec.Struct, kw_only=True):
    probe: Probe
    thumbnail: bytes = b""
    """JPEG, 640 wide; empty when the one that is there stays."""
    place: PlaceName = msgspec.field(default_factory=PlaceName)
    timezone: str = ""
    """IANA name; empty without a position."""
    loudness_lufs: float | None = None
    moments: list[MomentFacts] = []
    tracks: list[Track] = []
    """Things and scenes with the ranges in which they are seen."""
    seconds: list[Second] = []
    speech_spans: list[Span] = []
    models: dict[str, str] = {}
    """Role to version of the models that the facts were found with."""
    faces: bool = True
    """False: faces were not looked for."""
    timings_s: dict[str, float] = {}
    cpu_s: dict[str, float] = {}
