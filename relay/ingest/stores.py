"""The store of blobs that the configuration names."""

from __future__ import annotations

from pathlib import Path

from relay.config import RelayConfig
from relay.ingest.blobs import BlobStore, Tier
from relay.ingest.folder import FolderBlobs

FOLDER, SCRATCH = "blobs", "fetched"


def open_blobs(config: RelayConfig) -> BlobStore:
    """Makes the folders where they are missing; asks no bucket anything yet."""
    if config.storage.s3.bucket:
        from relay.ingest.bucket import BucketBlobs

        return BucketBlobs(config.storage.s3, config.data_dir / SCRATCH)
    named = {Tier.WARM: config.storage.warm_dir, Tier.COLD: config.storage.cold_dir}
    return FolderBlobs(config.data_dir / FOLDER, {tier: Path(folder).expanduser() for tier, folder in named.items() if folder})
