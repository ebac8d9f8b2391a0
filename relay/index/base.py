"""What searching needs of an index: sets of keys by term, time and place, text and vectors. By account first, never across.

A moment has a key; a video has that of its first moment. Keys mean something only within one account and one build.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from relay.catalog.records import MomentDoc
from relay.index.sets import KeySet

Floats = npt.NDArray[np.float32]


class Channel(StrEnum):
    """What a vector or a text was made of."""

    SEEN = "seen"
    SAID = "said"


class TextField(StrEnum):
    """A column of the full text."""

    SPEECH = "speech"
    WRITTEN = "written"
    NOTES = "notes"
    """Caption and tags."""
    LABELS = "labels"
    PLACE = "place"


@dataclass(frozen=True)
class MomentRow:
    """A moment as the index keeps it, for showing and for reasons."""

    key: int
    moment_id: str
    start_s: float
    end_s: float
    quality: float
    people: tuple[str, ...]
    unknown_faces: int
    labels: tuple[str, ...]


@dataclass(frozen=True)
class VideoRow:
    key: int
    video_id: str
    kind: str
    captured_at: int
    timezone: str
    duration_s: float
    lat: float | None
    lon: float | None
    place: str
    country: str
    place_ids: tuple[str, ...]
    moments: tuple[MomentRow, ...]


@dataclass(frozen=True)
class PlaceCount:
    name: str
    ids: tuple[str, ...]
    videos: int
    lat: float | None
    lon: float | None


class Embedder(Protocol):
    """Texts to vectors of one length, by meaning."""

    def embed(self, texts: list[str]) -> Floats:
        """[n, dimensions], each row of length 1, or all zeros for a text without known words."""
        ...


class Index(Protocol):
    """The searchable copy of the catalogue. It may be deleted at any time and is rebuilt from the catalogue."""

    def put(self, docs: Iterable[MomentDoc]) -> None:
        """Replaces the videos that ``docs`` belong to by exactly these moments. Atomic for each account."""
        ...

    def remove(self, user_id: str, video_id: str) -> None: ...

    def rebuild(self, user_id: str, docs: Iterable[MomentDoc]) -> None:
        """Replaces all of an account; until it is done, the former state answers."""
        ...

    def drop(self, user_id: str) -> None:
        """Forgets an account and deletes its files."""
        ...

    def digests(self, user_id: str) -> dict[str, str]:
        """video_id -> digest of the docs it was made of (``digest_of``)."""
        ...

    def late(self, user_id: str) -> int:
        """How many videos came after one that was taken later: a rebuild puts them in order."""
        ...

    def everything(self, user_id: str) -> KeySet:
        """All videos."""
        ...

    def having(self, user_id: str, term: str) -> KeySet:
        """The moments that have a term: "person:ID", "place:city:1", "label:dog", "faces:2", "kind:photo"; and the videos (not moments)
        of "weekday:0" (Monday), "hour:23", both by the clock of the place, "zone:Asia/Tokyo", and "quality:0" to "quality:10"."""
        ...

    def videos_of(self, user_id: str, moments: KeySet) -> KeySet:
        """The videos that these moments are of."""
        ...

    def moments_of(self, user_id: str, videos: KeySet) -> KeySet:
        """All moments of these videos."""
        ...

    def between(self, user_id: str, start_at: int | None, end_at: int | None) -> KeySet:
        """Videos taken from ``start_at`` (UTC ms) up to, not at, ``end_at``; None: no limit."""
        ...

    def by_clock(self, user_id: str, start_at: int | None, end_at: int | None, timezone: str) -> KeySet:
        """As ``between``, by the clock of the place where each video was taken: from when it showed what that of ``timezone`` shows at
        ``start_at``. Videos without a zone of their own, and all if ``timezone`` is unknown, go by ``start_at`` and ``end_at`` as they
        are."""
        ...

    def near(self, user_id: str, lat: float, lon: float, radius_km: float) -> KeySet:
        """Videos taken within a great circle of a point."""
        ...

    def newest(self, user_id: str, videos: KeySet, limit: int) -> list[int]:
        """The keys of the latest of ``videos``, the latest first."""
        ...

    def terms(self, user_id: str, kind: str) -> dict[str, int]:
        """Every term of a kind ("label") without its prefix, and in how many moments it is."""
        ...

    def places(self, user_id: str) -> list[PlaceCount]:
        """Where the account has clips, the most clips first."""
        ...

    def text(self, user_id: str, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
        """Moments with ``every`` one or any of the words (stemmed) in the fields; (key, BM25 score: higher is better), best first.
        Without ``every``, words that very many moments have do not count."""
        ...

    def matching(self, user_id: str, words: Sequence[str], fields: Sequence[TextField]) -> KeySet:
        """All moments with every one of the words (stemmed) in the fields."""
        ...

    def nearest(self, user_id: str, vector: Floats, channel: Channel, limit: int, within: KeySet | None = None) -> list[tuple[int, float]]:
        """(key, cosine) of moments, of those in ``within`` if it is given; nearest first."""
        ...

    def rows(self, user_id: str, videos: Sequence[int]) -> list[VideoRow]:
        """The videos of these keys, in the order asked; unknown keys are left out."""
        ...
