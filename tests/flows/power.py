"""Power loss, at its worst: whatever was not fsynced has never been. SQLite's own files are left to SQLite (WAL, synchronous=FULL)."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

from glasses import faults

APART = ("spool.db", "spool.lock", "trace")


class PowerLoss:
    """A hook for ``glasses.faults``: when ``point`` is passed, files go back to what was fsynced of them, names to what their folder had
    when it was last fsynced, and the process is killed."""

    def __init__(self, folder: Path, point: str) -> None:
        faults.parsed(f"kill {point}")
        self._point = point
        self._shadow = folder.with_name(f"{folder.name}.shadow")
        self._shadow.mkdir(exist_ok=True)
        self._synced_bytes: dict[int, int] = {}
        self._names: dict[Path, dict[str, int]] = {}
        self._fsync = os.fsync
        for each in (folder, folder / "media", folder / "asked"):
            each.mkdir(exist_ok=True)
            self._folder_synced(each)
            for name, inode in self._names[each].items():
                self._synced_bytes[inode] = (each / name).stat().st_size
        os.fsync = self._synced

    def __call__(self, name: str) -> None:
        if name == self._point:
            self._go_back()
            os.kill(os.getpid(), signal.SIGKILL)

    def _synced(self, descriptor: int) -> None:
        self._fsync(descriptor)
        found = os.fstat(descriptor)
        if stat.S_ISDIR(found.st_mode):
            self._folder_synced(Path(f"/proc/self/fd/{descriptor}").readlink())
        else:
            self._synced_bytes[found.st_ino] = found.st_size

    def _folder_synced(self, folder: Path) -> None:
        self._names[folder] = {}
        for path in _files(folder):
            inode = path.stat().st_ino
            if not (self._shadow / str(inode)).exists():
                os.link(path, self._shadow / str(inode))
            self._names[folder][path.name] = inode

    def _go_back(self) -> None:
        for folder, names in self._names.items():
            for path in _files(folder):
                path.unlink()
            for name, inode in names.items():
                os.link(self._shadow / str(inode), folder / name)
                os.truncate(folder / name, min((folder / name).stat().st_size, self._synced_bytes.get(inode, 0)))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(APART)]
