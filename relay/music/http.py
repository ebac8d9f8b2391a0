"""Routes of an account's music."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from glasses.wire.ids import uuid7
from glasses.wire.music import MusicDefault
from relay.auth.gate import who
from relay.catalog.db import Database
from relay.config import FilmsConfig
from relay.errors import SouvenirError
from relay.exchange import MediaTypeError, answer, body
from relay.ingest.disk import translated_disk_errors
from relay.ingest.quota import Room
from relay.music.shelf import Brought, MusicShelf

_PIECE_BYTES = 256 << 10
_KINDS = ("audio/", "video/", "application/octet-stream", "application/ogg")


class MusicTooLargeError(SouvenirError):
    code = "request.too_large"


class MusicHttp:
    def __init__(
        self, database: Database, shelf: MusicShelf, room: Room, folder: Path, config: FilmsConfig, now_ms: Callable[[], int]
    ) -> None:
        """``folder``: where bytes are received in."""
        self._database, self._shelf, self._room, self._folder, self._config, self._now_ms = database, shelf, room, folder, config, now_ms

    async def list(self, request: web.Request) -> web.Response:
        return answer(await self._shelf.everything(who(request).user_id))

    async def add(self, request: web.Request) -> web.Response:
        """The file itself as the body, its name in the query."""
        if not request.content_type.startswith(_KINDS):
            raise MediaTypeError(f"{request.content_type} instead of audio/*")
        user_id, announced_bytes = who(request).user_id, request.content_length or 0
        if announced_bytes > self._config.music_max_bytes:
            raise self._too_large()
        await self._database.read(lambda connection: self._room.check_in(connection, user_id, announced_bytes))
        file = self._folder / f"{uuid7(self._now_ms())}.music"
        try:
            sha256, size_bytes = await self._received(request, file)
            if size_bytes > announced_bytes:  # of a body that came in chunks
                await self._database.read(lambda connection: self._room.check_in(connection, user_id, size_bytes, passing=False))
            brought = Brought(file, request.query.get("name", ""), sha256, size_bytes)
            return answer(await self._shelf.add(user_id, brought), status=201)
        finally:
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def choose(self, request: web.Request) -> web.Response:
        asked = await body(request, MusicDefault)
        await self._shelf.choose(who(request).user_id, asked.music_id)
        return answer(asked)

    async def remove(self, request: web.Request) -> web.Response:
        await self._shelf.remove(who(request).user_id, request.match_info["music_id"])
        return web.Response(status=204)

    async def _received(self, request: web.Request, path: Path) -> tuple[str, int]:
        digest, size_bytes = hashlib.sha256(), 0
        with translated_disk_errors(path), await asyncio.to_thread(path.open, "wb") as file:
            async for data in request.content.iter_chunked(_PIECE_BYTES):
                size_bytes += len(data)
                if size_bytes > self._config.music_max_bytes:
                    raise self._too_large()
                digest.update(data)
                await asyncio.to_thread(file.write, data)
        return digest.hexdigest(), size_bytes

    def _too_large(self) -> MusicTooLargeError:
        most = self._config.music_max_bytes
        return MusicTooLargeError(f"more than {most} bytes", hint="Send a smaller file, as MP3 or M4A (relay.toml: films.music_max_bytes).")
