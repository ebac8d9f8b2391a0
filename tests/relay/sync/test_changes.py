"""Operations are applied once and in one piece; the feed goes on where a reader stopped."""

from __future__ import annotations

import json

from glasses.wire.change import OpBatch
from glasses.wire.codec import decode_json, to_builtins
from glasses.wire.tag import FaceTag, Moment, Tags
from relay.catalog import videos


async def send(relay, *ops, name="anna"):
    answer = await relay.http.post("/api/v1/sync/changes", headers=await relay.as_glasses(name), json={"ops": list(ops)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def feed(relay, cursor=0, **query):
    answer = await relay.http.get("/api/v1/sync/changes", headers=await relay.as_companion(), params={"cursor": cursor, **query})
    assert answer.headers["Content-Type"].startswith("application/jsonl")
    return [json.loads(line) for line in answer.content.splitlines()], int(answer.headers["Souvenir-Cursor"])


def edit(video_id, op_id="op-1", **value):
    return {"op_id": op_id, "kind": "video.edit", "subject_id": video_id, "value": value}


async def test_an_op_is_applied_once_however_often_it_comes(relay):
    segment = await relay.store()
    first = await send(relay, edit(segment.segment_id, caption="on the bridge"))
    again = await send(relay, edit(segment.segment_id, caption="something else"))
    assert first == again == [{"op_id": "op-1", "accepted": True, "code": "", "detail": ""}]
    video = (await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())).json()
    assert video["caption"] == "on the bridge"
    entries, _ = await feed(relay)
    assert [entry["kind"] for entry in entries] == ["video.custody", "video.edit"]


async def test_a_bad_op_neither_stops_the_others_nor_leaves_a_trace(relay):
    segment = await relay.store()
    results = await send(
        relay,
        edit("0199c82c-c000-7622-9e57-074dc6beeb7f", "op-a", caption="nobody's"),
        edit(segment.segment_id, "op-b", tags=[7]),
        edit(segment.segment_id, "op-c", tags=["beach"]),
        {"op_id": "op-d", "kind": "memory", "subject_id": "m"},
        {"kind": "video.edit", "subject_id": segment.segment_id},
    )
    assert [result["code"] for result in results] == ["request.not_found", "wire.malformed", "", "wire.malformed", "wire.malformed"]
    mended = await send(relay, edit(segment.segment_id, "op-b", tags=["sea"]))
    assert mended[0]["accepted"]


async def test_what_the_glasses_saw_is_kept_before_and_after_the_media(relay):
    await relay.http.put("/api/v1/consent", headers=await relay.as_companion(), json={"faces": True})
    account = await relay.account()
    early = relay.segment(b"tags come first")
    tags = Tags(moments=[Moment(end_s=2.0, faces=[FaceTag(embedding=[0.5] * 128)])], models={"objects": "o@1", "faces": "f@1"})

    def op(segment, op_id, stamp="000000000001-0000-g"):
        return {"op_id": op_id, "kind": "video.tags", "subject_id": segment.segment_id, "value": to_builtins(tags), "stamp": stamp}

    await send(relay, op(early, "t-1"))
    await relay.store(b"tags come first", segment_id=early.segment_id)
    late = await relay.store(b"tags come after")
    await relay.work()
    relay.jobs.clear()
    await send(relay, op(late, "t-2"))
    await relay.work()
    assert [job.video_id for job in relay.jobs] == [late.segment_id]
    for segment in (early, late):
        kept = await relay.services.database.read(lambda c, s=segment: videos.device_tags(c, account.user.user_id, s.segment_id))
        assert kept.moments[0].faces[0].embedding == [0.5] * 128
        assert kept.segment_id == segment.segment_id
    older = Tags(models={"objects": "older"})
    await send(relay, {**op(late, "t-3", "000000000000-0000-g"), "value": to_builtins(older)})
    kept = await relay.services.database.read(lambda c: videos.device_tags(c, account.user.user_id, late.segment_id))
    assert kept.models["objects"] == "o@1"


async def test_without_consent_no_face_is_kept_anywhere(relay):
    segment = await relay.store()
    tags = Tags(moments=[Moment(faces=[FaceTag(embedding=[0.123456] * 128)])], models={"objects": "o@1", "faces": "f@1", "who": "w@1"})
    await send(relay, {"op_id": "t", "kind": "video.tags", "subject_id": segment.segment_id, "value": to_builtins(tags)})
    everything = await relay.services.database.read(lambda c: "\n".join(c.iterdump()))
    assert "0.123456" not in everything
    kept = await relay.services.database.read(lambda c: videos.device_tags(c, relay.accounts["anna"].user.user_id, segment.segment_id))
    assert kept.models == {"objects": "o@1"}


async def test_custody_as_the_device_says_it(relay):
    await send(relay, {"op_id": "c", "kind": "video.custody", "subject_id": "s-1", "value": {"custody": "kept", "sequence": 4}})
    [kept] = await relay.services.database.read(lambda c: videos.custody(c, relay.accounts["anna"].user.user_id))
    assert (kept.segment_id, kept.custody, kept.sequence) == ("s-1", "kept", 4)


async def test_the_feed_goes_on_where_a_reader_stopped(relay):
    segments = [await relay.store(f"clip {number}".encode()) for number in range(5)]
    await relay.store(b"ben's", name="ben", device_id="glasses-of-ben")
    first, cursor = await feed(relay, limit=2)
    rest, newest = await feed(relay, cursor)
    assert [entry["subject_id"] for entry in first + rest] == [segment.segment_id for segment in segments]
    assert [entry["cursor"] for entry in first + rest] == sorted({entry["cursor"] for entry in first + rest})
    assert await feed(relay, newest) == ([], newest)
    status = await relay.http.get("/api/v1/sync/status", headers=await relay.as_companion(), params={"cursor": cursor})
    assert (status.json()["pending_downloads"], status.json()["cursor"]) == (3, newest)


async def test_status_counts_what_is_under_way(relay, tus_headers):
    segment = relay.segment(b"unfinished")
    await relay.http.post("/api/v1/uploads", headers={**await relay.as_glasses(), **tus_headers(segment)})
    status = (await relay.http.get("/api/v1/sync/status", headers=await relay.as_glasses())).json()
    assert (status["pending_uploads"], status["sync_in_progress"]) == (1, True)
    triggered = await relay.http.post("/api/v1/sync/trigger", headers=await relay.as_glasses())
    assert (triggered.status_code, triggered.json()["status"]) == (202, "started")


def test_an_unknown_kind_is_malformed():
    import pytest

    from glasses.wire.errors import WireMalformedError

    with pytest.raises(WireMalformedError, match="kind"):
        decode_json(b'{"ops": [{"op_id": "x", "kind": "video.explode"}]}', OpBatch)


async def test_glasses_cannot_delete_by_an_op_either(relay):
    segment = await relay.store()
    op = {"op_id": "d", "kind": "video.delete", "subject_id": segment.segment_id}
    assert (await send(relay, op))[0]["code"] == "auth.forbidden"
    answer = await relay.http.post("/api/v1/sync/changes", headers=await relay.as_companion(), json={"ops": [op]})
    assert answer.json()["results"][0]["accepted"]
    gone = await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())
    assert gone.status_code == 404
