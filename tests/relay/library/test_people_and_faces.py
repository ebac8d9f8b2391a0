"""Who is who: named by a face in a clip, merged, split, unknown together, and erased to the last byte."""

from __future__ import annotations

import base64

import pytest

from glasses.wire.change import Op, OpBatch, OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.tag import FaceTag, Moment, Tags
from relay.catalog import moments, parts, videos
from relay.catalog.records import MomentRecord, VideoStatus
from relay.extract.parts import Look, Texts, made

MARK = 0.123454321
"""A number that is in every embedding of these tests, and nowhere else."""


def face(axis: int, at_s: float = 1.0, x: float = 0.1, height_px: int = 120) -> FaceTag:
    embedding = [0.0] * 127 + [MARK]
    embedding[axis] = 1.0
    return FaceTag(at_s=at_s, box=(x, 0.1, 0.2, 0.3), score=0.9, height_px=height_px, sharpness=150.0, embedding=embedding)


@pytest.fixture
async def headers(relay):
    headers = await relay.as_companion()
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": True})
    return headers


async def clip(relay, *faces: FaceTag, data: bytes = b"a clip") -> str:
    segment = await relay.store(data)
    user_id = relay.accounts["anna"].user.user_id
    moment = MomentRecord(user_id=user_id, video_id=segment.segment_id, moment_id=segment.segment_id, end_s=4.0, faces=list(faces))

    def keep(connection):
        video = videos.get(connection, user_id, segment.segment_id)
        video.status = VideoStatus.READY
        videos.put(connection, video)
        moments.replace(connection, user_id, segment.segment_id, [moment])

    await relay.services.database.write(keep)
    return segment.segment_id


