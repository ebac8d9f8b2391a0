"""The HTTP client against answers of a relay that is played here: tokens, problems, outages, resumed uploads."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from glasses.clock import FakeClock, RealClock
from glasses.errors import NotPairedError
from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.http import API, RelayClient
from glasses.sync.tus import TusUpload
from glasses.wire.codec import encode_json
from glasses.wire.errors import SouvenirError
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

Answer = Callable[[httpx.Request], httpx.Response]
CONTENT = bytes(range(256)) * 40


class FakeNetwork:
    def __init__(self, up: bool = True) -> None:
        self.up = up

    def is_up(self) -> bool:
        return self.up


class FakeUploads:
    """Where an upload's address is remembered."""

    def __init__(self, url: str = "") -> None:
        self.url = url

    async def upload_url(self, segment_id: str) -> str:
        return self.url

    async def remember_upload(self, segment_id: str, url: str) -> None:
        self.url = url


class TusRelay:
    """As much of tus 1.0.0 as one upload needs. ``cuts``: after how many bytes of each piece the line breaks."""

    def __init__(self, segment: Segment, cuts: list[int] | None = None) -> None:
        self.segment, self.cuts = segment, cuts or []
        self.stored: bytes | None = None
        self.created = self.bytes_seen = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.created, self.stored = self.created + 1, b""
            sent = request.headers["Upload-Metadata"].removeprefix("segment ")
            assert json.loads(base64.b64decode(sent))["segment_id"] == self.segment.segment_id
            return httpx.Response(201, headers={"Location": f"{API}/uploads/1", "Upload-Offset": "0"})
        if self.stored is None:
            return _problem(410, "upload.gone")
        if request.method == "HEAD":
            return httpx.Response(200, headers={"Upload-Offset": str(len(self.stored))})
        return self._patch(request)

    def _patch(self, request: httpx.Request) -> httpx.Response:
        assert self.stored is not None
        piece = request.content
        name, value = request.headers["Upload-Checksum"].split()
        assert (name, base64.b64decode(value)) == ("sha256", hashlib.sha256(piece).digest())
        assert int(request.headers["Upload-Offset"]) == len(self.stored)
        self.bytes_seen += len(piece)
        if self.cuts:
            self.stored += piece[: self.cuts.pop(0)]
            raise httpx.ReadError("cut")
        self.stored += piece
        headers = {"Upload-Offset": str(len(self.stored))}
        if len(self.stored) == self.segment.size_bytes:
            receipt = Receipt(
                segment_id=self.segment.segment_id, size_bytes=len(self.stored), sha256=hashlib.sha256(self.stored).hexdigest()
            )
            headers["Souvenir-Receipt"] = base64.b64encode(encode_json(receipt)).decode()
        return httpx.Response(204, headers=headers)


def _problem(status: int, code: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": "as the test wants", "status": status})


def client_for(folder: Path, answer: Answer, network: FakeNetwork | None = None) -> RelayClient:
    file = CredentialFile(folder)
    file.save(Credentials(relay_url="http://relay", access_token="old", refresh_token="r1"))
    return RelayClient(file, RealClock(), network, httpx.MockTransport(answer))


@pytest.fixture
def clip(tmp_path: Path) -> tuple[Segment, Path]:
    path = tmp_path / "clip.mp4"
    path.write_bytes(CONTENT)
    return Segment(segment_id="s", size_bytes=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest()), path


async def test_an_expired_token_is_refreshed_once_and_kept(tmp_path: Path) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/oauth/token"):
            assert "refresh_token=r1" in request.content.decode()
            return httpx.Response(200, json={"access_token": "new", "refresh_token": "r2"})
        seen.append(request.headers["Authorization"])
        return _problem(401, "auth.expired") if "old" in seen[-1] else httpx.Response(200, json={})

    client = client_for(tmp_path, answer)
    await client.request("GET", f"{API}/me")
    assert seen == ["Bearer old", "Bearer new"]
    kept = CredentialFile(tmp_path).load()
    assert (kept.access_token, kept.refresh_token) == ("new", "r2")
    assert CredentialFile(tmp_path).path.stat().st_mode & 0o777 == 0o600
    await client.close()


async def test_an_expired_token_is_noticed_in_an_answer_without_a_body(tmp_path: Path) -> None:
    refused = httpx.Response(401, headers={"Souvenir-Code": "auth.expired"})
    answers = [refused, httpx.Response(200, json={"access_token": "new", "refresh_token": "r2"}), httpx.Response(200)]
    client = client_for(tmp_path, lambda _: answers.pop(0))
    assert (await client.request("HEAD", f"{API}/uploads/1")).status_code == 200
    await client.close()


async def test_a_refusal_keeps_its_code_and_an_unknown_one_gets_a_code(tmp_path: Path) -> None:
    answers = [_problem(409, "upload.offset_mismatch"), httpx.Response(502, text="<html>"), httpx.Response(404, text="no")]
    client = client_for(tmp_path, lambda _: answers.pop(0))
    codes = []
    for _ in range(3):
        with pytest.raises(SouvenirError) as raised:
            await client.request("GET", f"{API}/me")
        codes.append(raised.value.code)
    assert codes == ["upload.offset_mismatch", "relay.failed", "request.not_found"]
    await client.close()


async def test_what_may_pass_is_tried_again(tmp_path: Path) -> None:
    answers = [_problem(503, "relay.unavailable"), httpx.Response(200)]
    client = client_for(tmp_path, lambda _: answers.pop(0))
    assert (await client.request("GET", f"{API}/me")).status_code == 200
    await client.close()


async def test_without_network_nothing_leaves_the_device(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []
    client = client_for(tmp_path, lambda request: asked.append(request) or httpx.Response(200), FakeNetwork(up=False))
    with pytest.raises(SouvenirError) as raised:
        await client.request("GET", f"{API}/me")
    assert (raised.value.code, asked) == ("relay.unreachable", [])
    await client.close()


async def test_a_device_that_was_never_paired_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotPairedError, match="not paired"):
        RelayClient(CredentialFile(tmp_path), FakeClock())


@pytest.mark.parametrize("cuts", [[], [0], [1, 700], [1023, 0, 5]])
async def test_an_upload_goes_on_where_the_relay_is(tmp_path: Path, clip: tuple[Segment, Path], cuts: list[int]) -> None:
    segment, path = clip
    relay, uploads = TusRelay(segment, list(cuts)), FakeUploads()
    client = client_for(tmp_path, relay)
    for _ in cuts:
        with pytest.raises(SouvenirError):
            await TusUpload(client, segment, path, uploads, 1024).run()
    receipt = await TusUpload(client, segment, path, uploads, 1024).run()
    assert relay.stored == CONTENT
    assert (receipt.sha256, relay.created) == (segment.sha256, 1)
    assert relay.bytes_seen <= len(CONTENT) + 1024 * len(cuts)
    await client.close()


async def test_an_upload_that_the_relay_has_forgotten_starts_afresh(tmp_path: Path, clip: tuple[Segment, Path]) -> None:
    segment, path = clip
    relay, uploads = TusRelay(segment), FakeUploads(f"{API}/uploads/long-gone")
    client = client_for(tmp_path, relay)
    await TusUpload(client, segment, path, uploads, 4096).run()
    assert (relay.stored, relay.created) == (CONTENT, 1)
    await client.close()
