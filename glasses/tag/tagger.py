"""Has clips looked at by a process of its own, which may die or hang without harm to the rest."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from pathlib import Path

from glasses.errors import TaggerStoppedError
from glasses.tag.protocol import LENGTH, Answer, Job, framed
from glasses.wire.codec import decode_msgpack, encode_msgpack
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import Segment
from glasses.wire.tag import Tags

PATIENCE_S = 120.0
"""To start, load the models and look at a photo, on the slowest board."""
PATIENCE_PER_S = 10.0
"""More for each second of the clip."""
_ROOT = Path(__file__).parents[2]


class TagWorker:
    """One clip at a time. The process starts with the first, and again after it has died or been ended for hanging."""

    def __init__(
        self, models_root: Path, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        patience_s: float = PATIENCE_S, command: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        self._command = [*(command or (sys.executable, "-m", "glasses.tag.worker")), str(models_root)]
        self._now_ms, self._patience_s = now_ms, patience_s
        self._process: Process | None = None
        self._alone = asyncio.Lock()

    async def tag(self, path: Path, segment: Segment) -> Tags:
        """Raises TaggerStoppedError when the process dies or takes too long (ask again), or the worker's own error."""
        async with self._alone:
            answer = await self._ask(Job(path=str(path), segment=segment), self._patience_s + PATIENCE_PER_S * segment.duration_s)
        if answer.tags is None:
            raise SouvenirError(answer.detail, code=answer.code)
        answer.tags.tagged_at = self._now_ms()
        return answer.tags

    async def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
        if process is not None:
            await process.communicate()

    async def _ask(self, job: Job, patience_s: float) -> Answer:
        answered = False
        try:
            async with asyncio.timeout(patience_s):
                process = await self._running()
                answer = await _exchange(process, encode_msgpack(job))
                answered = True
                return decode_msgpack(answer, Answer)
        except TimeoutError as late:
            raise TaggerStoppedError(f"{Path(job.path).name}: no answer within {patience_s:.0f} s") from late
        except (ConnectionError, asyncio.IncompleteReadError) as gone:
            raise TaggerStoppedError(f"{Path(job.path).name}: the process ended while it looked") from gone
        finally:
            if not answered:
                await self.close()

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
            environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
            self._process = await asyncio.create_subprocess_exec(*self._command, stdin=PIPE, stdout=PIPE, env=environment)
        return self._process

    @property
    def pid(self) -> int | None:
        """The running process, for status and tests."""
        return self._process.pid if self._process and self._process.returncode is None else None


async def _exchange(process: Process, message: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ConnectionError("the worker has no pipes")
    process.stdin.write(framed(message))
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    return await process.stdout.readexactly(length)
