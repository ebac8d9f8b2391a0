"""The companion in a real browser (Chromium over its DevTools protocol): signed in, second factor, glasses let in, a film shared."""

from __future__ import annotations

import time
import wave
from pathlib import Path

import numpy as np
import pyotp
import pytest

from glasses.wire.memory import Memory, MemoryRequest, MemoryStatus, Occasion, Plan
from relay.catalog import memories, occasions, videos
from relay.catalog.memories import MemoryRow
from relay.catalog.occasions import Prepared

PASSWORD = "correct horse battery"
pytestmark = [pytest.mark.slow]


async def film(relay):
    """A film that is there, made of a clip that is."""
    segment = await relay.store(b"not really a film")
    user_id = relay.accounts["anna"].user.user_id

    def keep(connection):
        video = videos.get(connection, user_id, segment.segment_id)
        plan = Plan(query="us in Paris", title="Anna & Ben · Paris")
        memory = Memory(
            memory_id="0199c82c-c000-7622-9e57-074dc6beeb7f", query="us in Paris", plan=plan, status=MemoryStatus.PROCESSING,
            created_at=relay.clock.ms, duration_s=42.0,
        )  # fmt: skip
        memories.create(connection, user_id, memory, MemoryRequest(query="us in Paris"))
        memory.status = MemoryStatus.COMPLETED
        memories.save(connection, user_id, MemoryRow(memory=memory, blob_key=video.blob_key))

    await relay.services.database.write(keep)


async def test_a_person_uses_the_companion(relay, browser, tmp_path):
    relay.clock.ms = time.time_ns() // 1_000_000  # the browser's clock is the real one
    account = await relay.account()
    await film(relay)
    begun = await relay.services.pairings.begin("new-glasses", "Anna's new glasses", proof=relay.proof(account.companion_key))
    async with browser(tmp_path / "browser") as tab:
        await tab.ask("Page.navigate", url=f"{relay.url}/pair?user_code={begun.user_code}")
        await tab.sees("Welcome back")
        await tab.picture(Path("1-sign-in.png"))
        await tab.types("username", "anna")
        await tab.types("password", "a wrong guess")
        await tab.presses("Sign in")
        await tab.sees("Name or password is wrong")
        await tab.types("password", PASSWORD)
        await tab.presses("Sign in")
        await tab.sees("Hello, anna.")
        await let_glasses_in(tab)
        await tab.presses("Share")
        await tab.sees("shared until")
        await tab.picture(Path("2-account.png"))
        await second_factor(tab, relay)
        [share] = (await relay.http.get("/api/v1/shares", headers=await relay.as_companion())).json()["shares"]
        await tab.ask("Page.navigate", url=share["url"])
        await tab.sees("Anna & Ben · Paris")
        await tab.picture(Path("4-shared.png"))
        await tab.ask("Page.navigate", url=f"{relay.url}/")
        await tab.sees("Hello, anna.")
        await tab.presses("Take back")
        await tab.misses("Take back")
        await tab.ask("Page.navigate", url=share["url"])
        await tab.sees("This link shows nothing any more")
    blocked = [one for one in tab.complaints if "Content Security Policy" in one or "exceptionThrown" in one]
    assert blocked == []
    listed = (await relay.http.get("/api/v1/devices", headers=await relay.as_companion())).json()["devices"]
    [this] = [device for device in listed if device["name"].startswith("Chrome")]
    assert this["has_key"], "the browser has a key of its own"


async def let_glasses_in(tab):
    await tab.presses("Look")
    await tab.sees("Anna's new glasses")
    await tab.presses("Let it in")
    await tab.sees("The eight letters")


async def second_factor(tab, relay):
    await tab.presses("Add a second factor")
    await tab.types("password", PASSWORD)
    await tab.presses("Begin")
    text = await tab.sees("Or type this into it")
    secret = text.split("Or type this into it:")[1].split("Code")[0].replace(" ", "").strip()
    await tab.picture(Path("3-second-factor.png"))
    await tab.types("otp", pyotp.TOTP(secret).at(relay.clock.ms // 1000))
    await tab.presses("Turn on")
    await tab.sees("Keep these on paper")
    await tab.presses("I have written them down")
    await tab.sees("A second factor is on")


async def test_prepared_films_and_music_are_shown_and_let_go(relay, browser, tmp_path):
    relay.clock.ms = time.time_ns() // 1_000_000
    headers = await relay.as_companion()
    user_id = relay.accounts["anna"].user.user_id
    prepared = Memory(
        memory_id="0199c82c-c000-7622-9e57-074dc6beeb70", query="Paris, 12 \u2013 16 June 2025", plan=Plan(title="Paris"), duration_s=58.0,
        occasion=Occasion(kind="trip", title="Paris"), created_at=relay.clock.ms,
    )  # fmt: skip

    def keep(connection):
        memories.create(connection, user_id, prepared, MemoryRequest(query=prepared.query))
        prepared.status = MemoryStatus.COMPLETED
        memories.save(connection, user_id, MemoryRow(memory=prepared))
        occasions.put(connection, user_id, Prepared(memory_id=prepared.memory_id, kind="trip", start_at=1, end_at=2))

    await relay.services.database.write(keep)
    tone = (np.sin(np.arange(96_000) / 20) * 8_000).astype(np.int16)
    with wave.open(str(tmp_path / "My Song.wav"), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(tone.tobytes())
    async with browser(tmp_path / "browser") as tab:
        await tab.ask("Page.navigate", url=f"{relay.url}/")
        await tab.types("username", "anna")
        await tab.types("password", PASSWORD)
        await tab.presses("Sign in")
        await tab.sees("Ready for you")
        document = await tab.ask("DOM.getDocument")
        chosen = await tab.ask("DOM.querySelector", nodeId=document["root"]["nodeId"], selector="input[name=file]")
        await tab.ask("DOM.setFileInputFiles", files=[str(tmp_path / "My Song.wav")], nodeId=chosen["nodeId"])
        await tab.presses("Bring it")
        await tab.sees("My Song")
        await tab.presses("Make usual")
        await tab.sees("plays under your films")
        await tab.picture(Path("7-prepared-and-music.png"))
        await tab.presses("Not for me")
        await tab.presses("It will not come back: press again")
        await tab.misses("Ready for you")
    assert [one for one in tab.complaints if "Content Security Policy" in one or "exceptionThrown" in one] == []
    told = (await relay.http.get("/api/v1/music", headers=headers)).json()
    assert told["default"] == told["music"][0]["music_id"]
    [removed] = await relay.services.database.read(lambda connection: occasions.of_user(connection, user_id))
    assert removed.removed_at is not None
