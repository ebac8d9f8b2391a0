"""What every request passes first and every answer last: a correlation id, one log line, and one shape for every error."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web

from glasses.wire.journal import CORRELATION_HEADER
from glasses.wire.version import HEADER as PROTOCOL_HEADER
from glasses.wire.version import OLDEST_SPOKEN, PROTOCOL
from relay.errors import SouvenirError
from relay.exchange import CORRELATION, from_http, refusal
from relay.journal import following

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@web.middleware
async def front(request: web.Request, handler: Handler) -> web.StreamResponse:
    given = request.headers.get(CORRELATION_HEADER, "")
    request[CORRELATION] = correlation_id = given if _ID.fullmatch(given) else str(uuid.uuid4())
    with following(correlation_id):
        return await _followed(request, handler)


async def _followed(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = time.perf_counter()
    response = await _answered(request, handler)
    if not response.prepared:
        response.headers[CORRELATION_HEADER] = request[CORRELATION]
        response.headers[PROTOCOL_HEADER] = str(PROTOCOL)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
    took_ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("request", extra={"method": request.method, "path": request.path, "status": response.status, "took_ms": took_ms})
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        _check_protocol(request)
        return await handler(request)
    except SouvenirError as problem:
        if problem.kind.status >= 500:
            log.exception("refused", extra={"code": problem.code})
        return refusal(problem, request)
    except web.HTTPException as problem:
        error = from_http(problem, request)
        if error is None:
            raise
        response = refusal(error, request)
        if "Allow" in problem.headers:
            response.headers["Allow"] = problem.headers["Allow"]
        return response
    except Exception as problem:  # the last line of defence: logged whole, answered without its inside
        log.exception("unhandled", extra={"path": request.path})
        return refusal(SouvenirError(f"an unexpected {type(problem).__name__}; the log has it under the correlation id"), request)


def _check_protocol(request: web.Request) -> None:
    spoken = request.headers.get(PROTOCOL_HEADER, "")
    if spoken.isascii() and spoken.isdigit() and int(spoken) < OLDEST_SPOKEN:
        raise SouvenirError(f"protocol {spoken}; the oldest that is answered is {OLDEST_SPOKEN}", code="wire.version")
