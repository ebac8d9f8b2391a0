"""Sentence by sentence through the text of tus 1.0.0: what a server MUST and SHOULD, each with its test."""

from __future__ import annotations

import asyncio
import base64
import hashlib

import pytest

from relay.ingest.part import PartFile

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {"Content-Type": "application/offset+octet-stream"}
URL = "/api/v1/uploads"


async def test_options_needs_no_version_and_says_everything(relay):
    answer = await relay.http.options(URL)
    assert answer.status_code == 204
    assert answer.headers["Tus-Resumable"] == answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Max-Size"] == str(relay.services.config.uploads.max_bytes)
    assert "concatenation" not in answer.headers["Tus-Extension"]
    assert "defer" not in answer.headers["Tus-Extension"]


async def test_options_is_answered_whatever_the_version(relay):
    assert (await relay.http.options(URL, headers={"Tus-Resumable": "0.1"})).status_code == 204


@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("version", [None, "0.2.2"])
async def test_another_version_is_412_with_those_that_are_spoken_and_is_not_processed(relay, begin, patch, method, version):
    _, url, auth = await begin(b"0123456789")
    await patch(url, auth, 0, b"01234")
    headers = {**auth, **CHUNK, "Upload-Offset": "5", "Upload-Length": "10"}
    del headers["Tus-Resumable"]
    if version:
        headers["Tus-Resumable"] = version
    answer = await relay.http.request(
        method, URL if method == "POST" else url, headers=headers, content=b"56789" if method == "PATCH" else None
    )
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert (await relay.http.head(url, headers=auth)).headers["Upload-Offset"] == "5"


async def test_every_answer_says_the_version_refusals_too(relay, begin):
    _, url, auth = await begin(b"0123456789")
    for answer in (
        await relay.http.head(url, headers=auth),
        await relay.http.head(f"{URL}/nothing-here", headers=auth),
        await relay.http.post(URL, headers=auth),
        await relay.http.post(URL, headers=TUS),
        await relay.http.put(url, headers=auth),
    ):
        assert answer.headers["Tus-Resumable"] == "1.0.0", answer


async def test_head_says_offset_length_and_metadata_and_is_never_cached(relay, begin, tus_headers):
    segment, url, auth = await begin(b"0123456789")
    head = await relay.http.head(url, headers=auth)
    assert (head.status_code, head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (200, "0", "10")
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Metadata"] == tus_headers(segment)["Upload-Metadata"]


async def test_metadata_comes_back_word_for_word(relay, tus_headers):
    segment = relay.segment(b"abc")
    said = f"filename {base64.b64encode(b'clip.mp4').decode()},{tus_headers(segment)['Upload-Metadata']},is_test"
    auth = await relay.as_glasses()
    answer = await relay.http.post(URL, headers={**auth, **tus_headers(segment), "Upload-Metadata": said})
    head = await relay.http.head(answer.headers["Location"], headers={**auth, **TUS})
    assert head.headers["Upload-Metadata"] == said


async def test_head_of_what_is_not_there_has_no_offset(relay, begin):
    _, url, auth = await begin(b"0123456789")
    await relay.http.delete(url, headers=auth)
    for gone, status in ((url, 410), (f"{URL}/0199-unknown", 404)):
        answer = await relay.http.head(gone, headers=auth)
        assert (answer.status_code, "Upload-Offset" in answer.headers) == (status, False)


async def test_nobody_sees_another_accounts_upload(relay, begin, patch):
    _, url, _ = await begin(b"0123456789")
    ben = {**await relay.as_glasses("ben"), **TUS}
    assert (await relay.http.head(url, headers=ben)).status_code == 404
    assert (await patch(url, ben, 0, b"01234")).status_code == 404
    assert (await relay.http.delete(url, headers=ben)).status_code == 404


async def test_patch_of_another_media_type_is_415(begin, patch):
    _, url, auth = await begin(b"0123456789")
    assert (await patch(url, auth, 0, b"01234", **{"Content-Type": "application/octet-stream"})).status_code == 415


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "٣"])
async def test_patch_with_a_malformed_offset_is_400(relay, begin, offset):
    _, url, auth = await begin(b"0123456789")
    headers = {**auth, **CHUNK, "Upload-Offset": offset.encode()}
    assert (await relay.http.patch(url, headers=headers, content=b"0")).status_code == 400


