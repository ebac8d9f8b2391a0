"""What jobs there are, and on which topic each travels."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import IntEnum, StrEnum
from typing import Any

import msgspec


class Topic(StrEnum):
    UPLOADS = "video-uploads"
    PROCESSING = "video-processing"
    METADATA = "metadata-updates"
    FILMS = "memory-video-creation"


class JobKind(StrEnum):
    EXTRACT = "extract"
    """Look into a stored clip and make it searchable."""
    NORMALISE = "normalise"
    """Bring a clip in another form, or a photo, into the form that films take."""
    CREATE_MEMORY = "create_memory"
    ERASE_MEMORY = "erase_memory"
    """A film was deleted: take its files away."""
    PREPARE = "prepare"
    """Nobody wants anything: see whether a trip or a year has no film yet."""
    REINDEX = "reindex"
    """A video's facts changed: bring the index up to them."""
    ERASE = "erase"
    """A video was deleted: take its media away."""
    NAME_FACES = "name_faces"
    """The account's people changed: name the faces of its clips anew."""
    PUSH = "push"
    """Something happened: tell one browser."""


TOPICS: dict[JobKind, Topic] = {
    JobKind.EXTRACT: Topic.UPLOADS,
    JobKind.NORMALISE: Topic.PROCESSING,
    JobKind.CREATE_MEMORY: Topic.FILMS,
    JobKind.ERASE_MEMORY: Topic.FILMS,
    JobKind.PREPARE: Topic.FILMS,
    JobKind.REINDEX: Topic.METADATA,
    JobKind.ERASE: Topic.METADATA,
    JobKind.NAME_FACES: Topic.METADATA,
    JobKind.PUSH: Topic.METADATA,
}


class Priority(IntEnum):
    HIGH = 0
    NORMAL = 1
    LOW = 2


class Message(msgspec.Struct, kw_only=True):
    user_id: str
    operation: JobKind
    video_id: str = ""
    parameters: dict[str, Any] = {}
    priority: Priority = Priority.NORMAL
    timestamp: int = 0
    correlation_id: str = ""

    @property
    def subject(self) -> str:
        return self.video_id or str(self.parameters.get("memory_id") or self.parameters.get("about", ""))


JobHandler = Callable[[Message], Awaitable[None]]


class JobState(StrEnum):
    WAITING = "waiting"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"
    """Given up: shown by doctor, waits for ``relay jobs replay``."""


class Job(msgspec.Struct, kw_only=True):
    job_id: str
    message: Message
    topic: Topic
    priority: Priority
    """The most urgent with which it was asked for."""
    state: JobState
    attempts: int = 0
    lease_id: str = ""
    lease_until: int = 0
    created_at: int = 0
    due_at: int = 0
    finished_at: int | None = None
    error: str = ""
    """Why the last try failed: "code: detail"."""
