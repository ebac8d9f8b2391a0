"""Films in other forms, and films whose clips are deleted: on real parts."""

from __future__ import annotations

import av

from relay.work.stages import JOINTS

HOUR_MS = 3_600_000


async def look(relay, memory_id):
    return (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=await relay.as_companion())).json()


def form(path):
    with av.open(str(path)) as container:
        codec = container.streams.video[0].codec_context
        tag, sound = codec.codec_tag, bool(container.streams.audio)
        return codec.name, codec.height, tag, sum(1 for _ in container.decode(video=0)), sound


async def test_other_forms_and_a_deleted_clip(joined, picture, make_clip, clock, tmp_path):
    relay, headers = joined, await joined.as_companion()
    stored = []
    for number in range(2):
        data = make_clip([(picture("coffee"), 4.0)], name=f"{number}.mp4").read_bytes() + b"\0\0\0\x08free" * number
        stored.append((await relay.store(data, captured_at=clock.ms - number * 5 * HOUR_MS)).segment_id)
    await relay.work()

    memory = await relay.film("coffee", variant="720p")
    assert memory["status"] == "completed", memory["problem"]
    assert {clip["video_id"] for clip in memory["clips_used"]} == set(stored)
    (tmp_path / "film.mp4").write_bytes((await relay.http.get(memory["video_url"])).content)
    assert form(tmp_path / "film.mp4") == ("h264", 720, "avc1", memory["frames"], True)
    again = await relay.film("coffee", variant="720p")
    assert (await relay.http.get(again["video_url"])).content == (tmp_path / "film.mp4").read_bytes()
    plain = await relay.film("coffee")
    assert len((await relay.http.get(plain["video_url"])).content) > 2 * (tmp_path / "film.mp4").stat().st_size
    refused = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee", "variant": "8k"})
    assert refused.status_code == 400

    await relay.http.delete(f"/api/v1/videos/{stored[0]}", headers=headers)
    gone = await look(relay, memory["memory_id"])
    assert (gone["status"], gone["video_url"], gone["clips_used"]) == ("processing", "", [])
    assert "deleted" in gone["remade"]
    await relay.work()
    anew = await look(relay, memory["memory_id"])
    assert (anew["status"], [clip["video_id"] for clip in anew["clips_used"]]) == ("completed", stored[1:])
    (tmp_path / "anew.mp4").write_bytes((await relay.http.get(anew["video_url"])).content)
    assert form(tmp_path / "anew.mp4") == ("h264", 720, "avc1", anew["frames"], True)
    assert 0 < anew["frames"] < memory["frames"]

    await relay.http.delete(f"/api/v1/videos/{stored[1]}", headers=headers)
    await relay.work()
    assert (await look(relay, memory["memory_id"]))["status"] == "failed"
    assert [key async for key in relay.services.blobs.keys("memories/")] == []


async def test_a_clip_that_is_deleted_while_its_film_is_made_is_not_in_it(joined, picture, make_clip, clock, monkeypatch):
    relay, headers = joined, await joined.as_companion()
    clips = [make_clip([(picture("coffee"), 4.0)], name=f"{number}.mp4").read_bytes() + b"\0\0\0\x08free" * number for number in range(2)]
    going, staying = [
        (await relay.store(data, captured_at=clock.ms - number * 5 * HOUR_MS)).segment_id for number, data in enumerate(clips)
    ]
    await relay.work()
    put_file, deleted = relay.services.blobs.put_file, []

    async def put(key, source):
        await put_file(key, source)
        if key.startswith("memories/") and not deleted:
            deleted.append(await relay.http.delete(f"/api/v1/videos/{going}", headers=headers))

    monkeypatch.setattr(relay.services.blobs, "put_file", put)
    memory = await relay.film("coffee")
    assert [answer.status_code for answer in deleted] == [204]
    assert (memory["status"], [clip["video_id"] for clip in memory["clips_used"]]) == ("completed", [staying])
    await relay.work()
    assert [path for path in (relay.services.folder / JOINTS).iterdir() if going in path.name] == []
