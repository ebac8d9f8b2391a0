"""One SQLite file: one writer on its own thread, a few readers beside it.

A write is whole or not at all, and durable (``BEGIN IMMEDIATE``, WAL, ``synchronous=FULL``) when it returns: what the
relay has said *stored* or *accepted* to survives power loss. Those that wait at the same time share one commit. What is only
jotted down survives a kill of the relay, and is never told to anybody before a write has followed it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import TypeVar

from relay.catalog.ripple import Ripple
from relay.catalog.schema import migrate
from relay.catalog.writer import Writer
from relay.errors import SouvenirError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

BUSY_TIMEOUT_S = 20.0


FAILURES = (SouvenirError, sqlite3.Error)
"""With which a read or a write ends while the file is not well."""


class DiskFullError(SouvenirError):
    code = "storage.full"


class DatabaseDamagedError(SouvenirError):
    code = "storage.damaged"


class Database:
    """The catalogue's file. ``work`` is a plain function of a connection; it runs off the event loop, in the context of its caller."""

    def __init__(self, path: Path, *, readers: int = 2) -> None:
        self.path = path
        self.ripple = Ripple()
        """Announced after every write."""
        self._connections: list[sqlite3.Connection] = []
        self._own = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _translated(path):
                self._writer_connection = self._connect(writer=True)
                migrate(self._writer_connection)
                self._writer_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # what was only jotted down lasts now
        except BaseException:
            self._close_connections()
            raise
        self._writer = Writer(self._writer_connection)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="catalog-reader")

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in one transaction: all of it durable, or none. Raises DiskFullError, DatabaseDamagedError."""
        with _translated(self.path):
            result = await asyncio.wrap_future(self._writer.submit(_as_here(work)))
        self.ripple.announce()
        return result

    def jot_here(self, work: Work[T]) -> T:
        """``write`` that does not wait for the disk: a killed relay has it, a loss of power may take it back until the next ``write``.

        The calling thread waits; it must not be the event loop's.
        """
        with _translated(self.path):
            return self._writer.submit(work, lasting=False).result()

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on one consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_here, _as_here(work))

    def read_here(self, work: Work[T]) -> T:
        """``read`` on the calling thread, which must not be the event loop's."""
        connection = self._reader_connection()
        with _translated(self.path):
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                connection.execute("ROLLBACK")

    async def check(self) -> list[str]:
        """What SQLite's quick_check finds wrong; empty when healthy."""
        rows = await self.read(lambda connection: connection.execute("PRAGMA quick_check").fetchall())
        return [str(row[0]) for row in rows if row[0] != "ok"]

    async def well(self) -> str:
        """Empty when the database takes a write; else what is wrong."""
        try:
            await self.write(lambda connection: connection.execute("UPDATE settings SET value = value WHERE key = 'relay_id'"))
        except FAILURES as problem:
            return str(problem)
        return ""

    async def backup(self, target: Path) -> None:
        """A consistent copy while others go on writing."""

        def copy(source: sqlite3.Connection) -> None:
            destination = sqlite3.connect(target)
            try:
                source.backup(destination)
            finally:
                destination.close()

        await asyncio.get_running_loop().run_in_executor(self._readers, lambda: copy(self._reader_connection()))

    async def scrub(self) -> None:
        """After an erasure: the log, which still holds what the pages held before, is written back and emptied."""
        await asyncio.wrap_future(self._writer.between(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()))

    def close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        self._close_connections()

    def _close_connections(self) -> None:
        for connection in self._connections:
            connection.close()

    def _reader_connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "connection"):
            self._own.connection = self._connect(writer=False)
        connection: sqlite3.Connection = self._own.connection
        return connection

    def _connect(self, *, writer: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        self._connections.append(connection)
        connection.row_factory = sqlite3.Row
        if writer:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA secure_delete=ON")  # what is erased leaves the file, not only the tables
        else:
            connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection


def _as_here(work: Work[T]) -> Work[T]:
    """``work`` in another thread, with the caller's context."""
    context = copy_context()
    return lambda connection: context.run(work, connection)


class _translated:  # noqa: N801 -- reads as a statement where it is used
    """SQLite's errors in the project's words."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if not isinstance(problem, sqlite3.DatabaseError) or isinstance(problem, sqlite3.IntegrityError | sqlite3.ProgrammingError):
            return
        text = str(problem)
        if "full" in text:
            raise DiskFullError(f"{self._path}: {text}") from problem
        if any(sign in text for sign in ("malformed", "not a database", "corrupt", "disk I/O")):
            raise DatabaseDamagedError(f"{self._path}: {text}") from problem
