"""Is it alive, and is it ready to take requests?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web

from relay.errors import SouvenirError

Check = Callable[[], Awaitable[str]]
"""Empty when well; else what is wrong."""


class RelayUnavailableError(SouvenirError):
    code = "relay.unavailable"


class HealthHttp:
    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def alive(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        return web.json_response({"status": "alive"})

    async def ready(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- the shape of a handler
        wrong = {name: said for name, check in self._checks.items() if (said := await check())}
        if wrong:
            raise RelayUnavailableError("; ".join(f"{name}: {said}" for name, said in wrong.items()))
        body = msgspec.json.encode({"status": "ready", "checks": sorted(self._checks)})
        return web.Response(body=body, content_type="application/json")
