"""No open door: driven by the table of routes, so that a new route is held to it without a new test."""

from __future__ import annotations

import re

import pytest

from relay.app import LINK, TABLE
from relay.auth.gate import Public
from relay.auth.tokens import Identity, Scope, Tokens
from relay.catalog import music
from relay.catalog.records import Music
from relay.cli import main
from relay.errors import ERRORS

OPEN = {
    "alive", "ready", "openapi", "jwks", "authorize_device", "token", "tus_options", "blob", "companion", "pair_page", "share_page",
    "companion_file", "stream",
}  # fmt: skip
FILLED = {"video_id": "0199c82c-c000-7622-9e57-074dc6beeb7f"}


def address(route) -> str:
    return re.sub(r"{(\w+)(?::[^}]*)?}", lambda found: FILLED.get(found[1], "0199c82c-c000-7000-8000-000000000000"), route.path)


async def answers(relay, headers, routes=None):
    """(route, answer) of every route that wants a token in a header, asked with ``headers``."""
    for route in routes or [route for route in relay.app[TABLE] if not isinstance(route.access, Public) and route.access != LINK]:
        yield route, await relay.http.request(route.method, address(route), headers=headers)


async def test_what_is_open_is_exactly_this_and_says_why(relay):
    public = {route.name: route.access for route in relay.app[TABLE] if isinstance(route.access, Public)}
    assert set(public) == OPEN
    assert all(len(access.reason) > 10 for access in public.values())


async def test_every_registered_address_is_in_the_table(relay):
    registered = {(route.method, route.resource.canonical) for route in relay.app.router.routes()}
    table = {(route.method, re.sub(r"{(\w+):[^}]*}", r"{\1}", route.path)) for route in relay.app[TABLE]}
    assert registered == table


async def test_without_a_token_every_route_refuses(relay):
    async for route, answer in answers(relay, {}):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (401, "auth.required"), route.name
        assert answer.headers["WWW-Authenticate"].startswith("Bearer"), route.name


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer", "Basic YW5uYTpwYXNz", "Bearer a.b.c"])
async def test_a_token_that_is_none_is_refused(relay, value):
    async for route, answer in answers(relay, {"Authorization": value}):
        assert (answer.status_code, answer.headers["Souvenir-Code"] in ("auth.invalid", "auth.required")) == (401, True), route.name


async def test_a_token_of_another_relay_is_refused(relay, tmp_path):
    from relay.auth.keys import KeyRing

    account = await relay.account()
    foreign = Tokens(KeyRing(tmp_path, relay.clock, rotate_s=0, overlap_s=0), relay.clock, 900)
    token = foreign.issue(Identity(user_id=account.user.user_id, device_id="phone-of-anna", session_id="any", scope=Scope.COMPANION))
    async for route, answer in answers(relay, {"Authorization": f"Bearer {token}"}):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (401, "auth.invalid"), route.name


async def test_an_expired_token_is_refused_and_says_so(relay):
    headers = await relay.as_companion()
    relay.clock.forward(906)
    async for route, answer in answers(relay, headers):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (401, "auth.expired"), route.name


async def test_a_revoked_device_is_refused_at_once(relay):
    headers = await relay.as_glasses()
    gone = await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=await relay.as_companion())
    assert gone.status_code == 204
    async for route, answer in answers(relay, headers):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (401, "auth.revoked"), route.name


async def test_glasses_may_not_do_what_only_their_owner_may(relay):
    closed = [
        route
        for route in relay.app[TABLE]
        if not isinstance(route.access, Public) and route.access != LINK and Scope.DEVICE not in route.access
    ]
    assert {"approve_device", "revoke_device", "consent", "delete_video", "add_photo"} <= {route.name for route in closed}
    async for route, answer in answers(relay, await relay.as_glasses(), closed):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (403, "auth.forbidden"), route.name


