"""Routes of shared links: made, listed and taken back by their owner; looked at by whoever has one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from glasses.wire.share import ShareList, ShareRequest
from relay.auth.gate import who
from relay.exchange import answer, body
from relay.share.shares import Shares

Serve = Callable[[web.Request, str], Awaitable[web.StreamResponse]]
"""(request, blob key) -> the file; ranges work."""
_NOT_KEPT = "private, no-store"


class ShareHttp:
    def __init__(self, shares: Shares, serve: Serve) -> None:
        self._shares, self._serve = shares, serve

    async def create(self, request: web.Request) -> web.Response:
        return answer(await self._shares.create(who(request).user_id, await body(request, ShareRequest)), status=201)

    async def list(self, request: web.Request) -> web.Response:
        return answer(ShareList(shares=await self._shares.list(who(request).user_id)))

    async def revoke(self, request: web.Request) -> web.Response:
        await self._shares.revoke(who(request).user_id, request.match_info["share_id"])
        return web.Response(status=204)

    async def look(self, request: web.Request) -> web.Response:
        return answer(await self._shares.thing(who(request)))

    async def media(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, poster=False)

    async def poster(self, request: web.Request) -> web.StreamResponse:
        return await self._file(request, poster=True)

    async def _file(self, request: web.Request, *, poster: bool) -> web.StreamResponse:
        """Not kept by caches: a link that is taken back shows nothing any more."""
        served = await self._serve(request, await self._shares.blob_key(who(request), poster=poster))
        if not served.prepared:
            served.headers["Cache-Control"] = _NOT_KEPT
        return served