async def test_patch_to_what_has_expired_is_410_and_to_what_never_was_404(relay, begin, patch, clock):
    relay.services.uploads.config.expire_s = 60
    _, url, auth = await begin(b"0123456789")
    clock.forward(61)
    expired = await patch(url, auth, 0, b"01234")
    assert (expired.status_code, expired.json()["code"]) == (410, "upload.gone")
    assert (await relay.services.uploads.expire()) == 1
    assert (await patch(url, auth, 0, b"01234")).status_code == 410
    assert (await patch(f"{URL}/0199-unknown", auth, 0, b"01234")).status_code == 404


async def test_defer_length_and_concatenation_are_refused_by_name(relay, tus_headers):
    headers = {**await relay.as_glasses(), **tus_headers(relay.segment(b"abc"))}
    for header, value in (("Upload-Defer-Length", "1"), ("Upload-Concat", "partial")):
        answer = await relay.http.post(URL, headers={**headers, header: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "upload.unsupported")
        assert header in answer.json()["detail"]


async def test_larger_than_tus_max_size_is_413(relay, tus_headers):
    segment = relay.segment(b"abc", size_bytes=relay.services.config.uploads.max_bytes + 1)
    answer = await relay.http.post(URL, headers={**await relay.as_glasses(), **tus_headers(segment)})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


async def test_method_override_is_taken_for_the_method(relay, begin, receipt):
    data = b"0123456789"
    _, url, auth = await begin(data)
    said = {"X-HTTP-Method-Override": "PATCH"}
    first = await relay.http.post(url, headers={**auth, **CHUNK, **said, "Upload-Offset": "0"}, content=data[:4])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "4")
    head = await relay.http.post(url, headers={**auth, "X-HTTP-Method-Override": "HEAD"})
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, "4")
    last = await relay.http.post(url, headers={**auth, **CHUNK, **said, "Upload-Offset": "4"}, content=data[4:])
    assert receipt(last).size_bytes == 10
    for method in ("", "TRACE"):
        refused = await relay.http.post(url, headers={**auth, "X-HTTP-Method-Override": method})
        assert (refused.status_code, refused.json()["code"]) == (405, "request.method")


async def test_termination_by_override_and_after(relay, begin):
    _, url, auth = await begin(b"0123456789")
    assert (await relay.http.post(url, headers={**auth, "X-HTTP-Method-Override": "DELETE"})).status_code == 204
    assert (await relay.http.delete(url, headers=auth)).status_code == 410


async def test_expiry_is_said_with_every_answer_while_unfinished_and_moves_on(relay, begin, patch, clock):
    _, url, auth = await begin(b"0123456789")
    clock.forward(60)
    first = await patch(url, auth, 0, b"01234")
    clock.forward(60)
    second = await patch(url, auth, 5, b"5678")
    head = await relay.http.head(url, headers=auth)
    assert first.headers["Upload-Expires"] < second.headers["Upload-Expires"] == head.headers["Upload-Expires"]
    assert head.headers["Upload-Expires"].endswith(" GMT")
    last = await patch(url, auth, 9, b"9")
    assert "Upload-Expires" not in last.headers


@pytest.mark.parametrize("checksum", ["md5 AAAA", "crc32 AAAA", "SHA1 AAAA", "sha256 !!", "sha256"])
async def test_a_checksum_that_cannot_be_checked_is_400(begin, patch, relay, checksum):
    _, url, auth = await begin(b"0123456789")
    answer = await patch(url, auth, 0, b"01234", **{"Upload-Checksum": checksum})
    assert answer.status_code == 400
    assert (await relay.http.head(url, headers=auth)).headers["Upload-Offset"] == "0"


