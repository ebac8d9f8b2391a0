"""A copy of everything, while the relay runs: the catalogue by SQLite's own backup, the media, and the keys."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

from relay.catalog.db import Database
from relay.config import RelayConfig
from relay.errors import NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStore
from relay.ingest.disk import sync_folder, translated_disk_errors
from relay.ingest.stores import FOLDER, open_blobs
from relay.services import DATABASE, KEYS


class BackupDamagedError(SouvenirError):
    code = "storage.damaged"


class Report(NamedTuple):
    target: Path
    copied: int
    kept: int
    """Files that an earlier backup had already."""


async def back_up(config: RelayConfig, target: Path) -> Report:
    """Media first seen after the catalogue is copied would be missing from it, so the catalogue comes first.

    Raises NotFoundError without data, BackupDamagedError when the copy is not healthy, DiskFullError.
    """
    source = config.data_dir
    if not (source / DATABASE).exists():
        raise NotFoundError(f"no catalogue in {source}", hint="Say where the data is: relay backup --data DIR.")
    await asyncio.to_thread(lambda: target.mkdir(parents=True, exist_ok=True))
    with contextlib.closing(Database(source / DATABASE)) as database:
        await database.backup(target / f"{DATABASE}.new")
    await asyncio.to_thread(_check, target / f"{DATABASE}.new")
    (target / f"{DATABASE}.new").replace(target / DATABASE)
    media = await _media(open_blobs(config), target)
    return await asyncio.to_thread(_keys, source, target, media)


def _check(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as copy:
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise BackupDamagedError(f"{path}: {found}")


async def _media(blobs: BlobStore, target: Path) -> Report:
    """From wherever it is, folder, further tiers or bucket, into the folder that a relay on the copy will look into."""
    copied = kept = 0
    async for key in blobs.keys():
        path = target / FOLDER / key
        if path.exists() and path.stat().st_size == (await blobs.facts(key)).size_bytes:
            kept += 1
            continue
        async with blobs.file(key) as source:
            await asyncio.to_thread(_copy, source, path)
        copied += 1
    return Report(target, copied, kept)


def _keys(source: Path, target: Path, media: Report) -> Report:
    (target / KEYS).mkdir(mode=0o700, exist_ok=True)
    for path in (source / KEYS).iterdir():
        _copy(path, target / KEYS / path.name)
    sync_folder(target)
    return media


def _copy(source: Path, target: Path) -> None:
    with translated_disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
