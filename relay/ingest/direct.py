"""Clips that their senders put into the bucket themselves: a signed link, and the proof that the right bytes are there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from relay.auth.tokens import Identity
from relay.catalog import uploads as rows
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.catalog.uploads import Upload
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobStore, incoming_key
from relay.ingest.intake import HashMismatchError, Intake
from relay.ingest.part import Whole
from relay.ingest.uploads import Uploads


class Direct:
    """Two equal requests: the first is answered with the link, the second, when the bytes are there, with the receipt."""

    def __init__(self, database: Database, blobs: BlobStore, intake: Intake, uploads: Uploads, lifetime_s: int) -> None:
        self._database, self._blobs, self._intake, self._uploads = database, blobs, intake, uploads
        self._lifetime_s = lifetime_s

    @property
    def offered(self) -> bool:
        return bool(self._blobs.upload_link(incoming_key("nobody", "nothing"), 1))

    async def take(self, identity: Identity, segment: Segment) -> tuple[str, Receipt | None]:
        """Where to PUT the clip, or its receipt.

        Raises HashMismatchError (what is there goes away, begin anew), SegmentConflictError, QuotaError, BlobStoreError.
        """
        segment.segment_id = segment.segment_id or await self._intake.id_of(identity.user_id, segment.sha256)
        upload, receipt = await self._upload(identity, segment)
        if receipt is not None:
            return "", receipt
        incoming = incoming_key(upload.user_id, upload.upload_id)
        try:
            await self._blobs.facts(incoming)
        except NotFoundError:
            return self._blobs.upload_link(incoming, self._lifetime_s), None
        return "", await self._verified(upload, segment, incoming)

    async def _upload(self, identity: Identity, segment: Segment) -> tuple[Upload, Receipt | None]:
        def under_way(connection: Connection) -> Upload | None:
            return rows.of_segment(connection, identity.user_id, segment.segment_id, segment.sha256)

        upload = await self._database.read(under_way)
        if upload is not None:
            return upload, None
        return await self._uploads.create(identity, segment, segment.size_bytes, passing=False)

    async def _verified(self, upload: Upload, segment: Segment, incoming: str) -> Receipt:
        """The link may be used again until it expires: so the bytes are hashed where nobody else can put any."""
        mine = f"{incoming.removesuffix('.part')}.taken"
        await self._blobs.adopt(incoming, mine)
        also: Callable[[Connection], None] = partial(_stored, upload.upload_id)
        try:
            whole = await self._hashed(mine)
            receipt = await self._intake.keep(upload.user_id, segment, whole, partial(self._blobs.adopt, mine), also)
        except HashMismatchError:
            await self._blobs.delete(incoming)
            raise
        finally:
            await self._blobs.delete(mine)
        await self._blobs.delete(incoming)
        return receipt

    async def _hashed(self, key: str) -> Whole:
        digest, size_bytes = hashlib.sha256(), 0
        async for piece in self._blobs.read(key):
            digest.update(piece)
            size_bytes += len(piece)
        return Whole(digest.hexdigest(), size_bytes)


def _stored(upload_id: str, connection: Connection) -> None:
    rows.end(connection, upload_id, "stored")
