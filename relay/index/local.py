"""The embedded index: one folder for each account, opened when asked."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from relay.catalog.records import MomentDoc
from relay.errors import SouvenirError
from relay.index.base import Channel, Embedder, Floats, PlaceCount, TextField, VideoRow
from relay.index.sets import Keys, KeySet
from relay.index.shard import Shard
from relay.index.vectors import Bytes

MOST_OPEN = 64
REBUILD_BATCH = 16_384
"""Moments: the more at once, the fewer times a posting is written."""


class IndexDamagedError(SouvenirError):
    code = "storage.damaged"


class LocalIndex:
    """``Index`` in ``root``. A file that is damaged or of another version is set aside and begun anew: the catalogue refills it."""

    def __init__(self, root: Path, embedder: Embedder) -> None:
        self._root = root
        self._embedder = embedder
        self._open: OrderedDict[str, Shard] = OrderedDict()
        self._lock = threading.RLock()

    def close(self) -> None:
        with self._lock:
            for shard in self._open.values():
                shard.close()
            self._open.clear()

    def put(self, docs: Iterable[MomentDoc]) -> None:
        listed = list(docs)
        for user_id in dict.fromkeys(doc.user_id for doc in listed):
            self._shard(user_id).put(doc for doc in listed if doc.user_id == user_id)

    def remove(self, user_id: str, video_id: str) -> None:
        self._shard(user_id).remove(video_id)

    def rebuild(self, user_id: str, docs: Iterable[MomentDoc]) -> None:
        folder = self._folder(user_id)
        fresh = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shard = Shard(fresh, self._embedder)
        try:
            batch: list[MomentDoc] = []
            for doc in docs:
                if len(batch) >= REBUILD_BATCH and doc.video_id != batch[-1].video_id:
                    shard.put(batch)
                    shard.ready()
                    batch = []
                batch.append(doc)
            shard.put(batch)
            shard.ready()
        finally:
            shard.close()
        with self._lock:
            self.drop(user_id)
            fresh.rename(folder)

    def drop(self, user_id: str) -> None:
        with self._lock:
            shard = self._open.pop(user_id, None)
            if shard:
                shard.close()
            folder = self._folder(user_id)
            if folder.exists():
                old = folder.with_name(f"{folder.name}.old")
                shutil.rmtree(old, ignore_errors=True)
                folder.rename(old)
                shutil.rmtree(old)

    def digests(self, user_id: str) -> dict[str, str]:
        return self._shard(user_id).digests()

    def late(self, user_id: str) -> int:
        return self._shard(user_id).late()

    def everything(self, user_id: str) -> KeySet:
        return self._shard(user_id).everything()

    def having(self, user_id: str, term: str) -> KeySet:
        return self._shard(user_id).having(term)

    def videos_of(self, user_id: str, moments: KeySet) -> KeySet:
        return self._shard(user_id).videos_of(moments)

    def moments_of(self, user_id: str, videos: KeySet) -> KeySet:
        return self._shard(user_id).moments_of(videos)

    def between(self, user_id: str, start_at: int | None, end_at: int | None) -> KeySet:
        return self._shard(user_id).between(start_at, end_at)

    def by_clock(self, user_id: str, start_at: int | None, end_at: int | None, timezone: str) -> KeySet:
        return self._shard(user_id).by_clock(start_at, end_at, timezone)

    def near(self, user_id: str, lat: float, lon: float, radius_km: float) -> KeySet:
        return self._shard(user_id).near(lat, lon, radius_km)

    def newest(self, user_id: str, videos: KeySet, limit: int) -> list[int]:
        return self._shard(user_id).newest(videos, limit)

    def terms(self, user_id: str, kind: str) -> dict[str, int]:
        return self._shard(user_id).terms(kind)

    def places(self, user_id: str) -> list[PlaceCount]:
        return self._shard(user_id).places()

    def text(self, user_id: str, words: Sequence[str], fields: Sequence[TextField], *, every: bool, limit: int) -> list[tuple[int, float]]:
        return self._shard(user_id).text(words, fields, every=every, limit=limit)

    def matching(self, user_id: str, words: Sequence[str], fields: Sequence[TextField]) -> KeySet:
        return self._shard(user_id).matching(words, fields)

    def nearest(self, user_id: str, vector: Floats, channel: Channel, limit: int, within: KeySet | None = None) -> list[tuple[int, float]]:
        return self._shard(user_id).nearest(vector, channel, limit, within)

    def vectors(self, user_id: str, channel: Channel) -> Iterable[tuple[Keys, Bytes]]:
        """All stored vectors in batches of (keys, rows in whole numbers): for comparing."""
        return self._shard(user_id).stored_vectors(channel)

    def rows(self, user_id: str, videos: Sequence[int]) -> list[VideoRow]:
        return self._shard(user_id).rows(videos)

    def _folder(self, user_id: str) -> Path:
        name = quote(user_id, safe="")
        if not name or name.strip(".") == "":
            raise IndexDamagedError(f"{user_id!r} is no account id")
        return self._root / name

    def _shard(self, user_id: str) -> Shard:
        with self._lock:
            if user_id not in self._open:
                self._open[user_id] = self._opened(self._folder(user_id))
            self._open.move_to_end(user_id)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)[1].close()
            return self._open[user_id]

    def _opened(self, folder: Path) -> Shard:
        try:
            return Shard(folder, self._embedder)
        except sqlite3.OperationalError:
            raise  # busy or no room: the file may be whole
        except sqlite3.DatabaseError:
            aside = folder.with_name(f"{folder.name}.damaged")
            shutil.rmtree(aside, ignore_errors=True)
            folder.rename(aside)
            return Shard(folder, self._embedder)
