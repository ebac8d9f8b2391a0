"""What makes a file durable, and what a full disk is called."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from relay.catalog.db import DiskFullError


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begin_write_out(descriptor: int, start: int, size_bytes: int) -> None:
    """Have the disk begin with these bytes now, so that an fsync later finds little to do; a promise is only the fsync.

    ``sync_file_range(2)`` with SYNC_FILE_RANGE_WRITE, where the system has it. What fails here fails the fsync too.
    """
    if _sync_file_range is not None:
        _sync_file_range(descriptor, start, size_bytes, _WRITE)


@contextlib.contextmanager
def translated_disk_errors(path: Path) -> Iterator[None]:
    """Raises DiskFullError where the system says that there is no room."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(f"{path.name}: {problem.strerror}") from problem
        raise


def make_folder(folder: Path) -> None:
    """With its parents, each durable in the one above it."""
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


_WRITE = 2
"""SYNC_FILE_RANGE_WRITE of <fcntl.h>."""


def _found() -> Callable[[int, int, int, int], int] | None:
    found = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if found is not None:
        found.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return found


_sync_file_range = _found()
