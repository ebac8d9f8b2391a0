"""Taking everything along, and leaving: an account's export, and its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tarfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from glasses.wire.codec import to_builtins
from relay.auth.sessions import Sessions
from relay.catalog import memories, moments, music, people, places, uploads, users, videos
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobStore
from relay.ingest.uploads import Uploads

_BLOCK = tarfile.BLOCKSIZE
_PIECE_BYTES = 1 << 18


class Item(NamedTuple):
    """A file of the export: its bytes, or the blob that they are in."""

    name: str
    data: bytes = b""
    blob_key: str = ""


class Leaving:
    def __init__(self, database: Database, blobs: BlobStore, sessions: Sessions, uploading: Uploads, now_ms: Callable[[], int]) -> None:
        self._database, self._blobs, self._sessions, self._uploads, self._now_ms = database, blobs, sessions, uploading, now_ms

    async def export(self, user_id: str) -> AsyncIterator[bytes]:
        """A tar of everything: originals, films, and what is known of them as JSON. Made while it is sent; nothing is written here."""
        for item in await self._database.read(lambda connection: _items(connection, user_id)):
            with contextlib.suppress(NotFoundError):  # erased while the export runs
                async for piece in self._packed(item):
                    yield piece
        yield b"\0" * (2 * _BLOCK)

    async def delete(self, user_id: str) -> None:
        """Every row and every file of the account, now, and its devices are shut out."""
        for upload_id in await self._database.read(lambda connection: uploads.running_ids(connection, user_id)):
            await self._uploads.terminate(user_id, upload_id)
        await self._database.write(lambda connection: users.delete(connection, user_id))
        await self._sessions.settle()
        kept = self._blobs.keys("")
        for key in [key async for key in kept if key.split("/")[1:2] == [user_id]]:  # its kind first, then whose it is
            await self._blobs.delete(key)

    async def _packed(self, item: Item) -> AsyncIterator[bytes]:
        if not item.blob_key:
            yield self._header(item.name, len(item.data)) + item.data + _padding(len(item.data))
            return
        async with self._blobs.file(item.blob_key) as path:
            with path.open("rb") as file:
                size_bytes = os.fstat(file.fileno()).st_size
                yield self._header(item.name, size_bytes)
                while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                    yield piece
        yield _padding(size_bytes)

    def _header(self, name: str, size_bytes: int) -> bytes:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size_bytes, self._now_ms() // 1000, 0o600
        return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size_bytes: int) -> bytes:
    return b"\0" * (-size_bytes % _BLOCK)


def _items(connection: Connection, user_id: str) -> list[Item]:
    user = users.get(connection, user_id)
    clips = videos.page(connection, user_id, limit=1 << 30)
    films = memories.of_user(connection, user_id)
    known, pieces = people.of_user(connection, user_id), music.of_user(connection, user_id)
    told: dict[str, Any] = {
        "account": msgspec.to_builtins(user),
        "videos": [
            {**msgspec.to_builtins(clip), "moments": msgspec.to_builtins(moments.of_video(connection, user_id, clip.video_id))}
            for clip in clips
        ],
        "people": msgspec.to_builtins(known),
        "places": msgspec.to_builtins(places.of_user(connection, user_id)),
        "films": [to_builtins(film.memory) for film in films],
        "music": msgspec.to_builtins(pieces),
    }
    items = [Item("souvenir/account.json", msgspec.json.format(msgspec.json.encode(told), indent=2))]
    items += [Item(f"souvenir/videos/{Path(clip.blob_key).name}", blob_key=clip.blob_key) for clip in clips if clip.blob_key]
    items += [Item(f"souvenir/films/{Path(film.blob_key).name}", blob_key=film.blob_key) for film in films if film.blob_key]
    items += [Item(f"souvenir/music/{Path(piece.blob_key).name}", blob_key=piece.blob_key) for piece in pieces]
    return items
