"""The durable queue as a whole: database, media files, and what a start after a crash has to mend."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from glasses.clock import Clock
from glasses.spool.catalog import Catalog
from glasses.spool.db import NAME, SpoolDb
from glasses.spool.files import MediaFolder
from glasses.spool.outbox import Outbox
from glasses.spool.settings import DEVICE_ID, LAST_STAMP, Settings
from glasses.wire import stamp
from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment
from glasses.wire.stamp import HybridClock

log = logging.getLogger("glasses.spool")

Mend = Callable[[Path, Segment], Segment | None]
"""Make a file that a crash left behind whole again: the completed segment, or None when nothing was captured."""


class Spool:
    """Open before use. ``owner`` is this run of the program: leases of other runs are void."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self._clock = folder, clock
        self.db = SpoolDb(folder)
        self.media = MediaFolder(folder / "media")
        self.catalog = Catalog(self.db, clock.now_ms)
        self.outbox = Outbox(self.db, uuid7(clock.now_ms()))
        self.settings = Settings(self.db)
        self.device_id = ""
        self._stamps = HybridClock("", clock.now_ms)

    async def open(self, mend: Mend) -> list[Segment]:
        """Open, and take up what a crash left behind; returns the recordings that were mended."""
        await self.db.open()
        self.device_id = await self.settings.get(DEVICE_ID)
        if not self.device_id:
            self.device_id = uuid7(self._clock.now_ms())
            await self.settings.set(DEVICE_ID, self.device_id)
        last = await self.settings.get(LAST_STAMP)
        self._stamps = HybridClock(self.device_id, self._clock.now_ms, stamp.parse(last) if last else None)
        await self._adopt_unknown()
        return await self._mend_interrupted(mend)

    async def close(self) -> None:
        await self.db.close()

    async def begin(self, segment: Segment) -> Segment:
        """Number the segment, stamp it, and leave its sidecar, before the first byte of it is captured."""
        tick = self._stamps.tick()
        segment.stamp, segment.device_id = str(tick), self.device_id
        await self.settings.set(LAST_STAMP, str(tick))
        numbered = await self.catalog.begin(segment)
        self.media.write_sidecar(numbered)
        return numbered

    async def close_segment(self, segment: Segment) -> None:
        """``segment`` is complete and hashed, its part file written: from here on the device keeps it."""
        self.media.write_sidecar(segment)
        self.media.finish(segment)
        await self.catalog.close(segment)

    async def add_proxy(self, segment_id: str, size_bytes: int, sha256: str) -> None:
        """The small copy is durable beside its original: note it in the sidecar and the record."""
        segment = await self.catalog.set_proxy(segment_id, size_bytes, sha256)
        if segment is not None:
            self.media.write_sidecar(segment)

    async def abandon(self, segment: Segment) -> None:
        """Nothing was captured: leave no trace."""
        self.media.discard(segment)
        await self.catalog.forget(segment.segment_id)

    async def _mend_interrupted(self, mend: Mend) -> list[Segment]:
        mended = []
        for segment in await self.catalog.recording():
            part, final = self.media.part_path(segment), self.media.path(segment)
            path = final if final.exists() else part
            whole = mend(path, segment) if path.exists() else None
            if whole is None:
                log.warning("nothing was captured in %s before the interruption", segment.segment_id)
                await self.abandon(segment)
                continue
            self.media.write_sidecar(whole)
            if path == part:
                self.media.finish(whole)
            await self.catalog.close(whole)
            mended.append(whole)
        return mended

    async def _adopt_unknown(self) -> None:
        """Sidecars without a row: the database was lost or is older than the files."""
        known = {clip.segment_id for clip in await self.catalog.custody()}
        for segment in self.media.sidecars():
            if segment.segment_id in known:
                continue
            if self.media.path(segment).exists():
                await self.catalog.adopt(segment)
                log.warning("took up %s, which the database did not know", segment.segment_id)
            elif self.media.part_path(segment).exists():
                await self.catalog.begin_again(segment)


def database_path(folder: Path) -> Path:
    return folder / NAME
