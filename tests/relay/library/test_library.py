"""What an account has: paging, edits, deletion, people, consent, multipart uploads, films that are asked for."""

from __future__ import annotations

import hashlib
import json

from glasses.wire.tag import FaceTag
from relay.catalog import moments, people, videos
from relay.catalog.records import MomentRecord


async def test_pages_hold_each_video_once_the_newest_first(relay, clock):
    stored = []
    for number in range(7):
        stored.append((await relay.store(f"clip {number}".encode())).segment_id)
        clock.ms += 1000 * (number % 2)  # some at the same moment
    seen, cursor = [], ""
    for _ in range(4):
        page = await relay.http.get("/api/v1/videos", headers=await relay.as_glasses(), params={"limit": 2, "cursor": cursor})
        seen += [(video["captured_at"], video["video_id"]) for video in page.json()["videos"]]
        cursor = page.json()["next_cursor"]
    assert cursor == ""
    assert seen == sorted(seen, reverse=True)
    assert {video_id for _, video_id in seen} == set(stored)


async def test_an_edit_is_kept_shown_and_indexed(relay):
    segment = await relay.store()
    await relay.work()
    relay.jobs.clear()
    headers = await relay.as_companion()
    answer = await relay.http.patch(
        f"/api/v1/videos/{segment.segment_id}", headers=headers, json={"caption": " At sea ", "tags": ["b", "a", "b", ""]}
    )
    assert (answer.json()["caption"], answer.json()["tags"]) == ("At sea", ["a", "b"])
    kept = await relay.http.patch(f"/api/v1/videos/{segment.segment_id}", headers=headers, json={"caption": ""})
    assert (kept.json()["caption"], kept.json()["tags"]) == ("", ["a", "b"])
    await relay.work()
    assert [job.operation for job in relay.jobs] == ["reindex"]


async def test_deleted_is_gone_and_does_not_come_back_by_a_retry(relay, tus_headers):
    segment = await relay.store(b"regretted")
    headers = await relay.as_companion()
    assert (await relay.http.delete(f"/api/v1/videos/{segment.segment_id}", headers=headers)).status_code == 204
    for path in ("", "/media", "/receipt"):
        assert (await relay.http.get(f"/api/v1/videos/{segment.segment_id}{path}", headers=headers)).status_code == 404
    again = await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment)})
    assert "Souvenir-Receipt" in again.headers  # the glasses need not keep it: its owner does not want it
    assert (await relay.http.get("/api/v1/videos", headers=headers)).json()["videos"] == []


async def test_the_same_person_twice_is_one(relay):
    headers = await relay.as_companion()
    person = {"person_id": "0199c82c-c000-7622-9e57-074dc6beeb7f", "name": "Ada", "relations": ["Wife "]}
    for _ in range(2):
        answer = await relay.http.post("/api/v1/people", headers=headers, json=person)
        assert (answer.status_code, answer.json()["relations"]) == (201, ["wife"])
    assert len((await relay.http.get("/api/v1/people", headers=headers)).json()["people"]) == 1
    assert (await relay.http.post("/api/v1/people", headers=headers, json={"name": " "})).json()["code"] == "wire.malformed"


async def enrolled(relay, *photos):
    headers = await relay.as_companion()
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": True})
    person = (await relay.http.post("/api/v1/people", headers=headers, json={"name": "Ada"})).json()["person_id"]
    answers = [
        await relay.http.post(f"/api/v1/people/{person}/photos", headers={**headers, "Content-Type": "image/jpeg"}, content=photo)
        for photo in photos
    ]
    return person, answers


async def test_photos_need_consent_and_the_same_one_counts_once(relay):
    headers = await relay.as_companion()
    person = (await relay.http.post("/api/v1/people", headers=headers, json={"name": "Ada"})).json()["person_id"]
    refused = await relay.http.post(f"/api/v1/people/{person}/photos", headers=headers, files={"photo": b"face"})
    assert (refused.status_code, refused.json()["code"]) == (409, "consent.faces")
    person, answers = await enrolled(relay, b"12", b"1234", b"1234")
    assert [answer.json()["photos"] for answer in answers] == [1, 2, 2]
    kept = await relay.services.database.read(lambda c: people.get(c, relay.accounts["anna"].user.user_id, person))
    assert kept.embedding == [3.0] * 128  # the mean of 2 and 4: the fake's face is its photo's length


async def test_withdrawn_consent_erases_every_face(relay):
    segment = await relay.store()
    person, _ = await enrolled(relay, b"1234567")
    user_id = relay.accounts["anna"].user.user_id
    moment = MomentRecord(
        user_id=user_id, video_id=segment.segment_id, moment_id="m", people=[person], unknown_faces=1,
        faces=[FaceTag(embedding=[7.0] * 128)],
    )  # fmt: skip
    await relay.services.database.write(lambda c: moments.replace(c, user_id, segment.segment_id, [moment]))
    await relay.http.put("/api/v1/consent", headers=await relay.as_companion(), json={"faces": False})
    everything = await relay.services.database.read(lambda c: "\n".join(c.iterdump()))
    assert "7.0,7.0" not in everything
    [left] = await relay.services.database.read(lambda c: moments.of_video(c, user_id, segment.segment_id))
    assert (left.people, left.unknown_faces, left.faces) == ([], 0, [])
    [ada] = (await relay.http.get("/api/v1/people", headers=await relay.as_companion())).json()["people"]
    assert (ada["name"], ada["photos"], ada["recognisable"]) == ("Ada", 0, False)
    assert (await relay.http.get("/api/v1/me", headers=await relay.as_companion())).json()["consent"] == {"faces": False}


