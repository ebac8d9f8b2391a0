"""A trip gets its film before anybody asks, and keeps to its rules: idle, once, anew when it changes, never again when unwanted."""

from __future__ import annotations

import pytest

from glasses.wire.change import FeedEntry, OpKind
from glasses.wire.codec import decode_json
from glasses.wire.segment import GeoPoint
from relay.jobs.kinds import JobKind, JobState, Message
from relay.work.preparing import Preparing

BERLIN, PARIS = GeoPoint(lat=52.52, lon=13.405), GeoPoint(lat=48.857, lon=2.352)
HOUR_MS, DAY_S = 3_600_000, 86_400


@pytest.fixture
def relay_config(relay_config):
    relay_config.auth.access_token_s = 10 * DAY_S
    return relay_config


@pytest.fixture
def idle(joined, clock):
    """Nobody wants anything for a quarter of an hour and more: what is left to do is done. True: something was asked for."""
    preparing = Preparing(joined.services.database, joined.services.bus, joined.services.config.films, clock)

    async def step():
        clock.forward(joined.services.config.films.prepare_every_s + 1)
        asked = await preparing.step()
        await joined.work()
        return asked

    step.preparing = preparing
    return step


async def films(relay, **query):
    return (await relay.http.get("/api/v1/memories", params=query, headers=await relay.as_companion())).json()["memories"]


async def trip(relay, make_clip, picture, clock, clips=4):
    """Two clips a day in Paris, then one at home; the account has said where home is."""
    headers = await relay.as_companion()
    await relay.http.put("/api/v1/home", headers=headers, json={"lat": BERLIN.lat, "lon": BERLIN.lon})
    data = make_clip([(picture("coffee"), 4.0)]).read_bytes()
    begun, stored = clock.ms - 20 * 24 * HOUR_MS, []
    for number in range(clips):
        captured_at = begun + (number // 2 * 24 + number % 2 * 3) * HOUR_MS
        stored.append(await relay.store(data + b"\0\0\0\x08free" * number, place=PARIS, captured_at=captured_at))
    await relay.store(data + b"\0\0\0\x08free" * 99, place=BERLIN, captured_at=begun + 10 * 24 * HOUR_MS)
    await relay.work()
    return [one.segment_id for one in stored], data, begun


async def test_a_trip_has_its_film_before_anybody_asks(joined, idle, make_clip, picture, clock):
    relay, headers = joined, await joined.as_companion()
    stored, data, begun = await trip(relay, make_clip, picture, clock)
    assert await idle()
    [film] = await films(relay, prepared="true")
    assert (film["status"], film["occasion"]["kind"], film["plan"]["title"]) == ("completed", "trip", "Paris")
    assert film["query"] == "Paris, 19 \u2013 20 September 2025"
    assert {clip["video_id"] for clip in film["clips_used"]} == set(stored)
    assert (await relay.http.get(film["video_url"])).status_code == 200
    assert await films(relay, prepared="false") == []
    assert (await relay.http.get("/api/v1/memories", params={"prepared": "maybe"}, headers=headers)).status_code == 400

    for _ in range(2):
        await idle()
    assert [one["memory_id"] for one in await films(relay)] == [film["memory_id"]], "never twice for the same state"

    late = await relay.store(data + b"\0\0\0\x08free" * 50, place=PARIS, captured_at=begun - 2 * HOUR_MS)
    await relay.work()
    await idle()
    [anew] = await films(relay)
    assert (anew["memory_id"], anew["status"]) == (film["memory_id"], "completed")
    assert late.segment_id in {clip["video_id"] for clip in anew["clips_used"]}
    assert "came" in anew["remade"]

    await relay.http.delete(f"/api/v1/videos/{stored[0]}", headers=headers)
    await relay.work()
    [less] = await films(relay)
    assert stored[0] not in {clip["video_id"] for clip in less["clips_used"]}
    await idle()
    assert len(await films(relay)) == 1

    assert (await relay.http.delete(f"/api/v1/memories/{film['memory_id']}", headers=headers)).status_code == 204
    await relay.work()
    assert [key async for key in relay.services.blobs.keys("memories/")] == []
    await relay.store(data + b"\0\0\0\x08free" * 51, place=PARIS, captured_at=begun + 5 * HOUR_MS)
    await relay.work()
    for _ in range(3):
        await idle()
    assert await films(relay) == [], "what its owner deleted never comes back"
    feed = [decode_json(line, FeedEntry) for line in (await relay.http.get("/api/v1/sync/changes", headers=headers)).content.splitlines()]
    told = [entry.value for entry in feed if entry.kind == OpKind.MEMORY]
    assert [one.get("gone") for one in told] == [True], "devices are told to forget it, and nothing else of it"


async def test_only_when_idle_not_too_often_and_not_when_it_is_off(joined, idle, make_clip, picture, clock):
    relay, films_config = joined, joined.services.config.films
    await trip(relay, make_clip, picture, clock)
    films_config.prepare = False
    assert not await idle()
    films_config.prepare = True
    clock.forward(films_config.prepare_every_s + 1)
    waiting = Message(user_id=(await relay.account()).user.user_id, operation=JobKind.REINDEX, video_id="x")
    await relay.services.bus.publish(waiting)
    assert not await idle.preparing.step(), "somebody's work is waiting"
    await relay.work()
    assert await idle.preparing.step()
    assert not await idle.preparing.step()
    await relay.work()
    assert not await idle.preparing.step(), "not before its time has come again"
    assert len(await films(relay)) == 1
    assert await relay.services.bus.list(JobState.DEAD) == []


async def test_nothing_is_prepared_of_too_little_and_a_film_that_nothing_is_left_of_is_not_spoken_of(
    joined, idle, make_clip, picture, clock
):
    relay, headers = joined, await joined.as_companion()
    stored, *_ = await trip(relay, make_clip, picture, clock)
    await idle()
    assert len(await films(relay)) == 1
    for video_id in stored:
        await relay.http.delete(f"/api/v1/videos/{video_id}", headers=headers)
    await relay.work()
    assert await films(relay) == []
    await idle()
    assert await films(relay) == []


async def test_a_film_that_is_deleted_while_it_is_made_leaves_nothing(joined, make_clip, picture, clock, monkeypatch):
    relay, headers = joined, await joined.as_companion()
    await relay.store(make_clip([(picture("coffee"), 4.0)]).read_bytes())
    await relay.work()
    put_file, answers = relay.services.blobs.put_file, []

    async def put(key, source):
        await put_file(key, source)
        if key.startswith("memories/") and not answers:
            memory_id = key.rsplit("/", 1)[1].removesuffix(".mp4")
            answers.append((await relay.http.delete(f"/api/v1/memories/{memory_id}", headers=headers)).status_code)

    monkeypatch.setattr(relay.services.blobs, "put_file", put)
    await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "coffee"})
    await relay.work()
    assert answers == [204]
    assert await films(relay) == []
    assert [key async for key in relay.services.blobs.keys("memories/")] == []
    assert await relay.services.bus.list(JobState.DEAD) == []
    assert (await relay.http.delete("/api/v1/memories/nothing", headers=headers)).status_code == 404
