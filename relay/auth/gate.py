"""The one door of the relay: every route says who may pass, and everything else is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from relay.auth.sessions import Sessions
from relay.auth.tokens import Identity, Scope, Tokens
from relay.errors import SouvenirError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
IDENTITY = web.RequestKey("identity", Identity)


class AuthRequiredError(SouvenirError):
    code = "auth.required"


class ForbiddenError(SouvenirError):
    code = "auth.forbidden"


class Public(msgspec.Struct, frozen=True):
    """Open to everyone, and why."""

    reason: str


Access = tuple[Scope, ...] | Public


def who(request: web.Request) -> Identity:
    """Who makes the request; only on routes that are not public."""
    return request[IDENTITY]


def gate(tokens: Tokens, sessions: Sessions, access: Mapping[web.AbstractRoute, Access]) -> Middleware:
    """A route without an entry in ``access`` is closed to all."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception is not None:
            raise request.match_info.http_exception
        needed = access.get(request.match_info.route, ())
        if isinstance(needed, Public):
            return await handler(request)
        identity = tokens.read(_bearer(request))
        await sessions.check(identity)
        if identity.scope not in needed:
            raise ForbiddenError(f"it is of scope {identity.scope}; {' or '.join(needed) or 'none'} is needed")
        request[IDENTITY] = identity
        return await handler(request)

    return check


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise AuthRequiredError(f"{request.method} {request.path}")
    return token.strip()
