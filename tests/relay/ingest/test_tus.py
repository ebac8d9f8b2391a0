"""The tus contract: an offset is true and never goes down, a receipt is for equal bytes, the same clip is one video."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import httpx
import pytest

from glasses.wire.codec import decode_json
from glasses.wire.upload import Receipt
from relay.catalog import videos
from relay.ingest.part import PartFile

CHUNK = {"Content-Type": "application/offset+octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}


def receipt(answer: httpx.Response) -> Receipt:
    return decode_json(base64.b64decode(answer.headers["Souvenir-Receipt"]), Receipt)


async def begin(relay, tus_headers, data, **changes):
    segment = relay.segment(data, **changes)
    auth = await relay.as_glasses()
    answer = await relay.http.post("/api/v1/uploads", headers={**auth, **tus_headers(segment)})
    assert answer.status_code == 201, answer.text
    return segment, answer.headers["Location"], {**auth, **TUS}


async def patch(relay, url, auth, offset, data, **more):
    return await relay.http.patch(url, headers={**auth, **CHUNK, "Upload-Offset": str(offset), **more}, content=data)


async def test_a_clip_in_pieces_ends_with_a_receipt(relay, tus_headers):
    data = bytes(range(256)) * 40
    segment, url, auth = await begin(relay, tus_headers, data)
    first = await patch(relay, url, auth, 0, data[:4000])
    assert (first.status_code, first.headers["Upload-Offset"], "Souvenir-Receipt" in first.headers) == (204, "4000", False)
    head = await relay.http.head(url, headers=auth)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("4000", str(len(data)))
    assert head.headers["Cache-Control"] == "no-store"
    assert "Upload-Expires" in head.headers
    last = await patch(relay, url, auth, 4000, data[4000:])
    said = receipt(last)
    assert (said.video_id, said.sha256, said.size_bytes) == (segment.segment_id, segment.sha256, len(data))
    media = await relay.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=auth)
    assert media.content == data
    again = await relay.http.get(f"/api/v1/videos/{segment.segment_id}/receipt", headers=auth)
    assert decode_json(again.content, Receipt) == said


async def test_a_range_of_the_media_and_its_digest(relay):
    segment = await relay.store(b"0123456789")
    answer = await relay.http.get(
        f"/api/v1/videos/{segment.segment_id}/media", headers={**await relay.as_companion(), "Range": "bytes=2-4"}
    )
    assert (answer.status_code, answer.content) == (206, b"234")
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(segment.sha256)).decode()}:"


async def test_creation_with_upload_stores_in_one_request(relay):
    segment = await relay.store(b"all at once")
    stored = await relay.services.database.read(lambda c: videos.get(c, relay.accounts["anna"].user.user_id, segment.segment_id))
    assert stored.size_bytes == len(b"all at once")
    await relay.work()
    assert [job.video_id for job in relay.jobs] == [segment.segment_id]


async def test_the_same_clip_again_is_the_same_video(relay, tus_headers):
    segment = await relay.store(b"a clip")
    auth = await relay.as_glasses()
    answer = await relay.http.post("/api/v1/uploads", headers={**auth, **tus_headers(segment)})
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(segment.size_bytes))
    assert receipt(answer).sha256 == segment.sha256
    head = await relay.http.head(answer.headers["Location"], headers={**auth, **TUS})
    assert receipt(head) == receipt(answer)
    listed = (await relay.http.get("/api/v1/videos", headers=auth)).json()
    assert len(listed["videos"]) == 1


async def test_two_uploads_of_one_clip_at_once_are_one_video(relay, tus_headers):
    data = b"twice at once"
    segment, first, auth = await begin(relay, tus_headers, data)
    second = (await relay.http.post("/api/v1/uploads", headers={**auth, **tus_headers(segment)})).headers["Location"]
    answers = await asyncio.gather(*(patch(relay, url, auth, 0, data) for url in (first, second)))
    assert [answer.status_code for answer in answers] == [204, 204]
    assert receipt(answers[0]) == receipt(answers[1])
    await relay.work()
    assert len(relay.jobs) == 1


async def test_one_id_for_other_bytes_is_refused_and_the_first_stays(relay, tus_headers):
    segment = await relay.store(b"the first")
    other = relay.segment(b"the other", segment_id=segment.segment_id)
    answer = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(other)})
    assert (answer.status_code, answer.json()["code"]) == (409, "request.conflict")
    media = await relay.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=await relay.as_glasses())
    assert media.content == b"the first"


async def test_bytes_that_do_not_match_the_hash_get_no_receipt_and_may_start_again(relay, tus_headers):
    segment, url, auth = await begin(relay, tus_headers, b"right bytes")
    answer = await patch(relay, url, auth, 0, b"wrong bytes")
    assert (answer.status_code, answer.json()["code"], answer.json()["action"]) == (422, "upload.hash_mismatch", "retry")
    gone = await relay.http.head(url, headers=auth)
    assert gone.status_code == 410
    fresh = await relay.http.post("/api/v1/uploads", headers={**auth, **CHUNK, **tus_headers(segment)}, content=b"right bytes")
    assert receipt(fresh).sha256 == segment.sha256


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_piece_with_a_wrong_checksum_is_not_kept(relay, tus_headers, algorithm):
    data = b"x" * 1000
    _, url, auth = await begin(relay, tus_headers, data)

    def checksum(piece):
        return {"Upload-Checksum": f"{algorithm} {base64.b64encode(hashlib.new(algorithm, piece).digest()).decode()}"}

    bad = await patch(relay, url, auth, 0, data[:500], **checksum(b"else"))
    assert (bad.status_code, bad.json()["code"]) == (460, "upload.checksum_mismatch")
    assert (await relay.http.head(url, headers=auth)).headers["Upload-Offset"] == "0"
    assert (await patch(relay, url, auth, 0, data[:500], **checksum(data[:500]))).headers["Upload-Offset"] == "500"
    assert receipt(await patch(relay, url, auth, 500, data[500:], **checksum(data[500:]))).size_bytes == 1000


async def test_another_offset_is_refused(relay, tus_headers):
    _, url, auth = await begin(relay, tus_headers, b"0123456789")
    await patch(relay, url, auth, 0, b"01234")
    for offset in (0, 4, 6):
        answer = await patch(relay, url, auth, offset, b"56789")
        assert (answer.status_code, answer.json()["code"]) == (409, "upload.offset_mismatch")
    assert (await relay.http.head(url, headers=auth)).headers["Upload-Offset"] == "5"


async def test_a_reconnecting_client_makes_a_dead_patch_let_go_and_keeps_its_bytes(relay, tus_headers, monkeypatch):
    data = b"y" * 100_000
    _, url, auth = await begin(relay, tus_headers, data)
    taken, arrived, add = 0, asyncio.Event(), PartFile.add

    async def noted(self, piece):
        nonlocal taken
        await add(self, piece)
        taken += len(piece)
        if taken == 60_000:
            arrived.set()

    monkeypatch.setattr(PartFile, "add", noted)

    async def stalling():
        yield data[:60_000]
        await asyncio.Event().wait()

    headers = {**auth, **CHUNK, "Upload-Offset": "0", "Content-Length": str(len(data))}
    dead = asyncio.create_task(relay.http.patch(url, headers=headers, content=stalling()))
    await arrived.wait()
    assert [(await relay.http.head(url, headers=auth)).headers["Upload-Offset"] for _ in range(2)] == ["60000"] * 2
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    assert receipt(await patch(relay, url, auth, 60_000, data[60_000:])).size_bytes == len(data)


async def test_a_cut_connection_keeps_what_came(relay, tus_headers):
    data = b"z" * 300_000
    _, url, auth = await begin(relay, tus_headers, data)
    _, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rsplit(":", 1)[1]))
    lines = {**auth, **CHUNK, "Upload-Offset": "0", "Content-Length": str(len(data)), "Host": "relay"}
    head = f"PATCH {url} HTTP/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in lines.items()) + "\r\n"
    writer.write(head.encode() + data[:200_000])
    await writer.drain()
    writer.transport.abort()
    answer = await relay.http.head(url, headers=auth)
    offset = int(answer.headers["Upload-Offset"])
    assert 0 <= offset <= 200_000
    assert receipt(await patch(relay, url, auth, offset, data[offset:])).size_bytes == len(data)


async def test_more_than_was_announced_is_refused(relay, tus_headers):
    _, url, auth = await begin(relay, tus_headers, b"12345")
    answer = await patch(relay, url, auth, 0, b"1234567")
    assert (answer.status_code, answer.json()["code"]) == (400, "upload.length")


async def test_termination_and_expiry(relay, tus_headers, clock):
    _, url, auth = await begin(relay, tus_headers, b"never finished")
    assert (await relay.http.delete(url, headers=auth)).status_code == 204
    assert (await relay.http.head(url, headers=auth)).status_code == 410
    _, url, auth = await begin(relay, tus_headers, b"never finished either")
    await patch(relay, url, auth, 0, b"never")
    clock.forward(8 * 86_400)
    assert await relay.services.uploads.expire() == 1
    assert not list((relay.services.folder / "uploads").iterdir())


async def test_no_room_is_said_before_a_byte_is_taken(relay, tus_headers, monkeypatch):
    monkeypatch.setattr(relay.services.uploads.room, "free_bytes", lambda: 10)
    segment = relay.segment(b"more than ten bytes")
    answer = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment)})
    assert (answer.status_code, answer.json()["code"], answer.json()["action"]) == (507, "storage.full", "retry")


async def test_what_the_server_can(relay):
    answer = await relay.http.options("/api/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Tus-Resumable": "0.2.2"}, "upload.version"),
        ({"Upload-Length": "-1"}, "upload.length"),
        ({"Upload-Length": "99999999999999"}, "request.too_large"),
        ({"Upload-Metadata": ""}, "upload.metadata"),
        ({"Upload-Metadata": "segment !!!"}, "upload.metadata"),
        ({"Upload-Metadata": "segment " + base64.b64encode(b"{}").decode()}, "upload.metadata"),
        ({"Upload-Metadata": "segment " + base64.b64encode(b'{"segment_id": "../../etc/passwd"}').decode()}, "upload.metadata"),
        ({"Upload-Checksum": "md5 AAAA"}, "wire.malformed"),
    ],
)
async def test_a_malformed_creation_says_what_is_wrong(relay, tus_headers, change, code):
    segment = relay.segment(b"data")
    answer = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment), **change})
    assert answer.json()["code"] == code, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
