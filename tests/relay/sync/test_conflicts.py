"""People edit on several devices at once: nothing said is lost without a trace, and all end in one state."""

from __future__ import annotations

from glasses.wire.stamp import Stamp
from glasses.wire.video import VideoEdit
from relay.catalog import stamps
from relay.catalog.merging import Author
from relay.jobs.kinds import JobKind
from relay.jobs.workers import Workers
from relay.work.clips import ClipJobs


class NoIndex:
    async def changed(self, _user_id: str, _video_id: str) -> None:
        return

    async def refresh(self, _user_id: str) -> None:
        return


async def no_extract(_path, _request):
    raise AssertionError("nothing is looked into here")


def stamp(seconds: float, device: str, relay) -> str:
    return str(Stamp(relay.clock.ms + int(seconds * 1000), 0, device))


async def push(relay, device: str, video_id: str, at_s: float, *, kind="video.edit", seen=None, op_id=None, **value):
    headers = await (relay.as_glasses() if device == "glasses" else relay.as_companion())
    op = {"op_id": op_id or f"{device}-{at_s}", "kind": kind, "subject_id": video_id, "value": value, "stamp": stamp(at_s, device, relay)}
    answer = await relay.http.post("/api/v1/sync/changes", headers=headers, json={"ops": [{**op, "seen": seen}]})
    return answer.json()["results"][0]


async def get(relay, path: str):
    answer = await relay.http.get(f"/api/v1/{path}", headers=await relay.as_companion())
    return answer.json() if answer.status_code == 200 else answer.status_code


async def test_the_later_caption_is_kept_whichever_comes_first_and_the_other_can_be_chosen(relay):
    for first, second in ((("phone", 2.0), ("glasses", 1.0)), (("glasses", 1.0), ("phone", 2.0))):
        segment = await relay.store(f"{first}".encode())
        for device, at_s in (first, second):
            await push(relay, device, segment.segment_id, at_s, seen=0, op_id=f"{segment.segment_id}-{device}", caption=f"by {device}")
        assert (await get(relay, f"videos/{segment.segment_id}"))["caption"] == "by phone"
        [conflict] = (await get(relay, "sync/conflicts"))["conflicts"]
        assert (conflict["field"], conflict["kept"], conflict["lost"]) == ("caption", "by phone", "by glasses")
        path = f"/api/v1/sync/conflicts/{conflict['conflict_id']}"
        left = await relay.http.post(path, headers=await relay.as_companion(), json={"choose": "lost"})
        assert left.json() == {"conflicts": []}
        assert (await get(relay, f"videos/{segment.segment_id}"))["caption"] == "by glasses"
        again = await relay.http.post(path, headers=await relay.as_companion(), json={"choose": "lost"})
        assert again.status_code == 404


async def test_choosing_what_was_kept_changes_nothing(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 2.0, seen=0, caption="sea")
    await push(relay, "glasses", segment.segment_id, 1.0, seen=0, caption="see")
    [conflict] = (await get(relay, "sync/conflicts"))["conflicts"]
    path = f"/api/v1/sync/conflicts/{conflict['conflict_id']}"
    assert (await relay.http.post(path, headers=await relay.as_companion(), json={"choose": "either"})).status_code == 400
    await relay.http.post(path, headers=await relay.as_companion(), json={"choose": "kept"})
    assert (await get(relay, f"videos/{segment.segment_id}"))["caption"] == "sea"
    assert (await get(relay, "sync/conflicts"))["conflicts"] == []


async def test_who_had_read_the_other_edit_makes_no_conflict(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 1.0, caption="sea")
    status = await get(relay, "sync/status")
    await push(relay, "glasses", segment.segment_id, 2.0, seen=status["cursor"], caption="bridge")
    assert (await get(relay, "sync/conflicts"))["conflicts"] == []


async def test_tags_of_two_devices_are_both_kept(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 1.0, seen=0, tags_add=["sea", "dog"])
    seen = (await get(relay, "sync/status"))["cursor"]
    await push(relay, "glasses", segment.segment_id, 2.0, seen=seen, tags_remove=["dog"])
    await push(relay, "phone", segment.segment_id, 3.0, seen=seen, tags_add=["dog", "boat"])
    assert (await get(relay, f"videos/{segment.segment_id}"))["tags"] == ["boat", "dog", "sea"]
    edited = await relay.http.patch(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion(), json={"tags": ["sea"]})
    assert edited.json()["tags"] == ["sea"]


async def test_an_edit_made_after_a_deletion_brings_the_clip_back_with_all_it_had(relay):
    segment = await relay.store()
    path = f"videos/{segment.segment_id}"
    await push(relay, "phone", segment.segment_id, 1.0, tags_add=["sea"])
    await push(relay, "phone", segment.segment_id, 2.0, kind="video.delete")
    assert await get(relay, path) == 404
    assert (await push(relay, "glasses", segment.segment_id, 3.0, seen=0, caption="keep this"))["accepted"]
    back = await get(relay, path)
    assert (back["caption"], back["tags"], back["sha256"]) == ("keep this", ["sea"], segment.sha256)
    [conflict] = (await get(relay, "sync/conflicts"))["conflicts"]
    assert (conflict["field"], conflict["lost"], conflict["kept"]) == ("deleted", True, False)
    await relay.http.post(
        f"/api/v1/sync/conflicts/{conflict['conflict_id']}", headers=await relay.as_companion(), json={"choose": "lost"}
    )  # fmt: skip
    assert await get(relay, path) == 404


