"""A whole clip in one request: ``multipart/form-data`` into a file, its fields into a Segment."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from pathlib import Path

import msgspec
from aiohttp import BodyPartReader, web

from glasses.wire.codec import decode_json
from glasses.wire.segment import GeoPoint, Kind, Segment
from glasses.wire.video import UploadMetadata
from relay import faults
from relay.errors import SouvenirError
from relay.ingest.intake import UploadMetadataError
from relay.ingest.part import PartFile, Whole, batch_bytes

DEVICE_TYPES = ("smart_glass", "phone_app")
_FIELD_BYTES = 64 << 10
_PIECE_BYTES = 256 << 10


class TooLargeError(SouvenirError):
    code = "request.too_large"


class Parts(msgspec.Struct, kw_only=True):
    """What a multipart upload brought."""

    file: Path
    fields: dict[str, str] = {}
    media_type: str = ""
    whole: Whole | None = None
    """None: no ``video`` part came."""


@contextlib.asynccontextmanager
async def received(request: web.Request, file: Path, most_bytes: int, threads: Executor) -> AsyncIterator[Parts]:
    """The request's parts; ``file`` holds the clip, durable, while the context lasts; ``threads`` write and hash it.

    Raises UploadMetadataError, TooLargeError, DiskFullError.
    """
    parts = Parts(file=file)
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise UploadMetadataError("a part is itself multipart")
            if part.name == "video":
                parts.whole, parts.media_type = await _receive(part, file, most_bytes, threads), part.headers.get("Content-Type", "")
            elif part.name:
                parts.fields[part.name] = await _text(part)
        yield parts
    except ValueError as problem:
        raise UploadMetadataError(f"the multipart body is malformed: {problem}") from problem
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)


def segment_of(parts: Parts, device_id: str, now: int) -> Segment:
    """An empty ``segment_id`` when the sender gave none. Raises UploadMetadataError, SouvenirError upload.hash_mismatch."""
    if (device_type := parts.fields.get("device_type", "")) not in DEVICE_TYPES:
        raise UploadMetadataError(f"device_type: {device_type or 'missing'}; it is {' or '.join(DEVICE_TYPES)}")
    metadata = decode_json(parts.fields.get("metadata") or "{}", UploadMetadata)
    whole = parts.whole or Whole(metadata.sha256, metadata.size_bytes)
    if metadata.sha256 and metadata.sha256 != whole.sha256:
        raise SouvenirError(f"expected {metadata.sha256}, got {whole.sha256}", code="upload.hash_mismatch")
    location = metadata.location
    if location and not {"lat", "lon"} <= set(location):
        raise UploadMetadataError("location: lat and lon are needed")
    place = GeoPoint(lat=location["lat"], lon=location["lon"], accuracy_m=location.get("accuracy_m", 0.0)) if location else None
    return Segment(
        segment_id=metadata.video_id, device_id=parts.fields.get("device_id") or device_id,
        kind=Kind.PHOTO if parts.media_type.startswith("image/") else Kind.VIDEO, captured_at=metadata.captured_at or now,
        duration_s=metadata.duration, size_bytes=whole.size_bytes, sha256=whole.sha256, place=place, profile="",
    )  # fmt: skip


async def _receive(part: BodyPartReader, path: Path, most_bytes: int, threads: Executor) -> Whole:
    digest, received_bytes = hashlib.sha256(), 0
    file = await asyncio.to_thread(PartFile, path, 0, digest, None, batch_bytes(1), threads)
    try:
        while data := await part.read_chunk(_PIECE_BYTES):
            received_bytes += len(data)
            if received_bytes > most_bytes:
                raise TooLargeError(f"more than {most_bytes} bytes")
            await file.add(data)
        await file.settle()
        await file.sync()
        faults.point("multipart.synced")
    finally:
        await file.close()
    return Whole(digest.hexdigest(), received_bytes)


async def _text(part: BodyPartReader) -> str:
    data = bytearray()
    while piece := await part.read_chunk():
        data += piece
        if len(data) > _FIELD_BYTES:
            raise TooLargeError(f"{part.name}: more than {_FIELD_BYTES} bytes")
    return data.decode()
