"""Takes over what the glasses have: small things first, then originals; onwards to the relay where there is one; never a byte twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

from glasses.errors import RelayUnreachableError
from glasses.wire.codec import to_builtins
from glasses.wire.errors import SouvenirError
from glasses.wire.record import Forwarding, Online, RecordInfo, RecordKind
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt
from phone.forward import Relay, Upload
from phone.link import GlassesLink
from phone.pocket import Part, Pocket

log = logging.getLogger("phone")

PIECE_BYTES = 65_536
"""So much is made durable, and passed on, at once."""
ORDER = list(RecordKind)
PASSING = ("phone.gone", "phone.held")
"""Refusals of one record that say nothing of the others."""
Progress = Callable[[RecordInfo, int], None]
"""A record, and how many of its bytes are durable here or at the relay."""


class Carrier:
    """``relay``: None, or the way onwards. ``metered``: only small things go onwards."""

    def __init__(self, link: GlassesLink, pocket: Pocket, relay: Relay | None, progress: Progress, *, metered: bool = False) -> None:
        self._link, self._pocket, self._relay, self._progress, self._metered = link, pocket, relay, progress, metered
        self.read_bytes = self.forwarded_bytes = 0

    async def aclose(self) -> None:
        if self._relay is not None:
            await self._relay.close()

    async def greet(self) -> bool:
        """Tell the glasses whether a relay is in reach; returns it."""
        online = self._relay is not None and await self._relay.reachable()
        self._link.errand = self._relay.errand if self._relay is not None and online else None
        await self._link.control("online", to_builtins(Online(relay=online, metered=self._metered)))
        return online

    async def take(self, kinds: Collection[RecordKind] = tuple(RecordKind)) -> list[RecordInfo]:
        """Everything of ``kinds`` that is new. Returns what is here now. Raises PhoneLostError."""
        page = await self._link.records()
        wanted = [info for info in page.records if info.kind in kinds]
        wanted.sort(key=lambda each: (ORDER.index(each.kind), each.sequence))
        return [info for info in wanted if await self._take(info)]

    async def forward_kept(self) -> int:
        """Originals that are here whole and that no relay had in reach then. Returns how many have a receipt now."""
        if self._relay is None:
            return 0
        done = 0
        for path in sorted(self._pocket.folder.glob("*.carried")):
            segment = self._pocket.segment(path.stem)
            if segment is not None and await self._forward_whole(segment):
                path.unlink(missing_ok=True)
                done += 1
        return done

    async def _take(self, info: RecordInfo) -> bool:
        try:
            if info.kind == RecordKind.ORIGINAL:
                return await self._take_original(info)
            if not self._pocket.has(info):
                await self._read(info, self._pocket.part(info))
            await self._link.advance(info, info.crc32)
        except SouvenirError as error:
            if error.code not in PASSING:
                raise
            log.info("record %d: %s", info.sequence, error.detail)
            return False
        return True

    async def _read(self, info: RecordInfo, part: Part) -> None:
        """What is missing of it, then its name. Raises StorageDamagedError when the whole is not what was said."""
        async for offset, data in self._link.read(info, part.end):
            assert offset == part.end  # noqa: S101  # pieces come in order
            self.read_bytes += len(data)
            self._pocket.append(part, data)
            self._progress(info, part.end)
        await asyncio.to_thread(self._pocket.finish, info, part)

    # originals
    async def _take_original(self, info: RecordInfo) -> bool:
        segment = self._pocket.segment(info.subject_id)
        if segment is None:
            return False
        upload = await self._upload(info, segment)
        if upload is not None and upload.receipt is not None:
            await self._deliver(upload.receipt)
            return True
        part = self._pocket.part(info)
        if upload is not None and not part.start <= upload.offset <= part.end:
            part = self._pocket.begin(info, upload.offset)
        if part.start and upload is None:
            part = self._pocket.begin(info, 0)
        await self._pass_on(upload, part)
        async for offset, data in self._link.read(info, part.end):
            assert offset == part.end  # noqa: S101  # pieces come in order
            self.read_bytes += len(data)
            self._pocket.append(part, data)
            self._progress(info, part.end)
            if upload is not None and part.end - upload.offset >= PIECE_BYTES:
                await self._pass_on(upload, part)
        await self._pass_on(upload, part)
        if part.start == 0:
            await asyncio.to_thread(self._pocket.finish, info, part)
            await self._link.advance(info, info.crc32)
            self._pocket.note(f"{info.subject_id}.carried", upload.url if upload else "")
        if upload is not None and upload.receipt is not None:
            await self._deliver(upload.receipt)
            self._pocket.drop(part)
        return True

    async def _upload(self, info: RecordInfo, segment: Segment) -> Upload | None:
        """Where the relay is with this clip; None when no relay is in reach, or its bytes cost too much."""
        if self._relay is None or self._metered:
            return None
        try:
            upload = await self._relay.upload(segment, info.upload_url)
        except RelayUnreachableError:
            return None
        if upload.url != info.upload_url:
            await self._link.control("forwarding", to_builtins(Forwarding(segment_id=segment.segment_id, upload_url=upload.url)))
        return upload

    async def _pass_on(self, upload: Upload | None, part: Part) -> None:
        """Everything of the part that the relay does not have yet."""
        while upload is not None and self._relay is not None and part.start <= upload.offset < part.end:
            data = self._pocket.bytes_of(part, upload.offset, PIECE_BYTES)
            await self._relay.send(upload, data)
            self.forwarded_bytes += len(data)

    async def _forward_whole(self, segment: Segment) -> bool:
        """An original that was taken while no relay was in reach."""
        assert self._relay is not None  # noqa: S101  # asked by the caller
        info = RecordInfo(kind=RecordKind.ORIGINAL, subject_id=segment.segment_id, size_bytes=segment.size_bytes)
        path = self._pocket.path(info)
        upload = await self._relay.upload(segment, self._pocket.noted(f"{segment.segment_id}.carried"))
        await self._link.control("forwarding", to_builtins(Forwarding(segment_id=segment.segment_id, upload_url=upload.url)))
        await self._pass_on(upload, Part(path, 0, segment.size_bytes))
        self._progress(info, upload.offset)
        if upload.receipt is None:
            return False
        await self._deliver(upload.receipt)
        return True

    async def _deliver(self, receipt: Receipt) -> None:
        """The relay's word goes to the glasses as it is: they check size and hash themselves."""
        await self._link.control("receipt", to_builtins(receipt))
        (self._pocket.folder / f"{receipt.segment_id}.carried").unlink(missing_ok=True)
