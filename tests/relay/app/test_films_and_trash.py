"""A clip goes to the trash, comes back, or is gone for good: the films that it was in follow. On real parts."""

from __future__ import annotations

import pytest

from glasses.wire.ids import uuid7
from relay.jobs.kinds import JobState
from relay.work.stages import JOINTS

HOUR_MS, DAY_S = 3_600_000, 86_400


@pytest.fixture
def relay_config(relay_config):
    relay_config.auth.access_token_s = 30 * DAY_S
    return relay_config


@pytest.fixture
async def film(joined, make_clip, picture, clock):
    """A film of two clips, and their ids."""
    relay, headers = joined, await joined.as_companion()
    data = make_clip([(picture("coffee"), 4.0)]).read_bytes()
    stored = [
        (await relay.store(data + b"\0\0\0\x08free" * number, captured_at=clock.ms - (number + 1) * 5 * HOUR_MS)).segment_id
        for number in range(2)
    ]
    await relay.work()
    made = await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee"})
    await relay.work()
    return made.json()["memory_id"], stored


async def said(relay, kind, video_id, **value):
    """An operation of the companion, as of now."""
    relay.clock.forward(1)
    op = {"op_id": uuid7(relay.clock.ms), "kind": kind, "subject_id": video_id, "value": value}
    answer = await relay.http.post("/api/v1/sync/changes", headers=await relay.as_companion(), json={"ops": [op]})
    assert answer.json()["results"][0]["accepted"], answer.text


async def look(relay, memory_id):
    return (await relay.http.get(f"/api/v1/memories/{memory_id}", headers=await relay.as_companion())).json()


def clips(memory):
    return {clip["video_id"] for clip in memory["clips_used"]}


async def test_into_the_trash_and_back(joined, film):
    relay, (memory_id, stored) = joined, film
    before = await look(relay, memory_id)
    assert clips(before) == set(stored)
    await said(relay, "video.delete", stored[0])
    hidden = await look(relay, memory_id)
    assert (hidden["status"], hidden["video_url"], hidden["clips_used"]) == ("processing", "", [])
    await relay.work()
    without = await look(relay, memory_id)
    assert (without["status"], clips(without)) == ("completed", {stored[1]})
    assert "deleted" in without["remade"]
    assert without["frames"] < before["frames"]

    await said(relay, "video.edit", stored[0], caption="keep this one")
    await relay.work()
    again = await look(relay, memory_id)
    assert (again["status"], clips(again), again["frames"]) == ("completed", set(stored), before["frames"])
    assert "come back" in again["remade"]
    assert (await relay.http.get(again["video_url"])).status_code == 200
    await said(relay, "video.edit", stored[0], caption="and another word")
    await relay.work()
    assert (await look(relay, memory_id))["completed_at"] == again["completed_at"], "an edit alone makes nothing anew"
    assert await relay.services.bus.list(JobState.DEAD) == []


async def test_out_of_the_trash_after_its_time_it_is_gone_for_good(joined, film):
    relay, (memory_id, stored) = joined, film
    await said(relay, "video.delete", stored[0])
    await relay.work()
    relay.clock.forward(relay.services.config.sync.trash_s + 1)
    await relay.work()
    assert clips(await look(relay, memory_id)) == {stored[1]}
    missed = await relay.services.database.read(lambda c: c.execute("SELECT count(*) FROM missed_clips").fetchone()[0])
    assert missed == 0
    assert [key async for key in relay.services.blobs.keys("processed/") if stored[0] in key] == []
    assert [path for path in (relay.services.folder / JOINTS).iterdir() if stored[0] in path.name] == []


async def test_both_in_the_trash_and_both_back(joined, film):
    relay, (memory_id, stored) = joined, film
    for video_id in stored:
        await said(relay, "video.delete", video_id)
        await relay.work()
    failed = await look(relay, memory_id)
    assert (failed["status"], failed["video_url"]) == ("failed", "")
    for video_id in stored:
        await said(relay, "video.edit", video_id, caption="back")
    await relay.work()
    again = await look(relay, memory_id)
    assert (again["status"], clips(again), again["problem"]) == ("completed", set(stored), {})


async def test_in_and_out_before_anything_was_made_ends_with_the_clip(joined, film):
    relay, (memory_id, stored) = joined, film
    await said(relay, "video.delete", stored[0])
    await said(relay, "video.edit", stored[0], caption="no, keep it")
    await relay.work()
    assert clips(await look(relay, memory_id)) == set(stored)
    await said(relay, "video.delete", stored[0])
    await relay.http.delete(f"/api/v1/videos/{stored[0]}", headers=await relay.as_companion())
    await relay.work()
    assert clips(await look(relay, memory_id)) == {stored[1]}


async def test_a_film_that_was_deleted_meanwhile_does_not_come_back_with_its_clip(joined, film):
    relay, (memory_id, stored) = joined, film
    await said(relay, "video.delete", stored[0])
    await relay.work()
    assert (await relay.http.delete(f"/api/v1/memories/{memory_id}", headers=await relay.as_companion())).status_code == 204
    await said(relay, "video.edit", stored[0], caption="back")
    await relay.work()
    assert (await relay.http.get("/api/v1/memories", headers=await relay.as_companion())).json()["memories"] == []
    assert [key async for key in relay.services.blobs.keys("memories/")] == []
