"""The one door of the relay: every route says who may pass, and everything else is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from relay.auth.limits import Rates
from relay.auth.links import asked_by
from relay.auth.origin import ADDRESS
from relay.auth.sessions import Sessions
from relay.auth.tokens import Identity, Scope, Tokens
from relay.auth.visits import RevokedError
from relay.errors import SouvenirError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
IDENTITY = web.RequestKey("identity", Identity)
ANSWERED = web.RequestKey("answered", bool)
"""Its answer has begun."""


class AuthRequiredError(SouvenirError):
    code = "auth.required"


class ForbiddenError(SouvenirError):
    code = "auth.forbidden"


class Public(msgspec.Struct, frozen=True):
    """Open to everyone, and why."""

    reason: str


Access = tuple[Scope, ...] | Public


class Passage(NamedTuple):
    """What a route asks of those who come."""

    name: str
    access: Access
    rate: float = 1.0
    """Of the configured requests a minute."""


CLOSED = Passage("closed", ())


@dataclass(frozen=True)
class Doors:
    """What the gate looks at."""

    tokens: Tokens
    sessions: Sessions
    rates: Rates
    open_share: Callable[[str], AbstractAsyncContextManager[Identity]]
    """The token of a shared link -> whom it speaks for, while it is looked at. Raises what refuses it."""


def who(request: web.Request) -> Identity:
    """Who makes the request; only on routes that are not public."""
    return request[IDENTITY]


def gate(doors: Doors, passages: Mapping[web.AbstractRoute, Passage]) -> Middleware:
    """A route without an entry in ``passages`` is closed to all."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.match_info.http_exception is not None:
            raise request.match_info.http_exception
        passage = passages.get(request.match_info.route, CLOSED)
        address = request.get(ADDRESS, "")
        if isinstance(passage.access, Public):
            doors.rates.take(passage.name, address, public=True, factor=passage.rate)
            with _cut(request):
                return await handler(request)
        if Scope.SHARE in passage.access:
            doors.rates.take(passage.name, address, public=True, factor=passage.rate)
            with _cut(request):
                async with doors.open_share(request.match_info["share"]) as identity:
                    request[IDENTITY] = identity
                    return await handler(request)
        identity = doors.tokens.read(_bearer(request))
        with _visit(doors.sessions, identity, request):
            await doors.sessions.check(identity)
            if identity.scope not in passage.access:
                raise ForbiddenError(f"it is of scope {identity.scope}; {' or '.join(passage.access) or 'none'} is needed")
            doors.rates.take(passage.name, identity.user_id, public=False, factor=passage.rate)
            request[IDENTITY] = identity
            return await handler(request)

    return check


@contextmanager
def _visit(sessions: Sessions, identity: Identity, request: web.Request) -> Iterator[None]:
    """A session that ends takes its requests with it, those that are just being let in too."""
    with _cut(request), sessions.visits.stay(identity.session_id), asked_by(identity.session_id):
        yield


@contextmanager
def _cut(request: web.Request) -> Iterator[None]:
    """A request whose session ends is refused. One whose answer has begun loses its connection: a refusal would look like a part of it."""
    try:
        yield
    except RevokedError:
        if request.transport is not None and ANSWERED in request:
            if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
                request.transport.close()
            else:
                request.transport.abort()
        raise


async def note_answered(request: web.BaseRequest, _response: web.StreamResponse) -> None:
    """To be told before an answer begins."""
    request[ANSWERED] = True


def _bearer(request: web.Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise AuthRequiredError(f"{request.method} {request.path}")
    return token.strip()
