"""What has to be done now and then: expired uploads go, and clips that nobody has used for long move to their tier."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from relay.catalog import videos
from relay.catalog.db import Database
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.config import StorageConfig
from relay.errors import SouvenirError
from relay.ingest.blobs import BlobStore, Tier
from relay.ingest.uploads import Uploads

log = logging.getLogger(__name__)
_DAY_MS = 86_400_000
_AT_ONCE = 100


class Tiers:
    """Policy: an original moves by how long ago it came or was last opened. Thumbnails and films stay near at hand."""

    def __init__(self, database: Database, blobs: BlobStore, config: StorageConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._blobs, self._now_ms = database, blobs, now_ms
        steps = [(Tier.COLD, config.cold_after_days, [Tier.HOT, Tier.WARM]), (Tier.WARM, config.warm_after_days, [Tier.HOT])]
        self._steps = [(tier, days * _DAY_MS, [each.value for each in above]) for tier, days, above in steps if days]

    async def tidy(self) -> None:
        """At the start: what a crash left in the store."""
        await self._blobs.tidy()

    async def sweep(self) -> int:
        """Returns how many moved; the rest of many comes with the next sweep."""
        moved = 0
        for tier, after_ms, above in self._steps:
            before = self._now_ms() - after_ms
            due = await self._database.read(lambda connection: videos.due_for(connection, above, before, _AT_ONCE))  # noqa: B023 -- awaited here
            for video in due:
                await self._blobs.move(video.blob_key, tier)
                await self._database.write(lambda connection: _tell(connection, video, tier, video.used_at))  # noqa: B023 -- awaited here
                moved += 1
        return moved

    @asynccontextmanager
    async def opened(self, video: Video) -> AsyncIterator[Path]:
        """Its original as a file while the context lasts. Raises NotFoundError, BlobStoreError."""
        await self.used(video)
        async with self._blobs.file(video.blob_key) as path:
            yield path

    async def used(self, video: Video) -> None:
        """Its original is about to be opened: what is cold comes back, and the time counts anew. Raises NotFoundError, BlobStoreError."""
        now = self._now_ms()
        tier = Tier(video.tier)
        if tier is Tier.COLD:
            await self._blobs.move(video.blob_key, tier := Tier.HOT)
        if tier != video.tier or now - video.used_at > _DAY_MS:
            await self._database.write(lambda connection: _tell(connection, video, tier, now))


class Sweeper:
    """Sweeps at the start and then every ``sweep_s``, while it is running."""

    def __init__(self, uploads: Uploads, tiers: Tiers, folder: Path, sweep_s: float) -> None:
        """``folder``: where bytes are received."""
        self._uploads, self._tiers, self._folder, self._sweep_s = uploads, tiers, folder, sweep_s
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises what the first look at the uploads raises: then the relay cannot take any."""
        await self._tiers.tidy()
        for left in self._folder.glob("*.multipart"):  # of a process that was killed
            left.unlink()
        await self._uploads.expire()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def once(self) -> None:
        try:
            expired, moved = await self._uploads.expire(), await self._tiers.sweep()
        except SouvenirError as problem:
            log.warning("not swept: it is tried again", extra={"code": problem.code, "detail": problem.detail})
            return
        if expired or moved:
            log.info("swept", extra={"expired": expired, "moved": moved})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._sweep_s)
            await self.once()


def _tell(connection: Connection, video: Video, tier: Tier, used_at: int) -> None:
    now_it_is = videos.find(connection, video.user_id, video.video_id)
    if now_it_is is not None and now_it_is.deleted_at is None:
        now_it_is.tier, now_it_is.used_at = tier.value, used_at
        videos.put(connection, now_it_is)
