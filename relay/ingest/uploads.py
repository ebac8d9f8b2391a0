"""Resumable uploads: bytes to a part file, the offset to the catalogue only after fsync, the whole to the intake."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from aiohttp import web

from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from relay import faults
from relay.auth.tokens import Identity
from relay.catalog import uploads as rows
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.catalog.uploads import Upload
from relay.config import UploadConfig
from relay.errors import NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStore, incoming_key
from relay.ingest.body import Bodies, Body
from relay.ingest.intake import HashMismatchError, Intake, SegmentConflictError
from relay.ingest.locks import UploadLocks
from relay.ingest.part import Digest, PartFile, Whole, batch_bytes, hashed
from relay.ingest.quota import Room
from relay.ingest.receiving import Checksum, Receiving

WORKING, RECEIVING, SYNCING = 6, 4, 4
"""Threads that write and hash, threads that receive big clips, and threads that make durable what has come while more comes."""
_KEEP_ENDED_MS = 7 * 86_400_000


class OffsetMismatchError(SouvenirError):
    code = "upload.offset_mismatch"


class UploadGoneError(SouvenirError):
    code = "upload.gone"


class Uploads:
    def __init__(
        self, database: Database, blobs: BlobStore, intake: Intake, folder: Path, config: UploadConfig, keep_free_bytes: int,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._intake, self._folder = database, blobs, intake, folder
        self.config, self._now_ms = config, now_ms
        folder.mkdir(parents=True, exist_ok=True)
        self.room = Room(folder, config, keep_free_bytes, now_ms)
        self._locks = UploadLocks(config.lock_s)
        self._digests: dict[str, tuple[int, Digest]] = {}
        """Upload to its durable offset and the SHA-256 up to there: saves reading the file again."""
        self._finishing: dict[str, asyncio.Task[Receipt]] = {}
        self._jotted: set[str] = set()
        """Uploads whose offset a loss of power could still take back."""
        self.threads = ThreadPoolExecutor(WORKING, thread_name_prefix="part")
        self._receivers = ThreadPoolExecutor(RECEIVING, thread_name_prefix="receiver")
        """Of their own: they wait for the others."""
        self._syncers = ThreadPoolExecutor(SYNCING, thread_name_prefix="syncer")
        """Of their own: nobody else's bytes wait for a slow disk to be done with these."""
        self._bodies = Bodies(lambda: config.idle_s, self._receivers)

    def close(self) -> None:
        self._receivers.shutdown()
        self._syncers.shutdown()
        self.threads.shutdown()

    def body(self, request: web.Request) -> AbstractContextManager[Body]:
        """What ``append`` takes in, while the context lasts."""
        return self._bodies.of(request)

    async def create(
        self, identity: Identity, segment: Segment, length_bytes: int, *, metadata: str = "", passing: bool = True
    ) -> tuple[Upload, Receipt | None]:
        """A new upload; for a clip that is stored already a finished one, with the receipt.

        ``metadata`` is what the sender said of it, word for word. ``passing`` False: its bytes will not come through this machine.
        Raises DiskFullError, QuotaError, SegmentConflictError.
        """
        segment.device_id = segment.device_id or identity.device_id
        now = self._now_ms()
        upload = Upload(
            upload_id=uuid7(now), user_id=identity.user_id, device_id=identity.device_id, segment=segment, length_bytes=length_bytes,
            created_at=now, expires_at=self._expiry(), metadata=metadata,
        )  # fmt: skip

        def admit(connection: Connection) -> Receipt | None:
            receipt = self._intake.known_in(connection, upload.user_id, segment)
            if receipt is None:
                self.room.check_in(connection, upload.user_id, length_bytes, passing=passing)
            else:
                upload.offset_bytes, upload.ended = length_bytes, "stored"
            rows.put(connection, upload)
            return receipt

        faults.point("upload.creating")
        receipt = await self._database.write(admit)
        faults.point("upload.created")
        if receipt is None:
            self._digests[upload.upload_id] = (0, hashlib.sha256())
        return upload, receipt

    async def status(self, user_id: str, upload_id: str) -> tuple[Upload, Receipt | None]:
        """How far it is. A dead PATCH on it lets go first, so that the answer holds. Raises NotFoundError, UploadGoneError."""
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id):
            upload = await self._running(user_id, upload_id)
            if upload_id in self._jotted:
                await self._promise(upload, upload.offset_bytes)
            return upload, await self._finish(upload)

    async def check(self, user_id: str, upload_id: str) -> None:
        """Raises NotFoundError, UploadGoneError."""
        await self._running(user_id, upload_id)

    async def append(
        self, user_id: str, upload_id: str, offset_bytes: int, body: Body, checksum: Checksum | None = None
    ) -> tuple[Upload, Receipt | None]:
        """Add the body at ``offset_bytes``; the receipt when that was the last piece.

        Raises OffsetMismatchError, ChecksumMismatchError (nothing of the piece is kept), UploadLengthError, UploadInterruptedError
        (what came before is kept), HashMismatchError (the upload is over), DiskFullError, UploadGoneError, NotFoundError.
        """
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id) as hold:
            upload = await self._running(user_id, upload_id)
            if offset_bytes != upload.offset_bytes:
                raise OffsetMismatchError(f"sent for {offset_bytes}, continues at {upload.offset_bytes}")
            if upload.offset_bytes < upload.length_bytes:
                self.room.check(upload.length_bytes - upload.offset_bytes)
                async with self._receiving(upload, checksum) as receiving:
                    cut = await receiving.run(hold.unless_evicted, body)
                    await receiving.keep(cut, self.config.graceful_s)
            return upload, await self._finish(upload)

    async def terminate(self, user_id: str, upload_id: str) -> None:
        """Raises NotFoundError, UploadGoneError. A stored clip stays stored."""
        await self._running(user_id, upload_id)
        async with self._locks.hold(upload_id):
            await self._end(await self._running(user_id, upload_id), "terminated")

    async def expire(self) -> int:
        """Drop what nobody has continued for long, and part files that a crash left behind; returns how many uploads."""
        expired = await self._database.read(lambda connection: rows.expired(connection, self._now_ms()))
        for upload in expired:
            async with self._locks.hold(upload.upload_id):
                await self._end(upload, "expired")
        await self._database.write(lambda connection: rows.forget(connection, self._now_ms() - _KEEP_ENDED_MS))
        files = await asyncio.to_thread(lambda: list(self._folder.glob("*.part")))
        wanted = set(await self._database.read(rows.all_running))  # after the files: an upload has its row first
        for path in files:
            if path.stem not in wanted:
                path.unlink(missing_ok=True)
        return len(expired)

    async def _running(self, user_id: str, upload_id: str) -> Upload:
        upload = await self._database.read(lambda connection: rows.get(connection, user_id, upload_id))
        if upload is None:
            raise NotFoundError(f"upload {upload_id}")
        if upload.ended not in ("", "stored"):
            raise UploadGoneError(f"the upload has {upload.ended}" if upload.ended in ("failed", "expired") else "the upload was ended")
        if not upload.ended and upload.expires_at < self._now_ms():
            raise UploadGoneError("the upload has expired")
        return upload

    @contextlib.asynccontextmanager
    async def _receiving(self, upload: Upload, checksum: Checksum | None) -> AsyncIterator[Receiving]:
        at, whole = self._digests.pop(upload.upload_id, (-1, None))
        digest = whole.copy() if whole is not None and at == upload.offset_bytes else None
        path, size_bytes = self._part(upload.upload_id), batch_bytes(self._locks.held)
        piece = checksum.digest if checksum else None
        part = await asyncio.to_thread(PartFile, path, upload.offset_bytes, digest, piece, size_bytes, self.threads, self._syncers)
        before = upload.offset_bytes
        try:
            yield Receiving(upload, part, checksum, partial(self._promise, upload), partial(self._jot, upload))
        finally:
            await part.close()
            if part.whole is not None and part.written_bytes == upload.offset_bytes:
                self._digests[upload.upload_id] = (upload.offset_bytes, part.whole)
            elif whole is not None and at == before == upload.offset_bytes:
                self._digests[upload.upload_id] = (at, whole)

    async def _promise(self, upload: Upload, offset_bytes: int) -> None:
        """Only for bytes that are durable, as the word is when this returns.

        The last ones are told by the receipt, in the same transaction.
        """
        faults.point("upload.synced")
        expires_at = self._expiry()
        if offset_bytes < upload.length_bytes:
            await self._database.write(lambda connection: rows.advance(connection, upload.upload_id, offset_bytes, expires_at))
            self._jotted.discard(upload.upload_id)
            faults.point("upload.advanced")
        upload.offset_bytes, upload.expires_at = offset_bytes, expires_at

    def _jot(self, upload: Upload, offset_bytes: int) -> None:
        """``_promise`` for a thread, of what nobody is told yet: a kill cannot take it back, and that is enough."""
        faults.point("upload.synced")
        expires_at = self._expiry()
        if offset_bytes < upload.length_bytes:
            self._jotted.add(upload.upload_id)
            self._database.jot_here(lambda connection: rows.advance(connection, upload.upload_id, offset_bytes, expires_at))
            faults.point("upload.advanced")
        upload.offset_bytes, upload.expires_at = offset_bytes, expires_at

    async def _finish(self, upload: Upload) -> Receipt | None:
        """Idempotent: whatever a crash left undone is done by the next request."""
        if upload.ended == "stored":
            return await self._intake.known(upload.user_id, upload.segment)
        if upload.offset_bytes < upload.length_bytes:
            return None
        task = self._finishing.get(upload.upload_id)
        if task is None:
            self._finishing[upload.upload_id] = task = asyncio.create_task(self._complete(upload))
            task.add_done_callback(lambda done: self._finished(upload.upload_id, done))
        receipt = await asyncio.shield(task)  # a client that goes away does not stop it
        upload.ended = "stored"
        return receipt

    def _finished(self, upload_id: str, done: asyncio.Task[Receipt]) -> None:
        self._finishing.pop(upload_id, None)
        if not done.cancelled():
            done.exception()  # whoever waited has it; when nobody did, the next request tries again

    async def _complete(self, upload: Upload) -> Receipt:
        path = self._part(upload.upload_id)
        at, digest = self._digests.pop(upload.upload_id, (-1, None))
        path.touch(mode=0o600)  # an empty file takes no PATCH
        whole = Whole(digest.hexdigest(), at) if digest and at == upload.length_bytes else await asyncio.to_thread(hashed, path)
        faults.point("upload.whole")
        also: Callable[[Connection], None] = lambda connection: rows.end(connection, upload.upload_id, "stored")  # noqa: E731 -- typed
        try:
            receipt = await self._intake.keep(upload.user_id, upload.segment, whole, partial(self._place, path), also)
        except (HashMismatchError, SegmentConflictError):
            await self._end(upload, "failed")
            raise
        faults.point("upload.stored")
        self._jotted.discard(upload.upload_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        faults.point("upload.cleared")
        return receipt

    async def _place(self, path: Path, key: str) -> None:
        await self._blobs.put_file(key, path)

    async def _end(self, upload: Upload, how: str) -> None:
        await self._database.write(lambda connection: rows.end(connection, upload.upload_id, how))
        faults.point("upload.ended")
        self._digests.pop(upload.upload_id, None)
        self._jotted.discard(upload.upload_id)
        self._part(upload.upload_id).unlink(missing_ok=True)
        await self._blobs.delete(incoming_key(upload.user_id, upload.upload_id))

    def _part(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.part"

    def _expiry(self) -> int:
        return self._now_ms() + self.config.expire_s * 1000
