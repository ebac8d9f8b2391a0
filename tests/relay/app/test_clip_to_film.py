"""The whole relay on real parts: clips are looked into by the real models, a request finds the right ones, a film is made of them."""

from __future__ import annotations

import io

import av
from PIL import Image

from glasses.wire.change import FeedEntry, OpKind
from glasses.wire.codec import decode_json, from_builtins
from glasses.wire.memory import Memory
from glasses.wire.segment import GeoPoint
from relay.jobs.kinds import JobState

PARIS, ROME = GeoPoint(lat=48.8584, lon=2.2945), GeoPoint(lat=41.8902, lon=12.4922)
HOUR_MS = 3_600_000


def jpeg(picture) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=92)
    return out.getvalue()


async def test_from_upload_to_film(joined, picture, make_clip, clock, tmp_path):
    relay, headers = joined, await joined.as_companion()
    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": True})
    person = (await relay.http.post("/api/v1/people", headers=headers, json={"name": "Anna", "relations": ["wife"]})).json()
    enrolled = await relay.http.post(
        f"/api/v1/people/{person['person_id']}/photos",
        headers={**headers, "Content-Type": "image/jpeg"},
        content=jpeg(picture("astronaut")),
    )
    assert enrolled.status_code == 201, enrolled.text
    faceless = await relay.http.post(
        f"/api/v1/people/{person['person_id']}/photos", headers={**headers, "Content-Type": "image/jpeg"}, content=jpeg(picture("coffee"))
    )
    assert (faceless.status_code, faceless.json()["code"]) == (422, "photo.no_face")

    stored = {}
    for number, (name, shot, place) in enumerate(
        [("right", "astronaut", PARIS), ("elsewhere", "astronaut", ROME), ("without her", "coffee", PARIS)]
    ):
        data = make_clip([(picture(shot), 4.0)], name=f"{number}.mp4").read_bytes()
        stored[name] = await relay.store(data, place=place, captured_at=clock.ms - number * 5 * HOUR_MS)
    broken = await relay.store(b"this is no video", place=PARIS)
    clock.forward(1.5)
    await relay.work()

    video = (await relay.http.get(f"/api/v1/videos/{stored['right'].segment_id}", headers=headers)).json()
    assert (video["status"], video["people"], video["place"]["name"]) == ("ready", ["Anna"], "Paris")
    assert video["timings_s"]["searchable"] == 1.5
    assert {"probe", "sight", "place", "extract", "index"} <= set(video["timings_s"])
    with Image.open(io.BytesIO((await relay.http.get(video["thumbnail_url"])).content)) as thumbnail:
        assert thumbnail.width == 640
    unreadable = (await relay.http.get(f"/api/v1/videos/{broken.segment_id}", headers=headers)).json()
    assert unreadable["status"] == "unreadable"
    assert (await relay.http.get(f"/api/v1/videos/{broken.segment_id}/media", headers=headers)).content == b"this is no video"

    found = (await relay.http.post("/api/v1/videos/search", headers=headers, json={"query": "coffee"})).json()
    assert [one["video_id"] for one in found["videos"]] == [stored["without her"].segment_id]
    filtered = {"query": "", "filters": {"people": ["wife"], "place": "Rome"}}
    found = (await relay.http.post("/api/v1/videos/search", headers=headers, json=filtered)).json()
    assert [one["video_id"] for one in found["videos"]] == [stored["elsewhere"].segment_id]

    asked = {"query": "my wife in Paris", "corrections": ["no, in Rome"]}
    found = (await relay.http.post("/api/v1/videos/search", headers=headers, json=asked)).json()
    assert [one["video_id"] for one in found["videos"]] == [stored["elsewhere"].segment_id]
    await relay.http.put("/api/v1/home", headers=headers, json={"lat": PARIS.lat, "lon": PARIS.lon})
    found = (await relay.http.post("/api/v1/videos/search", headers=headers, json={"query": "my wife at home"})).json()
    assert [one["video_id"] for one in found["videos"]] == [stored["right"].segment_id]

    memory = await relay.film("my wife in Paris")
    assert memory["status"] == "completed", memory["problem"]
    assert [clip["video_id"] for clip in memory["clips_used"]] == [stored["right"].segment_id]
    assert {miss["video_id"] for miss in memory["near_misses"]} == {stored["elsewhere"].segment_id, stored["without her"].segment_id}
    assert {"understand", "search", "choose", "render"} <= set(memory["timings_s"])
    (tmp_path / "film.mp4").write_bytes((await relay.http.get(memory["video_url"])).content)
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == memory["frames"] == memory["planned_frames"]
        assert container.streams.audio
    assert (await relay.http.get(memory["poster_url"])).headers["Content-Type"] == "image/jpeg"
    video = (await relay.http.get(f"/api/v1/videos/{stored['right'].segment_id}", headers=headers)).json()
    assert video["custody"] == "filmed"

    feed = [decode_json(line, FeedEntry) for line in (await relay.http.get("/api/v1/sync/changes", headers=headers)).content.splitlines()]
    assert [entry.value["name"] for entry in feed if entry.kind == OpKind.PLACE] == ["Paris", "Rome"]
    assert {entry.subject_id for entry in feed if entry.value.get("custody") == "filmed"} == {stored["right"].segment_id}
    told = [from_builtins(entry.value, Memory) for entry in feed if entry.kind == OpKind.MEMORY]
    assert [(one.status, one.clips_used[0].video_id) for one in told] == [("completed", stored["right"].segment_id)]

    address = f"/api/v1/memories/{memory['memory_id']}/correct"
    made = await relay.http.post(address, headers=await relay.as_glasses(), json={"utterance": "no, in Rome"})
    await relay.work()
    corrected = (await relay.http.get(made.headers["Location"], headers=headers)).json()
    assert [clip["video_id"] for clip in corrected["clips_used"]] == [stored["elsewhere"].segment_id]

    for query, code in (
        ("my sister in Paris", "ask.unknown_person"),
        ("my wife in Zzyxqua", "ask.unknown_place"),
        ("my wife in Tokyo", "ask.nothing_found"),
    ):
        refused = await relay.film(query)
        assert (refused["status"], refused["problem"]["code"], refused["video_url"]) == ("failed", code, ""), refused
        assert refused["problem"]["hint"]
        assert refused["plan"]["query"] == query
    assert (await relay.film("my wife in Paris", max_duration=4))["problem"]["code"] == "film.no_clips"

    await relay.http.put("/api/v1/consent", headers=headers, json={"faces": False})
    await relay.work()
    assert (await relay.film("my wife in Paris"))["status"] == "failed"
    await relay.http.delete(f"/api/v1/videos/{stored['without her'].segment_id}", headers=headers)
    await relay.work()
    found = (await relay.http.post("/api/v1/videos/search", headers=headers, json={"query": "coffee"})).json()
    assert (found["videos"], found["problem"]["code"]) == ([], "ask.nothing_found")
    kept = [key async for key in relay.services.blobs.keys() if stored["without her"].segment_id in key]  # noqa: SIM118 -- a method
    assert kept == []


async def test_a_film_that_was_given_up_is_made_on_replay(joined, picture, make_clip, clock):
    relay, headers = joined, await joined.as_glasses()
    await relay.store(make_clip([(picture("coffee"), 4.0)]).read_bytes())
    await relay.work()
    made = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee"})
    memory_id = made.json()["memory_id"]
    for _ in range(relay.services.config.jobs.max_attempts):  # each of its workers dies
        assert await relay.services.bus.claim() is not None
        clock.forward(relay.services.config.jobs.lease_s + 1)
    await relay.work()
    memory = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()
    assert (memory["status"], memory["problem"]["code"]) == ("failed", "film.failed")
    [dead] = await relay.services.bus.list(JobState.DEAD)
    await relay.services.bus.replay(dead.job_id)
    await relay.work()
    memory = (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=headers)).json()
    assert (memory["status"], memory["problem"]) == ("completed", {})
    assert await relay.services.bus.list(JobState.DEAD) == []
