"""Requests for films as files, so that a lost database does not lose what the wearer has asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glasses import faults
from glasses.spool.files import fsync_folder, write_atomic

SUFFIX = ".json"


class AskedFolder:
    """``<idempotency key>.json`` from before a request waits to be sent until after it has arrived."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, key: str, payload: str) -> None:
        """Raises StorageFullError, StorageDamagedError."""
        write_atomic(self._folder / f"{key}{SUFFIX}", payload.encode(), at="request")

    def remove(self, key: str) -> None:
        """It has arrived. Without fsync: one that comes back is sent again with the same key, which is the same request."""
        (self._folder / f"{key}{SUFFIX}").unlink(missing_ok=True)
        faults.point("request.removed")

    def take_back(self, key: str) -> None:
        """It must not come back: durable, unlike ``remove``."""
        self.remove(key)
        fsync_folder(self._folder)

    def all(self) -> Iterator[tuple[str, str]]:
        """Keys and payloads, the oldest first: keys are UUIDv7."""
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            yield path.stem, path.read_text()
