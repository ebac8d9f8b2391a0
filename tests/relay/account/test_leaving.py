"""A person takes everything along, and leaves; nothing of them stays, and nobody else loses anything."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

PASSWORD = "correct horse battery"


async def everything(relay, name):
    segment = await relay.store(f"{name}'s clip".encode(), name)
    mine = await relay.as_companion(name)
    await relay.http.put("/api/v1/consent", headers=mine, json={"faces": True})
    person = (await relay.http.post("/api/v1/people", headers=mine, json={"name": f"Friend of {name}"})).json()["person_id"]
    await relay.http.post(
        f"/api/v1/people/{person}/photos", headers={**mine, "Content-Type": "image/jpeg"}, content=f"{name} face".encode()
    )
    await relay.http.post("/api/v1/shares", headers=mine, json={"video_id": segment.segment_id})
    return segment, mine


async def rows_of(relay, user_id):
    return await relay.services.database.read(lambda connection: [line for line in connection.iterdump() if user_id in line])


async def test_an_export_is_a_tar_with_originals_and_what_is_known(relay):
    segment, mine = await everything(relay, "anna")
    await everything(relay, "ben")
    answer = await relay.http.get("/api/v1/export", headers=mine)
    assert answer.headers["Content-Type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}
    told = json.loads(files.pop("souvenir/account.json"))
    assert told["account"]["name"] == "anna"
    assert [video["video_id"] for video in told["videos"]] == [segment.segment_id]
    assert [person["name"] for person in told["people"]] == ["Friend of anna"]
    assert list(files.values()) == [b"anna's clip"]
    assert PASSWORD not in answer.text
    assert "argon2" not in answer.text


async def test_who_leaves_is_gone_with_every_row_and_file(relay, relay_config, tus_headers):
    _segment, mine = await everything(relay, "anna")
    bens, his = await everything(relay, "ben")
    user_id = relay.accounts["anna"].user.user_id
    link = (await relay.http.get("/api/v1/shares", headers=mine)).json()["shares"][0]["url"].rsplit("/", 1)[1]
    unfinished = relay.segment(b"never finished")
    begun = {**await relay.as_glasses("anna"), **tus_headers(unfinished), "Content-Type": "application/offset+octet-stream"}
    await relay.http.post("/api/v1/uploads", headers=begun, content=b"never")
    blobs, parts = relay_config.data_dir / "blobs", relay_config.data_dir / "uploads"
    assert list(parts.iterdir())
    assert [path for path in blobs.rglob("*") if user_id in str(path) and path.is_file()]
    assert (await relay.http.request("DELETE", "/api/v1/me", headers=mine, json={"password": PASSWORD})).status_code == 204
    assert await rows_of(relay, user_id) == []
    assert [path for path in blobs.rglob("*") if user_id in str(path) and path.is_file()] == []
    assert list(parts.iterdir()) == []
    for headers in (mine, await relay.as_glasses("anna")):
        assert (await relay.http.get("/api/v1/me", headers=headers)).status_code == 401
    assert (await relay.http.get(f"/api/v1/shared/{link}")).status_code == 401
    login = {"grant_type": "password", "username": "anna", "password": PASSWORD}
    assert (await relay.http.post("/api/v1/oauth/token", data=login)).json()["code"] == "auth.credentials"
    kept = await relay.http.get(f"/api/v1/videos/{bens.segment_id}/media", headers=his)
    assert kept.content == b"ben's clip"
    await relay.work()


@pytest.mark.parametrize("sent", [{}, {"password": "wrong password"}, {"password": ""}])
async def test_nobody_is_erased_without_the_password(relay, sent):
    mine = await relay.as_companion()
    refused = await relay.http.request("DELETE", "/api/v1/me", headers=mine, json=sent)
    assert (refused.status_code, refused.json()["code"]) == (401, "auth.credentials")
    glasses = await relay.http.request("DELETE", "/api/v1/me", headers=await relay.as_glasses(), json={"password": PASSWORD})
    assert glasses.json()["code"] == "auth.forbidden"
    assert (await relay.http.get("/api/v1/me", headers=mine)).status_code == 200


async def test_a_new_password_ends_other_companions_and_not_the_glasses(relay):
    mine = await relay.as_companion()
    other = await relay.services.accounts.login("anna", PASSWORD, device_id="other", device_name="other")
    change = {"password": PASSWORD, "new_password": "an even better one"}
    short = await relay.http.put("/api/v1/me/password", headers=mine, json={**change, "new_password": "short"})
    assert (short.status_code, short.json()["code"]) == (422, "auth.weak_password")
    assert (await relay.http.put("/api/v1/me/password", headers=mine, json=change)).status_code == 204
    gone = await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {other.access_token}"})
    assert gone.json()["code"] == "auth.revoked"
    for headers in (mine, await relay.as_glasses()):
        assert (await relay.http.get("/api/v1/me", headers=headers)).status_code == 200
    for password, status in ((PASSWORD, 401), ("an even better one", 200)):
        login = {"grant_type": "password", "username": "anna", "password": password}
        assert (await relay.http.post("/api/v1/oauth/token", data=login)).status_code == status
