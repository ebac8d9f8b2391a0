"""What a route is: the row type of the table in ``app.py``."""

from __future__ import annotations

from typing import Any, NamedTuple

from glasses.wire.codec import Wire
from relay.auth.gate import Access, Handler


class Param(NamedTuple):
    """Of the query or of a header."""

    name: str
    schema: dict[str, Any]
    required: bool = False


class Route(NamedTuple):
    name: str
    method: str
    path: str
    handler: Handler
    access: Access
    """Who may pass, or why everyone may."""
    summary: str
    status: int = 200
    """Of a good answer."""
    request: type[Wire] | str | None = None
    """Wire type of the JSON body, or the media type of another one."""
    response: type[Wire] | str | None = None
    """Wire type of the JSON answer, or the media type of another one."""
    query: tuple[Param, ...] = ()
    errors: tuple[str, ...] = ()
    """Codes of the refusals that only some routes have; those that follow from the rest of the row are not repeated here."""
    headers: tuple[Param, ...] = ()
    rate: float = 1.0
    """How often it may be asked for, in parts of ``limits.requests_per_minute``."""
    form: bool = False
    """True when the body may be url-encoded instead of JSON."""
