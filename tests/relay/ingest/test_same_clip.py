"""The same clip sent twice, by whatever two paths, is one video; and bytes are always those that were receipted."""

from __future__ import annotations

import asyncio
import hashlib
import json

import httpx
import pytest

from relay.catalog import videos
from relay.ingest.intake import derived_id

from ..conftest import run_relay
from .bucket_server import serving_buckets

CHUNK = {"Content-Type": "application/offset+octet-stream"}
DATA = bytes(range(256)) * 100
UPLOAD = "/api/v1/videos/upload"


def form(device="phone_app", **metadata):
    return {"device_type": device, "device_id": "phone-1", "metadata": json.dumps(metadata)}


async def in_one(relay, data=DATA, **metadata):
    return await relay.http.post(
        UPLOAD, headers=await relay.as_companion(), data=form(**metadata), files={"video": ("c.mp4", data, "video/mp4")}
    )


async def listed(relay):
    return [video["video_id"] for video in (await relay.http.get("/api/v1/videos", headers=await relay.as_companion())).json()["videos"]]


async def test_by_tus_and_then_by_the_phone_with_its_id(relay):
    segment = await relay.store(DATA)
    answer = await in_one(relay, video_id=segment.segment_id)
    assert (answer.status_code, answer.json()["video_id"]) == (202, segment.segment_id)
    assert await listed(relay) == [segment.segment_id]


async def test_by_tus_and_then_by_a_phone_that_knows_no_id(relay):
    segment = await relay.store(DATA)
    assert (await in_one(relay)).json()["video_id"] == segment.segment_id
    assert await listed(relay) == [segment.segment_id]


async def test_by_a_phone_that_knows_no_id_and_then_by_tus(relay, tus_headers, receipt):
    first = (await in_one(relay)).json()["video_id"]
    assert (
        first
        == (await in_one(relay)).json()["video_id"]
        == derived_id(relay.accounts["anna"].user.user_id, hashlib.sha256(DATA).hexdigest())
    )
    segment = relay.segment(DATA)
    answer = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment)})
    said = receipt(answer)
    assert (said.video_id, said.segment_id, said.sha256) == (first, segment.segment_id, segment.sha256)
    assert answer.headers["Upload-Offset"] == str(len(DATA))
    assert await listed(relay) == [first]


async def test_both_paths_at_once(relay, begin, patch):
    segment, url, auth = await begin(DATA)
    answers = await asyncio.gather(
        patch(url, auth, 0, DATA), in_one(relay, video_id=segment.segment_id), in_one(relay), in_one(relay, video_id=segment.segment_id)
    )
    assert [answer.status_code for answer in answers] == [204, 202, 202, 202]
    assert len(await listed(relay)) == 1
    await relay.work()
    assert len(relay.jobs) == 1


async def test_one_id_for_two_clips_at_once_keeps_the_bytes_of_the_one_that_was_receipted(relay, begin, patch):
    """Both pass the first look, when there is no such video yet; the file under the key must be that of the row."""
    pieces = [bytes([number]) * 50_000 for number in range(6)]
    first, url, auth = await begin(pieces[0])
    uploads = [(url, pieces[0])]
    for data in pieces[1:]:
        _, url, _ = await begin(data, segment_id=first.segment_id)
        uploads.append((url, data))
    answers = await asyncio.gather(*(patch(url, auth, 0, data) for url, data in uploads))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [204, 409, 409, 409, 409, 409]
    [kept] = [data for answer, (_, data) in zip(answers, uploads, strict=True) if answer.status_code == 204]
    media = await relay.http.get(f"/api/v1/videos/{first.segment_id}/media", headers=auth)
    assert media.content == kept


async def test_a_deleted_clip_stays_deleted_when_it_is_sent_again(relay, tus_headers, receipt):
    segment = await relay.store(DATA)
    await relay.http.delete(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())
    again = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment)})
    assert receipt(again).sha256 == segment.sha256
    await in_one(relay)
    assert await listed(relay) == []