async def test_consent_given_later_looks_into_the_clips_again(relay):
    segment = await relay.store()
    user_id = relay.accounts["anna"].user.user_id

    def ready(connection):
        video = videos.get(connection, user_id, segment.segment_id)
        video.status = video.status.READY
        videos.put(connection, video)

    await relay.services.database.write(ready)
    await relay.work()
    relay.jobs.clear()
    await relay.http.put("/api/v1/consent", headers=await relay.as_companion(), json={"faces": True})
    await relay.work()
    assert [(job.operation, job.video_id) for job in relay.jobs] == [("extract", segment.segment_id)]


async def test_a_whole_clip_by_multipart_and_its_retry(relay):
    data = b"a clip from a phone" * 1000
    metadata = {"duration": 2.5, "location": {"lat": 48.85, "lon": 2.29}, "captured_at": 1_750_000_000_000}
    fields = {"device_type": "phone_app", "device_id": "phone-1", "metadata": json.dumps(metadata), "sync_token": "s-9"}
    answers = [
        await relay.http.post(
            "/api/v1/videos/upload", headers=await relay.as_companion(), data=fields, files={"video": ("clip.mp4", data, "video/mp4")}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["sync_token"] == "s-9"
    [video] = (await relay.http.get("/api/v1/videos", headers=await relay.as_companion())).json()["videos"]
    assert (video["duration"], video["place"]["lat"], video["sha256"]) == (2.5, 48.85, hashlib.sha256(data).hexdigest())
    assert not list((relay.services.folder / "uploads").iterdir())


async def test_multipart_that_does_not_fit(relay):
    headers = await relay.as_companion()
    for fields, files, code in (
        ({"device_type": "toaster"}, {"video": b"x"}, "upload.metadata"),
        ({"device_type": "phone_app"}, {"other": b"x"}, "upload.metadata"),
        ({"device_type": "phone_app", "metadata": "{"}, {"video": b"x"}, "wire.malformed"),
        ({"device_type": "phone_app", "metadata": json.dumps({"sha256": "0" * 64})}, {"video": b"x"}, "upload.hash_mismatch"),
        ({"device_type": "phone_app", "metadata": json.dumps({"location": {"lat": 1}})}, {"video": b"x"}, "upload.metadata"),
    ):
        answer = await relay.http.post("/api/v1/videos/upload", headers=headers, data=fields, files=files)
        assert answer.json()["code"] == code, answer.text
    assert not list((relay.services.folder / "uploads").iterdir())


async def test_one_key_is_one_film(relay):
    headers = await relay.as_glasses()
    asked = {"query": "my wife and me in Paris", "idempotency_key": "k-1"}
    first = await relay.http.post("/api/v1/memories/create", headers=headers, json=asked)
    again = await relay.http.post("/api/v1/memories/create", headers=headers, json=asked)
    assert (first.status_code, first.json()["memory_id"]) == (202, again.json()["memory_id"])
    assert first.headers["Location"].endswith(first.json()["memory_id"])
    other = await relay.http.post("/api/v1/memories/create", headers=headers, json={**asked, "query": "the dog"})
    assert other.json()["code"] == "request.conflict"
    await relay.work()
    assert [job.operation for job in relay.jobs] == ["create_memory"]
    shown = (await relay.http.get(first.headers["Location"], headers=headers)).json()
    assert (shown["status"], shown["query"]) == ("processing", "my wife and me in Paris")
    correct = f"{first.headers['Location']}/correct"
    corrected = (await relay.http.post(correct, headers=headers, json={"utterance": "no, my sister", "idempotency_key": "k-2"})).json()
    assert corrected["memory_id"] != first.json()["memory_id"]
    more = await relay.http.post(f"/api/v1/memories/{corrected['memory_id']}/correct", headers=headers, json={"utterance": "in Rome"})
    shown = (await relay.http.get(more.headers["Location"], headers=headers)).json()
    assert (shown["query"], shown["corrections"]) == ("my wife and me in Paris", ["no, my sister", "in Rome"])
    assert shown["corrects"] == corrected["memory_id"]
    for address, said, code in (
        (correct, " ", "ask.nothing_understood"), (correct, "x" * 501, "wire.malformed"),
        ("/api/v1/memories/none/correct", "x", "request.not_found"),
    ):  # fmt: skip
        assert (await relay.http.post(address, headers=headers, json={"utterance": said})).json()["code"] == code
    reused = await relay.http.post(correct, headers=headers, json={"utterance": "no, my brother", "idempotency_key": "k-2"})
    assert reused.json()["code"] == "request.conflict"
    for bad, code in (({"query": "  "}, "ask.nothing_understood"), ({"query": "x", "max_duration": 0}, "wire.malformed")):
        assert (await relay.http.post("/api/v1/memories/create", headers=headers, json=bad)).json()["code"] == code
