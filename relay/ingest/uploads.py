"""Resumable uploads: bytes to a part file, the offset to the catalogue only after fsync, the whole to the intake."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from aiohttp import ClientPayloadError, StreamReader

from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from relay.auth.tokens import Identity
from relay.catalog import uploads as rows
from relay.catalog.db import Database, DiskFullError
from relay.catalog.uploads import Upload
from relay.config import UploadConfig
from relay.errors import NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStore, translated_disk_errors
from relay.ingest.intake import HashMismatchError, Intake, SegmentConflictError
from relay.ingest.locks import EvictedError, Hold, UploadLocks

FLUSH_BYTES = 4 << 20
"""A stream without a checksum is made durable every so often, so that a cut costs at most this much."""


class OffsetMismatchError(SouvenirError):
    code = "upload.offset_mismatch"


class ChecksumMismatchError(SouvenirError):
    code = "upload.checksum_mismatch"


class UploadGoneError(SouvenirError):
    code = "upload.gone"


class UploadLengthError(SouvenirError):
    code = "upload.length"


class UploadInterruptedError(SouvenirError):
    code = "upload.locked"


class Checksum:
    """Of one PATCH: ``algorithm`` is sha1 or sha256."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._hash, self._expected, self._algorithm = hashlib.new(algorithm, usedforsecurity=False), expected, algorithm

    def update(self, data: bytes) -> None:
        self._hash.update(data)

    def verify(self) -> None:
        """Raises ChecksumMismatchError."""
        if self._hash.digest() != self._expected:
            raise ChecksumMismatchError(f"{self._algorithm} of the piece is {self._hash.hexdigest()}")


