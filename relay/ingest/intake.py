"""Whole files become videos: verified, kept for good, and only then receipted. The same clip twice is one video."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from glasses.wire.change import OpKind
from glasses.wire.segment import Kind, Segment
from glasses.wire.upload import Receipt
from relay import faults
from relay.catalog import changes, videos
from relay.catalog.db import Database
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.catalog.videos import Timing
from relay.errors import SouvenirError
from relay.ingest.blobs import raw_key
from relay.ingest.part import Whole
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority

Place = Callable[[str], Awaitable[None]]
"""Puts the clip's bytes under the key that it is given, durably; may be called again."""
Also = Callable[[Connection], None]
"""What else becomes true in the moment in which the clip is stored."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMESPACE = uuid.UUID("6f7c1d0e-0d0b-5b59-9a3f-5a9a4a3d2f10")


class UploadMetadataError(SouvenirError):
    code = "upload.metadata"


class HashMismatchError(SouvenirError):
    code = "upload.hash_mismatch"


class SegmentConflictError(SouvenirError):
    code = "request.conflict"


class Intake:
    def __init__(self, database: Database, bus: Bus, now_ms: Callable[[], int], relay_id: str) -> None:
        self._database, self._bus, self._now_ms, self._relay_id = database, bus, now_ms, relay_id
        self._turns: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def known(self, user_id: str, segment: Segment) -> Receipt | None:
        """The receipt of a clip that is stored already. Raises SegmentConflictError when its id was used for other bytes."""
        return await self._database.read(lambda connection: self.known_in(connection, user_id, segment))

    def known_in(self, connection: Connection, user_id: str, segment: Segment) -> Receipt | None:
        found = videos.find(connection, user_id, segment.segment_id)
        if found is None:  # a sender that did not know its id was here before
            found = videos.find(connection, user_id, derived_id(user_id, segment.sha256))
        return None if found is None else self._receipt_for(found, segment)

    async def receipt(self, user_id: str, video_id: str) -> Receipt:
        """Raises NotFoundError."""
        video = await self._database.read(lambda connection: videos.get(connection, user_id, video_id))
        return self._receipt(video, video.video_id)

    async def id_of(self, user_id: str, sha256: str) -> str:
        """The id of a clip whose sender knows none: of the video with the same bytes, or made of them, so that a retry is the same."""
        video = await self._database.read(lambda connection: videos.same_bytes(connection, user_id, sha256))
        return derived_id(user_id, sha256) if video is None else video.video_id

    async def keep(self, user_id: str, segment: Segment, whole: Whole, place: Place, also: Also = lambda _connection: None) -> Receipt:
        """Store what was found to be ``whole``, as the segment says; one without an id gets it here. Calling again is harmless.

        Raises HashMismatchError, SegmentConflictError, and what ``place`` raises.
        """
        if whole != (segment.sha256, segment.size_bytes):
            raise HashMismatchError(f"expected {segment.size_bytes} bytes of {segment.sha256}, got {whole.size_bytes} of {whole.sha256}")
        async with self._turn(user_id, segment.sha256):
            segment.segment_id = segment.segment_id or await self.id_of(user_id, segment.sha256)
            return await self._keep(user_id, segment, place, also)

    @asynccontextmanager
    async def _turn(self, *key: str) -> AsyncIterator[None]:
        """One clip of an id, and one of a hash, at a time: bytes under a key are those of the row."""
        name = (key[0], key[1])
        lock, waiting = self._turns.get(name, (asyncio.Lock(), 0))
        self._turns[name] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns.pop(name)
            if waiting > 1:
                self._turns[name] = (lock, waiting - 1)

    async def _keep(self, user_id: str, segment: Segment, place: Place, also: Also) -> Receipt:
        async with self._turn(user_id, segment.segment_id):
            if (receipt := await self.known(user_id, segment)) is not None:
                await self._database.write(also)
                return receipt
            video = self._video(user_id, segment)
            await place(video.blob_key)
            stored = await self._database.write(lambda connection: self._store(connection, video, segment, also))
        self._bus.announce()
        return self._receipt_for(stored, segment)

    def _video(self, user_id: str, segment: Segment) -> Video:
        suffix = "jpg" if segment.kind is Kind.PHOTO else "mp4"
        place = segment.place
        return Video(
            user_id=user_id, video_id=segment.segment_id, device_id=segment.device_id, kind=segment.kind, captured_at=segment.captured_at,
            duration_s=segment.duration_s, frames=segment.frames, size_bytes=segment.size_bytes, sha256=segment.sha256,
            blob_key=raw_key(user_id, segment.segment_id, segment.captured_at, suffix),
            lat=place.lat if place else None, lon=place.lon if place else None, stored_at=self._now_ms(),
            sequence=segment.sequence, correlation_id=segment.correlation_id, command_from_s=segment.command_from_s,
            asked_at_s=segment.asked_at_s,
        )  # fmt: skip

    def _store(self, connection: Connection, video: Video, segment: Segment, also: Also) -> Video:
        also(connection)
        earlier = videos.find(connection, video.user_id, video.video_id)
        if earlier is not None:
            return earlier
        videos.put(connection, video)
        videos.put_timing(connection, video.user_id, video.video_id, Timing(stored_at=video.stored_at))
        seen = {"stored": True, "sha256": video.sha256, "size_bytes": video.size_bytes, "captured_at": video.captured_at}
        changes.append(connection, video.user_id, OpKind.CUSTODY, video.video_id, {**seen, "custody": "stored"}, video.stored_at)
        message = Message(
            user_id=video.user_id, operation=JobKind.EXTRACT, video_id=video.video_id, correlation_id=segment.correlation_id,
            priority=Priority.NORMAL,
        )  # fmt: skip
        self._bus.publish_in(connection, message)
        faults.point("intake.uncommitted")
        return video

    def _receipt_for(self, video: Video, segment: Segment) -> Receipt:
        if video.sha256 != segment.sha256:
            raise SegmentConflictError(
                f"segment {video.video_id} is stored with sha256 {video.sha256}",
                hint="Give every clip an id of its own: the stored one is safe and stays.",
            )
        return self._receipt(video, segment.segment_id)

    def _receipt(self, video: Video, segment_id: str) -> Receipt:
        return Receipt(
            segment_id=segment_id, video_id=video.video_id, size_bytes=video.size_bytes, sha256=video.sha256,
            stored_at=video.stored_at, relay_id=self._relay_id,
        )  # fmt: skip


def check_segment(segment: Segment, length_bytes: int, *, named: bool = True) -> None:
    """Raises UploadMetadataError naming the field. Not ``named``: it may be without an id."""
    if (named or segment.segment_id) and not is_uuid(segment.segment_id):
        raise UploadMetadataError(f"segment_id: {segment.segment_id!r} is not a UUID")
    if not _SHA256.fullmatch(segment.sha256):
        raise UploadMetadataError("sha256: 64 lower-case hexadecimal digits are needed")
    if segment.size_bytes != length_bytes:
        raise UploadMetadataError(f"size_bytes: {segment.size_bytes}, but Upload-Length is {length_bytes}")
    if not 0 <= segment.captured_at < 1 << 42:
        raise UploadMetadataError(f"captured_at: {segment.captured_at} is no UTC time in milliseconds")


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def derived_id(user_id: str, sha256: str) -> str:
    """Of a clip whose sender gave it none."""
    return str(uuid.uuid5(_NAMESPACE, f"{user_id}/{sha256}"))
