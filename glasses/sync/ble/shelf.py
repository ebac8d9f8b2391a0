"""What a phone may read: the log of records, and the files behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path

from glasses.bus import Bus
from glasses.events import CustodyChanged
from glasses.spool.records import Stored
from glasses.spool.spool import Spool
from glasses.wire.ble import READ_BYTES
from glasses.wire.errors import SouvenirError
from glasses.wire.record import RecordKind, RecordPage, Request
from glasses.wire.status import Custody

PAGE = 50
"""Records of one answer: some 5 kB."""


class RecordGoneError(SouvenirError):
    code = "phone.gone"


class RecordHeldError(SouvenirError):
    code = "phone.held"


class RecordMismatchError(SouvenirError):
    code = "phone.mismatch"


class RequestRefusedError(SouvenirError):
    code = "phone.request"


class Shelf:
    """``held_back``: kinds that are not given out now."""

    def __init__(self, spool: Spool, bus: Bus, held_back: Callable[[], Collection[RecordKind]] = tuple) -> None:
        self._spool, self._bus, self._held_back = spool, bus, held_back

    async def info(self, phone: str, request: Request) -> RecordPage:
        found = await self._spool.records.page(phone, request.sequence, PAGE + 1, every=request.every, held_back=self._held_back())
        log_id, newest = await self._spool.records.log_id(), await self._spool.records.newest()
        return RecordPage(log_id=log_id, newest=newest, records=found[:PAGE], more=len(found) > PAGE)

    async def read(self, request: Request) -> bytes:
        """``length`` bytes from ``offset`` on, fewer at the end of the record.

        Raises RequestRefusedError for an offset or length out of range, RecordGoneError, RecordHeldError. Reading acknowledges nothing.
        """
        if not 1 <= request.length <= READ_BYTES:
            raise RequestRefusedError(f"a length of {request.length}; it is 1 to {READ_BYTES}")
        stored = await self._spool.records.get(request.sequence)
        if stored is None:
            raise RecordGoneError(f"record {request.sequence}")
        if not 0 <= request.offset < stored.info.size_bytes:
            raise RequestRefusedError(f"offset {request.offset} of a record of {stored.info.size_bytes} bytes")
        if stored.info.kind in self._held_back():
            raise RecordHeldError(f"{stored.info.kind} {stored.info.subject_id}")
        return await self._bytes(stored, request.offset, min(request.length, stored.info.size_bytes - request.offset))

    async def advance(self, phone: str, request: Request) -> None:
        """The phone has the record durably. Durable here too on return. Raises RecordGoneError, RecordMismatchError."""
        try:
            taken = await self._spool.records.take(request.sequence, request.crc32, phone)
        except ValueError as problem:
            raise RecordMismatchError(str(problem)) from problem
        if taken is None:
            raise RecordGoneError(f"record {request.sequence}")
        if taken.carried:
            self._bus.publish(CustodyChanged(taken.info.subject_id, Custody.CARRIED))

    async def _bytes(self, stored: Stored, offset: int, length: int) -> bytes:
        if stored.payload is not None:
            return stored.payload[offset : offset + length]
        segment = await self._spool.catalog.get(stored.info.subject_id)
        if segment is None:
            raise RecordGoneError(f"clip {stored.info.subject_id}")
        path = self._spool.media.proxy_path(segment) if stored.info.kind == RecordKind.PROXY else self._spool.media.path(segment)
        try:
            data = await asyncio.to_thread(_read, path, offset, length)
        except FileNotFoundError as problem:
            raise RecordGoneError(f"{path.name} is no longer here") from problem
        if len(data) < length:
            raise RecordGoneError(f"{path.name} is shorter than it was")
        return data


def _read(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)
