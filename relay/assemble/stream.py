"""The route of films as they grow: a playlist and the file it names, both by signed links."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from aiohttp import web

from glasses.wire.memory import Memory, MemoryStatus
from glasses.wire.segment import PROFILE
from relay.assemble.boxes import Layout
from relay.assemble.film_name import growing, in_the_making
from relay.assemble.hls import PLAYLIST_TYPE, playlist, text
from relay.auth.links import Links
from relay.catalog import memories
from relay.catalog.db import Database
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobFacts, BlobStore, film_key
from relay.ingest.media import Hashes, media

UNDER = "films"
PIECE_BYTES = 256 << 10
_KEY = re.compile(r"memories/([A-Za-z0-9_-]+)/([A-Za-z0-9_-]+)\.(m3u8|mp4)")


class StreamHttp:
    def __init__(self, database: Database, blobs: BlobStore, links: Links, scratch: Path) -> None:
        self._database, self._blobs, self._links, self._scratch = database, blobs, links, scratch
        self._hashes = Hashes(blobs)

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The playlist of what is there, or the film's bytes so far (ranges work). Raises NotFoundError for a film that failed."""
        key = request.match_info["key"]
        async with self._links.opened(key, request.query):
            return await self._get(request, key)

    async def _get(self, request: web.Request, key: str) -> web.StreamResponse:
        found = _KEY.fullmatch(key)
        if found is None:
            raise NotFoundError(f"film {key}")
        user_id, memory_id, kind = found.groups()
        row = await self._database.read(lambda connection: memories.get(connection, user_id, memory_id))
        whole = row.memory.status is MemoryStatus.COMPLETED
        if kind == "mp4" and whole:
            return await media(request, self._blobs, row.blob_key, await self._hashes.of(row.blob_key), caching="no-store")
        if kind == "mp4":
            film = self._growing(row.memory)
            if film is None:
                raise NotFoundError(f"film {memory_id}", hint="It has not begun yet: ask for the playlist again.")
            return await media(request, _SoFar(film), key, "", caching="no-store")
        media_url = self._links.to(film_key(user_id, memory_id), UNDER)
        if whole:
            async with self._blobs.file(row.blob_key) as path:
                body = await asyncio.to_thread(_playlist, path, media_url, whole=True)
        else:
            body = await asyncio.to_thread(_playlist, self._growing(row.memory), media_url, whole=False)
        return web.Response(text=body, content_type=PLAYLIST_TYPE, headers={"Cache-Control": "no-store"})

    def _growing(self, memory: Memory) -> Path | None:
        if memory.status is MemoryStatus.FAILED:
            raise NotFoundError(f"film {memory.memory_id}", hint="It could not be made; the memory says why.")
        out = in_the_making(self._scratch, memory.memory_id)
        return next((path for path in (growing(out), out) if path.is_file()), None)


class _SoFar:
    """What there is of a film that is being written, under whatever key."""

    def __init__(self, film: Path) -> None:
        self._film = film

    async def facts(self, key: str) -> BlobFacts:
        with _still_there(key):
            return BlobFacts(self._film.stat().st_size, "")

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        left = (await self.facts(key)).size_bytes - start if end is None else end - start
        with _still_there(key):
            file = self._film.open("rb")
        with file:
            file.seek(start)
            while left > 0 and (piece := await asyncio.to_thread(file.read, min(left, PIECE_BYTES))):
                left -= len(piece)
                yield piece


@contextlib.contextmanager
def _still_there(key: str) -> Iterator[None]:
    """Raises NotFoundError: it became a blob."""
    try:
        yield
    except FileNotFoundError as problem:
        raise NotFoundError(f"film {key}", hint="It is just becoming whole: ask again.") from problem


def _playlist(film: Path | None, media_url: str, *, whole: bool) -> str:
    try:
        if film is not None:
            return playlist(film, media_url, fps=PROFILE.fps, ended=whole)
    except FileNotFoundError:  # it has just become a blob: the next look finds it there
        pass
    return text(Layout(0, ()), media_url, fps=PROFILE.fps, ended=False)
