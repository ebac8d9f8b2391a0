"""Routes that take and give media."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from glasses.wire.ids import uuid7
from glasses.wire.upload import Receipt
from glasses.wire.video import UploadAccepted
from relay import faults
from relay.auth.gate import who
from relay.auth.links import Links
from relay.catalog import videos
from relay.catalog.db import Database
from relay.exchange import MediaTypeError, answer
from relay.ingest.blobs import BlobStore
from relay.ingest.direct import Direct
from relay.ingest.intake import Intake, UploadMetadataError, check_segment
from relay.ingest.media import Hashes, media
from relay.ingest.multipart import Parts, received, segment_of
from relay.ingest.sweep import Tiers
from relay.ingest.tus import PATH, receipt_header
from relay.ingest.uploads import Uploads

_RAW = re.compile(r"raw/([^/]+)/.+/([^/.]+)\.\w+")


class IngestHttp:
    def __init__(
        self, database: Database, blobs: BlobStore, intake: Intake, uploads: Uploads, links: Links, tiers: Tiers, folder: Path,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._intake, self._uploads, self._links = database, blobs, intake, uploads, links
        self._tiers, self._folder, self._now_ms = tiers, folder, now_ms
        self._direct = Direct(database, blobs, intake, uploads, uploads.config.direct_s)
        self._hashes = Hashes(blobs)

    async def upload(self, request: web.Request) -> web.Response:
        """A whole clip in one request; the answer comes after it is durable. Without its bytes: where to put them in the bucket."""
        if request.content_type != "multipart/form-data":
            raise MediaTypeError(f"{request.content_type} instead of multipart/form-data")
        identity, announced_bytes = who(request), request.content_length or 0
        await self._database.read(lambda connection: self._uploads.room.check_in(connection, identity.user_id, announced_bytes))
        file = self._folder / f"{uuid7(self._now_ms())}.multipart"
        async with received(request, file, self._uploads.config.multipart_max_bytes, self._uploads.threads) as parts:
            segment = segment_of(parts, identity.device_id, self._now_ms())
            if parts.whole is None:
                if not self._direct.offered:
                    raise UploadMetadataError("video: missing")
                check_segment(segment, segment.size_bytes, named=False)
                link, receipt = await self._direct.take(identity, segment)
                return _accepted(parts, segment.segment_id, link, receipt)
            check_segment(segment, parts.whole.size_bytes, named=False)

            async def place(key: str) -> None:
                await self._blobs.put_file(key, parts.file)

            receipt = await self._intake.keep(identity.user_id, segment, parts.whole, place)
            faults.point("multipart.kept")
            return _accepted(parts, receipt.video_id, PATH, receipt)

    async def receipt(self, request: web.Request) -> web.Response:
        return answer(await self._intake.receipt(who(request).user_id, request.match_info["video_id"]))

    async def media(self, request: web.Request) -> web.StreamResponse:
        """The original bytes; ranges work, the digest is that of the receipt (RFC 9530)."""
        user_id, video_id = who(request).user_id, request.match_info["video_id"]
        video = await self._database.read(lambda connection: videos.get(connection, user_id, video_id))
        await self._tiers.used(video)
        return await media(request, self._blobs, video.blob_key, video.sha256)

    async def blob(self, request: web.Request) -> web.StreamResponse:
        """A file by its signed link."""
        key = request.match_info["key"]
        async with self._links.opened(key, request.query):
            return await self.by_key(request, key)

    async def by_key(self, request: web.Request, key: str) -> web.StreamResponse:
        """A file that the request has been found to be allowed to see."""
        return await media(request, self._blobs, key, await self._hash(key))

    async def _hash(self, key: str) -> str:
        if found := _RAW.fullmatch(key):
            video = await self._database.read(lambda connection: videos.find(connection, found[1], found[2]))
            if video is not None and video.blob_key == key:
                return video.sha256
        return await self._hashes.of(key)


def _accepted(parts: Parts, video_id: str, link: str, receipt: Receipt | None) -> web.Response:
    accepted = UploadAccepted(
        video_id=receipt.video_id if receipt else video_id, status="stored" if receipt else "uploading", upload_url=link,
        sync_token=parts.fields.get("sync_token") or video_id,
    )  # fmt: skip
    return answer(accepted, status=202, headers=receipt_header(receipt))
