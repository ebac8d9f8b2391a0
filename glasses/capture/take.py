"""One file of a recording while it is written, and what can be saved of it when it is cut short."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from glasses.capture.mp4 import ClosedFile, FragmentWriter, repair
from glasses.capture.timeline import Sound
from glasses.errors import StorageDamagedError
from glasses.hw.packet import EncodedFrame
from glasses.spool.files import sha256_of
from glasses.thread import OwnThread
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import CaptureProfile, Kind, Segment

T = TypeVar("T")
log = logging.getLogger("glasses.take")


class Take:
    """Written on a thread of its own. ``first_index``: the camera's number of its first frame; it ends before ``end_index``."""

    def __init__(self, segment: Segment, path: Path, profile: CaptureProfile, headers: bytes, first_index: int) -> None:
        self.segment, self.path, self.first_index = segment, path, first_index
        self.end_index: int | None = None
        """Known once the next file has begun, or the recording is over."""
        self._profile, self._headers = profile, headers
        self._samples_per_frame = profile.audio_rate_hz // profile.fps
        self._thread = OwnThread("recording")
        self._writer: FragmentWriter | None = None
        self._failed = False

    @property
    def first_sample(self) -> int:
        return self.first_index * self._samples_per_frame

    @property
    def end_sample(self) -> int | None:
        return None if self.end_index is None else self.end_index * self._samples_per_frame

    async def see(self, frame: EncodedFrame) -> None:
        await self._run(lambda: self._open_writer().write_video(frame))

    async def hear(self, sound: Sound) -> None:
        await self._run(lambda: self._open_writer().write_audio(sound.pcm, sound.first - self.first_sample))

    async def close(self) -> ClosedFile | None:
        return await self._finish(lambda: self._writer.close() if self._writer else None)

    async def rescue(self) -> ClosedFile | None:
        """After a failure, of this file or of another: closed if it can be, else what reached the disk, made whole."""
        if not self._failed:
            try:
                return await self.close()
            except (SouvenirError, OSError) as problem:
                log.warning("%s cannot be closed: %s", self.path.name, problem)
        return await self._finish(self._let_go)

    def _open_writer(self) -> FragmentWriter:
        if self._writer is None:
            self._writer = FragmentWriter(self.path, self._profile, self._headers)
        return self._writer

    def _let_go(self) -> ClosedFile | None:
        if self._writer is not None:
            self._writer.abandon()
        return mend_file(self.path)

    async def _finish(self, work: Callable[[], ClosedFile | None]) -> ClosedFile | None:
        closed = await self._run(work)
        self._thread.close(wait=False)
        return closed

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await self._thread.run(work)
        except (SouvenirError, OSError):
            self._failed = True
            raise


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
