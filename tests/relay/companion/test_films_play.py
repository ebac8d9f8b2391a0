"""A film plays and seeks in the programs that people have: Chromium, in the companion's own page, and mpv. As MP4 and as HLS."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

PASSWORD = "correct horse battery"
MPV = shutil.which("mpv")
HOUR_MS = 3_600_000
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def clock(clock):
    clock.ms = time.time_ns() // 1_000_000  # the programs' clocks are the real one
    return clock


@pytest.fixture
async def film(joined, picture, make_clip, clock):
    """Of three clips that an account has, with sound; as the API tells of it."""
    relay, headers = joined, await joined.as_companion()
    wave = (np.sin(np.arange(6 * 48_000) / 30) * 6_000).astype(np.int16)
    data = make_clip([(picture("coffee"), 3.0), (picture("chelsea"), 3.0)], wave).read_bytes()
    for number in range(3):
        await relay.store(data + b"\0\0\0\x08free" * number, captured_at=clock.ms - (number + 1) * 5 * HOUR_MS)
    await relay.work()
    made = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee"})
    await relay.work()
    told = (await relay.http.get(made.headers["Location"], headers=headers)).json()
    assert told["status"] == "completed", told["problem"]
    assert len(told["clips_used"]) == 3
    return told


def places(film):
    """Seconds in a copied part of the last clip, in the fade to it, and in the first clip."""
    first, _, last = (clip["film_start_s"] for clip in film["clips_used"])
    return [last + 2.0, last + 0.2, first + 1.5]


class Player:
    """The page's own player."""

    def __init__(self, tab) -> None:
        self._tab = tab

    async def of(self, script):
        return await self._tab.run(f"(() => {{ const video = document.querySelector('dialog video'); return {script}; }})()")

    async def plays_from(self, second):
        """From there on for a second and more, with pictures, and without complaint."""
        frames = await self.of("video.getVideoPlaybackQuality().totalVideoFrames")
        for _ in range(300):
            now_s, error = await self.of("[video.currentTime, video.error && video.error.message]")
            assert error is None, error
            if second + 1.0 <= now_s <= second + 12.0:
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError(
                f"it stays at {now_s} of {second} s; {await self.of('[video.readyState, video.networkState, video.paused]')}"
            )
        assert await self.of("video.getVideoPlaybackQuality().totalVideoFrames") > frames + 3

    async def seeks_to(self, second):
        await self.of(f"(video.currentTime = {second}, 0)")
        await self.plays_from(second)

    async def shows(self, second):
        """The picture there, as it is decoded: not one colour."""
        await self.of("video.pause()")
        await self.of(f"(video.currentTime = {second}, 0)")
        for _ in range(100):
            if not await self.of("video.seeking"):
                break
            await asyncio.sleep(0.05)
        drawn = "(() => { const c = document.createElement('canvas'); c.width = 64; c.height = 36; const g = c.getContext('2d');"
        drawn += " g.drawImage(video, 0, 0, 64, 36); return [...g.getImageData(0, 0, 64, 36).data]; })()"
        levels = np.array(await self.of(drawn)).reshape(-1, 4)[:, :3]
        await self.of("(video.play(), 0)")
        return float(levels.std())


async def signed_in(tab, relay):
    await tab.ask("Page.navigate", url=f"{relay.url}/")
    await tab.sees("Welcome back")
    await tab.types("username", "anna")
    await tab.types("password", PASSWORD)
    await tab.presses("Sign in")
    await tab.sees("Hello, anna.")


