"""The companion: a small web app that the relay serves itself, so that a person needs nothing but a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from importlib.resources import files

from aiohttp import web

from relay.errors import NotFoundError

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline, in nobody's frame."""
_TYPES = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}
FILES = (
    "app.js", "door.js", "account.js", "films.js", "search.js", "messages.js", "shared.js", "worker.js", "app.css", "icon.svg",
    "app.webmanifest",
)  # fmt: skip


class CompanionHttp:
    def page(self, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A handler that answers with one of the pages."""

        async def show(request: web.Request) -> web.Response:  # noqa: ARG001 -- the shape of a handler
            return _answer(f"{name}.html", {"Content-Security-Policy": PAGE_POLICY})

        return show

    async def file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in FILES:
            raise NotFoundError(f"companion file {name}")
        scope = {"Service-Worker-Allowed": "/"} if name == "worker.js" else {}
        return _answer(name, {"Content-Security-Policy": "default-src 'none'; connect-src 'self'", **scope})


def _answer(name: str, headers: dict[str, str]) -> web.Response:
    kind = _TYPES[name.rpartition(".")[2]]
    charset = None if kind.startswith("image") else "utf-8"
    return web.Response(body=_bytes(name), content_type=kind, charset=charset, headers={"Cache-Control": "no-cache", **headers})


@cache
def _bytes(name: str) -> bytes:
    return (files("relay.companion") / "web" / name).read_bytes()
