"""Routes that keep devices in step."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from glasses.wire.change import ConflictChoice, ConflictList, FeedEntry, OpBatch
from glasses.wire.codec import encode_json
from glasses.wire.sync import SyncTriggered
from relay.auth.gate import who
from relay.catalog import edits
from relay.catalog.db import Database
from relay.exchange import MalformedRequestError, answer, body, number
from relay.jobs.bus import Bus
from relay.library.videos import Library
from relay.sync.changes import Changes
from relay.sync.feed import PAGE, Feed

FEED_TYPE = "application/jsonl"
CURSOR_HEADER = "Souvenir-Cursor"


class SyncHttp:
    def __init__(self, database: Database, bus: Bus, library: Library, ops: Changes, feed: Feed, now_ms: Callable[[], int]) -> None:
        self._database, self._bus, self._library = database, bus, library
        self._ops, self._feed, self._now_ms = ops, feed, now_ms

    async def status(self, request: web.Request) -> web.Response:
        cursor = number(request, "cursor", 0) if "cursor" in request.query else None
        return answer(await self._feed.status(who(request), cursor))

    async def trigger(self, request: web.Request) -> web.Response:
        """Wake whatever waits: the queue is looked at now instead of at its next turn."""
        who(request)
        self._bus.announce()
        return answer(SyncTriggered(estimated_completion=self._now_ms()), status=202)

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """JSON lines, one FeedEntry each, oldest first; the last one's cursor resumes."""
        identity, cursor = who(request), number(request, "cursor", 0)
        entries = await self._feed.after(identity, cursor, number(request, "limit", PAGE, least=1, most=PAGE))
        if entries is None:
            return await self._everything(request, cursor)
        newest = entries[-1].cursor if entries else cursor
        headers = {CURSOR_HEADER: str(newest), "Cache-Control": "no-store"}
        return web.Response(body=_lines(entries), content_type=FEED_TYPE, headers=headers)

    async def apply(self, request: web.Request) -> web.Response:
        batch = await body(request, OpBatch)
        return answer(await self._ops.apply(who(request), batch))

    async def conflicts(self, request: web.Request) -> web.Response:
        user_id = who(request).user_id
        return answer(ConflictList(conflicts=await self._database.read(lambda connection: edits.conflicts(connection, user_id))))

    async def choose(self, request: web.Request) -> web.Response:
        """Keep what was kept, or say again what lost."""
        user_id, conflict_id = who(request).user_id, request.match_info["conflict_id"]
        await self._database.read(lambda connection: edits.conflict(connection, user_id, conflict_id))
        asked = await body(request, ConflictChoice)
        if asked.choose not in ("kept", "lost"):
            raise MalformedRequestError(f'choose: {asked.choose!r}; it is "kept" or "lost"')
        lost = asked.choose == "lost"
        await self._database.write(lambda connection: self._library.choose_in(connection, user_id, conflict_id, lost=lost))
        self._bus.announce()
        return await self.conflicts(request)

    async def _everything(self, request: web.Request, cursor: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "Content-Type": FEED_TYPE})
        await response.prepare(request)
        async for entries in self._feed.everything(who(request), cursor):
            await response.write(_lines(entries))
        await response.write_eof()
        return response


def _lines(entries: list[FeedEntry]) -> bytes:
    return b"".join(encode_json(entry) + b"\n" for entry in entries)
