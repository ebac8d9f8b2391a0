"""Keeps the log of records up to what has happened. What a clip needs is compared with what is there, so that no event can be missed."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from glasses.bus import Bus
from glasses.events import (
    Answered,
    CustodyChanged,
    Event,
    FaultRaised,
    MemoryChanged,
    PlanChanged,
    ProxyMade,
    RecordingStarted,
    SegmentClosed,
)
from glasses.spool.records import Mark, NewRecord
from glasses.spool.spool import Spool
from glasses.wire.codec import Wire, encode_msgpack
from glasses.wire.errors import SouvenirError
from glasses.wire.record import CardText, RecordKind
from glasses.wire.segment import Segment
from glasses.wire.status import ClipCustody, Custody, DeviceStatus

log = logging.getLogger("glasses.ble")

CARDS, FILMS = 30, 30
"""So many stay, the newest."""
SAFE = (Custody.STORED, Custody.FILMED)
Describe = Callable[[Event], CardText | None]
Thumbnail = Callable[[Path], Awaitable[bytes]]
"""A media file to a small JPEG. Raises SouvenirError for one that does not decode."""


class Journal:
    """``changed`` is called when there is something new to read."""

    def __init__(
        self, spool: Spool, bus: Bus, status: Callable[[], Awaitable[DeviceStatus]], describe: Describe, thumbnail: Thumbnail,
        changed: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._spool, self._status, self._describe, self._thumbnail, self._changed = spool, status, describe, thumbnail, changed
        self._events = bus.subscribe(
            RecordingStarted, SegmentClosed, CustodyChanged, ProxyMade, PlanChanged, MemoryChanged, Answered, FaultRaised
        )  # fmt: skip
        self._cards, self._unreadable = 0, set[str]()

    async def run(self) -> None:
        await self.catch_up()
        while True:
            await self.step()

    async def step(self) -> None:
        """Take the next event and those that have come with it into the log."""
        event: Event | None = await self._events.next()  # type: ignore[assignment]  # subscribed to events only
        while event is not None:
            await self._note(event)
            event = self._events.poll()  # type: ignore[assignment]  # as above
        await self.catch_up()

    async def catch_up(self) -> None:
        """Write what the log lacks of any clip, and the status if it is another one."""
        marks = await self._spool.records.marks()
        clips = {clip.segment_id: clip for clip in await self._spool.catalog.custody()}
        for held in await self._spool.catalog.held():
            if held.custody != Custody.RECORDING:
                await self._catch_up_clip(held.segment, clips[held.segment.segment_id], marks)
        status = await self._status()
        status.clips, at = [], status.at
        status.at, status.free_bytes, status.recording_left_s = 0, 0, None
        await self._put(RecordKind.STATUS, "device", encode_msgpack(status).hex(), status, marks, at)
        await self._changed()

    async def _catch_up_clip(self, segment: Segment, clip: ClipCustody, marks: dict[Mark, str]) -> None:
        subject = segment.segment_id
        await self._put(RecordKind.CAPTURE, subject, segment.proxy_sha256, segment, marks)
        await self._put(RecordKind.CUSTODY, subject, f"{clip.custody} {clip.evicted} {clip.parked}", clip, marks)
        if segment.proxy_sha256 and (RecordKind.PROXY, subject) not in marks and not clip.evicted:
            await self._put_file(RecordKind.PROXY, segment, self._spool.media.proxy_path(segment))
        if clip.custody == Custody.KEPT and (RecordKind.ORIGINAL, subject) not in marks and not clip.parked:
            await self._put_file(RecordKind.ORIGINAL, segment, self._spool.media.path(segment))
        if clip.custody in SAFE and (RecordKind.ORIGINAL, subject) in marks:
            await self._spool.records.drop(RecordKind.ORIGINAL, subject)
        if (RecordKind.THUMBNAIL, subject) not in marks and not clip.evicted and subject not in self._unreadable:
            await self._put_thumbnail(segment)

    async def _note(self, event: Event) -> None:
        if isinstance(event, MemoryChanged) and event.memory.memory_id:
            await self._write(RecordKind.MEMORY, event.memory.memory_id, encode_msgpack(event.memory), "", FILMS)
        card = self._describe(event)
        if card is not None:
            self._cards += 1
            await self._write(RecordKind.CARD, f"{self._cards % CARDS}", encode_msgpack(card), "", CARDS)

    async def _put(self, kind: RecordKind, subject: str, mark: str, body: Wire, marks: dict[Mark, str], at: int = 0) -> None:
        """Unless this very version is there already."""
        if marks.get((kind, subject)) == mark:
            return
        if isinstance(body, DeviceStatus):
            body.at = at
        await self._write(kind, subject, encode_msgpack(body), mark)

    async def _write(self, kind: RecordKind, subject: str, payload: bytes, mark: str, newest: int | None = None) -> None:
        await self._spool.records.put(NewRecord(kind, subject, mark, payload, len(payload), zlib.crc32(payload)), newest)

    async def _put_thumbnail(self, segment: Segment) -> None:
        try:
            picture = await self._thumbnail(self._spool.media.path(segment))
        except SouvenirError as error:
            self._unreadable.add(segment.segment_id)
            log.warning("no thumbnail of clip %d: %s", segment.sequence, error)
            return
        await self._write(RecordKind.THUMBNAIL, segment.segment_id, picture, "")

    async def _put_file(self, kind: RecordKind, segment: Segment, path: Path) -> None:
        try:
            size_bytes, crc32 = await asyncio.to_thread(_crc32_of, path)
        except FileNotFoundError:
            log.warning("%s is not there", path.name)
            return
        if size_bytes:
            await self._spool.records.put(NewRecord(kind, segment.segment_id, "", None, size_bytes, crc32))


def _crc32_of(path: Path) -> tuple[int, int]:
    size_bytes, crc32 = 0, 0
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            size_bytes, crc32 = size_bytes + len(data), zlib.crc32(data, crc32)
    return size_bytes, crc32
