"""Blobs in an S3 bucket. Senders may put their bytes there themselves, past the relay."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from relay.config import S3Config
from relay.ingest.blobs import Tier
from relay.ingest.objects import ObjectBlobs, bucket_store


class BucketBlobs(ObjectBlobs):
    """A put is durable when the bucket has answered. Tiers are storage classes, all of which can be read at once."""

    def __init__(self, config: S3Config, scratch: Path) -> None:
        """``scratch``: the folder for copies of blobs that are needed as files."""
        super().__init__(bucket_store(config))
        self._scratch = scratch
        self._classes = {Tier.HOT: config.hot_class, Tier.WARM: config.warm_class, Tier.COLD: config.cold_class}

    @asynccontextmanager
    async def file(self, key: str) -> AsyncIterator[Path]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._scratch, prefix="blob-") as folder:
            path = Path(folder) / key.rpartition("/")[2]
            await self.fetch(key, path)
            yield path

    async def move(self, key: str, tier: Tier) -> None:
        """Put again with the other storage class: a copy within S3 cannot be given one by obstore."""
        async with self.file(key) as path:
            await self.put_file(key, path, self._classes[tier])

    async def tidy(self) -> None:
        await asyncio.to_thread(shutil.rmtree, self._scratch, ignore_errors=True)

    def upload_link(self, key: str, lifetime_s: int) -> str:
        return self.signed_put(key, lifetime_s)
