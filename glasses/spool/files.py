"""Files written so that a crash leaves the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from glasses import faults
from glasses.errors import StorageDamagedError, StorageFullError
from glasses.wire.errors import SouvenirError

TEMPORARY = ".tmp"


def write_atomic(path: Path, data: bytes, mode: int = 0o644, *, at: str) -> None:
    """Temp file, fsync, rename, fsync of the folder. ``at`` names the file among the points of ``glasses.faults``.

    Raises StorageFullError, StorageDamagedError; then the old file is still there.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            faults.point(f"{at}.created")
            file.write(data)
            file.flush()
            faults.point(f"{at}.written")
            os.fsync(file.fileno())
            faults.point(f"{at}.synced")
        temporary.rename(path)
        faults.point(f"{at}.renamed")
        fsync_folder(path.parent)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise disk_error(problem, path) from problem
    faults.point(f"{at}.durable")


def disk_error(problem: OSError, path: Path) -> SouvenirError:
    """What a disk answered, as an error of ours."""
    full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
    return (StorageFullError if full else StorageDamagedError)(f"{path}: {problem.strerror}")


def fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
