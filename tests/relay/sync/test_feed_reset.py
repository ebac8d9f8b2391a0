"""A device that was away for longer than the feed remembers is told all there is."""

from __future__ import annotations

import json

from relay.catalog import changes


async def feed(relay, cursor=0):
    answer = await relay.http.get("/api/v1/sync/changes", headers=await relay.as_companion(), params={"cursor": cursor})
    return [json.loads(line) for line in answer.content.splitlines()]


async def forget(relay) -> None:
    """As the relay does when it starts."""
    before = relay.clock() - relay.services.config.sync.feed_s * 1000
    await relay.services.database.write(lambda connection: changes.forget(connection, before))


async def test_it_is_told_to_forget_and_then_all_there_is(relay):
    kept, gone = await relay.store(b"one"), await relay.store(b"two")
    path = f"/api/v1/videos/{kept.segment_id}"
    await relay.http.patch(path, headers=await relay.as_companion(), json={"caption": "sea", "tags": ["dog"]})
    await relay.http.delete(f"/api/v1/videos/{gone.segment_id}", headers=await relay.as_companion())
    await relay.http.post("/api/v1/people", headers=await relay.as_companion(), json={"name": "Mia", "relations": ["wife"]})
    newest = (await feed(relay))[-1]["cursor"]
    relay.clock.forward(relay.services.config.sync.feed_s + 1)
    await forget(relay)
    relay.services.tokens.lifetime_s = 10**9
    relay.accounts["anna"].companion = await relay.services.accounts.login(
        "anna", "correct horse battery", device_id="phone-of-anna", device_name="phone"
    )
    first, *told, last = await feed(relay, 1)
    assert (first["kind"], first["cursor"], last["kind"], last["cursor"]) == ("reset", 1, "reset.done", newest)
    assert {entry["cursor"] for entry in told} == {1}, "a reader that is cut off begins again"
    assert [entry["subject_id"] for entry in told if entry["kind"] == "video.custody"] == [kept.segment_id]
    [edit] = [entry["value"] for entry in told if entry["kind"] == "video.edit"]
    assert (edit["caption"], edit["tags"]) == ("sea", ["dog"])
    assert [entry["value"]["name"] for entry in told if entry["kind"] == "person"] == ["Mia"]
    assert await feed(relay, newest) == []
    await relay.http.patch(path, headers=await relay.as_companion(), json={"caption": "bridge"})
    assert [entry["value"]["caption"] for entry in await feed(relay, newest)] == ["bridge"]


async def test_status_counts_from_what_the_device_acknowledged(relay):
    for number in range(3):
        await relay.store(f"clip {number}".encode())
    entries = await feed(relay)
    await feed(relay, entries[1]["cursor"])
    status = (await relay.http.get("/api/v1/sync/status", headers=await relay.as_companion())).json()
    assert status["pending_downloads"] == 1
    glasses = (await relay.http.get("/api/v1/sync/status", headers=await relay.as_glasses())).json()
    assert glasses["pending_downloads"] == 3
