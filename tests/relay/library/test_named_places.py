"""Places that the wearer names: kept, changed, told to the glasses, taken along, and gone with the account."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from relay.catalog import videos

CABIN = {"place_id": "0199c82c-c000-7622-9e57-074dc6beeb7f", "name": "the  cabin", "lat": 60.1, "lon": 24.9}


async def named(relay, **more):
    return await relay.http.post("/api/v1/places", headers=await relay.as_companion(), json=CABIN | more)


async def everything(relay, name="anna"):
    return (await relay.http.get("/api/v1/places", headers=await relay.as_glasses(name))).json()["places"]


async def feed(relay):
    lines = (await relay.http.get("/api/v1/sync/changes", params={"cursor": 0}, headers=await relay.as_glasses())).text.splitlines()
    return [json.loads(line) for line in lines]


async def test_a_place_is_named_renamed_and_forgotten(relay):
    made = await named(relay)
    assert (made.status_code, made.json()["name"], made.json()["radius_m"]) == (201, "the cabin", 150)
    again = await named(relay, name="the summer cabin", lat=None, lon=None, radius_m=400)
    assert again.json() == made.json() | {"name": "the summer cabin", "radius_m": 400}
    assert await everything(relay) == [again.json()]
    gone = await relay.http.delete(f"/api/v1/places/{CABIN['place_id']}", headers=await relay.as_companion())
    assert (gone.status_code, await everything(relay)) == (204, [])
    missing = await relay.http.delete(f"/api/v1/places/{CABIN['place_id']}", headers=await relay.as_companion())
    assert missing.json()["code"] == "request.not_found"


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"lat": 91}, {"lon": -181}, {"lat": None, "lon": None}, {"radius_m": 5}, {"radius_m": 60_000}, {"lat": "north"}],
)
async def test_a_place_that_makes_no_sense_is_refused(relay, wrong):
    refused = await named(relay, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (400, "wire.malformed")
    assert await everything(relay) == []


async def test_only_its_owner_has_a_place(relay):
    await named(relay)
    assert await everything(relay, "ben") == []
    other = await relay.http.delete(f"/api/v1/places/{CABIN['place_id']}", headers=await relay.as_companion("ben"))
    assert other.status_code == 404
    glasses = await relay.http.post("/api/v1/places", headers=await relay.as_glasses(), json=CABIN)
    assert glasses.status_code == 403


async def test_the_place_of_a_clip_is_named(relay):
    segment = await relay.store(b"a clip")
    user_id = relay.accounts["anna"].user.user_id
    headers = await relay.as_companion()
    address = f"/api/v1/videos/{segment.segment_id}/place"
    assert (await relay.http.post(address, headers=headers, json={"name": "work"})).json()["code"] == "wire.malformed"

    def placed(connection):
        video = videos.get(connection, user_id, segment.segment_id)
        video.lat, video.lon = 48.2, 16.4
        videos.put(connection, video)

    await relay.services.database.write(placed)
    made = await relay.http.post(address, headers=headers, json={"name": "work", "radius_m": 80})
    assert made.status_code == 201, made.text
    assert [(one["name"], one["lat"], one["radius_m"]) for one in await everything(relay)] == [("work", 48.2, 80)]
    elsewhere = await relay.http.post("/api/v1/videos/0199c82c-c000-7622-9e57-074dc6beeb70/place", headers=headers, json={"name": "work"})
    assert elsewhere.status_code == 404


async def test_the_glasses_are_told(relay):
    await named(relay)
    await relay.http.delete(f"/api/v1/places/{CABIN['place_id']}", headers=await relay.as_companion())
    told = [entry["value"] for entry in await feed(relay) if entry["kind"] == "place"]
    assert [(value.get("name", ""), value.get("gone", False)) for value in told] == [("the cabin", False), ("", True)]


async def test_a_place_is_in_the_export_and_goes_with_the_account(relay):
    await named(relay)
    packed = (await relay.http.get("/api/v1/export", headers=await relay.as_companion())).content
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        file = tar.extractfile("souvenir/account.json")
        assert file is not None
        assert [place["name"] for place in json.load(file)["places"]] == ["the cabin"]
    ended = await relay.http.request("DELETE", "/api/v1/me", headers=await relay.as_companion(), json={"password": "correct horse battery"})
    assert ended.status_code == 204, ended.text
    rows = await relay.services.database.read(lambda connection: connection.execute("SELECT count(*) FROM places").fetchone()[0])
    assert rows == 0
