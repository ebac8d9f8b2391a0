"""Routes of an account's export and end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from glasses.wire.account import Confirmation
from relay.account.leaving import Leaving
from relay.auth.accounts import Accounts
from relay.auth.gate import who
from relay.exchange import body

EXPORT_TYPE = "application/x-tar"
Forget = Callable[[str], Awaitable[None]]
"""Take an account out of the index."""


class AccountHttp:
    def __init__(self, accounts: Accounts, leaving: Leaving, forget: Forget) -> None:
        self._accounts, self._leaving, self._forget = accounts, leaving, forget

    async def export(self, request: web.Request) -> web.StreamResponse:
        user_id = who(request).user_id
        response = web.StreamResponse(
            headers={
                "Content-Type": EXPORT_TYPE, "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="souvenir.tar"',
            }
        )  # fmt: skip
        await response.prepare(request)
        async for piece in self._leaving.export(user_id):
            await response.write(piece)
        await response.write_eof()
        return response

    async def delete(self, request: web.Request) -> web.Response:
        """With the password, and the second factor where one is on."""
        identity, asked = who(request), await body(request, Confirmation)
        await self._accounts.confirm(identity.user_id, asked.password, asked.otp)
        await self._forget(identity.user_id)
        await self._leaving.delete(identity.user_id)
        await self._forget(identity.user_id)  # what a request under way has made known again
        return web.Response(status=204)
