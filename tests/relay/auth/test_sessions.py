"""Pairing, tokens and their rotation, logins, signed links."""

from __future__ import annotations

import jwt
import pytest

from relay.auth.pairing import GRANT

PASSWORD = "correct horse battery"


async def ask(relay, **fields):
    return await relay.http.post("/api/v1/oauth/token", data=fields)


async def test_glasses_are_paired_by_a_spoken_code(relay, clock):
    begun = (await relay.http.post("/api/v1/devices/authorize", json={"device_id": "g-1", "device_name": "glasses"})).json()
    assert len(begun["user_code"].replace("-", "")) == 8
    pending = await ask(relay, grant_type=GRANT, device_code=begun["device_code"])
    assert (pending.status_code, pending.json()["code"], pending.json()["error"]) == (400, "auth.pairing_pending", "authorization_pending")
    early = await ask(relay, grant_type=GRANT, device_code=begun["device_code"])
    assert early.json()["error"] == "slow_down"
    clock.forward(10)
    spoken = begun["user_code"].lower().replace("-", " ")
    approved = await relay.http.post("/api/v1/devices/approve", headers=await relay.as_companion(), json={"user_code": spoken})
    assert approved.json()["device_id"] == "g-1"
    grant = (await ask(relay, grant_type=GRANT, device_code=begun["device_code"])).json()
    assert (grant["scope"], grant["device_id"], grant["token_type"]) == ("device", "g-1", "Bearer")
    me = await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {grant['access_token']}"})
    assert (me.json()["name"], me.json()["device_id"]) == ("anna", "g-1")
    clock.forward(61)
    assert (await ask(relay, grant_type=GRANT, device_code=begun["device_code"])).json()["code"] == "auth.pairing_unknown"


async def test_a_denied_and_an_expired_code(relay, clock):
    headers = await relay.as_companion()
    begun = (await relay.http.post("/api/v1/devices/authorize", json={})).json()
    await relay.http.post("/api/v1/devices/approve", headers=headers, json={"user_code": begun["user_code"], "deny": True})
    assert (await ask(relay, grant_type=GRANT, device_code=begun["device_code"])).json()["error"] == "access_denied"
    begun = (await relay.http.post("/api/v1/devices/authorize", json={})).json()
    clock.forward(601)
    assert (await ask(relay, grant_type=GRANT, device_code=begun["device_code"])).json()["error"] == "expired_token"


async def test_a_code_that_anna_took_cannot_be_taken_by_ben(relay):
    begun = await relay.services.pairings.begin("g-1", "glasses")
    await relay.services.pairings.approve(begun.user_code, (await relay.account("anna")).user.user_id)
    answer = await relay.http.post("/api/v1/devices/approve", headers=await relay.as_companion("ben"), json={"user_code": begun.user_code})
    assert answer.json()["code"] == "auth.pairing_unknown"


async def test_login_and_what_refuses_it(relay, clock):
    await relay.account()
    good = await ask(relay, grant_type="password", username="Anna", password=PASSWORD, device_name="browser")
    assert good.json()["scope"] == "companion"
    assert good.headers["Cache-Control"] == "no-store"
    for name, password in (("anna", "wrong password"), ("nobody", PASSWORD), ("", "")):
        bad = await ask(relay, grant_type="password", username=name, password=password)
        assert (bad.status_code, bad.json()["code"], bad.json()["error"]) == (401, "auth.credentials", "invalid_grant")
    assert (await ask(relay, grant_type="magic")).json()["error"] == "invalid_request"


async def test_guessing_is_slowed(relay):
    relay.services.tries._per_minute = 5
    await relay.account()
    codes = [(await ask(relay, grant_type="password", username="anna", password="guess")).json()["code"] for _ in range(8)]
    assert codes[:5] == ["auth.credentials"] * 5
    assert set(codes[5:]) == {"request.slow_down"}
    relay.clock.forward(60)
    assert (await ask(relay, grant_type="password", username="anna", password=PASSWORD)).status_code == 200


async def refresh(relay, token):
    return await ask(relay, grant_type="refresh_token", refresh_token=token)


