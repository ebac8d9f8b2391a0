"""One recording while it runs, and what can be saved of it when it is cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from glasses.capture.mp4 import ClosedFile, FragmentWriter, repair
from glasses.errors import StorageDamagedError
from glasses.hw.base import AudioChunk
from glasses.hw.packet import EncodedFrame
from glasses.spool.files import sha256_of
from glasses.wire.segment import CaptureProfile, Kind, Segment

T = TypeVar("T")


class Take:
    """A file written on a thread of its own. ``from_sample``: the number of the sample heard with the first frame."""

    def __init__(self, segment: Segment, path: Path, profile: CaptureProfile, headers: bytes, from_sample: int) -> None:
        self.segment, self.path, self.from_sample = segment, path, from_sample
        self.pump: asyncio.Task[None] | None = None
        self.closed: Segment | None = None
        self._profile, self._headers = profile, headers
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._writer: FragmentWriter | None = None
        self._ended = False

    async def see(self, frame: EncodedFrame) -> None:
        await self._run(lambda: self._open_writer().write_video(frame))

    async def hear(self, chunk: AudioChunk) -> None:
        await self._run(lambda: self._write_sound(chunk))

    async def close(self) -> ClosedFile | None:
        return await self._finish(lambda: self._writer.close() if self._writer else None)

    async def rescue(self) -> ClosedFile | None:
        """After a failure: what reached the disk, made whole."""
        return await self._finish(self._let_go)

    def _open_writer(self) -> FragmentWriter:
        if self._writer is None:
            self._writer = FragmentWriter(self.path, self._profile, self._headers)
        return self._writer

    def _write_sound(self, chunk: AudioChunk) -> None:
        if not self._ended:
            self._open_writer().write_audio(chunk.pcm, chunk.first_sample - self.from_sample)

    def _let_go(self) -> ClosedFile | None:
        if self._writer is not None:
            self._writer.abandon()
        return mend_file(self.path)

    async def _finish(self, work: Callable[[], ClosedFile | None]) -> ClosedFile | None:
        def last() -> ClosedFile | None:
            self._ended = True
            return work()

        closed = await self._run(last)
        self._thread.shutdown(wait=False)
        return closed

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def mend_file(path: Path) -> ClosedFile | None:
    """The file that an interruption left, made whole; None when nothing in it can be played."""
    try:
        closed = repair(path)
    except (StorageDamagedError, FileNotFoundError):
        return None
    return closed if closed.frames else None


def mend(path: Path, segment: Segment) -> Segment | None:
    """For a start after a crash: the segment as it survived, or None when nothing was captured."""
    if segment.kind == Kind.PHOTO:
        segment.size_bytes, segment.sha256 = path.stat().st_size, sha256_of(path)
        return segment
    closed = mend_file(path)
    return with_facts(segment, closed) if closed else None


def with_facts(segment: Segment, closed: ClosedFile) -> Segment:
    segment.duration_s, segment.frames = closed.duration_s, closed.frames
    segment.size_bytes, segment.sha256 = closed.size_bytes, closed.sha256
    return segment
