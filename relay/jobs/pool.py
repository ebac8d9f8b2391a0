"""Processes for work that keeps a core busy, so that the server goes on answering."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from relay.errors import SouvenirError

P = ParamSpec("P")
R = TypeVar("R")


class WorkerDiedError(SouvenirError):
    code = "relay.failed"


class CpuPool:
    """``processes`` workers, started with the first call; a pool whose worker died is replaced."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """``work`` and its arguments must pickle. Raises what it raises, and WorkerDiedError."""
        if kwargs:
            raise TypeError("pass arguments by position")
        pool = self._pool = self._pool or ProcessPoolExecutor(
            self._processes, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
        )
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
        except BrokenProcessPool as problem:
            if self._pool is pool:
                self._pool = None
            pool.shutdown(wait=False, cancel_futures=True)
            raise WorkerDiedError(f"the process that ran {getattr(work, '__name__', work)} died") from problem

    def close(self) -> None:
        """Does not wait: what was running is done again after the next start."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 -- terminate_workers() comes with Python 3.14
            process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """A killed relay leaves no process behind that goes on using memory and files."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
