"""Whole files become videos: verified, kept for good, and only then receipted. The same clip twice is one video."""

from __future__ import annotations

import asyncio
import hashlib
import re
import uuid
from collections.abc import Callable
from pathlib import Path

from glasses.wire.change import OpKind
from glasses.wire.segment import Kind, Segment
from glasses.wire.upload import Receipt
from relay.catalog import changes, videos
from relay.catalog.db import Database
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.catalog.videos import Timing
from relay.errors import SouvenirError
from relay.ingest.blobs import BlobStore, raw_key
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority

_SHA256 = re.compile(r"[0-9a-f]{64}")


class UploadMetadataError(SouvenirError):
    code = "upload.metadata"


class HashMismatchError(SouvenirError):
    code = "upload.hash_mismatch"


class SegmentConflictError(SouvenirError):
    code = "request.conflict"


class Intake:
    def __init__(self, database: Database, blobs: BlobStore, bus: Bus, now_ms: Callable[[], int], relay_id: str) -> None:
        self._database, self._blobs, self._bus, self._now_ms, self._relay_id = database, blobs, bus, now_ms, relay_id

    async def known(self, user_id: str, segment: Segment) -> Receipt | None:
        """The receipt of a clip that is stored already. Raises SegmentConflictError when its id was used for other bytes."""
        video = await self._database.read(lambda connection: videos.find(connection, user_id, segment.segment_id))
        return None if video is None else self._receipt_for(video, segment)

    async def receipt(self, user_id: str, video_id: str) -> Receipt:
        """Raises NotFoundError."""
        return self._receipt(await self._database.read(lambda connection: videos.get(connection, user_id, video_id)))

    async def keep(self, user_id: str, segment: Segment, file: Path) -> Receipt:
        """Store ``file``, already fsynced, as the segment says. It stays where it is; calling again is harmless.

        Raises HashMismatchError, SegmentConflictError, DiskFullError.
        """
        found, size_bytes = await asyncio.to_thread(_sha256, file)
        if found != segment.sha256:
            raise HashMismatchError(f"expected {segment.sha256}, got {found}")
        video = self._video(user_id, segment, size_bytes)
        if (receipt := await self.known(user_id, segment)) is not None:
            return receipt
        await self._blobs.put_file(video.blob_key, file)
        stored = await self._database.write(lambda connection: self._store(connection, video, segment))
        self._bus.announce()
        return self._receipt_for(stored, segment)

    def _video(self, user_id: str, segment: Segment, size_bytes: int) -> Video:
        suffix = "jpg" if segment.kind is Kind.PHOTO else "mp4"
        place = segment.place
        return Video(
            user_id=user_id, video_id=segment.segment_id, device_id=segment.device_id, kind=segment.kind, captured_at=segment.captured_at,
            duration_s=segment.duration_s, frames=segment.frames, size_bytes=size_bytes, sha256=segment.sha256,
            blob_key=raw_key(user_id, segment.segment_id, segment.captured_at, suffix),
            lat=place.lat if place else None, lon=place.lon if place else None, stored_at=self._now_ms(),
            sequence=segment.sequence, correlation_id=segment.correlation_id, command_from_s=segment.command_from_s,
            asked_at_s=segment.asked_at_s,
        )  # fmt: skip

    def _store(self, connection: Connection, video: Video, segment: Segment) -> Video:
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
        return video

    def _receipt_for(self, video: Video, segment: Segment) -> Receipt:
        if video.sha256 != segment.sha256:
            raise SegmentConflictError(
                f"segment {video.video_id} is stored with sha256 {video.sha256}",
                hint="Give every clip an id of its own: the stored one is safe and stays.",
            )
        return self._receipt(video)

    def _receipt(self, video: Video) -> Receipt:
        return Receipt(
            segment_id=video.video_id, video_id=video.video_id, size_bytes=video.size_bytes, sha256=video.sha256,
            stored_at=video.stored_at, relay_id=self._relay_id,
        )  # fmt: skip


def check_segment(segment: Segment, length_bytes: int) -> None:
    """Raises UploadMetadataError naming the field."""
    if not is_uuid(segment.segment_id):
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


def _sha256(file: Path) -> tuple[str, int]:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), opened.tell()
