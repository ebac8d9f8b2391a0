"""Media files by key: what every store of them can do, and what the keys are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol

from relay.errors import NotFoundError, SouvenirError

_KEY = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.[a-z0-9]+")


class Tier(StrEnum):
    """How near at hand a blob is. A blob of any tier can be read at once."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class BlobFacts(NamedTuple):
    size_bytes: int
    version: str
    """Another one whenever the key was put again."""


class BlobStoreError(SouvenirError):
    """The store does not answer, or refuses."""

    code = "storage.unreachable"


class BlobStore(Protocol):
    """Every call but ``upload_link`` raises BlobStoreError when the store does not answer."""

    async def put_file(self, key: str, source: Path) -> None:
        """Durable when it returns; ``source`` stays. A key that is there already is replaced whole. Raises DiskFullError."""

    async def put_bytes(self, key: str, data: bytes) -> None: ...

    async def adopt(self, incoming: str, key: str) -> None:
        """Give what a sender has put under ``incoming`` its key, durably. Raises NotFoundError."""

    async def facts(self, key: str) -> BlobFacts:
        """Raises NotFoundError."""

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to before ``end``. Raises NotFoundError."""

    def file(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The blob as a file while the context lasts, for reading. Raises NotFoundError."""

    async def move(self, key: str, tier: Tier) -> None:
        """Harmless when it is there already. Raises NotFoundError."""

    async def delete(self, key: str) -> None:
        """From every tier; also when it is gone already."""

    def keys(self, prefix: str = "") -> AsyncIterator[str]: ...

    def upload_link(self, key: str, lifetime_s: int) -> str:
        """Where a sender may PUT the bytes of ``key`` past the relay; empty when they come through the relay."""

    async def tidy(self) -> None:
        """Drop what a crash left behind; only when nobody else uses the store, as at the start of the relay."""

    async def check(self) -> str:
        """Empty when a blob can be written, read and deleted; else what is wrong."""


def checked(key: str) -> str:
    """Raises NotFoundError for what no key looks like."""
    if not _KEY.fullmatch(key):
        raise NotFoundError(f"blob {key}")
    return key


def raw_key(user_id: str, video_id: str, captured_at: int, suffix: str) -> str:
    day = datetime.fromtimestamp(max(0, captured_at) / 1000, UTC)
    return f"raw/{user_id}/{day:%Y/%m/%d}/{video_id}.{suffix}"


def incoming_key(user_id: str, upload_id: str) -> str:
    """Where a sender puts a clip past the relay, until it is verified."""
    return f"incoming/{user_id}/{upload_id}.part"


def thumbnail_key(user_id: str, video_id: str) -> str:
    return f"processed/{user_id}/{video_id}/thumbnail.jpg"


def moment_thumbnail_key(user_id: str, video_id: str, jpeg: bytes) -> str:
    """Named by its content: a link to it always shows the same."""
    return f"{media_of(user_id, video_id)}moments/{hashlib.sha256(jpeg).hexdigest()[:32]}.jpg"


def media_of(user_id: str, video_id: str) -> str:
    """What the keys of all that was made of a video begin with."""
    return f"processed/{user_id}/{video_id}/"


def mezzanine_key(user_id: str, video_id: str) -> str:
    return f"processed/{user_id}/{video_id}/film.mp4"


def film_key(user_id: str, memory_id: str) -> str:
    return f"memories/{user_id}/{memory_id}.mp4"


def variant_key(user_id: str, memory_id: str, variant: str) -> str:
    """A film in another form than that in which it was made."""
    return f"memories/{user_id}/{memory_id}-{variant}.mp4"


def poster_key(user_id: str, memory_id: str) -> str:
    return f"memories/{user_id}/{memory_id}.jpg"


def music_key(user_id: str, music_id: str, suffix: str) -> str:
    return f"music/{user_id}/{music_id}.{suffix}"


def person_photo_key(user_id: str, photo_id: str) -> str:
    return f"people/{user_id}/{photo_id}.jpg"
