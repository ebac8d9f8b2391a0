"""The spool's database: SQLite in WAL mode, one writer on a thread of its own, every transaction short and durable."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from glasses.errors import StorageDamagedError, StorageFullError
from glasses.spool.schema import migrate

T = TypeVar("T")
NAME = "spool.db"


class SpoolDb:
    """All access from the event loop goes through ``write`` and ``read``; both run on the one writer thread."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Raises StorageDamagedError when the file is not a healthy database."""
        await self._run(self._open)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """``work`` in one transaction; on return it is on the disk."""
        return await self._run(lambda: self._transact(work))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._run(lambda: work(self._open_connection()))

    async def close(self) -> None:
        """May be called twice."""
        if self._connection is not None:
            await self._run(self._close)
            self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = connect(self.path)

    def _open_connection(self) -> sqlite3.Connection:
        assert self._connection is not None, "open comes first"  # noqa: S101  # a mistake of the caller's
        return self._connection

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._open_connection()
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                outcome = work(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.OperationalError as problem:
            if "disk is full" in str(problem):
                raise StorageFullError(f"{self.path}: {problem}") from problem
            raise
        return outcome

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(path: Path) -> sqlite3.Connection:
    """A connection for the writer. Raises StorageDamagedError when the file is not a healthy database."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA busy_timeout = 5000")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as problem:
        connection.close()
        raise StorageDamagedError(f"{path}: {problem}") from problem
    if verdict != "ok":
        connection.close()
        raise StorageDamagedError(f"{path}: {verdict}")
    migrate(connection)
    return connection


def read_only(folder: Path) -> sqlite3.Connection:
    """A reader beside a running device, for ``status`` and ``doctor``. Raises StorageDamagedError, FileNotFoundError."""
    path = folder / NAME
    if not path.exists():
        raise FileNotFoundError(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection
