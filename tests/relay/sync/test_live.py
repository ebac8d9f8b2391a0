"""The live connection: a snapshot, then each change; a dead or revoked end is let go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from relay.sync.live import CURSOR_TOO_OLD, SESSION_ENDED


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(relay, browser, *, answers=True, **query):
    return await browser.ws_connect(f"{relay.url}/api/v1/sync/live", headers=await relay.as_companion(), params=query, autoping=answers)


async def test_a_snapshot_and_then_what_changes(relay, browser):
    await relay.store(b"before")
    async with await connect(relay, browser) as live:
        snapshot = await live.receive_json()
        assert (snapshot["type"], snapshot["status"]["pending_downloads"]) == ("snapshot", 1)
        assert sorted(device["device_id"] for device in snapshot["devices"]) == ["glasses-of-anna", "phone-of-anna"]
        after = await relay.store(b"after")
        change = await live.receive_json()
        assert (change["type"], change["entry"]["subject_id"]) == ("change", after.segment_id)
        await relay.store(b"ben's", name="ben", device_id="glasses-of-ben")
        again = await relay.store(b"once more")
        assert (await live.receive_json())["entry"]["subject_id"] == again.segment_id


async def test_it_goes_on_from_a_cursor(relay, browser):
    segments = [await relay.store(f"clip {number}".encode()) for number in range(3)]
    async with await connect(relay, browser, cursor=1) as live:
        assert (await live.receive_json())["cursor"] == 1
        assert [(await live.receive_json())["entry"]["subject_id"] for _ in range(2)] == [one.segment_id for one in segments[1:]]


async def test_who_answers_nothing_is_let_go(relay, browser):
    relay.services.config.sync.ping_s, relay.services.config.sync.dead_s = 0.02, 0.2
    async with await connect(relay, browser, answers=False) as live:
        kinds = [message.type async for message in live]
    assert kinds[0] is aiohttp.WSMsgType.TEXT
    assert aiohttp.WSMsgType.PING in kinds
    assert live.close_code == 1001


async def test_who_answers_stays(relay, browser):
    relay.services.config.sync.ping_s, relay.services.config.sync.dead_s = 0.02, 0.5
    async with await connect(relay, browser) as live:
        await live.receive_json()
        reading = asyncio.create_task(live.receive_json())
        done, _ = await asyncio.wait([reading], timeout=1.2)
        assert not done
        await relay.store(b"now")
        assert json.dumps(await reading)


async def test_a_revoked_device_is_let_go_at_once(relay, browser):
    relay.services.config.sync.ping_s = 0.02
    async with await connect(relay, browser) as live:
        await live.receive_json()
        account = await relay.account()
        await relay.services.sessions.revoke(account.user.user_id, "phone-of-anna")
        assert (await live.receive()).type is aiohttp.WSMsgType.CLOSE
        assert live.close_code == SESSION_ENDED


async def test_a_cursor_that_the_feed_does_not_reach(relay, browser):
    await relay.store(b"old")
    user_id = (await relay.account()).user.user_id
    await relay.services.database.write(lambda c: c.execute("INSERT INTO feed_floors VALUES (?, 7)", (user_id,)))
    async with await connect(relay, browser, cursor=3) as live:
        await live.receive_json()
        assert (await live.receive()).type is aiohttp.WSMsgType.CLOSE
        assert live.close_code == CURSOR_TOO_OLD


async def test_nobody_comes_in_without_a_token(relay, browser):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(f"{relay.url}/api/v1/sync/live")
    assert refused.value.status == 401