async def test_a_wrong_checksum_is_460_and_leaves_the_hash_of_the_whole_right(relay, begin, patch, receipt):
    data = bytes(range(256)) * 100
    _, url, auth = await begin(data)
    await patch(url, auth, 0, data[:1000])
    wrong = f"sha1 {base64.b64encode(b'other bytes, 20 long').decode()}"
    refused = await patch(url, auth, 1000, data[1000:9000], **{"Upload-Checksum": wrong})
    assert (refused.status_code, refused.json()["code"]) == (460, "upload.checksum_mismatch")
    assert receipt(await patch(url, auth, 1000, data[1000:])).sha256 == hashlib.sha256(data).hexdigest()


async def test_creation_with_upload_takes_a_part_and_goes_on(relay, tus_headers, patch, receipt):
    data = b"0123456789"
    segment, auth = relay.segment(data), await relay.as_glasses()
    answer = await relay.http.post(URL, headers={**auth, **tus_headers(segment), **CHUNK}, content=data[:4])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "4")
    assert receipt(await patch(answer.headers["Location"], {**auth, **TUS}, 4, data[4:])).segment_id == segment.segment_id


async def test_an_empty_file_is_a_whole_file(relay, tus_headers, receipt):
    answer = await relay.http.post(URL, headers={**await relay.as_glasses(), **tus_headers(relay.segment(b""))})
    assert (answer.status_code, receipt(answer).size_bytes) == (201, 0)


async def test_who_is_not_let_go_of_is_told_423_in_time(relay, begin, patch, monkeypatch):
    """The one before is stuck in the disk: nothing can make it let go, so the next is told to come again."""
    _, url, auth = await begin(b"0123456789")
    relay.services.uploads._locks._lock_s = 0.2
    stuck, go_on, real = asyncio.Event(), asyncio.Event(), PartFile.sync

    async def slow(self):
        stuck.set()
        await go_on.wait()
        return await real(self)

    monkeypatch.setattr(PartFile, "sync", slow)
    first = asyncio.create_task(patch(url, auth, 0, b"01234"))
    await stuck.wait()
    refused = await relay.http.head(url, headers=auth)
    assert (refused.status_code, refused.headers["Souvenir-Code"], refused.headers["Retry-After"]) == (423, "upload.locked", "5")
    go_on.set()
    assert (await first).headers["Upload-Offset"] == "5"


async def test_the_newest_of_three_goes_first(relay, begin, patch):
    """A PATCH that has waited while its client came back with HEAD does not take the lock for good."""
    data = b"x" * 100_000
    _, url, auth = await begin(data)

    async def stalling(sent):
        yield data[:10_000]
        sent.set()
        await asyncio.Event().wait()

    headers = {**auth, **CHUNK, "Upload-Offset": "0", "Content-Length": str(len(data))}
    tasks = []
    for _ in range(2):
        sent = asyncio.Event()
        tasks.append(asyncio.create_task(relay.http.patch(url, headers=headers, content=stalling(sent))))
        await sent.wait()
    head = await relay.http.head(url, headers=auth)
    assert head.status_code == 200
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_patch_that_brings_nothing_lets_go_by_itself_and_of_its_connection(relay, begin, patch, receipt):
    data = b"x" * 100_000
    _, url, auth = await begin(data)
    relay.services.uploads.config.idle_s = 0.1
    reader, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rsplit(":", 1)[1]))
    lines = {**auth, **CHUNK, "Upload-Offset": "0", "Content-Length": str(len(data)), "Host": "relay"}
    writer.write(f"PATCH {url} HTTP/1.1\r\n{''.join(f'{key}: {value}' + chr(13) + chr(10) for key, value in lines.items())}\r\n".encode())
    writer.write(data[:60_000])
    said = await reader.readuntil(b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 423 ")
    assert b"connection: close" in said.lower()
    writer.close()
    offset = int((await relay.http.head(url, headers=auth)).headers["Upload-Offset"])
    assert offset == 60_000
    assert receipt(await patch(url, auth, offset, data[offset:])).size_bytes == len(data)