class Uploads:
    def __init__(
        self, database: Database, blobs: BlobStore, intake: Intake, folder: Path, config: UploadConfig, keep_free_bytes: int,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._intake, self._folder = database, blobs, intake, folder
        self.config, self._keep_free_bytes, self._now_ms = config, keep_free_bytes, now_ms
        self._locks = UploadLocks(config.graceful_s)
        folder.mkdir(parents=True, exist_ok=True)

    async def create(self, identity: Identity, segment: Segment, length_bytes: int) -> tuple[Upload, Receipt | None]:
        """A new upload; for a clip that is stored already a finished one, with the receipt. Raises DiskFullError, SegmentConflictError."""
        segment.device_id = segment.device_id or identity.device_id
        receipt = await self._intake.known(identity.user_id, segment)
        if receipt is None:
            self.check_room(length_bytes)
        now = self._now_ms()
        upload = Upload(
            upload_id=uuid7(now), user_id=identity.user_id, device_id=identity.device_id, segment=segment, length_bytes=length_bytes,
            offset_bytes=length_bytes if receipt else 0, created_at=now, expires_at=self._expiry(), ended="stored" if receipt else "",
        )  # fmt: skip
        await self._database.write(lambda connection: rows.put(connection, upload))
        return upload, receipt

    async def status(self, user_id: str, upload_id: str) -> tuple[Upload, Receipt | None]:
        """How far it is. A dead PATCH on it lets go first, so that the answer holds. Raises NotFoundError, UploadGoneError."""
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id):
            upload = await self._running(user_id, upload_id)
            return upload, await self._finish(upload)

    async def append(
        self, user_id: str, upload_id: str, offset_bytes: int, stream: StreamReader, checksum: Checksum | None = None
    ) -> tuple[Upload, Receipt | None]:
        """Add the stream at ``offset_bytes``; the receipt when that was the last piece.

        Raises OffsetMismatchError, ChecksumMismatchError (nothing of the piece is kept), UploadLengthError, UploadInterruptedError
        (what came before is kept), HashMismatchError (the upload is over), DiskFullError, UploadGoneError, NotFoundError.
        """
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id) as hold:
            upload = await self._running(user_id, upload_id)
            if offset_bytes != upload.offset_bytes:
                raise OffsetMismatchError(f"sent for {offset_bytes}, continues at {upload.offset_bytes}")
            if upload.offset_bytes < upload.length_bytes:
                self.check_room(upload.length_bytes - upload.offset_bytes)
                await self._receive(upload, stream, checksum, hold)
            return upload, await self._finish(upload)

    async def terminate(self, user_id: str, upload_id: str) -> None:
        """Raises NotFoundError, UploadGoneError. A stored clip stays stored."""
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id):
            await self._end(upload_id, "terminated")

    async def expire(self) -> int:
        """Drop what nobody has continued for long, and part files that a crash left behind; returns how many uploads."""
        expired = await self._database.read(lambda connection: rows.expired(connection, self._now_ms()))
        for upload_id in expired:
            async with self._locks.hold(upload_id):
                await self._end(upload_id, "expired")
        wanted = set(await self._database.read(rows.all_running))
        for path in list(self._folder.glob("*.part")):
            if path.stem not in wanted:
                path.unlink(missing_ok=True)
        return len(expired)

    def check_room(self, more_bytes: int) -> None:
        """Raises DiskFullError when ``more_bytes`` would leave too little free."""
        free = self._blobs.free_bytes()
        if free - more_bytes < self._keep_free_bytes:
            raise DiskFullError(f"{more_bytes} bytes are asked for, {free} are free, {self._keep_free_bytes} of them kept in reserve")

    async def _running(self, user_id: str, upload_id: str) -> Upload:
        upload = await self._database.read(lambda connection: rows.get(connection, user_id, upload_id))
        if upload is None:
            raise NotFoundError(f"upload {upload_id}")
        if upload.ended not in ("", "stored"):
            raise UploadGoneError(f"the upload has {upload.ended}" if upload.ended in ("failed", "expired") else "the upload was ended")
        if not upload.ended and upload.expires_at < self._now_ms():
            raise UploadGoneError("the upload has expired")
        return upload

    async def _receive(self, upload: Upload, stream: StreamReader, checksum: Checksum | None, hold: Hold) -> None:
        with self._open(upload) as file, translated_disk_errors(self._part(upload.upload_id)):
            received = upload.offset_bytes
            interrupted: Exception | None = None
            try:
                while data := await hold.unless_evicted(stream.readany(), self.config.idle_s):
                    received += len(data)
                    if received > upload.length_bytes:
                        raise UploadLengthError(f"more than the {upload.length_bytes} bytes that were announced")
                    file.write(data)
                    if checksum is not None:
                        checksum.update(data)
                    elif received - upload.offset_bytes >= FLUSH_BYTES:
                        await self._advance(upload, file, received)
            except (EvictedError, TimeoutError, ConnectionError, ClientPayloadError, asyncio.IncompleteReadError) as problem:
                interrupted = problem
            if checksum is not None and interrupted is None:
                checksum.verify()
            if checksum is None or interrupted is None:
                await self._advance(upload, file, received)
        if interrupted is not None:
            raise UploadInterruptedError(f"the connection was cut or taken over at {upload.offset_bytes}") from interrupted

    def _open(self, upload: Upload) -> BinaryIO:
        """At the durable offset; what was written beyond it and never reported is cut off."""
        path = self._part(upload.upload_id)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(descriptor, upload.offset_bytes)
        file = os.fdopen(descriptor, "r+b")
        file.seek(upload.offset_bytes)
        return file

    async def _advance(self, upload: Upload, file: BinaryIO, offset_bytes: int) -> None:
        """The bytes first, then the word that they are there."""
        file.flush()
        await asyncio.to_thread(os.fsync, file.fileno())
        expires_at = self._expiry()
        await self._database.write(lambda connection: rows.advance(connection, upload.upload_id, offset_bytes, expires_at))
        upload.offset_bytes, upload.expires_at = offset_bytes, expires_at

    async def _finish(self, upload: Upload) -> Receipt | None:
        """Idempotent: whatever a crash left undone is done by the next request."""
        if upload.ended == "stored":
            return await self._intake.known(upload.user_id, upload.segment)
        if upload.offset_bytes < upload.length_bytes:
            return None
        try:
            receipt = await self._intake.keep(upload.user_id, upload.segment, self._whole(upload))
        except (HashMismatchError, SegmentConflictError):
            await self._end(upload.upload_id, "failed")
            raise
        await self._end(upload.upload_id, "stored")
        return receipt

    def _whole(self, upload: Upload) -> Path:
        path = self._part(upload.upload_id)
        path.touch(mode=0o600)  # an empty file takes no PATCH
        return path

    async def _end(self, upload_id: str, how: str) -> None:
        await self._database.write(lambda connection: rows.end(connection, upload_id, how))
        self._part(upload_id).unlink(missing_ok=True)

    def _part(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.part"

    def _expiry(self) -> int:
        return self._now_ms() + self.config.expire_s * 1000
