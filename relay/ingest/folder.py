"""Blobs in a local folder: published by a second name for the same bytes, durable before anybody is told."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from glasses.wire.ids import uuid7
from relay import faults
from relay.errors import NotFoundError
from relay.ingest.blobs import BlobFacts, Tier, checked
from relay.ingest.disk import make_folder, sync_file, sync_folder, translated_disk_errors
from relay.ingest.objects import ObjectBlobs, folder_store

STAGING = ".staging"
"""Under the root: what has no key yet."""


class FolderBlobs:
    """Temporary name, fsync, rename, fsync of the folder: a key is there whole or not at all.

    obstore lists, reads and deletes. It does not write: its local put copies every byte, and returns before they are durable.
    ``tiers`` are further folders, perhaps on slower disks: a blob is in the first of hot, warm, cold that has it.
    """

    def __init__(self, root: Path, tiers: Mapping[Tier, Path] | None = None) -> None:
        self.root = root
        self._roots = {Tier.HOT: root, **(tiers or {})}
        for folder in self._roots.values():
            folder.mkdir(parents=True, exist_ok=True)
        self._objects = {tier: ObjectBlobs(folder_store(folder)) for tier, folder in self._roots.items()}

    async def put_file(self, key: str, source: Path) -> None:
        await asyncio.to_thread(_publish, self.root, checked(key), source)

    async def put_bytes(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(_publish_bytes, self.root, checked(key), data)

    async def adopt(self, incoming: str, key: str) -> None:
        await self.put_file(key, self.local(incoming))

    async def facts(self, key: str) -> BlobFacts:
        return await self._in(key).facts(key)

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        return self._in(key).read(key, start, end)

    @asynccontextmanager
    async def file(self, key: str) -> AsyncIterator[Path]:
        yield self.local(key)

    def local(self, key: str) -> Path:
        """Where it is. Raises NotFoundError."""
        return self._roots[self._tier(key)] / key

    async def move(self, key: str, tier: Tier) -> None:
        await asyncio.to_thread(self._move, key, tier)

    async def delete(self, key: str) -> None:
        for objects in self._objects.values():
            await objects.delete(key)

    async def keys(self, prefix: str = "") -> AsyncIterator[str]:
        told: set[str] = set()
        for objects in self._objects.values():
            async for key in objects.keys(prefix):
                if key not in told and not key.endswith(".tmp"):
                    told.add(key)
                    yield key

    def upload_link(self, key: str, lifetime_s: int) -> str:  # noqa: ARG002 -- bytes come through the relay
        return ""

    async def check(self) -> str:
        wrong = [await objects.check() for objects in self._objects.values()]
        return "; ".join(each for each in wrong if each)

    async def tidy(self) -> None:
        for root in self._roots.values():
            await asyncio.to_thread(shutil.rmtree, root / STAGING, ignore_errors=True)

    def _tier(self, key: str) -> Tier:
        for tier, root in self._roots.items():
            if (root / checked(key)).is_file():
                return tier
        raise NotFoundError(f"blob {key}")

    def _in(self, key: str) -> ObjectBlobs:
        return self._objects[self._tier(key)]

    def _move(self, key: str, tier: Tier) -> None:
        """A crash between the two steps leaves it in both tiers: the nearer one is read, and the next move ends it."""
        root = self._roots.get(tier, self.root)
        target = root / checked(key)
        held = [root / key for root in self._roots.values() if (root / key).is_file()]
        if not held:
            raise NotFoundError(f"blob {key}")
        if target not in held:
            _publish(root, key, held[0])
            faults.point("tier.copied")
        for path in held:
            if path != target:
                path.unlink()
                sync_folder(path.parent)
        faults.point("tier.moved")


def _publish(root: Path, key: str, source: Path) -> None:
    path, temporary = root / key, _temporary(root)
    with translated_disk_errors(path):
        try:
            temporary.hardlink_to(source)
        except FileNotFoundError:
            raise
        except OSError:  # another file system
            shutil.copyfile(source, temporary)
        _name(temporary, path)


def _publish_bytes(root: Path, key: str, data: bytes) -> None:
    path, temporary = root / key, _temporary(root)
    with translated_disk_errors(path):
        temporary.write_bytes(data)
        _name(temporary, path)


def _name(temporary: Path, path: Path) -> None:
    make_folder(path.parent)
    try:
        faults.point("blob.linked")
        sync_file(temporary)
        faults.point("blob.synced")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    faults.point("blob.renamed")
    sync_folder(path.parent)
    faults.point("blob.durable")


def _temporary(root: Path) -> Path:
    (root / STAGING).mkdir(exist_ok=True)
    return root / STAGING / f"{uuid7(0)}.tmp"
