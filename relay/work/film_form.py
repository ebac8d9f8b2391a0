"""Clips and photos in the form that films take: encoded once, kept, and used by every film."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from glasses.wire.ids import uuid7
from glasses.wire.segment import PROFILE, Kind
from relay.catalog import videos
from relay.catalog.db import Database
from relay.catalog.records import Video, VideoStatus
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.ingest.blobs import BlobStore, mezzanine_key
from relay.jobs.kinds import JobHandler, JobKind, Message

PHOTO_FRAMES = 135
_EDGE_S = 0.2
"""A phone's clip may be that much shorter than it says."""

Opened = Callable[[Video], AbstractAsyncContextManager[Path]]
"""A clip's original as a file."""
MakeForm = Callable[[str, str, str, bool], Awaitable[int]]
"""(video id, original, target, is it a photo) -> frames."""


def needs_film_form(video: Video) -> bool:
    return video.status is VideoStatus.READY and (video.kind is Kind.PHOTO or not video.on_profile)


def film_frames(video: Video) -> int:
    """How long it is in films; a careful guess until its form is made."""
    if video.film_key:
        return video.film_frames
    if video.kind is Kind.PHOTO:
        return PHOTO_FRAMES
    return video.frames if video.on_profile else max(0, int((video.duration_s - _EDGE_S) * PROFILE.fps))


def make_form(video_id: str, original: str, target: str, is_photo: bool, enhance: tuple[str, ...] = ()) -> int:
    """In a worker process. Raises ClipUnreadableError."""
    from relay.assemble.normalise import Enhancement, normalise
    from relay.assemble.photo import photo_clip

    if is_photo:
        photo_clip(video_id, Path(original), Path(target), PROFILE, PHOTO_FRAMES)
        return PHOTO_FRAMES
    wanted = tuple(Enhancement(one) for one in enhance)
    source = normalise(video_id, Path(original), Path(target), PROFILE, sound=True, enhance=wanted)
    return sum(1 for _ in source.packets(0, 1 << 40))


class FilmForms:
    def __init__(
        self, database: Database, blobs: BlobStore, original: Opened, make: MakeForm, scratch: Path, now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._original, self._make = database, blobs, original, make
        self._scratch, self._now_ms = scratch, now_ms

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {JobKind.NORMALISE: self.normalise}

    async def normalise(self, message: Message) -> None:
        video = await self._database.read(lambda connection: videos.find(connection, message.user_id, message.video_id))
        if video is None or video.deleted_at is not None:
            return
        try:
            await self.ensure(video)
        except SouvenirError as problem:
            if problem.code != "upload.not_a_video":
                raise  # tried again; what does not decode stays as it is, and films say so

    @asynccontextmanager
    async def opened(self, video: Video) -> AsyncIterator[Path]:
        """The file that films take, while the context lasts; made now where it is not there. Raises ClipUnreadableError."""
        await self.ensure(video)
        async with self._blobs.file(video.film_key) if needs_film_form(video) else self._original(video) as path:
            yield path

    async def ensure(self, video: Video) -> None:
        """Make what films take where it is not there. Raises ClipUnreadableError."""
        if needs_film_form(video) and not video.film_key:
            target = self._scratch / f"{uuid7(self._now_ms())}.mp4"
            try:
                async with self._original(video) as original:
                    video.film_frames = await self._make(video.video_id, str(original), str(target), video.kind is Kind.PHOTO)
                video.film_key = mezzanine_key(video.user_id, video.video_id)
                await self._blobs.put_file(video.film_key, target)
            finally:
                target.unlink(missing_ok=True)
            if not await self._database.write(partial(_keep, video)):
                await self._blobs.delete(video.film_key)


def _keep(made: Video, connection: Connection) -> bool:
    """False: the clip was deleted meanwhile."""
    video = videos.find(connection, made.user_id, made.video_id)
    if video is None or video.deleted_at is not None:
        return False
    video.film_key, video.film_frames = made.film_key, made.film_frames
    videos.put(connection, video)
    return True
