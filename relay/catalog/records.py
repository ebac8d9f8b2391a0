"""The rows of the catalogue, as typed records. Every one belongs to an account: ``user_id`` comes first."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from glasses.wire.segment import Kind
from glasses.wire.tag import FaceTag, Label, Word


class VideoStatus(StrEnum):
    STORED = "stored"
    """Its bytes are durable; nothing has been looked at yet."""
    READY = "ready"
    """Extracted and searchable."""
    UNREADABLE = "unreadable"
    """Does not decode: kept, shown, never searched or filmed."""


class User(msgspec.Struct, kw_only=True):
    user_id: str
    name: str
    created_at: int
    timezone: str = "UTC"
    tier: str = "standard"
    """Which quota of ``uploads.quota_bytes`` is its."""
    faces_consent_at: int | None = None
    """When the account agreed to face recognition; None: it has not."""
    home_lat: float | None = None
    home_lon: float | None = None
    music_id: str = ""
    """The piece that plays under films which ask for none; empty: none does."""
    admin: bool = False
    """May ask for tokens of scope admin: sees accounts, never what is in them."""


class Person(msgspec.Struct, kw_only=True):
    user_id: str
    person_id: str
    name: str
    relations: list[str] = []
    """What the account's owner calls them: ["wife"]; ["me"] is the owner."""
    birthday: str = ""
    """MM-DD or empty."""
    embedding: list[float] = []
    """Mean of the confirmed faces, 128 numbers; empty until a photo is enrolled."""
    photos: int = 0


class OwnPlace(msgspec.Struct, kw_only=True):
    """A place that the account's owner has named."""

    user_id: str
    place_id: str
    name: str
    lat: float
    lon: float
    radius_m: int


class Music(msgspec.Struct, kw_only=True):
    """A piece that an account has brought, to play under its films. The same bytes are one piece."""

    user_id: str
    music_id: str
    name: str
    sha256: str = ""
    size_bytes: int = 0
    duration_s: float = 0.0
    loudness_lufs: float = 0.0
    blob_key: str = ""
    added_at: int = 0


class PlaceName(msgspec.Struct, kw_only=True):
    """Where a clip was taken, from its GPS: nearest town, and what that lies in."""

    name: str = ""
    region: str = ""
    country: str = ""
    country_code: str = ""
    ids: list[str] = []
    """From near to far: ["city:2988507", "admin1:FR.11", "country:FR"] (GeoNames)."""


class Video(msgspec.Struct, kw_only=True):
    """A clip or a photo, named by the id that its device gave it."""

    user_id: str
    video_id: str
    device_id: str
    kind: Kind = Kind.VIDEO
    captured_at: int = 0
    duration_s: float = 0.0
    frames: int = 0
    size_bytes: int = 0
    sha256: str = ""
    blob_key: str = ""
    thumbnail_key: str = ""
    lat: float | None = None
    lon: float | None = None
    place: PlaceName = msgspec.field(default_factory=PlaceName)
    timezone: str = ""
    status: VideoStatus = VideoStatus.STORED
    on_profile: bool = False
    """True when films may copy its GOPs."""
    loudness_lufs: float | None = None
    film_key: str = ""
    """Blob of the clip (or photo) as films take it, in the capture profile; empty: the original is that, or it is not made yet."""
    film_frames: int = 0
    look: str = ""
    """Signature of its thumbnail, 16 hexadecimal digits: pictures that look alike differ in few bits."""
    caption: str = ""
    tags: list[str] = []
    stored_at: int = 0
    tier: str = "hot"
    """Where its original is: hot, warm or cold."""
    used_at: int = 0
    """When the original was last opened, to the day; 0: never since it came."""
    people: list[str] = []
    """Ids of people of whom somebody said that they are in it."""
    not_people: list[str] = []
    """... and that they are not, whatever their faces say."""
    deleted_at: int | None = None
    erase_at: int | None = None
    """Until then it waits in the trash; None with ``deleted_at``: it is gone."""
    sequence: int = 0
    correlation_id: str = ""
    command_from_s: float | None = None
    """Where the wearer's "stop recording" begins: neither filmed nor searched from there on."""
    asked_at_s: float | None = None
    asked_until_s: float | None = None
    """From where to where the wearer says "record a video", in a clip that reaches back before it: films begin after it."""


