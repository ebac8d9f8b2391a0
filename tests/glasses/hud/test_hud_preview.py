"""The page of glasses run --preview."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
from PIL import Image

from glasses.bus import Bus
from glasses.errors import CameraMissingError
from glasses.events import IntentHeard, SegmentTagged
from glasses.hud.preview import Preview, about
from glasses.hud.render import HEIGHT_PX, WIDTH_PX
from glasses.wire.intent import Intent, IntentName


class Eye:
    missing = False

    async def still(self) -> np.ndarray:
        if self.missing:
            raise CameraMissingError("no cable")
        return np.full((1080, 1920, 3), (10, 200, 30), np.uint8)


@pytest.fixture
async def preview() -> AsyncIterator[Preview]:
    said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    shown = Preview(0, Eye(), Bus(), said.set_result)  # type: ignore[arg-type]  # it only looks
    running = asyncio.create_task(shown.run())
    await said
    yield shown
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_page_its_card_and_its_camera(preview: Preview) -> None:
    preview.put(bytes([250, 0, 0]) * (WIDTH_PX * HEIGHT_PX), 0.5)
    async with httpx.AsyncClient(base_url=preview.url) as browser:
        page = await browser.get("/")
        card = Image.open(io.BytesIO((await browser.get("/card.png")).content))
        seen = Image.open(io.BytesIO((await browser.get("/camera.jpg")).content))
    assert "Souvenir glasses" in page.text
    assert (card.size, card.getpixel((5, 5))) == ((640, 400), (125, 0, 0))
    assert (seen.format, seen.size) == ("JPEG", (640, 360))


async def test_events_come_live(preview: Preview) -> None:
    async with httpx.AsyncClient(base_url=preview.url) as browser, browser.stream("GET", "/events") as live:
        lines = live.aiter_lines()

        async def told() -> dict[str, object]:
            async for line in lines:
                if line.startswith("data: "):
                    found: dict[str, object] = json.loads(line.removeprefix("data: "))
                    return found
            raise AssertionError("the stream ended")

        assert await told() == {"card": 0}
        preview._events.offer(SegmentTagged("a-clip", ("dog", "park")))
        message = await told()
        assert isinstance(message.pop("at_ms"), int)
        assert message == {"event": "SegmentTagged", "about": "a-clip · dog, park"}
        preview.put(bytes(WIDTH_PX * HEIGHT_PX * 3), 1.0)
        assert await told() == {"card": 1}


async def test_a_page_that_is_opened_later_is_told_what_was(preview: Preview) -> None:
    preview._events.offer(SegmentTagged("a-clip", ("dog",)))
    await asyncio.sleep(0)
    async with httpx.AsyncClient(base_url=preview.url) as browser, browser.stream("GET", "/events") as live:
        async for line in live.aiter_lines():
            assert json.loads(line.removeprefix("data: "))["about"] == "a-clip · dog"
            break


async def test_a_page_of_another_site_learns_nothing(preview: Preview) -> None:
    assert preview.url.startswith("http://127.0.0.1:")
    async with httpx.AsyncClient(base_url=preview.url) as browser:
        refused = await browser.get("/camera.jpg", headers={"Host": "evil.example"})
    assert refused.status_code == 403


async def test_a_camera_that_is_not_there_is_said(preview: Preview) -> None:
    preview._camera.missing = True  # type: ignore[attr-defined]  # the fake's
    async with httpx.AsyncClient(base_url=preview.url) as browser:
        answer = await browser.get("/camera.jpg")
    assert (answer.status_code, "no cable" in answer.text) == (503, True)


def test_events_in_a_line() -> None:
    assert about(IntentHeard(Intent(name=IntentName.BATTERY, text="what's my battery"), 2.5)) == "battery what's my battery · 2.5 s"
