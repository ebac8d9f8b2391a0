"""Media files by key. This backend keeps them in a local folder."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from glasses.wire.ids import uuid7
from relay.catalog.db import DiskFullError
from relay.errors import NotFoundError

_KEY = re.compile(r"(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.[a-z0-9]+")


class BlobStore(Protocol):
    async def put_file(self, key: str, source: Path) -> None:
        """Durable when it returns; ``source`` stays. A key that is there already is replaced whole."""

    async def put_bytes(self, key: str, data: bytes) -> None: ...

    def local(self, key: str) -> Path:
        """The file, for reading. Raises NotFoundError."""

    async def delete(self, key: str) -> None:
        """Also when it is gone already."""

    def keys(self) -> Iterator[str]: ...

    def free_bytes(self) -> int: ...


class FolderBlobs:
    """Temp file, fsync, rename, fsync of the folder: a key is there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    async def put_file(self, key: str, source: Path) -> None:
        await asyncio.to_thread(self._put_file, self._path(key), source)

    async def put_bytes(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._put_bytes, self._path(key), data)

    def local(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NotFoundError(f"blob {key}")
        return path

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    def keys(self) -> Iterator[str]:
        for path in sorted(self.root.rglob("*")):
            if path.is_file() and not path.name.endswith(".tmp"):
                yield path.relative_to(self.root).as_posix()

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFoundError(f"blob {key}")
        return self.root / key

    def _put_file(self, path: Path, source: Path) -> None:
        temporary = _beside(path)
        with translated_disk_errors(path):
            try:
                temporary.hardlink_to(source)
            except OSError:  # another file system
                shutil.copyfile(source, temporary)
            _sync_file(temporary)
            temporary.replace(path)
            sync_folder(path.parent)

    def _put_bytes(self, path: Path, data: bytes) -> None:
        temporary = _beside(path)
        with translated_disk_errors(path):
            temporary.write_bytes(data)
            _sync_file(temporary)
            temporary.replace(path)
            sync_folder(path.parent)


def raw_key(user_id: str, video_id: str, captured_at: int, suffix: str) -> str:
    day = datetime.fromtimestamp(max(0, captured_at) / 1000, UTC)
    return f"raw/{user_id}/{day:%Y/%m/%d}/{video_id}.{suffix}"


def thumbnail_key(user_id: str, video_id: str) -> str:
    return f"processed/{user_id}/{video_id}/thumbnail.jpg"


def mezzanine_key(user_id: str, video_id: str) -> str:
    return f"processed/{user_id}/{video_id}/film.mp4"


def film_key(user_id: str, memory_id: str) -> str:
    return f"memories/{user_id}/{memory_id}.mp4"


def poster_key(user_id: str, memory_id: str) -> str:
    return f"memories/{user_id}/{memory_id}.jpg"


def person_photo_key(user_id: str, photo_id: str) -> str:
    return f"people/{user_id}/{photo_id}.jpg"


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def translated_disk_errors(path: Path) -> Iterator[None]:
    """Raises DiskFullError where the system says that there is no room."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(f"{path.name}: {problem.strerror}") from problem
        raise


def _beside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{uuid7(0)}.tmp")


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