Span = tuple[float, float]
"""Start and end in seconds of the clip."""


class Second(msgspec.Struct, kw_only=True):
    """How good a clip is, second by second, for choosing where to cut."""

    at_s: float = 0.0
    """Its beginning; it lasts until the next one's."""
    sharpness: float = 0.0
    """Variance of the Laplacian in a width of 640 pixels: about 20 blurred, 150 ordinary, 500 crisp."""
    exposure: float = 0.0
    """Mean grey level, 0 to 1; below .1 and above .9 little can be seen."""
    shake: float | None = None
    """How much the camera's motion changes from one picture to the next, in fractions of the width: .001 steady, .01 walking, more hurts.
    None where it was not measured."""
    pan: float | None = None
    """The camera's motion from one picture to the next, in fractions of the width."""
    loudness_lufs: float | None = None
    """The loudest 400 ms (ITU-R BS.1770 momentary); None without sound."""


class Track(msgspec.Struct, kw_only=True):
    """A thing or a scene while it is in view."""

    kind: str = ""
    """"object" or "scene"."""
    name: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    score: float = 0.0
    """The surest look."""


class Detail(msgspec.Struct, kw_only=True):
    """What is known of a video beyond its moments: kept beside it, read by whoever cuts films."""

    user_id: str
    video_id: str
    seconds: list[Second] = []
    speech_spans: list[Span] = []
    tracks: list[Track] = []
    models: dict[str, str] = {}
    """Role to version of what it was looked into with: what differs from the relay's own is old (``relay reindex``)."""
    commands: list[Word] | None = None
    """Words of the commands that began and ended it: in no moment, but heard. None: it was looked into before they were kept."""
    place_guessed: bool = False
    """True when the clip has no position, and its place lies between those of the clips before and after it."""


class Part(msgspec.Struct, kw_only=True):
    """What one part of looking into a clip has found: kept until the clip is searchable, so that a killed relay goes on where it was."""

    name: str
    key: str
    """What the finding depends on: the clip's bytes, the models' versions, what was asked."""
    found: bytes
    faces: bool = False
    """True when faces may be in it."""
    timings_s: dict[str, float] = {}
    cpu_s: dict[str, float] = {}


class MomentRecord(msgspec.Struct, kw_only=True):
    """A time range of a video and what is in it: the unit of search."""

    user_id: str
    video_id: str
    moment_id: str
    start_s: float = 0.0
    end_s: float = 0.0
    people: list[str] = []
    """Person ids that were named in it."""
    unknown_faces: int = 0
    faces: list[FaceTag] = []
    objects: list[Label] = []
    scene: list[Label] = []
    speech: str = ""
    words: list[Word] = []
    text: str = ""
    sharpness: float = 0.0
    models: dict[str, str] = {}
    thumbnail_key: str = ""
    """Blob of the picture that tells most of it, named by its content; empty: it is shown by its video's."""
    thumbnail_at_s: float = 0.0


class MomentDoc(msgspec.Struct, kw_only=True):
    """A moment as the index takes it: the record and what it inherits from its video, flat."""

    user_id: str
    video_id: str
    moment_id: str
    kind: Kind = Kind.VIDEO
    captured_at: int = 0
    """UTC ms of the video's first frame."""
    timezone: str = "UTC"
    duration_s: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0
    lat: float | None = None
    lon: float | None = None
    place: PlaceName = msgspec.field(default_factory=PlaceName)
    people: list[str] = []
    unknown_faces: int = 0
    objects: list[str] = []
    scene: list[str] = []
    speech: str = ""
    text: str = ""
    caption: str = ""
    tags: list[str] = []
    quality: float = 0.0
    """0 to 1, for breaking ties."""
