"""Makes the small copy of each closed video, one after another, in a process of its own that yields to everything else."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from glasses.bus import Bus
from glasses.errors import UnreadableError
from glasses.events import FaultRaised, ProxyMade, SegmentClosed
from glasses.spool.files import fsync_folder, sha256_of
from glasses.spool.spool import Spool
from glasses.turn import Turn
from glasses.wire.segment import Segment

log = logging.getLogger("glasses.proxies")


class Proxies:
    """What has no copy yet after a restart gets one too."""

    def __init__(self, spool: Spool, bus: Bus, turn: Turn) -> None:
        self._spool, self._bus, self._turn = spool, bus, turn
        self._closed = bus.subscribe(SegmentClosed)
        self._failed: set[str] = set()
        self._child: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        while True:
            if await self._next() is not None:
                async with self._turn.take(self.close):
                    while await self.step():
                        pass
            await self._closed.next()

    async def step(self) -> bool:
        """Make one copy; False when there is none to make."""
        segment = await self._next()
        if segment is None:
            return False
        try:
            await self._make(segment)
        except UnreadableError as error:
            self._failed.add(segment.segment_id)
            self._bus.publish(FaultRaised(error.code, error.detail, error.hint))
        return True

    async def close(self) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.kill()
            await self._child.wait()

    async def _next(self) -> Segment | None:
        return next((each for each in await self._spool.catalog.unproxied() if each.segment_id not in self._failed), None)

    async def _make(self, segment: Segment) -> None:
        final = self._spool.media.proxy_path(segment)
        part = final.with_name(final.name + ".tmp")
        try:
            await self._encode(self._spool.media.path(segment), part)
            size_bytes, sha256 = part.stat().st_size, await asyncio.to_thread(sha256_of, part)
            part.rename(final)
        finally:
            part.unlink(missing_ok=True)
        fsync_folder(final.parent)
        await self._spool.add_proxy(segment.segment_id, size_bytes, sha256)
        self._bus.publish(ProxyMade(segment.segment_id))

    async def _encode(self, original: Path, part: Path) -> None:
        """Raises UnreadableError with the last line of the child's complaint."""
        command = [sys.executable, "-m", "glasses.capture.proxy", str(original), str(part)]
        self._child = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        try:
            _, said = await self._child.communicate()
        finally:
            await self.close()
        if self._child.returncode:
            lines = said.decode(errors="replace").strip().splitlines() or [f"status {self._child.returncode}"]
            raise UnreadableError(f"{original.name}: {lines[-1]}")
