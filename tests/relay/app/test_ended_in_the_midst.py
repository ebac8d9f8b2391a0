"""What a device, or whoever has a shared link, is doing ends when they are shut out: here, and by another process."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientPayloadError, ClientSession, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from relay.assemble.film_name import growing, in_the_making
from relay.assemble.stream import UNDER
from relay.auth.gate import note_answered
from relay.auth.links import asked_by
from relay.catalog import devices, shares
from relay.catalog.db import DatabaseDamagedError
from relay.ingest.blobs import film_key
from relay.services import SCRATCH


async def test_what_a_revoked_device_is_doing_ends_with_it(relay, tus_headers):
    """An upload and a socket under way, ended by another device of the account."""
    headers = {**await relay.as_glasses(), "Tus-Resumable": "1.0.0"}
    begun = await relay.http.post("/api/v1/uploads", headers={**headers, **tus_headers(relay.segment(bytes(1000)))})
    upload = {**headers, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}

    async def slowly():
        yield bytes(100)
        await asyncio.Event().wait()

    async def patch(client):
        async with client.patch(relay.url + begun.headers["Location"], headers=upload, data=slowly()) as answer:
            return answer.status, answer.headers["Souvenir-Code"]

    async with ClientSession() as client, asyncio.timeout(20):
        patching = asyncio.create_task(patch(client))
        while not relay.services.sessions.visits.sessions():
            await asyncio.sleep(0.01)
        gone = await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=await relay.as_companion())
        assert gone.status_code == 204
        assert await patching == (401, "auth.revoked")
    assert relay.services.sessions.visits.sessions() == []


LARGE = 72 << 20
"""More than the sockets of a download hold."""


@pytest.mark.parametrize("way", ["token", "link"])
async def test_a_download_of_a_revoked_device_is_cut(relay, way):
    """What it has not got yet it does not get; and what cuts it is not taken for a part of the file."""
    segment = await relay.store(bytes(LARGE))
    headers, url = await relay.as_glasses(), f"/api/v1/videos/{segment.segment_id}/media"
    if way == "link":
        url = (await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=headers)).json()["media_url"].removeprefix(relay.url)
    got = bytearray()

    async def rest(answer):
        while piece := await answer.content.readany():
            got.extend(piece)

    async with (
        ClientSession() as client, asyncio.timeout(30),
        client.get(relay.url + url, headers=headers if way == "token" else {}) as answer,
    ):  # fmt: skip
        assert (answer.status, int(answer.headers["Content-Length"])) == (200, LARGE)
        got.extend(await answer.content.readexactly(100_000))
        gone = await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=await relay.as_companion())
        assert gone.status_code == 204
        with pytest.raises(ClientPayloadError):
            await rest(answer)
    assert len(got) < LARGE
    assert not got.strip(b"\0"), "nothing but the file's own bytes"
    assert relay.services.sessions.visits.sessions() == []


async def test_links_that_a_revoked_device_was_given_end_with_it_and_no_others(relay):
    segment = await relay.store(b"a clip")
    links = {}
    for device, headers in (("glasses", await relay.as_glasses()), ("phone", await relay.as_companion())):
        links[device] = (await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=headers)).json()["media_url"]
        assert (await relay.http.get(links[device])).content == b"a clip"
    session = links["glasses"].partition("session=")[2]
    for forged in (links["glasses"].replace(f"&session={session}", ""), links["phone"].partition("&session=")[0] + f"&session={session}"):
        assert (await relay.http.get(forged)).json()["code"] == "auth.invalid"
    await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=await relay.as_companion())
    assert (await relay.http.get(links["glasses"])).json()["code"] == "auth.revoked"
    assert (await relay.http.get(links["phone"])).content == b"a clip"


async def test_what_another_process_ended_is_looked_for_again_after_a_look_that_failed(relay, monkeypatch, caplog):
    from relay.app import _settle

    looks, settled = iter([DatabaseDamagedError("not now"), sqlite3.OperationalError("database is locked")]), asyncio.Event()

    async def settle():
        if problem := next(looks, None):
            raise problem
        settled.set()

    monkeypatch.setattr(relay.services.sessions, "settle", settle)
    monkeypatch.setattr("relay.app.SETTLE_S", 0)
    watching = asyncio.create_task(_settle(relay.services))
    async with asyncio.timeout(10):
        await settled.wait()
    watching.cancel()
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [DatabaseDamagedError, sqlite3.OperationalError]


async def test_who_signs_out_gets_an_answer(relay):
    mine = await relay.as_companion()
    assert (await relay.http.delete("/api/v1/devices/phone-of-anna", headers=mine)).status_code == 204
    assert (await relay.http.get("/api/v1/me", headers=mine)).json()["code"] == "auth.revoked"


async def test_a_socket_of_a_revoked_device_is_closed(relay):
    """By the gate, whatever the route does with its socket; also when another process revoked it."""
    from relay.auth.gate import IDENTITY, _visit

    async def talk(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    account = await relay.account()
    identity = relay.services.tokens.read(account.glasses.access_token)

    async def door(request):
        request[IDENTITY] = identity
        with _visit(relay.services.sessions, identity, request):
            return await talk(request)

    app = web.Application()
    app.on_response_prepare.append(note_answered)
    app.router.add_get("/live", door)
    async with TestServer(app) as server, ClientSession() as client, client.ws_connect(server.make_url("/live")) as socket:
        await socket.send_str("hello")
        assert await socket.receive_str() == "hello"
        await relay.services.database.write(
            lambda connection: devices.revoke(connection, account.user.user_id, "glasses-of-anna", relay.clock.ms)
        )
        await relay.services.sessions.settle()
        async with asyncio.timeout(10):
            assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.ERROR)


async def test_a_socket_that_a_revoked_device_asks_for_is_refused_with_the_reason(relay):
    """Not by silence: it has still to learn that it must be paired again."""
    headers = await relay.as_glasses()
    await relay.services.sessions.revoke(relay.accounts["anna"].user.user_id, "glasses-of-anna")
    async with ClientSession() as client:
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(f"{relay.url}/api/v1/sync/live", headers=headers)
    assert (refused.value.status, refused.value.headers["Souvenir-Code"]) == (401, "auth.revoked")


@pytest.mark.parametrize("taken_back", ["here", "by another process"])
async def test_a_download_by_a_link_that_is_taken_back_is_cut_and_no_other(relay, taken_back):
    segment = await relay.store(bytes(LARGE))
    mine = await relay.as_companion()
    shared = [(await relay.http.post("/api/v1/shares", headers=mine, json={"video_id": segment.segment_id})).json() for _ in range(2)]
    got = [bytearray(), bytearray()]

    async def rest(number, answer):
        while piece := await answer.content.readany():
            got[number].extend(piece)

    async with AsyncExitStack() as open_, asyncio.timeout(30):
        client = await open_.enter_async_context(ClientSession())
        answers = []
        for number, share in enumerate(shared):
            url = f"{relay.url}/api/v1/shared/{share['url'].rpartition('/')[2]}/media"
            answers.append(await open_.enter_async_context(client.get(url)))
            got[number].extend(await answers[number].content.readexactly(100_000))
        if taken_back == "here":
            gone = await relay.http.delete(f"/api/v1/shares/{shared[0]['share_id']}", headers=mine)
            assert gone.status_code == 204
        else:
            user_id, share_id = relay.accounts["anna"].user.user_id, shared[0]["share_id"]
            await relay.services.database.write(lambda connection: shares.revoke(connection, user_id, share_id, relay.clock.ms))
            await relay.services.sessions.settle()
        with pytest.raises(ClientPayloadError):
            await rest(0, answers[0])
        await rest(1, answers[1])
    assert len(got[0]) < LARGE
    assert not got[0].strip(b"\0"), "nothing but the file's own bytes"
    assert len(got[1]) == LARGE
    assert relay.services.sessions.visits.sessions() == []


async def test_a_link_that_is_taken_back_while_it_is_opened_shows_nothing(relay, monkeypatch):
    """Between the look at whether it is good and the first byte."""
    segment = await relay.store(bytes(1000))
    mine = await relay.as_companion()
    share = (await relay.http.post("/api/v1/shares", headers=mine, json={"video_id": segment.segment_id})).json()
    found, looked, go_on = shares.find, threading.Event(), threading.Event()

    def slowly(connection, share_id):
        row = found(connection, share_id)
        looked.set()
        assert go_on.wait(20)
        return row

    monkeypatch.setattr("relay.catalog.shares.find", slowly)
    opening = asyncio.create_task(relay.http.get(f"/api/v1/shared/{share['url'].rpartition('/')[2]}/media"))
    await asyncio.to_thread(looked.wait, 20)
    assert (await relay.http.delete(f"/api/v1/shares/{share['share_id']}", headers=mine)).status_code == 204
    go_on.set()
    answer = await opening
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.revoked")
    assert answer.json()["hint"] == "Ask whoever sent it for a new one."


async def test_a_request_of_a_device_that_is_revoked_while_it_is_let_in_is_refused(relay, monkeypatch):
    headers, mine = await relay.as_glasses(), await relay.as_companion()
    found, looked, go_on = devices.get, threading.Event(), threading.Event()

    def slowly(connection, user_id, device_id):
        row = found(connection, user_id, device_id)
        if device_id == "glasses-of-anna":
            looked.set()
            assert go_on.wait(20)
        return row

    monkeypatch.setattr("relay.catalog.devices.get", slowly)
    asking = asyncio.create_task(relay.http.get("/api/v1/me", headers=headers))
    await asyncio.to_thread(looked.wait, 20)
    assert (await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=mine)).status_code == 204
    go_on.set()
    answer = await asking
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.revoked")


async def test_a_film_that_is_watched_while_it_is_made_is_cut_with_its_device(relay):
    headers = await relay.as_companion()
    memory_id = (await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "Paris"})).json()["memory_id"]
    scratch = relay.services.folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    growing(in_the_making(scratch, memory_id)).write_bytes(bytes(LARGE))
    user_id = relay.accounts["anna"].user.user_id
    with asked_by(relay.services.tokens.read(relay.accounts["anna"].companion.access_token).session_id):
        film = relay.services.links.to(film_key(user_id, memory_id), UNDER)
    async with ClientSession() as client, asyncio.timeout(30), client.get(film) as answer:
        assert (answer.status, answer.headers["Content-Type"], int(answer.headers["Content-Length"])) == (200, "video/mp4", LARGE)
        await answer.content.readexactly(100_000)
        await relay.services.sessions.revoke(user_id, "phone-of-anna")
        with pytest.raises(ClientPayloadError):
            await answer.read()
