"""The second factor: enrolled with a QR, asked for at logins, each code once; recovery codes; no way around it."""

from __future__ import annotations

import pyotp
import pytest

PASSWORD = "correct horse battery"


async def login(relay, otp="", password=PASSWORD, name="anna"):
    fields = {"grant_type": "password", "username": name, "password": password, "otp": otp}
    return await relay.http.post("/api/v1/oauth/token", data=fields)


async def offer(relay, password=PASSWORD):
    headers = await relay.as_companion()
    return await relay.http.post("/api/v1/me/second-factor", headers=headers, json={"password": password})


async def turn_on(relay):
    """The authenticator and the recovery codes."""
    totp = pyotp.TOTP((await offer(relay)).json()["secret"])
    confirmed = await relay.http.post(
        "/api/v1/me/second-factor/confirm", headers=await relay.as_companion(), json={"otp": totp.at(relay.clock.ms // 1000)}
    )
    relay.clock.forward(30)
    return totp, confirmed.json()["recovery_codes"]


def now(relay, totp):
    return totp.at(relay.clock.ms // 1000)


async def test_the_offer_is_what_an_authenticator_takes(relay):
    offered = (await offer(relay)).json()
    uri = pyotp.parse_uri(offered["otpauth_uri"])
    assert (uri.secret, uri.name, uri.issuer, uri.digits, uri.interval) == (offered["secret"], "anna", "Souvenir", 6, 30)
    assert offered["qr_svg"].startswith("<svg")
    assert (await login(relay)).status_code == 200, "nothing is asked for before it is confirmed"


async def test_a_login_needs_a_code_once_it_is_on(relay):
    totp, _ = await turn_on(relay)
    bare = await login(relay)
    assert (bare.status_code, bare.json()["code"]) == (401, "auth.second_factor")
    assert (await login(relay, "000000")).json()["code"] == "auth.second_factor_wrong"
    assert (await login(relay, now(relay, totp))).status_code == 200
    me = (await relay.http.get("/api/v1/me", headers=await relay.as_companion())).json()
    assert (me["second_factor"], me["recovery_codes_left"]) == (True, 10)


async def test_a_wrong_password_says_nothing_of_the_second_factor(relay):
    totp, _ = await turn_on(relay)
    for otp in ("", "000000", now(relay, totp)):
        wrong = await login(relay, otp, password="wrong password")
        assert wrong.json()["code"] == "auth.credentials"


async def test_a_code_is_taken_once(relay):
    totp, _ = await turn_on(relay)
    code = now(relay, totp)
    assert (await login(relay, code)).status_code == 200
    assert (await login(relay, code)).json()["code"] == "auth.second_factor_wrong"
    relay.clock.forward(30)
    assert (await login(relay, code)).json()["code"] == "auth.second_factor_wrong", "also as the one before"


async def test_the_code_that_turned_it_on_is_used_up(relay):
    totp = pyotp.TOTP((await offer(relay)).json()["secret"])
    code = now(relay, totp)
    await relay.http.post("/api/v1/me/second-factor/confirm", headers=await relay.as_companion(), json={"otp": code})
    assert (await login(relay, code)).json()["code"] == "auth.second_factor_wrong"


@pytest.mark.parametrize(("off_s", "status"), [(-30, 200), (30, 200), (-60, 401), (60, 401)])
async def test_a_clock_that_is_half_a_minute_off_is_forgiven(relay, off_s, status):
    totp, _ = await turn_on(relay)
    relay.clock.forward(600)
    assert (await login(relay, totp.at(relay.clock.ms // 1000 + off_s))).status_code == status


async def test_a_recovery_code_opens_once(relay):
    _, codes = await turn_on(relay)
    assert (len(set(codes)), len(codes[0])) == (10, 11)
    assert (await login(relay, codes[0].lower().replace("-", " "))).status_code == 200
    assert (await login(relay, codes[0])).json()["code"] == "auth.second_factor_wrong"
    assert (await login(relay, codes[1])).status_code == 200


async def test_it_cannot_be_turned_off_or_replaced_without_it(relay):
    totp, _ = await turn_on(relay)
    headers = await relay.as_companion()
    off = await relay.http.request("DELETE", "/api/v1/me/second-factor", headers=headers, json={"password": PASSWORD})
    assert off.json()["code"] == "auth.second_factor"
    again = await relay.http.post("/api/v1/me/second-factor", headers=headers, json={"password": PASSWORD, "otp": now(relay, totp)})
    assert (again.status_code, again.json()["code"]) == (409, "auth.second_factor_state")
    relay.clock.forward(30)
    sent = {"password": PASSWORD, "otp": now(relay, totp)}
    assert (await relay.http.request("DELETE", "/api/v1/me/second-factor", headers=headers, json=sent)).status_code == 204
    assert (await login(relay)).status_code == 200


async def test_an_enrolment_that_nobody_began_and_a_wrong_first_code(relay):
    headers = await relay.as_companion()
    path = "/api/v1/me/second-factor/confirm"
    assert (await relay.http.post(path, headers=headers, json={"otp": "123456"})).json()["code"] == "auth.second_factor_state"
    assert (await offer(relay, "wrong password")).json()["code"] == "auth.credentials"
    await offer(relay)
    assert (await relay.http.post(path, headers=headers, json={"otp": "12345x"})).json()["code"] == "auth.second_factor_wrong"


async def test_codes_are_slow_to_guess_and_a_restart_does_not_help(relay, clock, relay_config):
    from relay.auth.throttle import Throttle

    totp, _ = await turn_on(relay)
    codes = [(await login(relay, f"{number:06}")).json()["code"] for number in range(12)]
    assert codes[:5] == ["auth.second_factor_wrong"] * 5
    assert set(codes[7:]) == {"request.slow_down"}
    right = await login(relay, now(relay, totp))
    assert (right.status_code, int(right.headers["Retry-After"]) >= 1) == (429, True)
    relay.services.accounts._throttle = Throttle(relay.services.database, clock)  # as a restarted relay has it
    assert (await login(relay, now(relay, totp))).status_code == 429
    clock.forward(900)
    assert (await login(relay, now(relay, totp))).status_code == 200


async def test_neither_secret_nor_recovery_codes_are_in_the_catalogue(relay):
    totp, codes = await turn_on(relay)
    rows = await relay.services.database.read(lambda connection: "\n".join(connection.iterdump()))
    for secret in (totp.secret, *codes):
        assert secret not in rows
