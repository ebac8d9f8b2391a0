"""Bring a manifest's items into the cache: download, check, build, move into place whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec

from models import build
from models.errors import ModelHashMismatchError, ModelSourceUnreachableError
from models.manifest import Fetch, FetchedFile, Item, Source
from models.sources import Archives, Members, opened
from models.store import MARKER, Marker, ModelStore, fingerprint, hash_file

_SCRATCH = ".fetching"
_CHUNK_BYTES = 1 << 20


class Report(Protocol):
    """Told what a fetch does, for a person to follow."""

    def begun(self, item: Item) -> None: ...

    def done(self, item: Item, source: str) -> None:
        """``source`` is empty for an item that was there already."""
        ...


def fetch(store: ModelStore, items: list[Item], archives: Callable[[Path], Archives], report: Report) -> None:
    """Fetch what is not there yet. ``archives`` is given a scratch folder, removed at the end.

    Raises ModelSourceUnreachableError, ModelHashMismatchError, or what a build step raises; items before stay.
    """
    with _alone(store.root) as scratch:
        giver = archives(scratch)
        for item in items:
            report.begun(item)
            report.done(item, "" if store.is_whole(item) else _bring(store, item, giver, scratch))


def _bring(store: ModelStore, item: Item, archives: Archives, scratch: Path) -> str:
    fetched, built = _fresh(scratch / "fetched"), _fresh(scratch / "built")
    labels = [_first_answer(item, part, archives, fetched) for part in item.fetch]
    build.run(item.build, fetched, built)
    _mark(item, built)
    _replace(built, store.folder(item), scratch)
    return " + ".join(labels)


def _first_answer(item: Item, part: Fetch, archives: Archives, folder: Path) -> str:
    """Take the part's files from the first source that answers; a wrong hash ends it, whatever else is listed."""
    refusals = []
    for source in part.sources:
        try:
            archive = archives.obtain(source)
        except ModelSourceUnreachableError as refusal:
            refusals.append(refusal.detail)
            continue
        _take(source, archive, part.files, folder)
        return source.label
    raise ModelSourceUnreachableError(f"{item.name}: " + "; ".join(refusals))


def _take(source: Source, archive: Path, files: list[FetchedFile], folder: Path) -> None:
    with opened(archive, source.root) as members:
        for file in files:
            _copy_checked(members, file, folder / file.path)


def _copy_checked(members: Members, file: FetchedFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        with members.open(file.path) as given, target.open("wb") as taken:
            while chunk := given.read(_CHUNK_BYTES):
                digest.update(chunk)
                taken.write(chunk)
    except KeyError:
        raise ModelHashMismatchError(file.path, file.sha256, "no such file in the package") from None
    if digest.hexdigest() != file.sha256:
        raise ModelHashMismatchError(file.path, file.sha256, digest.hexdigest())


def _mark(item: Item, folder: Path) -> None:
    """Make the folder's files durable, then say what they are."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            _sync(path)
            files[str(path.relative_to(folder))] = (hash_file(path), path.stat().st_size)
    marker = folder / MARKER
    marker.write_bytes(msgspec.json.encode(Marker(fingerprint=fingerprint(item), files=files)))
    _sync(marker)


def _replace(built: Path, target: Path, scratch: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.rename(_gone(scratch / "replaced"))
    built.rename(target)
    _sync(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _gone(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    return path


def _fresh(path: Path) -> Path:
    _gone(path).mkdir(parents=True)
    return path


@contextmanager
def _alone(root: Path) -> Iterator[Path]:
    """An empty scratch folder on the cache's file system, for one fetch at a time; what a killed one left is removed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = _fresh(root / _SCRATCH)
        try:
            yield scratch
        finally:
            _gone(scratch)
