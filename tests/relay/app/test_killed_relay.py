"""A real relay process, really killed: what was receipted is there after, what was under way goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import AsyncExitStack, contextmanager

import httpx
import pytest
from aiohttp import ClientPayloadError, ClientSession, WSMsgType

from glasses.sync.device_key import DeviceKey
from relay.auth.pairing import GRANT
from relay.config import RelayConfig, StorageConfig
from relay.doctor import examine
from relay.sync.live import SESSION_ENDED

PASSWORD = "correct horse battery"
RELAY = [sys.executable, "-m", "relay.cli"]


def command(data, *words, stdin=""):
    done = subprocess.run([*RELAY, *words, "--data", str(data)], input=stdin, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(data, log):
    port_file = data.with_name("port")
    port_file.unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*RELAY, "serve", "--data", str(data), "--port", "0", "--port-file", str(port_file)], stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + 60
        while not port_file.exists():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, "the relay does not start"
            time.sleep(0.02)  # another process: there is nothing here to wait on
        with httpx.Client(base_url=f"http://127.0.0.1:{port_file.read_text().strip()}", trust_env=False, timeout=30) as http:
            yield process, http
    finally:
        process.kill()
        process.wait()


def pair(data, http):
    key, now = DeviceKey.generate(), time.time_ns() // 1_000_000
    begun = http.post("/api/v1/devices/authorize", json={"device_name": "glasses", **key.signed("", now)}).json()
    signed = key.signed("", now, begun["device_code"])
    assert "belongs to anna" in command(data, "user", "approve", begun["user_code"])
    grant = http.post("/api/v1/oauth/token", data={"grant_type": GRANT, "device_code": begun["device_code"], **signed}).json()
    return {"Authorization": f"Bearer {grant['access_token']}"}


@pytest.fixture
def clip():
    import hashlib

    from glasses.wire.ids import uuid7
    from glasses.wire.segment import Segment

    def make(data: bytes) -> Segment:
        now = time.time_ns() // 1_000_000
        return Segment(segment_id=uuid7(now), captured_at=now, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    return make


def test_killed_in_the_middle_nothing_receipted_is_lost(tmp_path, tus_headers, clip, monkeypatch):
    monkeypatch.setattr("models.store.ModelStore.check", lambda self, used_by="": [])
    data, log = tmp_path / "data", tmp_path / "relay.log"
    command(data, "user", "add", "anna", "--password-stdin", stdin=PASSWORD + "\n")
    whole, half = os.urandom(300_000), os.urandom(400_000)
    stored, begun = clip(whole), clip(half)
    chunk = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}
    with serving(data, log) as (process, http):
        auth = pair(data, http)
        answer = http.post("/api/v1/uploads", headers={**auth, **tus_headers(stored), **chunk}, content=whole)
        assert "Souvenir-Receipt" in answer.headers
        url = http.post("/api/v1/uploads", headers={**auth, **tus_headers(begun)}).headers["Location"]
        said = http.patch(url, headers={**auth, **chunk, "Upload-Offset": "0"}, content=half[:150_000]).headers["Upload-Offset"]
        op = {"op_id": "op-1", "kind": "video.edit", "subject_id": stored.segment_id, "value": {"caption": "kept"}}
        assert http.post("/api/v1/sync/changes", headers=auth, json={"ops": [op]}).json()["results"][0]["accepted"]
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving(data, log) as (process, http):
        receipt = http.get(f"/api/v1/videos/{stored.segment_id}/receipt", headers=auth)
        assert receipt.json()["sha256"] == stored.sha256
        assert http.get(f"/api/v1/videos/{stored.segment_id}/media", headers=auth).content == whole
        assert http.get(f"/api/v1/videos/{stored.segment_id}", headers=auth).json()["caption"] == "kept"
        assert http.head(url, headers={**auth, **chunk}).headers["Upload-Offset"] == said == "150000"
        last = http.patch(url, headers={**auth, **chunk, "Upload-Offset": said}, content=half[150_000:])
        assert "Souvenir-Receipt" in last.headers
        second = subprocess.run([*RELAY, "serve", "--data", str(data), "--port", "0"], capture_output=True, text=True, timeout=60)
        assert (second.returncode, "another relay serves" in second.stderr) == (1, True)
        begun_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - begun_s < 10
    config = RelayConfig(storage=StorageConfig(data_dir=str(data)))
    findings = {finding.name: finding for finding in asyncio.run(examine(config))}
    assert findings["database"].well
    assert findings["media"].well
    assert "unhandled" not in log.read_text()


async def test_a_device_that_the_command_line_shuts_out_is_cut_off_in_the_relay_that_runs(tmp_path, tus_headers, clip, monkeypatch):
    """Uploads, downloads and the socket end while they are under way; none of them has asked the relay anything since."""
    monkeypatch.setattr("models.store.ModelStore.check", lambda self, used_by="": [])
    data, log = tmp_path / "data", tmp_path / "relay.log"
    command(data, "user", "add", "anna", "--password-stdin", stdin=PASSWORD + "\n")
    large = bytes(72 << 20)  # more than the sockets of a download hold
    stored, begun, short = clip(large), clip(large + b"1"), clip(bytes(1000))
    chunk = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    async with AsyncExitStack() as stack:
        _, http = stack.enter_context(serving(data, log))
        auth = pair(data, http)
        assert http.post("/api/v1/uploads", headers={**auth, **tus_headers(stored), **chunk}, content=large).status_code == 201
        told = http.get(f"/api/v1/videos/{stored.segment_id}", headers=auth).json()
        uploads = [http.post("/api/v1/uploads", headers={**auth, **tus_headers(one)}).headers["Location"] for one in (begun, short)]
        device_id = http.get("/api/v1/me", headers=auth).json()["device_id"]
        client = await stack.enter_async_context(ClientSession(str(http.base_url)))

        async def sent(url, size_bytes):
            async def slowly():
                yield bytes(size_bytes)
                under_way.release()
                await asyncio.Event().wait()

            length = {"Content-Length": str(begun.size_bytes if size_bytes > 1000 else short.size_bytes)}
            async with client.patch(url, headers={**auth, **chunk, **length}, data=slowly()) as answer:
                return answer.headers["Souvenir-Code"]

        async def got(url):
            async with client.get(url, headers=auth) as answer:
                await answer.content.readexactly(100_000)
                under_way.release()
                await cut.wait()
                return len(await answer.read())

        async def heard():
            async with client.ws_connect("/api/v1/sync/live", headers=auth) as socket:
                await socket.receive_json()
                under_way.release()
                while (await socket.receive()).type is WSMsgType.TEXT:
                    pass
                return socket.close_code

        under_way, cut = asyncio.Semaphore(0), asyncio.Event()
        media = f"/api/v1/videos/{stored.segment_id}/media"
        works = [sent(uploads[0], 8 << 20), sent(uploads[1], 100), heard(), got(media), got(told["media_url"])]
        tasks = [asyncio.create_task(work) for work in works]
        async with asyncio.timeout(60):
            for _ in tasks:
                await under_way.acquire()
            await asyncio.to_thread(command, data, "user", "revoke", device_id)
            assert await asyncio.gather(*tasks[:3]) == ["auth.revoked", "auth.revoked", SESSION_ENDED]
            cut.set()
            downloads = await asyncio.gather(*tasks[3:], return_exceptions=True)
            assert [type(one) for one in downloads] == [ClientPayloadError, ClientPayloadError]
    assert "unhandled" not in log.read_text()


def logged(log, event):
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def waits_for(true, process, log):
    until = time.monotonic() + 120
    while not true():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.02)  # another process: there is nothing here to wait on


def test_killed_while_a_clip_is_looked_into_it_goes_on_with_what_is_missing(
    tmp_path, tus_headers, clip, monkeypatch, picture, make_clip, speak
):
    monkeypatch.setattr("models.store.ModelStore.check", lambda self, used_by="": [])
    data, first, second = tmp_path / "data", tmp_path / "first.log", tmp_path / "second.log"
    command(data, "user", "add", "anna", "--password-stdin", stdin=PASSWORD + "\n")
    film = make_clip([(picture("coffee"), 2), (picture("astronaut"), 2)], speak("happy birthday my dear")).read_bytes()
    whole, same = clip(film), clip(film + b"\0\0\0\x08free")
    chunk = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0"}

    def video(http, segment):
        return http.get(f"/api/v1/videos/{segment.segment_id}", headers=auth).json()

    with serving(data, first) as (process, http):
        auth = pair(data, http)
        assert http.post("/api/v1/uploads", headers={**auth, **tus_headers(whole), **chunk}, content=film).status_code == 201
        waits_for(lambda: any("look" in line["parts"] for line in logged(first, "parts found")), process, first)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = [name for line in logged(first, "parts found") for name in line["parts"]]
        assert "speech" not in done, "it was faster than the kill: make the clip longer"
    with serving(data, second) as (process, http):
        waits_for(lambda: video(http, whole)["status"] == "ready", process, second)
        [kept] = [line["parts"] for line in logged(second, "parts kept")]
        found = [name for line in logged(second, "parts found") for name in line["parts"]]
        assert set(done) <= set(kept)
        assert sorted(kept + found) == ["look", "pictures", "probe", "quality", "sound", "speech", "text"]
        [job] = logged(second, "job begins")
        assert job["attempt"] == 2
        content = film + b"\0\0\0\x08free"
        assert http.post("/api/v1/uploads", headers={**auth, **tus_headers(same), **chunk}, content=content).status_code == 201
        waits_for(lambda: video(http, same)["status"] == "ready", process, second)
        one, other = video(http, whole), video(http, same)
        for field in ("things", "speech", "duration", "place", "people"):
            assert one[field] == other[field]
        assert one["speech"] == "happy birthday my dear"
