"""Pairing, tokens and their rotation, logins, signed links."""

from __future__ import annotations

import jwt
import pytest

from glasses.sync.device_key import DeviceKey
from relay.auth.pairing import GRANT

PASSWORD = "correct horse battery"


async def ask(relay, key=None, **fields):
    secret = fields.get("refresh_token") or fields.get("device_code") or ""
    signed = key.signed("any", relay.clock.ms, secret) if key else {}
    return await relay.http.post("/api/v1/oauth/token", data={**fields, **signed})


async def begin(relay, key, **fields):
    signed = key.signed(fields.get("device_id", ""), relay.clock.ms)
    return (await relay.http.post("/api/v1/devices/authorize", json={**fields, **signed})).json()


async def test_glasses_are_paired_by_a_spoken_code(relay, clock):
    key = DeviceKey.generate()
    begun = await begin(relay, key, device_id="g-1", device_name="glasses")
    assert len(begun["user_code"].replace("-", "")) == 8
    pending = await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])
    assert (pending.status_code, pending.json()["code"], pending.json()["error"]) == (400, "auth.pairing_pending", "authorization_pending")
    early = await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])
    assert early.json()["error"] == "slow_down"
    clock.forward(10)
    spoken = begun["user_code"].lower().replace("-", " ")
    approved = await relay.http.post("/api/v1/devices/approve", headers=await relay.as_companion(), json={"user_code": spoken})
    assert approved.json()["device_id"] == "g-1"
    grant = (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()
    assert (grant["scope"], grant["device_id"], grant["token_type"]) == ("device", "g-1", "Bearer")
    me = await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {grant['access_token']}"})
    assert (me.json()["name"], me.json()["device_id"]) == ("anna", "g-1")
    clock.forward(61)
    assert (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()["code"] == "auth.pairing_unknown"


async def test_a_denied_and_an_expired_code(relay, clock):
    headers, key = await relay.as_companion(), DeviceKey.generate()
    begun = await begin(relay, key)
    await relay.http.post("/api/v1/devices/approve", headers=headers, json={"user_code": begun["user_code"], "deny": True})
    assert (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()["error"] == "access_denied"
    begun = await begin(relay, key)
    clock.forward(601)
    assert (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()["error"] == "expired_token"


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


async def refresh(relay, token, key=None):
    account = await relay.account()
    return await ask(relay, key or account.glasses_key, grant_type="refresh_token", refresh_token=token)


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


async def test_an_answer_that_was_lost_for_a_month_does_not_either(relay, clock):
    """Whoever asks again has the key; what was lost is void."""
    first = (await relay.account()).glasses.refresh_token
    lost = [(await refresh(relay, first)).json()["refresh_token"]]
    for _ in range(3):
        clock.forward(10 * 86_400)
        again = await refresh(relay, first)
        assert again.status_code == 200
        lost.append(again.json()["refresh_token"])
    assert (await refresh(relay, lost[-1])).status_code == 200
    assert (await refresh(relay, lost[0])).json()["code"] == "auth.revoked"


async def test_without_a_key_the_grace_for_a_lost_answer_is_short(relay, clock):
    """Sessions from before devices had keys."""
    user = (await relay.account()).user
    begun = await relay.services.pairings.begin("old", "old glasses")
    await relay.services.pairings.approve(begun.user_code, user.user_id)
    first = (await relay.services.pairings.redeem(begun.device_code)).refresh_token
    assert (await ask(relay, grant_type="refresh_token", refresh_token=first)).status_code == 200
    clock.forward(61)
    assert (await ask(relay, grant_type="refresh_token", refresh_token=first)).json()["code"] == "auth.revoked"


async def test_a_stolen_refresh_token_is_nothing_without_the_key(relay):
    account = await relay.account()
    stolen = account.glasses.refresh_token
    for key in (None, DeviceKey.generate()):
        thief = await ask(relay, key, grant_type="refresh_token", refresh_token=stolen)
        assert (thief.status_code, thief.json()["code"], thief.json()["error"]) == (401, "auth.proof", "invalid_client")
    assert (await refresh(relay, stolen)).status_code == 200, "the thief has not shut its owner out"


async def test_a_proof_is_taken_once_and_with_its_own_token_only(relay):
    account = await relay.account()
    token, key = account.glasses.refresh_token, account.glasses_key
    sent = {"grant_type": "refresh_token", "refresh_token": token, **key.signed("g", relay.clock.ms, token)}
    assert (await relay.http.post("/api/v1/oauth/token", data=sent)).status_code == 200
    again = await relay.http.post("/api/v1/oauth/token", data=sent)
    assert (again.status_code, again.json()["code"]) == (401, "auth.proof"), "a recorded request is worth nothing"
    other = {**sent, **key.signed("g", relay.clock.ms, "another token")}
    assert (await relay.http.post("/api/v1/oauth/token", data=other)).json()["code"] == "auth.proof"


@pytest.mark.parametrize("off_s", [-400, 400, 10 * 365 * 86_400])
async def test_a_device_whose_clock_is_off_is_told_the_time(relay, off_s):
    account = await relay.account()
    token = account.glasses.refresh_token
    signed = account.glasses_key.signed("g", relay.clock.ms + off_s * 1000, token)
    sent = {"grant_type": "refresh_token", "refresh_token": token}
    answer = await relay.http.post("/api/v1/oauth/token", data={**sent, **signed})
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.proof_stale")
    mended = account.glasses_key.signed("g", int(answer.headers["Souvenir-Time"]), token)
    assert (await relay.http.post("/api/v1/oauth/token", data={**sent, **mended})).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"client_assertion": "nonsense"},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": "urn:other"},
        {"client_assertion_type": ""},
        {"client_assertion": ""},
    ],
)
async def test_a_proof_that_is_none(relay, change):
    account = await relay.account()
    token = account.glasses.refresh_token
    sent = {"grant_type": "refresh_token", "refresh_token": token, **account.glasses_key.signed("g", relay.clock.ms, token), **change}
    answer = await relay.http.post("/api/v1/oauth/token", data=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.proof")


@pytest.mark.parametrize(
    ("algorithm", "jwk"),
    [
        ("HS256", {"kty": "oct", "k": "c2VjcmV0"}),
        ("none", {"kty": "OKP", "crv": "Ed25519", "x": "AA"}),
        ("HS256", {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
        ("HS256", {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        ("HS256", None),
        ("HS256", {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "AA"}),
    ],
)
async def test_a_proof_by_another_kind_of_key(relay, algorithm, jwk):
    claims = {"iss": "g", "sub": "g", "aud": "souvenir-relay", "iat": relay.clock.ms // 1000, "jti": "0123456789"}
    key = "" if algorithm == "none" else "0123456789abcdef0123456789abcdef"
    forged = jwt.encode(claims, key, algorithm=algorithm, headers={"jwk": jwk})
    sent = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": forged}
    answer = await relay.http.post("/api/v1/devices/authorize", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "auth.proof")


async def test_browsers_without_ed25519_prove_themselves_by_p256(relay):
    from cryptography.hazmat.primitives.asymmetric import ec

    await relay.account()
    key = ec.generate_private_key(ec.SECP256R1())
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    claims = {"iss": "b", "sub": "b", "aud": "souvenir-relay", "iat": relay.clock.ms // 1000, "jti": "0123456789"}
    signed = jwt.encode(claims, key, algorithm="ES256", headers={"jwk": public})
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    proof = {"client_assertion": signed, "client_assertion_type": kind}
    answer = await ask(relay, grant_type="password", username="anna", password=PASSWORD, **proof)
    assert (answer.status_code, bool(answer.json()["refresh_token"])) == (200, True)


async def test_glasses_without_a_key_are_not_paired(relay):
    answer = await relay.http.post("/api/v1/devices/authorize", json={"device_id": "g-1"})
    assert (answer.status_code, answer.json()["code"]) == (400, "auth.key_required")


async def test_a_login_without_a_key_is_not_renewed(relay):
    await relay.account()
    answer = await ask(relay, grant_type="password", username="anna", password=PASSWORD)
    assert (answer.status_code, answer.json()["refresh_token"]) == (200, "")


async def test_who_saw_the_device_code_cannot_redeem_it(relay):
    key = DeviceKey.generate()
    begun = await begin(relay, key, device_id="g-1")
    await relay.http.post("/api/v1/devices/approve", headers=await relay.as_companion(), json={"user_code": begun["user_code"]})
    thief = await ask(relay, DeviceKey.generate(), grant_type=GRANT, device_code=begun["device_code"])
    assert thief.json()["code"] == "auth.proof"
    assert (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()["scope"] == "device"


async def test_a_phone_is_paired_by_a_code_too_and_its_owner_sees_what_it_may(relay):
    key, headers = DeviceKey.generate(), await relay.as_companion()
    begun = await begin(relay, key, device_id="p-1", device_name="Anna's phone", scope="companion")
    shown = (await relay.http.post("/api/v1/devices/pending", headers=headers, json={"user_code": begun["user_code"]})).json()
    assert (shown["name"], shown["scope"]) == ("Anna's phone", "companion")
    await relay.http.post("/api/v1/devices/approve", headers=headers, json={"user_code": begun["user_code"]})
    assert (await ask(relay, key, grant_type=GRANT, device_code=begun["device_code"])).json()["scope"] == "companion"
    refused = await relay.http.post("/api/v1/devices/authorize", json={"scope": "admin", **key.signed("p-1", relay.clock.ms)})
    assert (refused.status_code, refused.json()["code"]) == (400, "wire.malformed")


async def test_a_refresh_token_expires(relay, clock):
    token = (await relay.account()).glasses.refresh_token
    clock.forward(91 * 86_400)
    assert (await refresh(relay, token)).json()["code"] == "auth.invalid"


async def test_keys_turn_and_nobody_is_shut_out_by_it(relay, clock):
    ring, headers = relay.services.tokens.ring, await relay.as_companion()
    before = ring.signing().key_id
    clock.forward(1)
    ring.rotate()
    published = [key["kid"] for key in (await relay.http.get("/api/v1/jwks.json")).json()["keys"]]
    assert (published[0], len(published)) == (before, 2), "the next key is published before it signs"
    assert ring.signing().key_id == before
    clock.forward(61)
    assert ring.signing().key_id == published[1]
    assert (await relay.http.get("/api/v1/me", headers=headers)).status_code == 200
    fresh = await refresh(relay, (await relay.account()).glasses.refresh_token)
    clock.forward(1300)
    assert [key["kid"] for key in (await relay.http.get("/api/v1/jwks.json")).json()["keys"]] == [published[1]]
    assert jwt.get_unverified_header(fresh.json()["access_token"])["kid"] == published[1]
    assert (await relay.http.get("/api/v1/me", headers=headers)).json()["code"] == "auth.invalid"


async def test_a_key_that_is_old_is_replaced_by_itself(relay, clock):
    before = relay.services.tokens.ring.signing().key_id
    clock.forward(91 * 86_400)
    relay.services.tokens.ring.signing()
    clock.forward(61)
    assert relay.services.tokens.ring.signing().key_id != before


async def test_another_process_can_turn_the_keys(relay, clock, relay_config):
    from relay.auth.keys import KeyRing

    headers = await relay.as_companion()
    clock.forward(1)
    KeyRing(relay_config.data_dir / "keys", clock, rotate_s=0, overlap_s=1000).rotate()
    clock.forward(61)
    account = await relay.account()
    fresh = (await refresh(relay, account.glasses.refresh_token)).json()["access_token"]
    assert jwt.get_unverified_header(fresh)["kid"] != jwt.get_unverified_header(headers["Authorization"].split()[1])["kid"]
    assert (await relay.http.get("/api/v1/me", headers={"Authorization": f"Bearer {fresh}"})).status_code == 200


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
