"""The music of an account: brought, kept, chosen, taken away."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from glasses.wire.ids import uuid7
from glasses.wire.music import MusicInfo, MusicList
from relay.auth.links import Links
from relay.catalog import music, users
from relay.catalog.db import Database
from relay.catalog.records import Music
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.extract.facts import MusicFacts
from relay.ingest.blobs import BlobStore, music_key

MOST_PIECES = 200
_LONGEST_NAME = 120
_SUFFIX = re.compile(r"[a-z0-9]{1,5}")

Examine = Callable[[Path], Awaitable[MusicFacts]]
"""What a file is. Raises NotMusicError."""


class TooManyPiecesError(SouvenirError):
    code = "request.conflict"


class Brought(NamedTuple):
    """A file as it came."""

    file: Path
    name: str
    sha256: str
    size_bytes: int


class MusicShelf:
    def __init__(self, database: Database, blobs: BlobStore, examine: Examine, links: Links, now_ms: Callable[[], int]) -> None:
        self._database, self._blobs, self._examine, self._links, self._now_ms = database, blobs, examine, links, now_ms

    async def add(self, user_id: str, brought: Brought) -> MusicInfo:
        """The same bytes again are the piece that is there. Raises NotMusicError, TooManyPiecesError; ``brought.file`` stays."""
        facts = await self._examine(brought.file)
        now, suffix = self._now_ms(), Path(brought.name).suffix[1:].lower()
        music_id = uuid7(now)
        fresh = Music(
            user_id=user_id, music_id=music_id, name=_named(brought.name), sha256=brought.sha256, size_bytes=brought.size_bytes,
            duration_s=facts.duration_s, loudness_lufs=facts.loudness_lufs, added_at=now,
            blob_key=music_key(user_id, music_id, suffix if _SUFFIX.fullmatch(suffix) else "audio"),
        )  # fmt: skip
        await self._blobs.put_file(fresh.blob_key, brought.file)
        kept = None
        try:
            kept = await self._database.write(lambda connection: _kept(connection, fresh))
            return self._info(kept)
        finally:
            if kept is None or kept.music_id != music_id:
                await self._blobs.delete(fresh.blob_key)

    async def everything(self, user_id: str) -> MusicList:
        def look(connection: Connection) -> MusicList:
            pieces = [self._info(one) for one in music.of_user(connection, user_id)]
            return MusicList(music=pieces, default=users.get(connection, user_id).music_id)

        return await self._database.read(look)

    async def choose(self, user_id: str, music_id: str) -> None:
        """The piece that plays under films which ask for none; empty: none does. Raises NotFoundError."""

        def keep(connection: Connection) -> None:
            user = users.get(connection, user_id)
            user.music_id = music.get(connection, user_id, music_id).music_id if music_id else ""
            users.save(connection, user)

        await self._database.write(keep)

    async def remove(self, user_id: str, music_id: str) -> None:
        """Films that have it already keep their sound. Raises NotFoundError."""
        gone = await self._database.write(lambda connection: music.drop(connection, user_id, music_id))
        await self._blobs.delete(gone.blob_key)

    def _info(self, piece: Music) -> MusicInfo:
        return MusicInfo(
            music_id=piece.music_id, name=piece.name, duration=piece.duration_s, size_bytes=piece.size_bytes, sha256=piece.sha256,
            added_at=piece.added_at, url=self._links.to(piece.blob_key),
        )  # fmt: skip


def _kept(connection: Connection, fresh: Music) -> Music:
    """Raises TooManyPiecesError."""
    users.get(connection, fresh.user_id)  # the account may have ended meanwhile
    there = music.of_bytes(connection, fresh.user_id, fresh.sha256)
    if there is not None:
        return there
    if len(music.of_user(connection, fresh.user_id)) >= MOST_PIECES:
        raise TooManyPiecesError(f"there are {MOST_PIECES} pieces already", hint="Take one away first: DELETE /api/v1/music/{music_id}.")
    music.put(connection, fresh)
    return fresh


def _named(file_name: str) -> str:
    """A file's name as a title: 'My Song.mp3' is 'My Song'."""
    plain = "".join(letter for letter in Path(file_name).stem if letter.isprintable()).strip()
    return plain[:_LONGEST_NAME] or "Music"
