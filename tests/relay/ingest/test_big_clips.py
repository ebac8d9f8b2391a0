"""Big clips are received past the HTTP parser: whole, resumable and refused like any other, however they come."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import random
from urllib.parse import urlsplit

import pytest

from relay import faults
from relay.ingest.body import RAW_FROM_BYTES, Bodies, Parsed, Raw

TUS = {"Tus-Resumable": "1.0.0"}
BIG = random.Random(1).randbytes(RAW_FROM_BYTES + 1_234_567)  # noqa: S311 -- not for secrets


@pytest.fixture
def ways(monkeypatch):
    """Which way the bodies of the test's requests came."""
    taken, real = [], Bodies.of

    def of(self, request):
        found = real(self, request)
        body = found.__enter__()
        found.__exit__(None, None, None)
        taken.append(type(body))
        return real(self, request)

    monkeypatch.setattr(Bodies, "of", of)
    return taken


@pytest.fixture
def taken_over(monkeypatch):
    """Set when a body is received from its socket."""
    seen, real = asyncio.Event(), Raw._take_over

    def take_over(self):
        seen.set()
        return real(self)

    monkeypatch.setattr(Raw, "_take_over", take_over)
    return seen


async def connected(relay, url, auth, offset, length, **more):
    """A PATCH of ``length`` bytes has begun."""
    where = urlsplit(relay.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    lines = {
        "Host": "relay", **auth, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset),
        "Content-Length": str(length), **more,
    }  # fmt: skip
    writer.write(f"PATCH {url} HTTP/1.1\r\n{''.join(f'{name}: {value}' + chr(13) + chr(10) for name, value in lines.items())}\r\n".encode())
    return reader, writer


async def answered(reader):
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    return int(first.split(" ")[1]), {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


async def test_a_big_clip_comes_past_the_parser_and_ends_its_connection(relay, begin, patch, receipt, ways):
    segment, url, auth = await begin(BIG)
    answer = await patch(url, auth, 0, BIG)
    assert (answer.status_code, answer.headers["Connection"]) == (204, "close")
    assert receipt(answer).sha256 == segment.sha256
    assert (await relay.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=auth)).content == BIG
    assert ways == [Raw]


async def test_a_small_one_and_one_in_chunks_come_as_ever(relay, begin, patch, receipt, ways):
    segment, url, auth = await begin(BIG)
    first = await patch(url, auth, 0, BIG[:1000])
    assert first.headers.get("Connection") != "close"

    async def pieces():
        for start in range(1000, len(BIG), 1 << 20):
            yield BIG[start : min(start + (1 << 20), len(BIG))]

    assert receipt(await patch(url, auth, 1000, pieces())).sha256 == segment.sha256
    assert ways == [Parsed, Parsed]


async def test_it_comes_in_the_sizes_that_a_bad_network_makes(relay, begin, ways):
    """Trickles and gushes: the thread is given back and taken again."""
    segment, url, auth = await begin(BIG)
    reader, writer = await connected(relay, url, auth, 0, len(BIG))
    chance, at = random.Random(2), 0  # noqa: S311 -- not for secrets
    while at < len(BIG):
        size = chance.choice([1, 999, 70_000, 900_000])
        writer.write(BIG[at : at + size])
        await writer.drain()
        at += size
        await asyncio.sleep(0.012 if size < 1000 else 0)
    status, headers = await answered(reader)
    assert (status, "souvenir-receipt" in headers) == (204, True)
    assert json.loads(base64.b64decode(headers["souvenir-receipt"]))["sha256"] == segment.sha256
    writer.close()
    assert ways == [Raw]


async def test_what_follows_a_big_body_is_not_taken_for_it(relay, begin, patch):
    """A sender that does not wait for the answer: its next request is not part of the clip, and is not answered on a spent connection."""
    _segment, url, auth = await begin(BIG)
    reader, writer = await connected(relay, url, auth, 0, RAW_FROM_BYTES)
    writer.write(BIG[:RAW_FROM_BYTES] + b"GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n")
    status, headers = await answered(reader)
    assert (status, headers["upload-offset"]) == (204, str(RAW_FROM_BYTES))
    with contextlib.suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 10) == b"", "the connection ends"
    writer.close()
    last = await patch(url, auth, RAW_FROM_BYTES, BIG[RAW_FROM_BYTES:])
    assert "Souvenir-Receipt" in last.headers


