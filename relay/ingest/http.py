"""Routes that take and give media."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import os
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
from aiohttp import BodyPartReader, web

from glasses.wire.codec import decode_json
from glasses.wire.ids import uuid7
from glasses.wire.segment import GeoPoint, Kind, Segment
from glasses.wire.video import UploadAccepted, UploadMetadata
from relay.auth.gate import who
from relay.auth.links import Links
from relay.catalog import videos
from relay.catalog.db import Database
from relay.errors import SouvenirError
from relay.exchange import MediaTypeError, answer
from relay.ingest.blobs import BlobStore, translated_disk_errors
from relay.ingest.intake import Intake, UploadMetadataError, check_segment
from relay.ingest.tus import receipt_header
from relay.ingest.uploads import Uploads

DEVICE_TYPES = ("smart_glass", "phone_app")
CACHE_FOREVER = "private, max-age=31536000, immutable"
_FIELD_BYTES = 64 << 10
_PIECE_BYTES = 1 << 20
_NAMESPACE = uuid.UUID("6f7c1d0e-0d0b-5b59-9a3f-5a9a4a3d2f10")
"""Ids of clips whose sender gave none are derived from account, device and hash, so that a retry is the same video."""


class TooLargeError(SouvenirError):
    code = "request.too_large"


class Parts(msgspec.Struct, kw_only=True):
    """What a multipart upload brought."""

    file: Path
    fields: dict[str, str] = {}
    media_type: str = ""
    sha256: str = ""
    size_bytes: int = 0


class IngestHttp:
    def __init__(
        self, database: Database, blobs: BlobStore, intake: Intake, uploads: Uploads, links: Links, folder: Path, most_bytes: int,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._intake, self._uploads, self._links = database, blobs, intake, uploads, links
        self._folder, self._most_bytes, self._now_ms = folder, most_bytes, now_ms

    async def upload(self, request: web.Request) -> web.Response:
        """A whole clip in one request. The answer comes after it is durable."""
        if request.content_type != "multipart/form-data":
            raise MediaTypeError(f"{request.content_type} instead of multipart/form-data")
        self._uploads.check_room(request.content_length or 0)
        identity = who(request)
        async with self._parts(request) as parts:
            segment = _segment(parts, identity.user_id, identity.device_id, self._now_ms())
            check_segment(segment, parts.size_bytes)
            receipt = await self._intake.keep(identity.user_id, segment, parts.file)
            accepted = UploadAccepted(
                video_id=receipt.video_id, upload_url="/api/v1/uploads", sync_token=parts.fields.get("sync_token") or receipt.video_id
            )
            return answer(accepted, status=202, headers=receipt_header(receipt))

    async def receipt(self, request: web.Request) -> web.Response:
        return answer(await self._intake.receipt(who(request).user_id, request.match_info["video_id"]))

    async def media(self, request: web.Request) -> web.StreamResponse:
        """The original bytes; ranges work, the digest is that of the receipt (RFC 9530)."""
        user_id, video_id = who(request).user_id, request.match_info["video_id"]
        video = await self._database.read(lambda connection: videos.get(connection, user_id, video_id))
        digest = base64.b64encode(bytes.fromhex(video.sha256)).decode()
        headers = {"Cache-Control": CACHE_FOREVER, "Repr-Digest": f"sha-256=:{digest}:"}
        return web.FileResponse(self._blobs.local(video.blob_key), headers=headers)

    async def blob(self, request: web.Request) -> web.StreamResponse:
        """A file by its signed link."""
        key = request.match_info["key"]
        self._links.check(key, request.query.get("expires", ""), request.query.get("signature", ""))
        return await self.by_key(request, key)

    async def by_key(self, request: web.Request, key: str) -> web.StreamResponse:  # noqa: ARG002 -- ranges are in it
        """A file that the request has been found to be allowed to see."""
        return web.FileResponse(self._blobs.local(key), headers={"Cache-Control": CACHE_FOREVER})

    @contextlib.asynccontextmanager
    async def _parts(self, request: web.Request) -> AsyncIterator[Parts]:
        parts = Parts(file=self._folder / f"{uuid7(self._now_ms())}.multipart")
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    raise UploadMetadataError("a part is itself multipart")
                if part.name == "video":
                    await self._receive(part, parts)
                elif part.name:
                    parts.fields[part.name] = await _text(part)
            if not parts.sha256:
                raise UploadMetadataError("video: missing")
            yield parts
        except ValueError as problem:
            raise UploadMetadataError(f"the multipart body is malformed: {problem}") from problem
        finally:
            parts.file.unlink(missing_ok=True)

    async def _receive(self, part: BodyPartReader, parts: Parts) -> None:
        digest = hashlib.sha256()
        with parts.file.open("wb") as file, translated_disk_errors(parts.file):
            while data := await part.read_chunk(_PIECE_BYTES):
                digest.update(data)
                parts.size_bytes += len(data)
                if parts.size_bytes > self._most_bytes:
                    raise TooLargeError(f"more than {self._most_bytes} bytes")
                file.write(data)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        parts.sha256, parts.media_type = digest.hexdigest(), part.headers.get("Content-Type", "")


async def _text(part: BodyPartReader) -> str:
    data = bytearray()
    while piece := await part.read_chunk():
        data += piece
        if len(data) > _FIELD_BYTES:
            raise TooLargeError(f"{part.name}: more than {_FIELD_BYTES} bytes")
    return data.decode()


def _segment(parts: Parts, user_id: str, device_id: str, now: int) -> Segment:
    if (device_type := parts.fields.get("device_type", "")) not in DEVICE_TYPES:
        raise UploadMetadataError(f"device_type: {device_type or 'missing'}; it is {' or '.join(DEVICE_TYPES)}")
    metadata = decode_json(parts.fields.get("metadata") or "{}", UploadMetadata)
    if metadata.sha256 and metadata.sha256 != parts.sha256:
        raise SouvenirError(f"expected {metadata.sha256}, got {parts.sha256}", code="upload.hash_mismatch")
    device_id = parts.fields.get("device_id") or device_id
    location = metadata.location
    if location and not {"lat", "lon"} <= set(location):
        raise UploadMetadataError("location: lat and lon are needed")
    place = GeoPoint(lat=location["lat"], lon=location["lon"], accuracy_m=location.get("accuracy_m", 0.0)) if location else None
    return Segment(
        segment_id=metadata.video_id or str(uuid.uuid5(_NAMESPACE, f"{user_id}/{device_id}/{parts.sha256}")), device_id=device_id,
        kind=Kind.PHOTO if parts.media_type.startswith("image/") else Kind.VIDEO, captured_at=metadata.captured_at or now,
        duration_s=metadata.duration, size_bytes=parts.size_bytes, sha256=parts.sha256, place=place, profile="",
    )  # fmt: skip