async def test_refresh_tokens_rotate_and_reuse_ends_the_session(relay):
    first = (await relay.account()).glasses.refresh_token
    second = (await refresh(relay, first)).json()["refresh_token"]
    third = (await refresh(relay, second)).json()
    stolen = await refresh(relay, first)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "auth.revoked")
    assert (await refresh(relay, third["refresh_token"])).status_code == 401
    me = await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {third['access_token']}"})
    assert me.json()["code"] == "auth.revoked"


async def test_an_answer_lost_on_the_radio_does_not_lock_the_glasses_out(relay, clock):
    first = (await relay.account()).glasses.refresh_token
    lost = (await refresh(relay, first)).json()["refresh_token"]
    clock.forward(30)
    again = await refresh(relay, first)
    assert again.status_code == 200
    thief = await refresh(relay, lost)
    assert thief.json()["code"] == "auth.revoked"
    assert (await refresh(relay, again.json()["refresh_token"])).status_code == 401


async def test_the_grace_for_a_lost_answer_is_short(relay, clock):
    first = (await relay.account()).glasses.refresh_token
    await refresh(relay, first)
    clock.forward(61)
    assert (await refresh(relay, first)).json()["code"] == "auth.revoked"


async def test_a_refresh_token_expires(relay, clock):
    token = (await relay.account()).glasses.refresh_token
    clock.forward(91 * 86_400)
    assert (await refresh(relay, token)).json()["code"] == "auth.invalid"


async def test_pairing_again_ends_the_session_before(relay):
    account = await relay.account()
    begun = await relay.services.pairings.begin("glasses-of-anna", "glasses")
    await relay.services.pairings.approve(begun.user_code, account.user.user_id)
    fresh = await relay.services.pairings.redeem(begun.device_code)
    old = await relay.http.get("/api/v1/me", headers=await relay.as_glasses())
    new = await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {fresh.access_token}"})
    assert (old.json()["code"], new.status_code) == ("auth.revoked", 200)


async def test_anyone_can_check_a_token_by_the_published_key(relay):
    keys = jwt.PyJWKSet.from_dict((await relay.http.get("/api/v1/jwks.json")).json())
    token = (await relay.account()).companion.access_token
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], options={"verify_exp": False, "verify_iat": False})
    assert (claims["scope"], claims["sub"]) == ("companion", (await relay.account()).user.user_id)


async def test_secrets_are_not_in_the_catalogue(relay):
    account = await relay.account()
    begun = await relay.services.pairings.begin("g", "g")
    rows = await relay.services.database.read(lambda c: "\n".join(c.iterdump()))
    for secret in (PASSWORD, account.glasses.refresh_token, account.companion.refresh_token, begun.device_code):
        assert secret not in rows


async def test_weak_passwords_and_taken_names(relay):
    await relay.account()
    for name, password, code in (("carl", "short", "auth.weak_password"), ("ANNA", PASSWORD, "auth.name_taken")):
        with pytest.raises(Exception, match=code.replace(".", r"\.")):
            await relay.services.accounts.add(name, password)


async def test_a_signed_link_opens_without_a_header_until_it_expires(relay, clock):
    segment = await relay.store(b"0123456789")
    video = (await relay.http.get(f"/api/v1/videos/{segment.segment_id}", headers=await relay.as_companion())).json()
    link = video["media_url"]
    assert (await relay.http.get(link)).content == b"0123456789"
    assert (await relay.http.get(link, headers={"Range": "bytes=0-1"})).status_code == 206
    for forged in (link.replace("expires=1", "expires=2"), link[:-1] + ("0" if link[-1] != "0" else "1"), link.split("?")[0]):
        assert (await relay.http.get(forged)).json()["code"] == "auth.invalid"
    other = link.replace(segment.segment_id, "0199c82c-c000-7622-9e57-074dc6beeb7f")
    assert (await relay.http.get(other)).json()["code"] == "auth.invalid"
    clock.forward(2 * 3600)
    assert (await relay.http.get(link)).json()["code"] == "auth.expired"