async def seen(relay, headers, video_id: str) -> list[dict]:
    answer = await relay.http.get(f"/api/v1/videos/{video_id}/faces", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["faces"]


async def named(relay, headers, video_id: str, face_id: str, **who) -> dict:
    answer = await relay.http.post(f"/api/v1/videos/{video_id}/faces/{face_id}/name", headers=headers, json=who)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_naming_a_face_in_a_clip_names_it_in_others(relay, headers):
    first = await clip(relay, face(0), face(1, x=0.6), data=b"one")
    second = await clip(relay, face(0), data=b"two")
    ada, bob = await seen(relay, headers, first)
    assert (ada["name"], ada["suggestions"], ada["start_s"], ada["end_s"]) == ("", [], 0.0, 4.0)
    person = await named(relay, headers, first, ada["face_id"], name="Ada", relations=["Wife"])
    assert (person["photos"], person["relations"], person["recognisable"]) == (1, ["wife"], True)
    assert (await named(relay, headers, first, ada["face_id"], person_id=person["person_id"]))["photos"] == 1
    assert [one["name"] for one in await seen(relay, headers, second)] == ["Ada"]
    assert [one["name"] for one in await seen(relay, headers, first)] == ["Ada", ""]
    photos = (await relay.http.get(f"/api/v1/people/{person['person_id']}/photos", headers=headers)).json()["photos"]
    assert [one["video_id"] for one in photos] == [first]
    missing = await relay.http.post(f"/api/v1/videos/{first}/faces/1-2-3/name", headers=headers, json={"name": "Eve"})
    assert (missing.status_code, missing.json()["code"]) == (404, "request.not_found")
    nameless = await relay.http.post(f"/api/v1/videos/{first}/faces/{bob['face_id']}/name", headers=headers, json={})
    assert nameless.json()["code"] == "wire.malformed"


async def test_an_unknown_face_of_two_clips_is_one_person(relay, headers):
    await clip(relay, face(0), data=b"one")
    await clip(relay, face(0), face(2, x=0.6), face(3, x=0.4, height_px=30), data=b"two")
    found = (await relay.http.get("/api/v1/faces/unknown", headers=headers)).json()["people"]
    assert [(one["videos"], len(one["faces"])) for one in found] == [(2, 2), (1, 1)]
    await named(relay, headers, found[0]["faces"][0]["video_id"], found[0]["faces"][0]["face_id"], name="Ada")
    assert [one["videos"] for one in (await relay.http.get("/api/v1/faces/unknown", headers=headers)).json()["people"]] == [1]


async def test_two_that_are_one_are_merged_and_come_apart_again(relay, headers):
    video_id = await clip(relay, face(0), face(1, x=0.6))
    one, other = await seen(relay, headers, video_id)
    ada = await named(relay, headers, video_id, one["face_id"], name="Ada", relations=["wife"])
    addie = await named(relay, headers, video_id, other["face_id"], name="Addie", relations=["mother"])
    merged = await relay.http.post(f"/api/v1/people/{ada['person_id']}/merge", headers=headers, json={"person_id": addie["person_id"]})
    assert (merged.json()["photos"], merged.json()["relations"]) == (2, ["wife", "mother"])
    assert [person["name"] for person in (await relay.http.get("/api/v1/people", headers=headers)).json()["people"]] == ["Ada"]
    feed = (await relay.http.get("/api/v1/sync/changes", headers=headers)).text
    assert f'"{addie["person_id"]}"' in feed
    assert '"gone":true' in feed.replace(" ", "")
    photos = (await relay.http.get(f"/api/v1/people/{ada['person_id']}/photos", headers=headers)).json()["photos"]
    split = await relay.http.post(
        f"/api/v1/people/{ada['person_id']}/split", headers=headers, json={"photo_ids": [photos[1]["photo_id"]], "name": "Eve"}
    )
    assert (split.status_code, split.json()["name"], split.json()["photos"]) == (201, "Eve", 1)
    assert sorted(one["name"] for one in await seen(relay, headers, video_id)) == ["Ada", "Eve"]
    again = await relay.http.post(f"/api/v1/people/{ada['person_id']}/split", headers=headers, json={"photo_ids": ["x"], "name": "Eve"})
    assert again.status_code == 404


async def test_a_forgotten_person_is_known_no_more(relay, headers):
    video_id = await clip(relay, face(0))
    [shown] = await seen(relay, headers, video_id)
    ada = await named(relay, headers, video_id, shown["face_id"], name="Ada")
    assert (await relay.http.delete(f"/api/v1/people/{ada['person_id']}", headers=headers)).status_code == 204
    assert [one["name"] for one in await seen(relay, headers, video_id)] == [""]
    assert (await relay.http.delete(f"/api/v1/people/{ada['person_id']}", headers=headers)).status_code == 404


async def test_without_consent_no_face_is_told(relay):
    video_id = await clip(relay, face(0))
    headers = await relay.as_companion()
    for path in (f"/api/v1/videos/{video_id}/faces", "/api/v1/faces/unknown"):
        assert (await relay.http.get(path, headers=headers)).json()["code"] == "consent.faces"


async def test_withdrawn_consent_leaves_no_byte_of_a_face(relay, headers):
    video_id = await clip(relay, face(0))
    [shown] = await seen(relay, headers, video_id)
    await named(relay, headers, video_id, shown["face_id"], name="Ada")
    tags = Tags(segment_id=video_id, moments=[Moment(faces=[face(0)])], models={"who": "1"})
    op = Op(op_id="op-1", kind=OpKind.TAGS, subject_id=video_id, value=to_builtins(tags), stamp="1", device_id="glasses-of-anna")
    batch = to_builtins(OpBatch(ops=[op]))
    answer = await relay.http.post("/api/v1/sync/changes", headers=await relay.as_glasses(), json=batch)
    assert answer.json()["results"][0]["accepted"], answer.text
    look = made("look", Look(moments=[Moment(faces=[face(0)])]), "key", faces=True)
    user_id, kept = relay.accounts["anna"].user.user_id, [look, made("text", Texts(), "key")]
    await relay.services.database.write(lambda connection: parts.keep(connection, user_id, video_id, kept))
    marks = [str(MARK).encode(), base64.b64encode(look.found)]
    assert [any(mark in path.read_bytes() for path in files(relay)) for mark in marks] == [True, True]
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": False})
    assert [path.name for path in files(relay) for mark in marks if mark in path.read_bytes()] == []
    await relay.services.database.write(lambda connection: parts.keep(connection, user_id, video_id, kept))
    left = await relay.services.database.read(lambda connection: parts.of_video(connection, user_id, video_id))
    assert [part.name for part in left] == ["text"]


def files(relay):
    return [path for path in relay.services.folder.rglob("*") if path.is_file()]