async def test_an_administrator_sees_accounts_and_nothing_that_is_in_them(relay):
    await relay.account()
    headers = await relay.as_admin()
    others = [route for route in relay.app[TABLE] if not isinstance(route.access, Public) and Scope.ADMIN not in route.access]
    async for route, answer in answers(relay, headers, [route for route in others if route.access != LINK]):
        assert (answer.status_code, answer.headers["Souvenir-Code"]) == (403, "auth.forbidden"), route.name
    listed = (await relay.http.get("/api/v1/admin/accounts", headers=headers)).json()["accounts"]
    assert [account["name"] for account in listed] == ["anna", "root"]
    edited = await relay.http.patch(f"/api/v1/admin/accounts/{listed[0]['user_id']}", headers=headers, json={"tier": "standard"})
    assert edited.json()["tier"] == "standard"
    wrong = await relay.http.patch(f"/api/v1/admin/accounts/{listed[0]['user_id']}", headers=headers, json={"tier": "of gold"})
    assert wrong.json()["code"] == "wire.malformed"


async def test_only_an_administrator_gets_an_administrators_token(relay):
    await relay.account()
    fields = {"grant_type": "password", "username": "anna", "password": "correct horse battery", "scope": "admin"}
    answer = await relay.http.post("/api/v1/oauth/token", data=fields)
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (403, "auth.forbidden", "invalid_scope")


async def test_a_shared_link_opens_nothing_but_itself(relay):
    """No token, nobody's, an expired one, one taken back: on every route that a link opens."""
    segment = await relay.store(b"anna's clip")
    mine, ben = await relay.as_companion(), await relay.as_companion("ben")
    made = await relay.http.post("/api/v1/shares", headers=mine, json={"video_id": segment.segment_id, "expires_in_s": 3600})
    assert (await relay.http.post("/api/v1/shares", headers=ben, json={"video_id": segment.segment_id})).status_code == 404
    share, token = made.json(), made.json()["url"].rsplit("/", 1)[1]
    routes = [route for route in relay.app[TABLE] if route.access == LINK]
    assert len(routes) == 3

    async def asked(value):
        return [await relay.http.get(route.path.format(share=value)) for route in routes]

    assert [answer.status_code for answer in await asked(token)] == [200, 200, 404], "the clip has no picture yet"
    assert (await relay.http.get(routes[1].path.format(share=token), headers={"Range": "bytes=0-3"})).content == b"anna"
    forged = [token[:-1] + ("0" if token[-1] != "0" else "1"), share["share_id"], share["share_id"] + ".", "nobody"]
    for value in forged:
        assert {(a.status_code, a.json()["code"]) for a in await asked(value)} == {(401, "auth.invalid")}, value
    async for route, answer in answers(relay, {"Authorization": f"Bearer {token}"}):
        assert answer.status_code == 401, route.name
    assert (await relay.http.delete(f"/api/v1/shares/{share['share_id']}", headers=ben)).status_code == 404
    assert (await relay.http.get("/api/v1/shares", headers=ben)).json()["shares"] == []
    relay.clock.forward(3601)
    assert {(a.status_code, a.json()["code"]) for a in await asked(token)} == {(401, "auth.expired")}
    relay.clock.ms -= 3601 * 1000
    [listed] = (await relay.http.get("/api/v1/shares", headers=mine)).json()["shares"]
    assert (listed["opened"], listed["url"]) == (1, share["url"])
    assert (await relay.http.delete(f"/api/v1/shares/{share['share_id']}", headers=mine)).status_code == 204
    assert {(a.status_code, a.json()["code"]) for a in await asked(token)} == {(401, "auth.revoked")}


