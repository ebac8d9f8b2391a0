"""The network is cut at every byte of a grid, in four ways: the resumed clip is whole, and at most one piece was sent twice."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from glasses.sync.credentials import CredentialFile, Credentials
from glasses.sync.http import RelayClient
from glasses.sync.tus import TusUpload
from glasses.wire.errors import Action, SouvenirError

from ..relay.conftest import RunningRelay, clock, relay, relay_config  # noqa: F401 -- fixtures
from .chaos import ChaosProxy, Cut, Harm

CHUNK_BYTES, SIZE_BYTES = 16 << 10, 90_000
REQUESTS_BYTES = 96_000
"""About what goes up for one clip, headers and all."""
ANSWERS_BYTES = 4_000
PATIENCE_S = 1.0
"""With a network that has swallowed something."""
QUICK, COMPLETE = (23_971, 1_801), (499, 53)
"""Step of the grid in what is sent, and in what is answered."""


def grid() -> list[Any]:
    cuts = []
    for harm in Harm:
        for answers, end, quick, step in (
            (False, REQUESTS_BYTES, QUICK[0], COMPLETE[0]), (True, ANSWERS_BYTES, QUICK[1], COMPLETE[1])
        ):  # fmt: skip
            if answers and harm in (Harm.STALL, Harm.THROTTLE):
                continue  # an answer that comes late is an answer
            quickly = set(range(0, end, quick))
            for at in sorted(quickly | set(range(0, end, step))):
                marks = [] if at in quickly else [pytest.mark.slow]
                cuts.append(pytest.param(Cut(harm, at, answers), marks=marks, id=f"{harm} {'answer' if answers else 'request'} {at}"))
    return cuts


class Remembered:
    """Where the glasses keep an upload's address."""

    def __init__(self) -> None:
        self.url = ""

    async def upload_url(self, segment_id: str) -> str:
        return self.url

    async def remember_upload(self, segment_id: str, url: str) -> None:
        self.url = url


class Counting(httpx.AsyncHTTPTransport):
    """Counts the bytes of clips that are sent, and gives up on what the network has swallowed.

    Nothing else is given up: a machine that pauses for a second is no cut.
    """

    patched_bytes = 0

    def __init__(self, silent: asyncio.Event) -> None:
        super().__init__()
        self._silent = silent

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            self.patched_bytes += int(request.headers["Content-Length"])
        if self._silent.is_set():
            return await self._answered(request)
        answering, silence = asyncio.create_task(self._answered(request)), asyncio.create_task(self._silent.wait())
        await asyncio.wait({answering, silence}, return_when=asyncio.FIRST_COMPLETED)
        silence.cancel()
        if not answering.done():
            await asyncio.wait({answering}, timeout=PATIENCE_S)
        if not answering.done():
            answering.cancel()
            await asyncio.wait({answering})
            raise httpx.ReadTimeout("the network is silent")
        return answering.result()

    async def _answered(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        await answer.aread()
        return answer


class Impatient:
    """A clock that does not wait between tries."""

    async def sleep(self, seconds: float) -> None:
        return None


@pytest.mark.parametrize("cut", grid())
async def test_the_glasses_go_on_where_the_network_was_cut(relay: RunningRelay, tmp_path: Path, cut: Cut) -> None:  # noqa: F811 -- the fixture
    data = hashlib.sha256(repr(cut).encode()).digest() * (SIZE_BYTES // 32 + 1)
    segment = relay.segment(data)
    (tmp_path / "clip").write_bytes(data)
    token = (await relay.account()).glasses.access_token
    async with ChaosProxy(int(relay.url.rsplit(":", 1)[1]), cut) as proxy:
        transport = Counting(proxy.silent)
        CredentialFile(tmp_path).save(Credentials(relay_url=proxy.url, access_token=token))
        client = RelayClient(CredentialFile(tmp_path), Impatient(), transport=transport)  # type: ignore[arg-type] # only sleeps
        upload, receipt = TusUpload(client, segment, tmp_path / "clip", Remembered(), CHUNK_BYTES), None
        for _ in range(8):
            try:
                receipt = await upload.run()
                break
            except SouvenirError as problem:
                if problem.kind.action != Action.RETRY:
                    raise
        await client.close()
    assert receipt is not None, "in vain"
    assert (receipt.sha256, receipt.size_bytes) == (segment.sha256, len(data))
    media = await relay.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=await relay.as_companion())
    assert media.content == data
    assert transport.patched_bytes - len(data) <= CHUNK_BYTES
    assert len((await relay.http.get("/api/v1/videos", headers=await relay.as_companion())).json()["videos"]) == 1
    assert list((relay.services.folder / "uploads").iterdir()) == []


async def test_every_cut_of_the_grid_strikes(relay: RunningRelay, tmp_path: Path) -> None:  # noqa: F811 -- the fixture
    """The grid covers what passes, and not much more."""
    data = b"x" * SIZE_BYTES
    (tmp_path / "clip").write_bytes(data)
    async with ChaosProxy(int(relay.url.rsplit(":", 1)[1])) as proxy:
        CredentialFile(tmp_path).save(Credentials(relay_url=proxy.url, access_token=(await relay.account()).glasses.access_token))
        client = RelayClient(CredentialFile(tmp_path), Impatient())  # type: ignore[arg-type] # only sleeps
        await TusUpload(client, relay.segment(data), tmp_path / "clip", Remembered(), CHUNK_BYTES).run()
        await client.close()
        assert 0 <= proxy._passed[False] - REQUESTS_BYTES < 3000
        assert 0 <= proxy._passed[True] - ANSWERS_BYTES < 1500