async def test_a_multipart_clip_whose_hash_was_announced_wrong_is_refused(relay):
    answer = await in_one(relay, sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload.hash_mismatch")
    assert list((relay.services.folder / "uploads").iterdir()) == []


async def test_without_a_bucket_a_clip_without_bytes_is_refused(relay):
    metadata = json.dumps({"video_id": relay.segment(DATA).segment_id, "sha256": hashlib.sha256(DATA).hexdigest(), "size_bytes": len(DATA)})
    files = {"metadata": (None, metadata), "device_type": (None, "phone_app")}
    answer = await relay.http.post(UPLOAD, headers=await relay.as_companion(), files=files)
    assert (answer.status_code, answer.json()["detail"]) == (400, "video: missing")


async def test_with_a_bucket_a_clip_without_bytes_says_which_it_is(over_bucket):
    files = {"metadata": (None, "{}"), "device_type": (None, "phone_app")}
    answer = await over_bucket.http.post(UPLOAD, headers=await over_bucket.as_companion(), files=files)
    assert (answer.status_code, answer.json()["detail"]) == (400, "sha256: 64 lower-case hexadecimal digits are needed")


async def test_a_phone_that_knows_no_id_may_use_the_bucket_too(over_bucket, receipt):
    phone = Phone(over_bucket)
    phone.segment.segment_id = ""
    asked = (await phone.ask()).json()
    await phone.put(asked["upload_url"], DATA)
    assert receipt(await phone.ask()).video_id == asked["video_id"] == (await listed(over_bucket))[0]


class Phone:
    """Sends clips straight to the bucket."""

    def __init__(self, relay, data=DATA):
        self.relay, self.data, self.segment = relay, data, relay.segment(data)

    async def ask(self):
        metadata = {"video_id": self.segment.segment_id, "sha256": self.segment.sha256, "size_bytes": self.segment.size_bytes}
        files = {"metadata": (None, json.dumps(metadata)), "device_type": (None, "phone_app")}
        return await self.relay.http.post(UPLOAD, headers=await self.relay.as_companion(), files=files)

    @staticmethod
    async def put(link, data):
        async with httpx.AsyncClient(trust_env=False) as http:
            return await http.put(link, content=data)


@pytest.fixture
async def over_bucket(relay_config, clock, tmp_path):
    with serving_buckets(tmp_path / "s3") as relay_config.storage.s3:
        async for running in run_relay(relay_config, clock):
            yield running


async def keys(relay):
    return sorted([key async for key in relay.services.blobs.keys()])  # noqa: SIM118 -- a method


async def test_bytes_that_go_straight_to_the_bucket(over_bucket, receipt):
    relay, phone = over_bucket, Phone(over_bucket)
    asked = (await phone.ask()).json()
    assert asked["status"] == "uploading"
    assert asked["upload_url"].startswith(relay.services.config.storage.s3.endpoint)
    assert "X-Amz-Signature" in asked["upload_url"]
    assert (await phone.ask()).json()["upload_url"].split("?")[0] == asked["upload_url"].split("?")[0], "the same upload goes on"
    assert (await phone.put(asked["upload_url"], DATA)).status_code == 200
    done = await phone.ask()
    assert (done.json()["status"], receipt(done).sha256) == ("stored", phone.segment.sha256)
    again = await phone.ask()
    assert receipt(again) == receipt(done)
    media = await relay.http.get(f"/api/v1/videos/{phone.segment.segment_id}/media", headers=await relay.as_companion())
    assert media.content == DATA
    video = await relay.services.database.read(lambda c: videos.get(c, relay.accounts["anna"].user.user_id, phone.segment.segment_id))
    assert await keys(relay) == [video.blob_key], "nothing is left of the way in"
    await relay.work()
    assert len(relay.jobs) == 1


async def test_wrong_bytes_in_the_bucket_get_no_receipt_and_may_be_put_again(over_bucket, receipt):
    phone = Phone(over_bucket)
    link = (await phone.ask()).json()["upload_url"]
    await phone.put(link, b"something else")
    refused = await phone.ask()
    assert (refused.status_code, refused.json()["code"]) == (422, "upload.hash_mismatch")
    link = (await phone.ask()).json()["upload_url"]
    await phone.put(link, DATA)
    assert receipt(await phone.ask()).sha256 == phone.segment.sha256


async def test_a_link_used_again_after_the_receipt_changes_nothing(over_bucket):
    relay, phone = over_bucket, Phone(over_bucket)
    link = (await phone.ask()).json()["upload_url"]
    await phone.put(link, DATA)
    await phone.ask()
    await phone.put(link, b"replaced later")
    media = await relay.http.get(f"/api/v1/videos/{phone.segment.segment_id}/media", headers=await relay.as_companion())
    assert media.content == DATA
    assert (await phone.ask()).json()["status"] == "stored"


async def test_a_clip_that_never_comes_is_swept_from_the_bucket(over_bucket, clock):
    relay, phone = over_bucket, Phone(over_bucket)
    relay.services.uploads.config.expire_s = 60
    link = (await phone.ask()).json()["upload_url"]
    await phone.put(link, DATA)
    assert len(await keys(relay)) == 1
    clock.forward(61)
    assert await relay.services.uploads.expire() == 1
    assert await keys(relay) == []


async def test_the_way_through_the_relay_works_with_a_bucket_too(over_bucket):
    segment = await over_bucket.store(DATA)
    media = await over_bucket.http.get(f"/api/v1/videos/{segment.segment_id}/media", headers=await over_bucket.as_companion())
    assert media.content == DATA
    assert list((over_bucket.services.folder / "uploads").iterdir()) == []
