"""What every request passes first and every answer last: a correlation id, a log line, one shape for errors, headers for browsers."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware

from glasses.wire.journal import CORRELATION_HEADER
from glasses.wire.version import HEADER as PROTOCOL_HEADER
from glasses.wire.version import OLDEST_SPOKEN, PROTOCOL
from relay.auth.origin import ADDRESS, Origin
from relay.errors import SouvenirError
from relay.exchange import CORRELATION, from_http, refusal
from relay.journal import following

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""On every answer that does not say otherwise."""
HSTS = "max-age=31536000; includeSubDomains"
_UNSHOWN = "share"


def front(origin: Origin, *, secure: Callable[[], bool]) -> Middleware:
    """``secure``: whether browsers reach the relay by TLS."""

    @web.middleware
    async def pass_through(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(CORRELATION_HEADER, "")
        request[CORRELATION] = correlation_id = given if _ID.fullmatch(given) else str(uuid.uuid4())
        request[ADDRESS] = origin.address(request)
        with following(correlation_id):
            return await _followed(request, handler, secure=secure())

    return pass_through


def shown_path(request: web.Request) -> str:
    """The path without what is secret in it, and never with the query."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None and _UNSHOWN in request.match_info else request.path


async def _followed(request: web.Request, handler: Handler, *, secure: bool) -> web.StreamResponse:
    started = time.perf_counter()
    response = await _answered(request, handler)
    if not response.prepared:
        _complete(response, request[CORRELATION], secure=secure)
    took_ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("request", extra={"method": request.method, "path": shown_path(request), "status": response.status, "took_ms": took_ms})
    return response


def _complete(response: web.StreamResponse, correlation_id: str, *, secure: bool) -> None:
    response.headers[CORRELATION_HEADER] = correlation_id
    response.headers[PROTOCOL_HEADER] = str(PROTOCOL)
    for name, value in SAFE.items():
        response.headers.setdefault(name, value)
    if secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        _check_protocol(request)
        return await handler(request)
    except SouvenirError as problem:
        if problem.kind.status >= 500:
            log.exception("refused", extra={"code": problem.code})
        return refusal(problem, request)
    except HttpProcessingError as problem:  # in the parts of a multipart body
        return refusal(SouvenirError(f"the body is malformed: {problem.message}", code="wire.malformed"), request)
    except web.HTTPException as problem:
        error = from_http(problem, request)
        if error is None:
            raise
        response = refusal(error, request)
        if "Allow" in problem.headers:
            response.headers["Allow"] = problem.headers["Allow"]
        return response
    except Exception as problem:  # the last line of defence: logged whole, answered without its inside
        log.exception("unhandled", extra={"path": shown_path(request)})
        return refusal(SouvenirError(f"an unexpected {type(problem).__name__}; the log has it under the correlation id"), request)


def _check_protocol(request: web.Request) -> None:
    spoken = request.headers.get(PROTOCOL_HEADER, "")
    if spoken.isascii() and spoken.isdigit() and int(spoken[:9]) < OLDEST_SPOKEN:
        raise SouvenirError(f"protocol {spoken}; the oldest that is answered is {OLDEST_SPOKEN}", code="wire.version")