async def test_a_deletion_beats_an_edit_made_before_it_and_the_edit_can_be_chosen_back(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 2.0, kind="video.delete")
    await push(relay, "glasses", segment.segment_id, 1.0, seen=0, caption="late news")
    assert await get(relay, f"videos/{segment.segment_id}") == 404
    [conflict] = (await get(relay, "sync/conflicts"))["conflicts"]
    await relay.http.post(
        f"/api/v1/sync/conflicts/{conflict['conflict_id']}", headers=await relay.as_companion(), json={"choose": "lost"}
    )  # fmt: skip
    assert (await get(relay, f"videos/{segment.segment_id}"))["caption"] == "late news"


async def test_what_is_deleted_by_the_owner_at_the_relay_is_gone_at_once(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 1.0, caption="xyzzy")
    await relay.http.delete(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())
    refused = await push(relay, "glasses", segment.segment_id, 99.0, caption="keep this")
    assert (refused["accepted"], refused["code"]) == (False, "request.not_found")
    assert "xyzzy" not in await relay.services.database.read(lambda c: "\n".join(c.iterdump()))


async def test_the_trash_is_emptied_when_its_time_has_come_and_not_before(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 1.0, caption="xyzzy")
    await push(relay, "phone", segment.segment_id, 2.0, kind="video.delete")
    await relay.work()
    assert JobKind.ERASE not in [job.operation for job in relay.jobs]
    relay.clock.forward(relay.services.config.sync.trash_s + 1)
    await relay.work()
    [job] = [job for job in relay.jobs if job.operation is JobKind.ERASE]
    blobs = relay.services.blobs
    jobs = ClipJobs(relay.services.database, blobs, no_extract, NoIndex(), relay.services.bus.publish_in, relay.clock)
    await jobs.erase(job)
    assert "xyzzy" not in await relay.services.database.read(lambda c: "\n".join(c.iterdump()))
    assert not list(relay.services.folder.rglob("*.mp4"))


async def test_what_came_back_and_is_deleted_again_is_erased_when_the_later_deletion_says(relay):
    segment, services = await relay.store(), relay.services
    jobs = ClipJobs(services.database, services.blobs, no_extract, NoIndex(), services.bus.publish_in, relay.clock)
    workers = Workers(services.bus, {**dict.fromkeys(JobKind, ignored), JobKind.ERASE: jobs.erase}, services.config.jobs)
    user_id, day_s = relay.accounts["anna"].user.user_id, services.config.sync.trash_s / 7

    async def after(seconds):
        relay.clock.forward(seconds)
        while await workers.step():
            pass
        return bool(list(services.folder.rglob("*.mp4")))

    def remove(connection):
        author = Author(stamp=stamps.tick(connection, relay.clock.ms))
        services.library.remove_in(connection, user_id, segment.segment_id, author)

    await services.database.write(remove)
    assert await after(2 * day_s)
    await services.database.write(lambda c: services.library.edit_in(c, user_id, segment.segment_id, VideoEdit(caption="back")))
    assert await after(0)
    await services.database.write(remove)
    assert await after(5.5 * day_s)  # the first deletion's time is over, the second's is not
    assert not await after(2 * day_s)


async def test_the_owner_s_deletion_does_not_wait_for_the_trash(relay):
    segment = await relay.store()
    await push(relay, "phone", segment.segment_id, 1.0, kind="video.delete")
    await relay.work()
    relay.jobs.clear()
    await relay.http.delete(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())
    await relay.work()
    assert JobKind.ERASE in [job.operation for job in relay.jobs]


async def ignored(_message):
    """Another job."""


async def test_a_device_whose_clock_is_far_ahead_wins_nothing_by_it(relay):
    segment = await relay.store()
    await push(relay, "glasses", segment.segment_id, 10 * 365 * 86_400, seen=0, caption="from the future")
    relay.clock.forward(60)
    edited = await relay.http.patch(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion(), json={"caption": "now"})
    assert edited.json()["caption"] == "now"


async def test_the_owner_says_who_is_in_it(relay):
    person = await relay.http.post("/api/v1/people", headers=await relay.as_companion(), json={"name": "Mia"})
    mia = person.json()["person_id"]
    segment = await relay.store()
    edited = await relay.http.patch(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion(), json={"people_add": [mia]})
    assert (edited.json()["people"], edited.json()["people_ids"]) == (["Mia"], [mia])
    edited = await relay.http.patch(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion(), json={"people": []})
    assert edited.json()["people_ids"] == []
