"""The route of films as they grow: a playlist and the file it names, both by signed links."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from aiohttp import web

from glasses.wire.memory import MemoryStatus
from glasses.wire.segment import PROFILE
from relay.assemble.boxes import Layout
from relay.assemble.film_name import growing, in_the_making
from relay.assemble.hls import PLAYLIST_TYPE, playlist, text
from relay.auth.links import Links
from relay.catalog import memories
from relay.catalog.db import Database
from relay.catalog.memories import MemoryRow
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobStore, film_key

UNDER = "films"
_KEY = re.compile(r"memories/([A-Za-z0-9_-]+)/([A-Za-z0-9_-]+)\.(m3u8|mp4)")


class StreamHttp:
    def __init__(self, database: Database, blobs: BlobStore, links: Links, scratch: Path) -> None:
        self._database, self._blobs, self._links, self._scratch = database, blobs, links, scratch

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The playlist of what is there, or the film's bytes so far (ranges work). Raises NotFoundError for a film that failed."""
        key = request.match_info["key"]
        self._links.check(key, request.query.get("expires", ""), request.query.get("signature", ""))
        found = _KEY.fullmatch(key)
        if found is None:
            raise NotFoundError(f"film {key}")
        user_id, memory_id, kind = found.groups()
        row = await self._database.read(lambda connection: memories.get(connection, user_id, memory_id))
        film = self._film(row)
        if kind == "mp4":
            if film is None:
                raise NotFoundError(f"film {memory_id}", hint="It has not begun yet: ask for the playlist again.")
            return web.FileResponse(film, headers={"Content-Type": "video/mp4", "Cache-Control": "no-store"})
        media_url = self._links.to(film_key(user_id, memory_id), UNDER)
        whole = row.memory.status is MemoryStatus.COMPLETED
        body = await asyncio.to_thread(_playlist, film, media_url, whole=whole)
        return web.Response(text=body, content_type=PLAYLIST_TYPE, headers={"Cache-Control": "no-store"})

    def _film(self, row: MemoryRow) -> Path | None:
        memory = row.memory
        if memory.status is MemoryStatus.COMPLETED:
            return self._blobs.local(row.blob_key)
        if memory.status is MemoryStatus.FAILED:
            raise NotFoundError(f"film {memory.memory_id}", hint="It could not be made; the memory says why.")
        out = in_the_making(self._scratch, memory.memory_id)
        return next((path for path in (growing(out), out) if path.is_file()), None)


def _playlist(film: Path | None, media_url: str, *, whole: bool) -> str:
    try:
        if film is not None:
            return playlist(film, media_url, fps=PROFILE.fps, ended=whole)
    except FileNotFoundError:  # it has just become a blob: the next look finds it there
        pass
    return text(Layout(0, ()), media_url, fps=PROFILE.fps, ended=False)
