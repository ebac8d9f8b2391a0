"""Keeps the index true to the catalogue: at start, after a change, and after the index was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from relay.catalog.records import MomentDoc
from relay.index.base import Index
from relay.index.documents import by_video, digest_of

Documents = Callable[[str], Iterable[MomentDoc]]
"""user_id -> the documents of all clips that may be found (ready, not deleted)."""
VideoDocuments = Callable[[str, str], Iterable[MomentDoc]]
"""user_id, video_id -> the documents of one clip; none when it may not be found any more."""

LATE_AT_LEAST = 4096
"""Clips that came after one taken later. More of them, and more than a quarter of all: the index is put in order anew."""


@dataclass(frozen=True)
class Refreshed:
    put: int
    removed: int
    kept: int


class Indexer:
    """Consumes the changes of the catalogue. Everything is idempotent: a job may come twice."""

    def __init__(self, index: Index, documents: Documents, of_video: VideoDocuments) -> None:
        self._index = index
        self._documents = documents
        self._of_video = of_video

    def changed(self, user_id: str, video_id: str) -> None:
        """A clip was extracted, edited or deleted."""
        docs = list(self._of_video(user_id, video_id))
        if docs:
            self._index.put(docs)
        else:
            self._index.remove(user_id, video_id)

    def refresh(self, user_id: str) -> Refreshed:
        """Compares every clip by digest, and puts or removes what differs. An index that is empty, or far out of order, is rebuilt."""
        have = self._index.digests(user_id)
        if not have:
            return Refreshed(self._rebuild(user_id), 0, 0)
        want = by_video(self._documents(user_id))
        stale = [moments for (_, video_id), moments in want.items() if have.get(video_id) != digest_of(moments)]
        gone = set(have) - {video_id for _, video_id in want}
        for moments in stale:
            self._index.put(moments)
        for video_id in gone:
            self._index.remove(user_id, video_id)
        if self._index.late(user_id) > max(LATE_AT_LEAST, len(want) // 4):
            self._rebuild(user_id)
        return Refreshed(len(stale), len(gone), len(want) - len(stale))

    def _rebuild(self, user_id: str) -> int:
        """In the order of time, which answers soonest; how many clips."""
        docs = sorted(self._documents(user_id), key=lambda doc: (doc.captured_at, doc.video_id))
        if docs:
            self._index.rebuild(user_id, docs)
        return len({doc.video_id for doc in docs})
