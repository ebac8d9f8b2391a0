"""The glasses on a page: what the camera sees, what the display shows, and what happens, live. For this computer only (127.0.0.1)."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from aiohttp import web

from glasses.bus import Bus
from glasses.hud.render import HEIGHT_PX, WIDTH_PX
from glasses.wire.codec import Wire
from glasses.wire.errors import SouvenirError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from glasses.hw.base import Camera

HOST = "127.0.0.1"
CAMERA_PX = 640
QUEUE = 64
"""Events that a slow page may be behind; older ones are left out."""
HISTORY = 30
"""Events that a page is told of when it is opened."""


class Preview:
    """A panel among the others, and a server. ``said`` is told the address when the page is there. Port 0: any that is free."""

    width_px, height_px = WIDTH_PX, HEIGHT_PX

    def __init__(self, port: int, camera: Camera, bus: Bus, said: Callable[[str], None]) -> None:
        self._port, self._camera, self._said = port, camera, said
        self._events = bus.subscribe(object)
        self._frame, self._brightness, self._number = bytes(WIDTH_PX * HEIGHT_PX * 3), 1.0, 0
        self._watching: set[asyncio.Queue[str]] = set()
        self._past: deque[str] = deque(maxlen=HISTORY)
        self._looking = asyncio.Lock()
        self.url = ""

    # a panel
    def put(self, rgb: bytes, brightness: float) -> None:
        self._frame, self._brightness, self._number = rgb, brightness, self._number + 1
        self._tell({"card": self._number})

    def close(self) -> None:
        """Nothing to let go of: the server ends with its stage."""

    # a stage
    async def run(self) -> None:
        runner = web.AppRunner(self._application(), access_log=None, handle_signals=False, shutdown_timeout=0.5)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, self._port)
            await site.start()
            self.url = f"http://{HOST}:{runner.addresses[0][1]}/"
            self._said(self.url)
            async for event in self._events:
                message = {"event": type(event).__name__, "about": about(event), "at_ms": time.time_ns() // 1_000_000}
                self._past.append(json.dumps(message))
                self._tell(message)
        finally:
            await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[_only_this_computer])
        application.add_routes([
            web.get("/", self._page), web.get("/card.png", self._card), web.get("/camera.jpg", self._see), web.get("/events", self._live),
        ])  # fmt: skip
        return application

    async def _page(self, _request: web.Request) -> web.Response:
        page = (resources.files(__package__) / "preview.html").read_text("utf-8")
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _card(self, _request: web.Request) -> web.Response:
        png = await asyncio.to_thread(_png, self._frame, self._brightness)
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": "no-store"})

    async def _see(self, _request: web.Request) -> web.Response:
        try:
            async with self._looking:
                picture = await self._camera.still()
        except SouvenirError as error:
            return web.Response(status=503, text=str(error))
        jpeg = await asyncio.to_thread(_jpeg, picture)
        return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: {"card": number} when the display has changed, else {"event": name, "about": text, "at_ms": time}."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        for message in (*self._past, json.dumps({"card": self._number})):
            queue.put_nowait(message)
        self._watching.add(queue)
        try:
            while True:
                await response.write(f"data: {await queue.get()}\n\n".encode())
        except ConnectionError:
            return response
        finally:
            self._watching.discard(queue)

    def _tell(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        for queue in self._watching:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(text)


@web.middleware
async def _only_this_computer(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """Another site's page must not read what the camera sees by a name that it points at this computer."""
    if request.url.host not in (HOST, "localhost"):
        raise web.HTTPForbidden(text="Open the page by the address that glasses run printed.")
    response: web.StreamResponse = await handler(request)
    return response


def about(event: object) -> str:
    """An event in a line: its plain values, and of records what tells them apart."""
    if not is_dataclass(event):
        return ""
    values = [_short(getattr(event, each.name)) for each in fields(event)]
    return " · ".join(value for value in values if value)


def _short(value: object) -> str:
    if isinstance(value, Wire):
        told = [str(getattr(value, name)) for name in ("name", "kind", "status", "text", "query", "segment_id") if getattr(value, name, "")]
        return " ".join(told)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return "" if value is None else f"{value:.1f} s" if isinstance(value, float) else str(value)


def _png(rgb: bytes, brightness: float) -> bytes:
    from PIL import Image

    picture = Image.frombytes("RGB", (WIDTH_PX, HEIGHT_PX), rgb)
    kept = io.BytesIO()
    (picture if brightness >= 1 else picture.point(lambda level: round(level * brightness))).save(kept, "PNG", compress_level=1)
    return kept.getvalue()


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    seen = Image.fromarray(picture)
    seen.thumbnail((CAMERA_PX, CAMERA_PX))
    kept = io.BytesIO()
    seen.save(kept, "JPEG", quality=80)
    return kept.getvalue()
