"""The one thread that writes: works that wait at the same time share one commit, and so one fsync."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
MOST_AT_ONCE = 64


class Waiting(NamedTuple):
    work: Callable[[sqlite3.Connection], Any]
    result: Future[Any]
    lasting: bool
    """Not even a loss of power takes it back."""


class Writer:
    """Each work is whole or not at all, whatever becomes of those that share its commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="catalog-writer")
        self._waiting: deque[Waiting] = deque()
        self._lasting = True

    def submit(self, work: Callable[[sqlite3.Connection], T], *, lasting: bool = True) -> Future[T]:
        """Its result is there when it is durable; not ``lasting``: when the end of this process cannot take it back."""
        result: Future[T] = Future()
        self._waiting.append(Waiting(work, result, lasting))
        self._thread.submit(self._together)
        return result

    def between(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Outside any transaction, as a checkpoint has to be."""
        return self._thread.submit(work, self._connection)

    def close(self) -> None:
        """After what is waiting has been done."""
        self._thread.shutdown()

    def _together(self) -> None:
        taken: list[Waiting] = []
        while self._waiting and len(taken) < MOST_AT_ONCE:
            each = self._waiting.popleft()
            if each.result.set_running_or_notify_cancel():
                taken.append(each)
        if not taken:
            return  # an earlier commit took them along
        self._last(any(each.lasting for each in taken))
        if len(taken) > 1:
            taken = self._shared(taken)
        for each in taken:
            self._alone(each)

    def _last(self, lasting: bool) -> None:
        """Whether commits wait for the disk. One that does takes along all that were before it."""
        if lasting != self._lasting:
            self._connection.execute(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
            self._lasting = lasting

    def _shared(self, taken: list[Waiting]) -> list[Waiting]:
        """One transaction for all; returns those that have to be tried alone because it came to nothing."""
        done: list[tuple[Waiting, Any]] = []
        failed: list[tuple[Waiting, BaseException]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for each in taken:
                self._connection.execute("SAVEPOINT work")
                try:
                    done.append((each, each.work(self._connection)))
                except BaseException as problem:  # noqa: BLE001 -- handed to whoever waits for it
                    self._connection.execute("ROLLBACK TO work")
                    failed.append((each, problem))
                self._connection.execute("RELEASE work")
            self._connection.execute("COMMIT")
        except sqlite3.Error:  # the disk is full, or the file is in use: SQLite may have ended the transaction for all
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return taken
        for each, reason in failed:
            each.result.set_exception(reason)
        for each, result in done:
            each.result.set_result(result)
        return []

    def _alone(self, each: Waiting) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            result = each.work(self._connection)
            self._connection.execute("COMMIT")
        except BaseException as problem:  # noqa: BLE001 -- handed to whoever waits for it
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            each.result.set_exception(problem)
            return
        each.result.set_result(result)
