"""Stored clips and photos, as the companion and the glasses see them, and how they are looked for."""

from __future__ import annotations

import msgspec

from glasses.wire.codec import Wire
from glasses.wire.memory import NearMiss, Plan
from glasses.wire.segment import Kind
from glasses.wire.status import Custody


class PlaceInfo(Wire):
    name: str = ""
    region: str = ""
    country: str = ""
    lat: float | None = None
    lon: float | None = None


class VideoInfo(Wire):
    video_id: str = ""
    device_id: str = ""
    kind: Kind = Kind.VIDEO
    status: str = ""
    """"stored", "ready" (searchable) or "unreadable"."""
    custody: Custody = Custody.STORED
    captured_at: int = 0
    timezone: str = ""
    """Where it was taken: "Europe/Paris"."""
    stored_at: int = 0
    searchable_at: int | None = None
    duration: float = 0.0
    """Seconds."""
    size_bytes: int = 0
    sha256: str = ""
    place: PlaceInfo = msgspec.field(default_factory=PlaceInfo)
    caption: str = ""
    tags: list[str] = []
    people: list[str] = []
    """Names."""
    people_ids: list[str] = []
    things: list[str] = []
    speech: str = ""
    media_url: str = ""
    thumbnail_url: str = ""
    timings_s: dict[str, float] = {}
    """Stage to seconds, and ``searchable``: from stored to searchable."""


class VideoPage(Wire):
    videos: list[VideoInfo] = []
    next_cursor: str = ""
    """Empty on the last page."""


class VideoEdit(Wire):
    """What is None stays as it is."""

    caption: str | None = None
    tags: list[str] | None = None
    """All of them, as ``people``; or, for what is edited on several devices at once, what is added and what is removed."""
    tags_add: list[str] = []
    tags_remove: list[str] = []
    people: list[str] | None = None
    """Ids of people who are in it, whether or not their faces are recognised."""
    people_add: list[str] = []
    people_remove: list[str] = []
    """Not in it, whatever their faces say."""


class UploadAccepted(Wire):
    video_id: str = ""
    status: str = "stored"
    """"stored", or "uploading": PUT the bytes to ``upload_url``, then send the same request again."""
    upload_url: str = ""
    sync_token: str = ""


class UploadMetadata(Wire):
    """The ``metadata`` part of a multipart upload."""

    duration: float = 0.0
    """Seconds."""
    location: dict[str, float] = {}
    """lat, lon, accuracy_m; empty when not known."""
    captured_at: int = 0
    video_id: str = ""
    """UUIDv7 given by the sender; with it, a retry is the same video."""
    sha256: str = ""
    size_bytes: int = 0
    """Needed, as the sha256 is, when the bytes do not come with the request."""


class DateRange(Wire):
    start_at: int | None = None
    end_at: int | None = None
    """Exclusive."""


class SearchFilters(Wire):
    date_range: DateRange | None = None
    people: list[str] = []
    """Names or ids."""
    place: str = ""
    objects: list[str] = []


class SearchRequest(Wire):
    query: str = ""
    corrections: list[str] = []
    """What was said after the query, in order: each edits the plan ("no, in Rome")."""
    filters: SearchFilters = msgspec.field(default_factory=SearchFilters)
    limit: int = 50


class MatchedClip(Wire):
    moment_id: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    score: float = 0.0
    reason: str = ""
    thumbnail_url: str = ""
    """The picture that tells most of this moment; empty where there is none: the video's stands for it."""
    thumbnail_at_s: float = 0.0
    """Where in the clip that picture was taken."""


class FoundVideo(Wire):
    video_id: str = ""
    thumbnail_url: str = ""
    duration: float = 0.0
    """Seconds."""
    captured_at: int = 0
    matched_clips: list[MatchedClip] = []


class SearchAnswer(Wire):
    videos: list[FoundVideo] = []
    total: int = 0
    plan: Plan | None = None
    near_misses: list[NearMiss] = []
    problem: dict[str, str] = {}
    """When nothing is found: code, detail, hint."""


class MemoryAccepted(Wire):
    memory_id: str = ""
    status: str = "processing"
    estimated_completion: int = 0
    """UTC ms."""