async def test_chromium_plays_and_seeks_the_film_and_finds_moments(joined, film, browser, tmp_path):
    relay = joined
    async with browser(tmp_path / "browser") as tab:
        await signed_in(tab, relay)
        assert await tab.run("""document.createElement('video').canPlayType('video/mp4; codecs="avc1.640028, mp4a.40.2"')""") == "probably"
        await tab.presses("Watch")
        player = Player(tab)
        await player.plays_from(0.0)
        assert await player.of("Math.round(video.duration * 30)") == pytest.approx(film["frames"], abs=1)
        assert await player.of("[video.videoWidth, video.videoHeight]") == [1920, 1080]
        for second in places(film):
            await player.seeks_to(second)
            assert await player.shows(second) > 15
        await tab.picture(Path("5-film.png"))

        if await tab.run("document.createElement('video').canPlayType('application/vnd.apple.mpegurl')"):
            stream = film["hls_url"].removeprefix(relay.url)
            await player.of(f"(video.src = {stream!r}, video.play(), 0)")
            await player.plays_from(0.0)
            for second in places(film):
                await player.seeks_to(second)
        await tab.presses("Close")
        assert not await tab.run("!!document.querySelector('dialog')")

        await tab.types("looked_for", "coffee")
        await tab.presses("Find")
        await tab.sees("0:00 \u2013 ")
        tiles = (
            "[...document.querySelectorAll('.tile img')].map((one) => [one.naturalWidth, new URL(one.src).pathname.includes('/moments/')])"
        )
        for _ in range(100):
            if (shown := await tab.run(tiles)) and all(width for width, _ in shown):
                break
            await asyncio.sleep(0.1)
        assert len(shown) >= 3
        assert all(one == [320, True] for one in shown)
        await tab.picture(Path("6-moments.png"))
        await tab.run("document.querySelector('.tile').click()")
        for _ in range(100):
            if await tab.run("!!document.querySelector('dialog video')"):
                break
            await asyncio.sleep(0.1)
        await player.plays_from(0.0)
    assert [one for one in tab.complaints if "Content Security Policy" in one or "exceptionThrown" in one] == []


async def test_the_companion_follows_a_film_while_it_is_made(joined, film, browser, tmp_path):
    """The page asks for it, says that it is being made, and shows it once there is something to show."""
    relay = joined
    async with browser(tmp_path / "browser") as tab:
        await signed_in(tab, relay)
        await tab.types("query", "chelsea")
        await tab.run("document.querySelector('input[name=query]').value = 'coffee'")
        await tab.presses("Make it")
        await tab.sees("It is being made")
        await relay.work()
        player = Player(tab)
        for _ in range(300):
            if await player.of("!!video?.src"):
                break
            await asyncio.sleep(0.1)
        await player.plays_from(0.0)


class Mpv:
    """mpv without screen and loudspeaker, asked over its socket."""

    def __init__(self, reader, writer) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, *command):
        self._writer.write(json.dumps({"command": command}).encode() + b"\n")
        while True:
            said = json.loads(await asyncio.wait_for(self._reader.readline(), 30))
            if "error" in said:
                return said.get("data")

    async def plays_from(self, second):
        frames = await self.ask("get_property", "estimated-frame-number") or 0
        for _ in range(200):
            now_s = await self.ask("get_property", "time-pos")
            if now_s is not None and second + 0.8 <= now_s <= second + 12:
                return frames
            await asyncio.sleep(0.1)
        raise AssertionError(f"it stays at {now_s} of {second} s")


@contextlib.asynccontextmanager
async def mpv(folder, url):
    socket, log = folder / "mpv.sock", folder / "mpv.log"
    program = await asyncio.create_subprocess_exec(
        MPV, "--no-config", "--vo=null", "--ao=null", "--keep-open=yes", "--msg-level=all=warn", f"--log-file={log}",
        f"--input-ipc-server={socket}", url, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            while not socket.exists():
                await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_unix_connection(socket)
        try:
            yield Mpv(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
    finally:
        program.terminate()
        await program.wait()
        socket.unlink(missing_ok=True)
    complaints = [line for line in log.read_text().splitlines() if "][e]" in line or "Invalid" in line]
    assert complaints == []


@pytest.mark.skipif(MPV is None, reason="no mpv is installed")
@pytest.mark.parametrize("form", ["video_url", "hls_url"])
async def test_mpv_plays_and_seeks_the_film(joined, film, tmp_path, form):
    async with mpv(tmp_path, film[form]) as player:
        await player.plays_from(0.0)
        assert await player.ask("get_property", "video-format") == "h264"
        assert await player.ask("get_property", "duration") == pytest.approx(film["frames"] / 30, abs=0.2)
        for second in places(film):
            await player.ask("seek", second, "absolute+exact")
            await player.plays_from(second)
        assert await player.ask("get_property", "decoder-frame-drop-count") == 0