async def test_another_account_sees_nothing_of_it(relay):
    """Every route with an id in its path, asked for anna's things by ben."""
    segment = await relay.store(b"anna's clip")
    person = await relay.http.post("/api/v1/people", headers=await relay.as_companion(), json={"name": "Anna"})
    place = await relay.http.post("/api/v1/places", headers=await relay.as_companion(), json={"name": "the cabin", "lat": 1, "lon": 2})
    film = await relay.http.post("/api/v1/memories/create", headers=await relay.as_companion(), json={"query": "me"})
    begun = await relay.http.post(
        "/api/v1/uploads", headers={**await relay.as_glasses(), "Tus-Resumable": "1.0.0", **_tus(relay, b"unfinished")}
    )
    share = await relay.http.post("/api/v1/shares", headers=await relay.as_companion(), json={"video_id": segment.segment_id})
    browser = {"endpoint": "https://fcm.googleapis.com/x", "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    }}  # fmt: skip
    push = await relay.http.post("/api/v1/push/subscriptions", headers=await relay.as_companion(), json=browser)
    op = {"kind": "video.edit", "subject_id": segment.segment_id, "seen": 0}
    for device, caption in (("phone", "sea"), ("tablet", "see")):
        ops = [{**op, "op_id": device, "stamp": f"000000000001-0000-{device}", "value": {"caption": caption}}]
        await relay.http.post("/api/v1/sync/changes", headers=await relay.as_companion(), json={"ops": ops})
    conflicts = await relay.http.get("/api/v1/sync/conflicts", headers=await relay.as_companion())
    ids = {
        "conflict_id": conflicts.json()["conflicts"][0]["conflict_id"],
        "video_id": segment.segment_id, "person_id": person.json()["person_id"], "memory_id": film.json()["memory_id"],
        "upload_id": begun.headers["Location"].rsplit("/", 1)[1], "device_id": "glasses-of-anna", "share_id": share.json()["share_id"],
        "subscription_id": push.json()["subscription_id"], "place_id": place.json()["place_id"],
        "face_id": f"{segment.segment_id}-0", "music_id": "0199c82c-c000-7622-9e57-074dc6beeb7f",
    }  # fmt: skip
    user_id = relay.accounts["anna"].user.user_id
    piece = Music(user_id=user_id, music_id=ids["music_id"], name="Anna's song", sha256="1", blob_key=f"music/{user_id}/a.mp3")
    await relay.services.database.write(lambda connection: music.put(connection, piece))
    ben = {**await relay.as_companion("ben"), "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    await relay.http.put("/api/v1/consent", headers=ben, json={"faces": True})
    types = {"tus_patch": "application/offset+octet-stream", "add_photo": "image/jpeg"}
    asked = 0
    for route in relay.app[TABLE]:
        if "{" not in route.path or isinstance(route.access, Public) or Scope.COMPANION not in route.access:
            continue
        path = re.sub(r"{(\w+)}", lambda found: ids[found[1]], route.path)
        headers = {**ben, "Content-Type": types.get(route.name, "application/json")}
        answer = await relay.http.request(route.method, path, headers=headers, content=b"{}" if route.request else None)
        assert answer.status_code == 404, (route.name, answer.status_code)
        asked += 1
    assert asked >= 10
    listings = {one: one for one in ("videos", "people", "places", "memories", "shares", "music")} | {"push": "subscriptions"}
    for listing, key in listings.items():
        assert (await relay.http.get(f"/api/v1/{listing}", headers=ben)).json()[key] == []
    feed = await relay.http.get("/api/v1/sync/changes", headers=ben)
    assert feed.content == b""
    me = await relay.http.get("/api/v1/me", headers=await relay.as_glasses())
    assert me.json()["name"] == "anna"


def _tus(relay, data):
    from base64 import b64encode

    from glasses.wire.codec import encode_json

    segment = relay.segment(data)
    return {"Upload-Length": str(len(data)), "Upload-Metadata": f"segment {b64encode(encode_json(segment)).decode()}"}


async def test_openapi_lists_every_route_and_who_may_pass(relay):
    document = (await relay.http.get("/api/v1/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    listed = {operation["operationId"]: operation for methods in document["paths"].values() for operation in methods.values()}
    assert set(listed) == {route.name for route in relay.app[TABLE]}
    for route in relay.app[TABLE]:
        operation = listed[route.name]
        assert (operation["security"] == []) == (isinstance(route.access, Public) or route.access == LINK), route.name
        assert str(route.status) in operation["responses"]
        assert operation["summary"]
        assert "default" not in operation["responses"], "every status is listed"
        assert {"429", "500"} <= set(operation["responses"])
        links = [link["operationId"] for answer in operation["responses"].values() for link in answer.get("links", {}).values()]
        assert set(links) <= set(listed)
    text = str(document)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("method", "path", "body", "kind", "code"),
    [
        ("GET", "/nowhere", None, "", "request.not_found"),
        ("PUT", "/api/v1/videos", None, "", "request.method"),
        ("DELETE", "/healthz", None, "", "request.method"),
        ("POST", "/api/v1/people", b"name=anna", "application/x-www-form-urlencoded", "request.media_type"),
        ("POST", "/api/v1/people", b"{", "application/json", "wire.malformed"),
        ("POST", "/api/v1/people", b'{"name": 7}', "application/json", "wire.malformed"),
        ("POST", "/api/v1/people", b"x" * (9 << 20), "application/json", "request.too_large"),
        ("GET", "/api/v1/videos?limit=many", None, "", "wire.malformed"),
        ("GET", "/api/v1/videos?cursor=@@", None, "", "wire.malformed"),
        ("GET", "/api/v1/videos/0199c82c-c000-7622-9e57-074dc6beeb7f", None, "", "request.not_found"),
    ],
)
async def test_every_refusal_has_one_shape(relay, method, path, body, kind, code):
    headers = {**await relay.as_companion(), "Correlation-Id": "abc-1", **({"Content-Type": kind} if kind else {})}
    answer = await relay.http.request(method, path, headers=headers, content=body)
    problem = answer.json()
    assert (answer.headers["Content-Type"], problem["code"]) == ("application/problem+json", code)
    assert set(problem) == {"type", "title", "status", "detail", "code", "action", "hint", "correlation_id", "more"}
    assert (problem["status"], problem["hint"], problem["correlation_id"]) == (answer.status_code, ERRORS[code].hint, "abc-1")
    assert answer.headers["Correlation-Id"] == "abc-1"


async def test_what_nobody_expected_is_answered_without_its_inside(relay, monkeypatch, caplog):
    async def broken(_work):
        raise RuntimeError("a secret of the inside")

    headers = await relay.as_companion()
    monkeypatch.setattr(relay.services.database, "write", broken)
    answer = await relay.http.post("/api/v1/people", headers=headers, json={"name": "Anna"})
    assert (answer.status_code, answer.json()["code"]) == (500, "relay.failed")
    assert "secret" not in answer.text
    assert "a secret of the inside" in caplog.text


async def test_a_correlation_id_that_could_forge_a_log_line_is_replaced(relay):
    answer = await relay.http.get("/healthz", headers={"Correlation-Id": "a b{}"})
    assert answer.headers["Correlation-Id"] != "a b{}"


async def test_a_protocol_that_is_too_old_is_told_so(relay):
    answer = await relay.http.get("/healthz", headers={"Souvenir-Protocol": "0"})
    assert (answer.status_code, answer.json()["code"]) == (426, "wire.version")


async def test_ready_says_what_it_waits_for(relay, monkeypatch):
    assert (await relay.http.get("/readyz")).json()["status"] == "ready"
    relay.services.database._writer_connection.execute("DROP TABLE settings")
    answer = await relay.http.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "relay.unavailable")
    assert "database" in answer.json()["detail"]


def test_help_and_errors_on_the_command_line(capsys, tmp_path):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "first steps" in capsys.readouterr().out
    (tmp_path / "relay.toml").write_text("[server]\nprot = 1\n")
    assert main(["status", "--config", str(tmp_path / "relay.toml")]) == 1
    said = capsys.readouterr().err
    assert "prot" in said
    assert said.startswith("Error: ")
    assert "\nTry: " in said
