"""Routes that keep devices in step."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from glasses.wire.change import FeedEntry, OpBatch
from glasses.wire.codec import encode_json
from glasses.wire.sync import SyncStatus, SyncTriggered
from relay.auth.gate import who
from relay.catalog import changes, devices, uploads
from relay.catalog.db import Database
from relay.catalog.rows import Connection
from relay.exchange import answer, body, number
from relay.jobs.bus import Bus
from relay.sync.changes import Changes

FEED_TYPE = "application/jsonl"
_PAGE = 500


class SyncHttp:
    def __init__(self, database: Database, bus: Bus, ops: Changes, now_ms: Callable[[], int]) -> None:
        self._database, self._bus, self._ops, self._now_ms = database, bus, ops, now_ms

    async def status(self, request: web.Request) -> web.Response:
        identity, cursor = who(request), number(request, "cursor", 0)

        def look(connection: Connection) -> SyncStatus:
            pending, newest = changes.count_after(connection, identity.user_id, cursor)
            running = uploads.running(connection, identity.user_id)
            device = devices.get(connection, identity.user_id, identity.device_id)
            last = device.seen_at if device else None
            return SyncStatus(
                pending_uploads=running, pending_downloads=pending, last_sync=last, sync_in_progress=running > 0, cursor=newest
            )

        return answer(await self._database.read(look))

    async def trigger(self, request: web.Request) -> web.Response:
        """Wake whatever waits: the queue is looked at now instead of at its next turn."""
        who(request)
        self._bus.announce()
        return answer(SyncTriggered(estimated_completion=self._now_ms()), status=202)

    async def feed(self, request: web.Request) -> web.Response:
        """JSON lines, one FeedEntry each, oldest first; the last one's cursor resumes."""
        identity, cursor = who(request), number(request, "cursor", 0)
        limit = number(request, "limit", _PAGE, least=1, most=_PAGE)
        entries = await self._database.read(lambda connection: changes.after(connection, identity.user_id, cursor, limit))
        newest = entries[-1].cursor if entries else cursor
        headers = {"Souvenir-Cursor": str(newest), "Cache-Control": "no-store"}
        return web.Response(body=b"".join(_line(entry) for entry in entries), content_type=FEED_TYPE, headers=headers)

    async def apply(self, request: web.Request) -> web.Response:
        batch = await body(request, OpBatch)
        return answer(await self._ops.apply(who(request), batch))


def _line(entry: FeedEntry) -> bytes:
    return encode_json(entry) + b"\n"