@pytest.mark.parametrize("sent", [1, RAW_FROM_BYTES - 1_000_000, len(BIG) - 1])
async def test_a_cut_connection_keeps_every_byte_that_came(relay, begin, patch, taken_over, sent):
    """Since the body is received: who hangs up before, while the upload is looked up, is not known to have sent anything."""
    _segment, url, auth = await begin(BIG)
    _reader, writer = await connected(relay, url, auth, 0, len(BIG))
    await asyncio.wait_for(taken_over.wait(), 20)
    writer.write(BIG[:sent])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(20):
        while relay.services.uploads._locks.held:
            await asyncio.sleep(0.01)
    assert int((await relay.http.head(url, headers=auth)).headers["Upload-Offset"]) == sent
    assert "Souvenir-Receipt" in (await patch(url, auth, sent, BIG[sent:])).headers


async def test_a_reconnecting_client_evicts_a_big_patch_that_hangs(relay, begin, patch):
    _segment, url, auth = await begin(BIG)
    reader, writer = await connected(relay, url, auth, 0, len(BIG))
    writer.write(BIG[:3_000_000])
    await writer.drain()
    async with asyncio.timeout(20):
        while not relay.services.uploads._locks.held:
            await asyncio.sleep(0.01)
        offset = int((await relay.http.head(url, headers=auth)).headers["Upload-Offset"])
        status, _headers = await answered(reader)
    assert status == 423
    assert 0 <= offset <= 3_000_000
    assert "Souvenir-Receipt" in (await patch(url, auth, offset, BIG[offset:])).headers
    writer.close()


async def test_a_big_piece_that_is_more_than_was_announced_is_refused_unread(relay, begin):
    _segment, url, auth = await begin(BIG)
    reader, writer = await connected(relay, url, auth, 0, len(BIG) + 1)
    status, headers = await answered(reader)
    assert (status, headers["souvenir-code"]) == (400, "upload.length")
    writer.close()


async def test_a_big_piece_with_a_wrong_checksum_is_not_kept(relay, begin, patch, receipt):
    _segment, url, auth = await begin(BIG)
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert (await patch(url, auth, 0, BIG, **{"Upload-Checksum": f"sha256 {wrong}"})).status_code == 460
    assert (await relay.http.head(url, headers=auth)).headers["Upload-Offset"] == "0"
    right = base64.b64encode(hashlib.sha256(BIG).digest()).decode()
    assert receipt(await patch(url, auth, 0, BIG, **{"Upload-Checksum": f"sha256 {right}"})).size_bytes == len(BIG)


async def test_a_disk_that_fills_up_under_a_big_piece_is_told(relay, begin, patch):
    segment, url, auth = await begin(BIG)
    faults.arm(faults.parsed("ENOSPC part.written 2"))
    try:
        answer = await patch(url, auth, 0, BIG)
    finally:
        faults.disarm()
    assert answer.headers["Souvenir-Code"] == "storage.full"
    offset = int((await relay.http.head(url, headers=auth)).headers["Upload-Offset"])
    assert receipt_of(await patch(url, auth, offset, BIG[offset:])) == segment.sha256


async def test_many_big_clips_at_once_share_few_threads(relay, begin, patch, receipt):
    begun = [await begin(BIG + bytes([number])) for number in range(8)]
    answers = await asyncio.gather(*(patch(url, auth, 0, BIG + bytes([number])) for number, (_, url, auth) in enumerate(begun)))
    assert [receipt(answer).sha256 for answer in answers] == [segment.sha256 for segment, _, _ in begun]


async def test_an_offset_is_said_only_when_power_cannot_take_it_back(relay, begin, monkeypatch):
    """While a clip comes its offset is jotted down; before anybody hears of it, it is written for good."""
    size = 20 << 20
    data = bytes(size)
    _segment, url, auth = await begin(data)
    written = []
    database = relay.services.database
    for name in ("write", "jot_here"):
        real = getattr(database, name)
        monkeypatch.setattr(database, name, lambda work, name=name, real=real: (written.append(name), real(work))[1])
    reader, writer = await connected(relay, url, auth, 0, size)
    writer.write(data[: size - 1])
    await writer.drain()
    async with asyncio.timeout(20):
        while "jot_here" not in written:
            await asyncio.sleep(0.01)
    written.clear()
    head = await relay.http.head(url, headers=auth)
    assert int(head.headers["Upload-Offset"]) > 0
    assert "write" in written
    status, _headers = await answered(reader)
    assert status == 423
    writer.close()


def receipt_of(answer):
    return json.loads(base64.b64decode(answer.headers["Souvenir-Receipt"]))["sha256"]
