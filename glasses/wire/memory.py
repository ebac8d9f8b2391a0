"""A request for a film: how it was read, what was chosen, and the film."""

from __future__ import annotations

from enum import StrEnum

from glasses.wire.codec import Wire


class TermKind(StrEnum):
    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    THING = "thing"
    SPEECH = "speech"
    TEXT = "text"
    WITHOUT = "without"
    COUNT = "count"


class Term(Wire):
    """One typed condition of a plan, and where in the request it came from."""

    kind: TermKind = TermKind.THING
    value: str = ""
    """For people: the person's name; places: the place's name; things: the word."""
    ids: list[str] = []
    """What it was resolved to: person ids, place ids ("city:2988507", "country:FR", "near:LAT,LON,KM", "within:LAT,LON,KM"),
    labels. Of times, what repeats ("hours:17-24", "weekday:6"), what is meant most ("core:START-END", UTC ms) and what is shown
    after it ("also:START-END": the same days of other years), and the parts of which one must hold ("only:START-END": "the last two
    summers"). Of counts, "faces>=3", "faces<=2" and who is likely meant ("prefer:PERSON")."""
    start_at: int | None = None
    end_at: int | None = None
    """For times: UTC ms, start inclusive, end exclusive."""
    heard: str = ""
    """The words of the request that it was read from."""
    span: list[int] = []
    """Where they stand in the request: first letter, and the one after the last. Empty when they are not next to each other."""
    source: str = ""
    """What resolved it: "name", "relation", "group" (all of "our kids"), "owner" ("Anna's dog"), "self", "gazetteer",
    "sight", "home", "named" (by the wearer), "spelling", "calendar", "feast", "birthday", "label", "synonym", "meaning", "words";
    empty when nothing did."""
    resolved: bool = True
    hint: str = ""
    """When it could not be resolved: why, and the nearest alternatives."""
    alternatives: list[str] = []
    alternative: bool = False
    """True: this or the term of its kind before it is enough ("a dog or a cat")."""


class Plan(Wire):
    """A request as typed terms. A word that could not be read is in ``leftover``, not dropped."""

    query: str = ""
    intent: str = "create_memory"
    terms: list[Term] = []
    leftover: list[str] = []
    vague: bool = False
    """It was said that it is not certain ("maybe in Rome, I think"): where nothing fits all of it, what fits most of it is shown."""
    title: str = ""
    """"My wife & me · Paris": for the title card."""
    said: str = ""
    """The reading as a sentence for the wearer: 'A film of Anna and you in Paris.'"""
    timezone: str = ""
    """Of the clock by which its times were read. A clip is judged by the clock of the place where it was taken: the same hours there."""


class ClipChoice(Wire):
    video_id: str = ""
    start_s: float = 0.0
    end_s: float = 0.0
    film_start_s: float = 0.0
    """Where in the film it begins to show."""
    captured_at: int = 0
    score: float = 0.0
    reason: str = ""


class NearMiss(Wire):
    """A clip that nearly belonged, and why it does not."""

    video_id: str = ""
    captured_at: int = 0
    score: float = 0.0
    reason: str = ""
    failed_terms: list[str] = []


class MemoryStatus(StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class Variant(StrEnum):
    """In which form a film is handed out. The stream (HLS) is always the first."""

    H264 = "h264"
    HEVC = "hevc"
    SMALL = "720p"


class Occasion(Wire):
    """What a film was prepared of that nobody had asked for."""

    kind: str = ""
    """"trip" or "year"."""
    title: str = ""
    start_at: int = 0
    end_at: int = 0
    """UTC ms, exclusive."""


class Memory(Wire):
    memory_id: str = ""
    query: str = ""
    corrections: list[str] = []
    """What was said after the query, in order: "no, my sister"."""
    corrects: str = ""
    """The memory that the last correction was said of."""
    status: MemoryStatus = MemoryStatus.PROCESSING
    video_url: str = ""
    hls_url: str = ""
    """The same film as HLS: also while it is being made, from its first seconds on."""
    poster_url: str = ""
    duration_s: float = 0.0
    frames: int = 0
    planned_frames: int = 0
    plan: Plan | None = None
    clips_used: list[ClipChoice] = []
    near_misses: list[NearMiss] = []
    problem: dict[str, str] = {}
    """When failed: code, detail, hint."""
    timings_s: dict[str, float] = {}
    max_duration: float = 120.0
    variant: Variant = Variant.H264
    """The form of ``video_url``."""
    music: str = ""
    """The piece that plays under it; empty: none."""
    remade: str = ""
    """Why it was made anew, as when a clip that was in it was deleted."""
    occasion: Occasion | None = None
    """Of what it was prepared without being asked for: it rings nowhere. None: somebody asked for it."""
    gone: bool = False
    """Deleted: forget it."""
    created_at: int = 0
    completed_at: int | None = None


class MemoryRequest(Wire):
    query: str = ""
    max_duration: float = 120.0
    variant: Variant = Variant.H264
    music: str = ""
    """The id of a piece that the account has brought, or "none"; empty: its usual one (``PUT /music/default``)."""
    idempotency_key: str = ""
    device_id: str = ""
    unsure: list[str] = []
    """Words of ``query`` that the glasses did not hear surely."""
    audio: str = ""
    """When unsure: the spoken request itself, base64 FLAC, 16 kHz mono."""


class CorrectionRequest(Wire):
    """What was wrong with a memory, as the wearer says it: "no, my sister", "in Rome, not Paris", "also Bob"."""

    utterance: str = ""
    max_duration: float = 120.0
    idempotency_key: str = ""


class MemoryList(Wire):
    memories: list[Memory] = []
