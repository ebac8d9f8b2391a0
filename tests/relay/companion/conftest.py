"""A real browser (Chromium over its DevTools protocol), as a person uses it."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Tab:
    """One page: what a person sees of it and does to it."""

    def __init__(self, socket) -> None:
        self._socket, self._number, self.complaints = socket, 0, []
        self.workers = []
        """Registrations of service workers, after ``ServiceWorker.enable``."""

    async def ask(self, method, **parameters):
        self._number += 1
        number = self._number
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            said = await self._socket.receive_json(timeout=60)
            if said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(str(said["params"]))
            if said.get("method") == "ServiceWorker.workerRegistrationUpdated":
                self.workers += [one["registrationId"] for one in said["params"]["registrations"]]
            if said.get("id") == number:
                return said.get("result", said)

    async def run(self, script):
        answered = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answered, answered
        return answered["result"].get("value")

    async def sees(self, words):
        for _ in range(300):
            if words in (text := await self.run("document.body?.innerText ?? ''")):
                return text
            await asyncio.sleep(0.1)
        raise AssertionError(f"not seen: {words}; but: {text}; {self.complaints}")

    async def misses(self, words):
        for _ in range(300):
            if words not in await self.run("document.body?.innerText ?? ''"):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"still there: {words}")

    async def types(self, name, value):
        for _ in range(300):
            if await self.run(f"!!document.querySelector('input[name={name}]')"):
                break
            await asyncio.sleep(0.1)
        await self.run(f"document.querySelector('input[name={name}]').value = {value!r}")

    async def presses(self, words):
        pressed = await self.run(
            "(() => { const all = [...document.querySelectorAll('button, summary')].filter((one) => one.offsetParent);"
            f" const one = all.find((button) => button.textContent.trim() === {words!r}); one?.click(); return !!one; }})()"
        )
        assert pressed, words

    async def picture(self, path: Path):
        """For people to look at, where SOUVENIR_SCREENSHOTS names a folder."""
        if folder := os.environ.get("SOUVENIR_SCREENSHOTS"):
            data = (await self.ask("Page.captureScreenshot", captureBeyondViewport=True))["data"]
            (Path(folder) / path).write_bytes(base64.b64decode(data))


@asynccontextmanager
async def opened(folder: Path):
    program = await asyncio.create_subprocess_exec(
        PROGRAM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
        f"--user-data-dir={folder}", "--window-size=900,1100",
        "--autoplay-policy=no-user-gesture-required", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while not (folder / "DevToolsActivePort").exists():
                await asyncio.sleep(0.1)
        port = (folder / "DevToolsActivePort").read_text().split()[0]
        async with ClientSession() as client:
            async with client.get(f"http://127.0.0.1:{port}/json/list") as listed:
                page = next(one for one in await listed.json() if one["type"] == "page")
            async with client.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                for domain in ("Page", "Log", "Runtime"):
                    await tab.ask(f"{domain}.enable")
                yield tab
    finally:
        program.terminate()
        await program.wait()


@pytest.fixture
def browser():
    """(folder for its profile) -> a Tab, while the context lasts."""
    if PROGRAM is None:
        pytest.skip("no Chromium is installed")
    return opened
