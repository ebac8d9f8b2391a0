"""What a start has to put right: files and database are compared, and each mends the other. Files are believed first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from glasses import faults
from glasses.errors import StorageDamagedError
from glasses.spool import outbox
from glasses.spool.catalog import Catalog, Held
from glasses.spool.media import MediaFolder
from glasses.spool.outbox import Outbox
from glasses.wire.segment import Segment
from glasses.wire.status import Custody

log = logging.getLogger("glasses.spool")

Mend = Callable[[Path, Segment], Segment | None]
"""Make a file that a crash left behind whole again: the completed segment, or None when nothing was captured."""


class Recovery:
    """``problems``: what the wearer has to be told, as sentences."""

    def __init__(self, media: MediaFolder, catalog: Catalog, entries: Outbox) -> None:
        self._media, self._catalog, self._entries = media, catalog, entries
        self.problems: list[str] = []

    async def take_up(self) -> None:
        """Sidecars without a row, or with another row: the database was lost, is older than the files, or is damaged."""
        known = {held.segment.segment_id: held for held in await self._catalog.held()}
        sidecars = list(self._media.sidecars())
        beside = {segment.segment_id for segment in sidecars}
        for segment in sidecars:
            held = known.get(segment.segment_id)
            if held is None:
                await self._adopt(segment)
            elif held.custody != Custody.RECORDING and held.segment != segment:
                log.warning("%s: its row did not agree with its sidecar, and was set right", segment.segment_id)
                await self._catalog.correct(segment)
        for held in known.values():
            if held.segment.segment_id not in beside and held.custody != Custody.RECORDING:
                self._media.write_sidecar(held.segment, "mend.sidecar")
        for stray in self._media.strays():
            if stray.segment_id not in known:
                log.warning("%s has neither row nor sidecar; it is taken up as it is", stray.segment_id)
                await self._catalog.adopt(Held(stray, Custody.RECORDING, evicted=False, receipt=None))

    async def mend_interrupted(self, mend: Mend) -> list[Segment]:
        """Recordings that a crash cut short; returns those of which something was captured."""
        mended = []
        for segment in await self._catalog.recording():
            part, final = self._media.part_path(segment), self._media.path(segment)
            path = final if final.exists() else part
            faults.point("mend.found")
            whole = mend(path, segment) if path.exists() else None
            if whole is None:
                log.warning("nothing was captured in %s before the interruption", segment.segment_id)
                self._media.discard(segment)
                await self._catalog.forget(segment.segment_id)
                continue
            faults.point("mend.repaired")
            self._media.write_sidecar(whole, "mend.sidecar")
            if path == part:
                self._media.finish(whole)
            await self._catalog.close(whole)
            mended.append(whole)
        return mended

    async def check(self) -> None:
        """Every clip is where its row says, whole; receipts that came just before a crash are believed."""
        for held in await self._catalog.held():
            if held.custody in (Custody.KEPT, Custody.CARRIED):
                await self._check_kept(held.segment)
            elif held.custody in (Custody.STORED, Custody.FILMED):
                await self._check_stored(held)

    async def _adopt(self, segment: Segment) -> None:
        there, receipt = self._media.path(segment).exists(), self._media.receipt(segment)
        if receipt is not None:
            await self._catalog.adopt(Held(segment, Custody.STORED, evicted=not there, receipt=receipt))
        elif there and segment.sha256:
            await self._catalog.adopt(Held(segment, Custody.KEPT, evicted=False, receipt=None))
        elif there or self._media.part_path(segment).exists():
            await self._catalog.adopt(Held(segment, Custody.RECORDING, evicted=False, receipt=None))
        elif segment.sha256:
            await self._catalog.adopt(Held(segment, Custody.KEPT, evicted=False, receipt=None))
        else:
            self._media.discard(segment)
            return
        log.warning("took up %s, which the database did not know", segment.segment_id)

    async def _check_kept(self, segment: Segment) -> None:
        receipt, path = self._media.receipt(segment), self._media.path(segment)
        if receipt is not None:
            await self._catalog.store_receipt(receipt)
        elif not path.exists() or path.stat().st_size != segment.size_bytes:
            found = f"{path.stat().st_size} of {segment.size_bytes} bytes are left" if path.exists() else "its file is gone"
            problem = f"clip {segment.sequence} is damaged before a relay had it: {found}"
            self.problems.append(problem)
            await self._entries.park_subject(outbox.MEDIA, segment.segment_id, StorageDamagedError.code, problem)

    async def _check_stored(self, held: Held) -> None:
        there = self._media.path(held.segment).exists()
        if held.receipt is not None and self._media.receipt(held.segment) is None:
            self._media.write_receipt(held.receipt)
        if there and held.evicted:
            self._media.evict(held.segment)
        elif not there and not held.evicted:
            await self._catalog.evict(held.segment.segment_id)
