"""Drains the outbox over a link: one entry at a time, nothing given up, an outage said once and its end once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path
from typing import assert_never

import msgspec

from glasses import faults
from glasses.bus import Bus
from glasses.clock import Clock
from glasses.errors import StorageDamagedError
from glasses.events import CustodyChanged, FaultRaised, LinkChanged, MemoryChanged, OutboxFilled
from glasses.pulse import Pulse
from glasses.spool import outbox
from glasses.spool.files import disk_error, sha256_of
from glasses.spool.outbox import Entry
from glasses.spool.spool import Spool
from glasses.sync.links import Link
from glasses.wire.change import Op, OpKind
from glasses.wire.codec import decode_json, to_builtins
from glasses.wire.errors import Action, SouvenirError
from glasses.wire.ids import uuid7
from glasses.wire.journal import following
from glasses.wire.memory import MemoryRequest
from glasses.wire.segment import Segment
from glasses.wire.status import Custody

log = logging.getLogger("glasses.sync")

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
OUTAGE = ("relay.unreachable", "relay.unavailable")


class Engine:
    """``held_back``: kinds of entries that the power plan keeps for later; ``pulse`` beats while there is something to send."""

    def __init__(
        self, spool: Spool, link: Link, bus: Bus, clock: Clock,
        held_back: Callable[[], Collection[str]] = tuple, pulse: Pulse | None = None,
    ) -> None:  # fmt: skip
        self._spool, self._link, self._bus, self._clock = spool, link, bus, clock
        self._held_back, self._pulse = held_back, pulse
        self._filled = bus.subscribe(OutboxFilled, limit=1)
        self._up: bool | None = None
        self._wait_s = FIRST_WAIT_S

    async def run(self) -> None:
        while True:
            if self._pulse is not None:
                self._pulse.beat()
            if not await self.step():
                if self._pulse is not None:
                    self._pulse.rest()
                await self._until_filled()

    async def step(self) -> bool:
        """Send the next entry. False when there is none, or when the way is blocked and a pause is due."""
        entry = await self._spool.outbox.lease(self._held_back())
        if entry is None:
            return False
        try:
            await self._send(entry)
        except SouvenirError as error:
            await self._failed(entry, error)
            return False
        except asyncio.CancelledError:
            await self._spool.outbox.release(entry)
            raise
        self._passed()
        return True

    async def _send(self, entry: Entry) -> None:
        if entry.kind == outbox.MEDIA:
            await self._send_media(entry)
        elif entry.kind == outbox.TAGS:
            await self._send_tags(entry)
        elif entry.kind == outbox.REQUEST:
            request = decode_json(entry.payload, MemoryRequest)
            faults.point("request.sending")
            memory = await self._link.request_memory(request)
            faults.point("request.sent")
            memory.query = memory.query or request.query
            await self._spool.answered(entry)
            self._bus.publish(MemoryChanged(memory))
        else:
            raise AssertionError(f"an outbox entry of kind {entry.kind!r}")

    async def _send_media(self, entry: Entry) -> None:
        segment = await self._spool.catalog.get(entry.subject_id)
        if segment is None:
            await self._spool.outbox.done(entry)
            return
        with following(segment.correlation_id):
            await self._send_clip(segment)

    async def _send_clip(self, segment: Segment) -> None:
        path = self._spool.media.path(segment)
        try:
            receipt = await self._link.send_media(segment, path, self._spool.catalog)
        except (SouvenirError, OSError) as problem:
            await _blame(problem, segment, path)
            raise
        faults.point("tus.receipted")
        try:
            await self._spool.keep_receipt(receipt, segment.segment_id)
        except ValueError as problem:
            await self._spool.catalog.remember_upload(segment.segment_id, "")
            raise SouvenirError(str(problem), code="upload.hash_mismatch") from problem
        log.info("clip %d is stored by the relay", segment.sequence)
        self._bus.publish(CustodyChanged(segment.segment_id, Custody.STORED))

    async def _send_tags(self, entry: Entry) -> None:
        tags = await self._spool.catalog.tags(entry.subject_id)
        segment = await self._spool.catalog.get(entry.subject_id)
        if tags is not None and segment is not None:
            op = Op(
                op_id=f"tags-{entry.subject_id}-{tags.tagged_at}", kind=OpKind.TAGS, subject_id=entry.subject_id,
                value=to_builtins(tags), stamp=segment.stamp, device_id=self._spool.device_id,
            )  # fmt: skip
            faults.point("ops.sending")
            (result,) = await self._link.send_ops([op])
            faults.point("ops.sent")
            if not result.accepted:
                raise SouvenirError(result.detail, code=result.code or "wire.malformed")
        await self._spool.outbox.done(entry)

    async def _failed(self, entry: Entry, error: SouvenirError) -> None:
        if error.code in OUTAGE:
            await self._spool.outbox.release(entry)
            self._say_link(up=False, detail=error.detail)
            return
        log.warning("%s %s was not taken: %s", entry.kind, entry.subject_id, error)
        action = error.kind.action
        if action == Action.RETRY:
            await self._spool.outbox.release(entry, refused=True)
        elif action in (Action.PARK, Action.FIX):
            await self._spool.outbox.park(entry, error.code, error.detail)
            self._bus.publish(FaultRaised(error.code, error.detail, error.hint))
        else:
            assert_never(action)

    def _passed(self) -> None:
        self._wait_s = FIRST_WAIT_S
        self._say_link(up=True)

    def _say_link(self, *, up: bool, detail: str = "") -> None:
        if self._up != up:
            self._up = up
            self._bus.publish(LinkChanged(up, detail))

    async def _until_filled(self) -> None:
        """Wait for something new, and try what is left again after a while that doubles up to a minute."""
        pause = asyncio.ensure_future(self._clock.sleep(self._wait_s))
        filled = asyncio.ensure_future(self._filled.next())
        done, _ = await asyncio.wait([pause, filled], return_when=asyncio.FIRST_COMPLETED)
        for task in (pause, filled):
            task.cancel()
        await asyncio.gather(pause, filled, return_exceptions=True)
        if pause in done:
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)


async def _blame(problem: SouvenirError | OSError, segment: Segment, path: Path) -> None:
    """Sending it again is pointless when the file is not what it was when it was closed. Raises StorageDamagedError then."""
    if isinstance(problem, OSError):
        raise disk_error(problem, path) from problem
    if problem.code == "upload.hash_mismatch" and await asyncio.to_thread(sha256_of, path) != segment.sha256:
        raise StorageDamagedError(f"clip {segment.sequence} has changed on the disk since it was recorded") from problem


def memory_request(query: str, device_id: str, now_ms: int, unsure: list[str] | None = None, audio: str = "") -> tuple[str, str]:
    """The idempotency key and the payload of a request for a film, as the outbox holds it."""
    key = uuid7(now_ms)
    body = MemoryRequest(query=query, idempotency_key=key, device_id=device_id, unsure=unsure or [], audio=audio)
    return key, msgspec.json.encode(to_builtins(body)).decode()
