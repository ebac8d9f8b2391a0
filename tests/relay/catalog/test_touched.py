"""What is kept in memory is given again exactly while nothing that it tells of was touched: whoever wrote, and however."""

from __future__ import annotations

import pytest

from glasses.wire.memory import Memory, MemoryRequest
from relay.catalog import memories, moments, people, touched, users, videos
from relay.catalog.db import Database
from relay.catalog.kept import METADATA_S, RECENT_S
from relay.catalog.records import MomentRecord, Person, User, Video
from relay.catalog.touched import Touch


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


async def states(database, user_id="anna"):
    def look(connection):
        return {
            **{what: touched.state(connection, user_id, what) for what in Touch},
            **{name: touched.of_video(connection, user_id, name) for name in ("v1", "v2")},
        }

    return await database.read(look)


async def changed_by(database, work, user_id="anna"):
    before = await states(database, user_id)
    await database.write(work)
    after = await states(database, user_id)
    return {str(name) for name, state in after.items() if state != before[name]}


def video(video_id, **more):
    return Video(user_id="anna", video_id=video_id, device_id="d", **more)


async def test_a_write_touches_what_it_is_of_and_nothing_else(database):
    add = lambda c: users.add(c, User(user_id="anna", name="anna", created_at=1), "")  # noqa: E731 -- a row of this list
    person = Person(user_id="anna", person_id="p", name="Ben")
    film = Memory(memory_id="m", query="us")
    moment = MomentRecord(user_id="anna", video_id="v2", moment_id="v2-0")
    for work, what in (
        (add, {"profile"}),
        (lambda c: people.put(c, person), {"profile"}),
        (lambda c: people.put(c, person), {"profile"}),  # replaced
        (lambda c: people.drop(c, "anna", "p"), {"profile"}),
        (lambda c: videos.put(c, video("v1")), {"clips", "v1"}),
        (lambda c: videos.put(c, video("v1", caption="x")), {"clips", "v1"}),  # updated by the same statement
        (lambda c: moments.replace(c, "anna", "v2", [moment]), {"clips", "v2"}),
        (lambda c: moments.drop(c, "anna", "v2"), {"clips", "v2"}),
        (lambda c: memories.create(c, "anna", film, MemoryRequest(query="us")), {"films"}),
        (lambda c: c.execute("INSERT OR IGNORE INTO memory_clips VALUES ('anna', 'm', 'v1')"), {"clips", "v1"}),
        (lambda c: c.execute("INSERT OR REPLACE INTO memory_clips VALUES ('anna', 'm', 'v1')"), {"clips", "v1"}),
        (lambda c: memories.drop(c, "anna", "m"), {"films", "clips", "v1"}),
        (lambda c: users.add(c, User(user_id="ben", name="ben", created_at=1), ""), set()),
        (lambda c: videos.put(c, Video(user_id="ben", video_id="v1", device_id="d")), set()),
    ):
        assert await changed_by(database, work) == what
    await database.write(lambda connection: users.delete(connection, "anna"))
    assert await database.read(lambda c: c.execute("SELECT count(*) FROM touched WHERE user_id = 'anna'").fetchone()[0]) == 0


async def test_a_token_never_comes_back(database):
    seen = set()
    for number in range(50):
        await database.write(lambda connection, number=number: videos.put(connection, video("v1", caption=str(number % 2))))
        seen.add((await states(database))["v1"])
    assert len(seen) == 50


class Told:
    """How often something was read anew, and how often it was kept."""

    def __init__(self, kept) -> None:
        self._kept, self._hits, self._misses = kept, kept.hits, kept.misses

    def __call__(self):
        hits, misses = self._kept.hits - self._hits, self._kept.misses - self._misses
        self._hits, self._misses = self._kept.hits, self._kept.misses
        return hits, misses


async def test_videos_are_told_anew_exactly_when_something_of_them_changed(relay):
    headers = await relay.as_companion()
    first, second = await relay.store(b"one"), await relay.store(b"two")
    told = Told(relay.services.library.told)

    async def listed():
        answer = await relay.http.get("/api/v1/videos", headers=await relay.as_companion())
        return {one["video_id"]: one for one in answer.json()["videos"]}

    await listed()
    assert told() == (0, 2)
    await listed()
    assert told() == (2, 0), "kept"
    await relay.http.patch(f"/api/v1/videos/{first.segment_id}", headers=headers, json={"caption": "the lake"})
    told()
    assert (await listed())[first.segment_id]["caption"] == "the lake"
    assert told() == (2, 0), "the answer to the edit told the first anew; the second was not touched"
    person = (await relay.http.post("/api/v1/people", headers=headers, json={"name": "Ben"})).json()["person_id"]
    await relay.http.patch(f"/api/v1/videos/{second.segment_id}", headers=headers, json={"people": [person]})
    await listed()
    told()
    await relay.http.post("/api/v1/people", headers=headers, json={"person_id": person, "name": "Benjamin"})
    assert (await listed())[second.segment_id]["people"] == ["Benjamin"]
    assert told() == (0, 2), "a name is in any of them"
    relay.clock.forward(METADATA_S - 1)
    headers = {"Authorization": f"Bearer {await renewed(relay)}"}
    await relay.http.get("/api/v1/videos", headers=headers)
    assert told() == (2, 0)
    relay.clock.forward(1)
    shown = (await relay.http.get("/api/v1/videos", headers=headers)).json()["videos"]
    assert told() == (0, 2), "its hour is over"
    assert (await relay.http.get(shown[0]["media_url"])).status_code == 200, "links are never old"
    await relay.http.delete(f"/api/v1/videos/{first.segment_id}", headers=headers)
    assert [one["video_id"] for one in (await relay.http.get("/api/v1/videos", headers=headers)).json()["videos"]] == [second.segment_id]


async def test_films_are_listed_anew_when_one_changed_and_after_an_hour(relay):
    headers = await relay.as_companion()

    async def listed(headers):
        return [one["query"] for one in (await relay.http.get("/api/v1/memories", headers=headers)).json()["memories"]]

    assert await listed(headers) == []
    await relay.http.post("/api/v1/memories/create", headers=headers, json={"query": "us"})
    assert await listed(headers) == ["us"]
    assert await listed(headers) == ["us"]
    relay.clock.forward(RECENT_S + 1)
    headers = {"Authorization": f"Bearer {await renewed(relay)}"}
    [film] = (await relay.http.get("/api/v1/memories", headers=headers)).json()["memories"]
    assert (await relay.http.get(film["hls_url"])).status_code == 200, "links are never old"
    await relay.http.delete(f"/api/v1/memories/{film['memory_id']}", headers=headers)
    assert await listed(headers) == []


async def renewed(relay):
    """A fresh token: an hour is longer than one lasts."""
    account = relay.accounts["anna"]
    grant = await relay.services.accounts.login(
        "anna", "correct horse battery", device_id="phone-of-anna", device_name="phone", proof=relay.proof(account.companion_key)
    )
    return grant.access_token
