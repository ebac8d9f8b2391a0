"""The spool's database: SQLite in WAL mode, one writer on a thread of its own, every transaction short and durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from glasses import faults
from glasses.errors import StorageDamagedError, StorageFullError
from glasses.spool.files import disk_error, fsync_folder
from glasses.spool.schema import migrate
from glasses.thread import OwnThread

T = TypeVar("T")
NAME = "spool.db"


class TornError(StorageDamagedError):
    """The file is not a whole database of ours: it can only be made anew."""


class SpoolDb:
    """All access from the event loop goes through ``write`` and ``read``; both run on the one writer thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._thread = OwnThread("spool")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Raises TornError when the file is not a healthy database."""
        await self._thread.run(self._open)

    async def write(self, work: Callable[[sqlite3.Connection], T], at: str = "") -> T:
        """``work`` in one transaction; on return it is on the disk. ``at`` names it among the points of ``glasses.faults``.

        Raises StorageFullError, StorageDamagedError; then nothing of it has happened.
        """
        return await self._thread.run(lambda: self._transact(work, at))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Raises StorageDamagedError."""
        return await self._thread.run(lambda: self._look(work))

    async def set_aside(self, suffix: str) -> list[Path]:
        """Give up a damaged file: it stays beside, with ``suffix``, and ``open`` makes a new one. Returns what was renamed."""
        return await self._thread.run(lambda: self._set_aside(suffix))

    async def close(self) -> None:
        """May be called twice."""
        if self._connection is not None:
            await self._thread.run(self._close)
            self._thread.close()

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(self.path)

    def _set_aside(self, suffix: str) -> list[Path]:
        self._close()
        aside = []
        for ending in ("", "-wal", "-shm"):
            path = self.path.with_name(self.path.name + ending)
            if path.exists():
                aside.append(path.rename(path.with_name(path.name + suffix)))
        fsync_folder(self.path.parent)
        return aside

    def _open_connection(self) -> sqlite3.Connection:
        assert self._connection is not None, "open comes first"  # noqa: S101  # a mistake of the caller's
        return self._connection

    def _look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._open_connection())
        except sqlite3.DatabaseError as problem:
            raise _named(problem, self.path) from problem

    def _transact(self, work: Callable[[sqlite3.Connection], T], at: str) -> T:
        connection = self._open_connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                outcome = work(connection)
                _pass(at, "uncommitted")
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except (sqlite3.DatabaseError, OSError) as problem:
            raise _named(problem, self.path) from problem
        _pass(at, "committed")
        return outcome

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _pass(at: str, step: str) -> None:
    if at:
        faults.point(f"{at}.{step}")


def _named(problem: sqlite3.DatabaseError | OSError, path: Path) -> Exception:
    """A disk's failure as an error of ours; a mistake of the program stays what it is."""
    if isinstance(problem, OSError):
        return disk_error(problem, path)
    code = getattr(problem, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError(f"{path}: {problem}")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "no such" in str(problem):
        return TornError(f"{path}: {problem}")
    if code is not None and code & 0xFF == sqlite3.SQLITE_IOERR:
        return StorageDamagedError(f"{path}: {problem}")
    return problem


def connect(path: Path) -> sqlite3.Connection:
    """A connection for the writer. Raises TornError when the file is not a healthy database."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 5000")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as problem:
        connection.close()
        raise _named(problem, path) from problem
    if verdict != "ok":
        connection.close()
        raise TornError(f"{path}: {verdict}")
    try:
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def read_only(folder: Path) -> sqlite3.Connection:
    """A reader beside a running device, for ``status`` and ``doctor``. Raises StorageDamagedError, FileNotFoundError."""
    path = folder / NAME
    if not path.exists():
        raise FileNotFoundError(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection
