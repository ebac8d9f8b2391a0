"""What a route is: the row type of the table in ``app.py``."""

from __future__ import annotations

from typing import NamedTuple

from glasses.wire.codec import Wire
from relay.auth.gate import Access, Handler


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
    query: tuple[str, ...] = ()
    """Names of the query parameters."""
