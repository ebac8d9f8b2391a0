"""The durable queue as a whole: database, media files, and what a start after a crash has to mend."""

from __future__ import annotations

import fcntl
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from glasses.clock import Clock
from glasses.errors import SpoolTakenError
from glasses.spool import outbox
from glasses.spool.asked import AskedFolder
from glasses.spool.catalog import Catalog
from glasses.spool.db import NAME, SpoolDb, TornError
from glasses.spool.files import write_atomic
from glasses.spool.media import DAMAGED, QUOTA_BYTES, MediaFolder
from glasses.spool.outbox import Entry, Outbox
from glasses.spool.records import RecordLog
from glasses.spool.recovery import Mend, Recovery
from glasses.spool.settings import DEVICE_ID, LAST_STAMP, Settings
from glasses.wire import stamp
from glasses.wire.errors import WireMalformedError
from glasses.wire.ids import uuid7
from glasses.wire.segment import Segment
from glasses.wire.stamp import HybridClock
from glasses.wire.upload import Receipt

log = logging.getLogger("glasses.spool")

DEVICE, LOCK = "device", "spool.lock"
"""Files that hold the device's id, and nothing at all."""


class Spool:
    """Open before use. ``owner`` is this run of the program: leases of other runs are void.

    ``problems``: what opening found damaged, for the wearer.
    """

    def __init__(self, folder: Path, clock: Clock, quota_bytes: int = QUOTA_BYTES) -> None:
        self.folder, self._clock = folder, clock
        self.db = SpoolDb(folder)
        self.media = MediaFolder(folder / "media", quota_bytes)
        self.catalog = Catalog(self.db, clock.now_ms)
        self.outbox = Outbox(self.db, uuid7(clock.now_ms()))
        self.settings = Settings(self.db)
        self.records = RecordLog(self.db, clock.now_ms)
        self.problems: list[str] = []
        self.device_id = ""
        self._held: IO[bytes] | None = None
        self._asked = AskedFolder(folder / "asked")
        self._stamps = HybridClock("", clock.now_ms)

    async def open(self, mend: Mend) -> list[Segment]:
        """Open, and take up what a crash left behind; returns the recordings that were mended.

        A damaged database is set aside and made anew from the files. Raises SpoolTakenError while another process has it
        open, StorageDamagedError for one of a newer program.
        """
        self._lock()
        try:
            return await self._take_up(mend)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        await self.db.close()
        if self._held is not None:
            self._held.close()
            self._held = None

    async def begin(self, segment: Segment) -> Segment:
        """Number the segment, stamp it, and leave its sidecar, before the first byte of it is captured."""
        tick = self._stamps.tick()
        segment.stamp, segment.device_id = str(tick), self.device_id
        await self.settings.set(LAST_STAMP, str(tick), "stamp")
        numbered = await self.catalog.begin(segment)
        self.media.write_sidecar(numbered, "begin.sidecar")
        return numbered

    async def close_segment(self, segment: Segment) -> None:
        """``segment`` is complete and hashed, its part file written: from here on the device keeps it."""
        self.media.write_sidecar(segment, "close.sidecar")
        self.media.finish(segment)
        await self.catalog.close(segment)

    async def add_proxy(self, segment_id: str, size_bytes: int, sha256: str) -> None:
        """The small copy is durable beside its original: note it in the sidecar and the record."""
        segment = await self.catalog.set_proxy(segment_id, size_bytes, sha256)
        if segment is not None:
            self.media.write_sidecar(segment, "proxy.sidecar")

    async def keep_receipt(self, receipt: Receipt, of: str = "") -> Segment:
        """A relay has the clip (``of``: this one). Its file first: a row may be lost with its database.

        Raises ValueError for a receipt of another clip or of other bytes.
        """
        if of not in ("", receipt.segment_id):
            raise ValueError(f"a receipt for {receipt.segment_id} instead of {of}")
        segment = await self.catalog.get(receipt.segment_id)
        if segment is not None and (receipt.size_bytes, receipt.sha256) == (segment.size_bytes, segment.sha256):
            self.media.write_receipt(receipt)
        return await self.catalog.store_receipt(receipt)

    async def abandon(self, segment: Segment) -> None:
        """Nothing was captured: leave no trace."""
        self.media.discard(segment)
        await self.catalog.forget(segment.segment_id)

    async def ask(self, key: str, payload: str) -> None:
        """A request for a film waits to be sent from here on, also when the database is lost."""
        self._asked.write(key, payload)
        await self.outbox.put(outbox.REQUEST, key, payload, self._clock.now_ms())

    async def take_back_request(self) -> str | None:
        """The newest request that is not on its way yet is not sent after all: its payload, or None when there is none."""
        taken = await self.outbox.withdraw_newest(outbox.REQUEST)
        if taken is None:
            return None
        self._asked.take_back(taken.subject_id)
        return taken.payload

    async def answered(self, entry: Entry) -> None:
        """A relay has the request."""
        await self.outbox.done(entry)
        self._asked.remove(entry.subject_id)

    async def _take_up(self, mend: Mend) -> list[Segment]:
        self.media.tidy()
        await self._open_database()
        recovery = Recovery(self.media, self.catalog, self.outbox)
        await recovery.take_up()
        await self._identify()
        mended = await recovery.mend_interrupted(mend)
        await recovery.check()
        for key, payload in self._asked.all():
            await self.outbox.put_again(outbox.REQUEST, key, payload, self._clock.now_ms())
        self.problems += recovery.problems
        return mended

    def _lock(self) -> None:
        """Mending is only for files that nobody is writing. A dead process holds no lock."""
        lock = (self.folder / LOCK).open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            lock.close()
            raise SpoolTakenError(f"{self.folder} is in use") from problem
        self._held = lock

    async def _open_database(self) -> None:
        try:
            await self.db.open()
            await self.catalog.held()
        except (TornError, WireMalformedError) as problem:
            aside = await self.db.set_aside(f"{DAMAGED}-{datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC):%Y%m%dT%H%M%S}")
            log.warning("%s; set aside as %s, and made anew from the files", problem.detail, ", ".join(path.name for path in aside))
            self.problems.append(f"the list of clips was damaged and has been made anew from the clips themselves ({problem.detail})")
            await self.db.open()

    async def _identify(self) -> None:
        """The device's id and last stamp: from the settings, or from what is left of an earlier database."""
        file, segments = self.folder / DEVICE, [held.segment for held in await self.catalog.held()]
        known = file.read_text().strip() if file.exists() else await self.settings.get(DEVICE_ID)
        earlier = [segment.device_id for segment in segments if segment.device_id]
        self.device_id = known or (earlier[-1] if earlier else uuid7(self._clock.now_ms()))
        if not file.exists():
            write_atomic(file, self.device_id.encode(), at="device")
        if await self.settings.get(DEVICE_ID) != self.device_id:
            await self.settings.set(DEVICE_ID, self.device_id)
        stamps = [await self.settings.get(LAST_STAMP), *(segment.stamp for segment in segments)]
        last = max(stamps)
        self._stamps = HybridClock(self.device_id, self._clock.now_ms, stamp.parse(last) if last else None)


def database_path(folder: Path) -> Path:
    return folder / NAME


def is_taken(folder: Path) -> bool:
    """Whether a process has this spool open."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
