"""Processes for work that keeps a core busy, so that the server goes on answering."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import ParamSpec, TypeVar

from relay.errors import SouvenirError

_OOM_SCORE = Path("/proc/self/oom_score_adj")
P = ParamSpec("P")
R = TypeVar("R")


class WorkerDiedError(SouvenirError):
    code = "relay.failed"


class WorkerHungError(SouvenirError):
    code = "relay.failed"


class WorkerFullError(SouvenirError):
    """What it was asked for takes more memory than it may have: it will the next time too."""

    code = "upload.too_costly"


class CpuPool:
    """``processes`` workers, each started when the others are busy. One that died, or worked longer than ``longest_s``, is replaced.

    They decode what strangers send: none may have more than ``memory_bytes`` (0: no limit), and where memory ends for all the
    system ends them before the relay.
    """

    def __init__(self, processes: int = 1, longest_s: float | None = None, memory_bytes: int = 0) -> None:
        self._all = [_Process(longest_s, memory_bytes) for _ in range(processes)]
        self._free: asyncio.LifoQueue[_Process] = asyncio.LifoQueue()
        for process in self._all:
            self._free.put_nowait(process)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """``work`` and its arguments must pickle. Raises what it raises, WorkerDiedError, WorkerHungError and WorkerFullError."""
        if kwargs:
            raise TypeError("pass arguments by position")
        process = await self._free.get()
        try:
            return await process.run(work, *args)
        finally:
            self._free.put_nowait(process)

    def close(self) -> None:
        """Does not wait: what was running is done again after the next start."""
        for process in self._all:
            process.end()


class _Process:
    """One process with a queue of its own, so that its end is no other's."""

    def __init__(self, longest_s: float | None, memory_bytes: int) -> None:
        self._longest_s, self._memory_bytes = longest_s, memory_bytes
        self._executor: ProcessPoolExecutor | None = None

    async def run(self, work: Callable[..., R], *args: object) -> R:
        name = getattr(work, "__name__", str(work))
        running: asyncio.Future[R] | None = None
        try:
            executor = self._executor or await self._started()
            running = asyncio.get_running_loop().run_in_executor(executor, work, *args)
            done, _ = await asyncio.wait({running}, timeout=self._longest_s)
            if done:
                return running.result()
        except MemoryError as problem:
            self.end()  # who knows what it could not finish
            raise WorkerFullError(f"{name} takes more than the {self._memory_bytes >> 20} MiB that a process may have") from problem
        except BrokenProcessPool as problem:
            self.end()
            raise WorkerDiedError(f"the process that ran {name} died") from problem
        except asyncio.CancelledError:
            self._abandon(running)
            raise
        self._abandon(running)
        raise WorkerHungError(f"{name} took longer than {self._longest_s:g} s and was ended")

    async def _started(self) -> ProcessPoolExecutor:
        """Up and waiting: how long that takes is no work's fault."""
        spawn = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(1, mp_context=spawn, initializer=_confine, initargs=(self._memory_bytes,))
        await asyncio.get_running_loop().run_in_executor(self._executor, os.getpid)
        return self._executor

    def _abandon(self, running: asyncio.Future[R] | None) -> None:
        if running is not None:
            running.cancel()  # else its end would be logged as an error that nobody asked about
        self.end()

    def end(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for process in list((executor._processes or {}).values()):  # noqa: SLF001 -- kill_workers() comes with Python 3.14
            process.kill()
        executor.shutdown(wait=True, cancel_futures=True)


def _confine(memory_bytes: int) -> None:
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    if _OOM_SCORE.exists():
        _OOM_SCORE.write_text("500")


def _end_with_parent() -> None:
    """A killed relay leaves no process behind that goes on using memory and files."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            multiprocessing.connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=wait, name="parent-watch", daemon=True).start()
