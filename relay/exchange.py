"""A request's body as a wire struct, a wire struct as an answer, an error as problem+json: one shape for every route."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

import msgspec
from aiohttp import hdrs, web

from glasses.wire.codec import Wire, decode_json, encode_json, from_builtins
from relay.errors import LaterError, SouvenirError, problem

CORRELATION = web.RequestKey("correlation", str)
CODE_HEADER = "Souvenir-Code"
"""The problem's code once more, for answers to HEAD, which have no body."""
PROBLEM_TYPE = "application/problem+json"
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"

W = TypeVar("W", bound=Wire)

_CODES = {404: "request.not_found", 405: "request.method", 413: "request.too_large", 415: "request.media_type", 429: "request.slow_down"}


class MediaTypeError(SouvenirError):
    code = "request.media_type"


class MalformedRequestError(SouvenirError):
    code = "wire.malformed"


async def body(request: web.Request, kind: type[W], *, form: bool = False) -> W:
    """The JSON body as ``kind``; with ``form``, url-encoded fields too. Raises MediaTypeError, WireMalformedError."""
    if form and request.content_type == FORM_TYPE:
        try:
            fields = dict(await request.post())
        except (LookupError, ValueError) as problem:  # an unknown charset, or not of it
            raise MalformedRequestError(f"the form is malformed: {problem}") from problem
        return from_builtins(fields, kind)
    if request.content_type != JSON_TYPE:
        raise MediaTypeError(f"{request.content_type or 'nothing'} instead of {JSON_TYPE}")
    return decode_json(await request.read(), kind)


def number(request: web.Request, name: str, default: int, *, least: int = 0, most: int = 10**18) -> int:
    """A whole number of the query string. Raises MalformedRequestError."""
    text = request.query.get(name)
    if text is None:
        return default
    if not whole(text) or not least <= int(text) <= most:
        raise MalformedRequestError(f"{name}={text}: not a whole number from {least} to {most}")
    return int(text)


def whole(text: str) -> bool:
    """Digits, and not more of them than a number of 64 bits has."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def answer(value: Wire, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=encode_json(value), status=status, content_type=JSON_TYPE, headers=headers)


def refusal(error: SouvenirError, request: web.BaseRequest, extension: dict[str, Any] | None = None) -> web.Response:
    """The error as RFC 9457 problem+json; ``extension`` adds members at the top, as RFC 6749's ``error``."""
    plain = msgspec.to_builtins(problem(error, correlation_id=request.get(CORRELATION, "")))
    headers = {CODE_HEADER: error.code}
    if error.kind.status in (423, 429, 503):
        headers[hdrs.RETRY_AFTER] = str(max(1, round(error.retry_after_s)) if isinstance(error, LaterError) else 5)
    if error.kind.status == 401:
        headers[hdrs.WWW_AUTHENTICATE] = f'Bearer realm="souvenir", error="invalid_token", error_description="{error.code}"'
    return web.Response(
        body=msgspec.json.encode({**plain, **(extension or {})}),
        status=error.kind.status or 500,
        content_type=PROBLEM_TYPE,
        headers=headers,
    )


def from_http(problem: web.HTTPException, request: web.Request) -> SouvenirError | None:
    """aiohttp's own refusal in the project's words; None for those that are answers (redirects, not-modified)."""
    if problem.status < 400:
        return None
    if problem.status == 405 and isinstance(problem, web.HTTPMethodNotAllowed):
        return SouvenirError(
            f"{request.method} {request.path}; it takes {', '.join(sorted(problem.allowed_methods))}", code="request.method"
        )
    code = _CODES.get(problem.status, "wire.malformed" if problem.status < 500 else "relay.failed")
    return SouvenirError(f"{request.method} {request.path}: {problem.reason}", code=code)


def refuse(code: str, detail: str) -> NoReturn:
    raise SouvenirError(detail, code=code)
