"""Clients that nobody here wrote, each with a break and a resume: tuspy (PyPI) and tus-js-client (npm)."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tusclient.client import TusClient

from glasses.wire.codec import encode_json

TUS_JS = Path(__file__).parent / "tus_js"
DATA = bytes(range(256)) * 4000


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(DATA)
    return path


async def has_it(relay, segment):
    auth = await relay.as_glasses()
    answer = await relay.http.get(f"/api/v1/videos/{segment.segment_id}/receipt", headers=auth)
    assert answer.json()["sha256"] == segment.sha256
    assert (await relay.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=auth)).content == DATA


async def test_tuspy_stops_and_another_one_goes_on(relay, clip):
    segment = relay.segment(DATA)
    client = TusClient(f"{relay.url}/api/v1/uploads", headers=await relay.as_glasses())

    def send() -> None:
        with clip.open("rb") as file:
            metadata = {"segment": encode_json(segment).decode()}
            uploader = client.uploader(file_stream=file, chunk_size=100_000, metadata=metadata, upload_checksum=True)
            uploader.upload(stop_at=200_000)
            again = client.uploader(file_stream=file, url=uploader.url, chunk_size=100_000)
            assert again.offset == 200_000
            again.upload()

    await asyncio.to_thread(send)
    await has_it(relay, segment)


async def test_tuspy_goes_on_after_a_piece_was_cut(relay, clip, begin):
    """The relay has some of a piece that never ended."""
    segment, url, auth = await begin(DATA)
    _, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rsplit(":", 1)[1]))
    lines = {**auth, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Content-Length": str(len(DATA)), "Host": "r"}
    writer.write(f"PATCH {url} HTTP/1.1\r\n{''.join(f'{key}: {value}{chr(13)}{chr(10)}' for key, value in lines.items())}\r\n".encode())
    writer.write(DATA[:333_333])
    await writer.drain()
    writer.close()

    def send() -> int:
        with clip.open("rb") as file:
            client = TusClient(f"{relay.url}/api/v1/uploads", headers={"Authorization": auth["Authorization"]})
            again = client.uploader(file_stream=file, url=f"{relay.url}{url}", chunk_size=100_000)
            at = again.offset
            again.upload()
            return at

    assert await asyncio.to_thread(send) <= 333_333
    await has_it(relay, segment)


@pytest.fixture(scope="session")
def tus_js(pytestconfig):
    """A folder in which node finds tus-js-client, of the version and hash that package-lock.json pins."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("tus-js-client runs on node, and npm fetches it: neither node nor npm is installed")
    pinned = (TUS_JS / "package-lock.json").read_bytes()
    folder = pytestconfig.cache.mkdir(f"tus-js-{hashlib.sha256(pinned).hexdigest()[:12]}")
    if not (folder / "fetched").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(TUS_JS / name, folder / name)
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=100, check=False
        )
        if done.returncode:
            if "EINTEGRITY" in done.stderr:
                pytest.fail("tus-js-client is not the one that package-lock.json pins")
            pytest.skip(f"npm cannot fetch tus-js-client: {done.stderr.strip().splitlines()[-1]}")
        (folder / "fetched").touch()
    return folder


@pytest.mark.parametrize("chunk_size", [100_000, None], ids=["in chunks", "in one"])
async def test_tus_js_client_breaks_off_and_goes_on(relay, clip, tus_js, chunk_size):
    segment = relay.segment(DATA)
    authorization = (await relay.as_glasses())["Authorization"]
    wanted = {
        "endpoint": f"{relay.url}/api/v1/uploads", "authorization": authorization, "file": str(clip), "breakAt": 350_000,
        "metadata": {"filename": "clip.mp4", "segment": encode_json(segment).decode()},
    }  # fmt: skip
    words = json.dumps({**wanted, **({"chunkSize": chunk_size} if chunk_size else {})})
    process = await asyncio.create_subprocess_exec(
        "node", str(TUS_JS / "upload.cjs"), words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(tus_js / "node_modules")},
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    said = json.loads(out)
    assert said["broken"] >= 350_000
    await has_it(relay, segment)
