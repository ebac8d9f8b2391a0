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
from relay.ingest.blobs import FolderBlobs, sync_folder, translated_disk_errors
from relay.services import BLOBS, DATABASE, KEYS


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
    return await asyncio.to_thread(_media, source, target)


def _check(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as copy:
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise BackupDamagedError(f"{path}: {found}")


def _media(source: Path, target: Path) -> Report:
    copied = kept = 0
    (target / KEYS).mkdir(mode=0o700, exist_ok=True)
    files = [Path(BLOBS) / key for key in FolderBlobs(source / BLOBS).keys()]  # noqa: SIM118 -- a method, not a dict's
    for name in [*files, *(path.relative_to(source) for path in (source / KEYS).iterdir())]:
        if (target / name).exists() and (target / name).stat().st_size == (source / name).stat().st_size:
            kept += 1
            continue
        with translated_disk_errors(target / name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)
        copied += 1
    sync_folder(target)
    return Report(target, copied, kept)
