"""Guessing is slow, for everybody alike, and nothing is learnt by it."""

from __future__ import annotations

import asyncio

import pytest

from relay.auth.limits import Limit, Rates
from relay.auth.throttle import Guesser, Kind, Throttle
from relay.errors import TooManyRequestsError

PASSWORD, WRONG = "correct horse battery", "a wrong guess"


async def login(relay, name="anna", password=WRONG, **headers):
    fields = {"grant_type": "password", "username": name, "password": password}
    return await relay.http.post("/api/v1/oauth/token", data=fields, headers=headers)


async def test_wrong_passwords_of_an_account_are_slowed(relay, clock):
    await relay.account()
    answers = [await login(relay) for _ in range(8)]
    assert [answer.json()["code"] for answer in answers[:5]] == ["auth.credentials"] * 5
    assert {answer.json()["code"] for answer in answers[5:]} == {"request.slow_down"}
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert (await login(relay, password=PASSWORD)).status_code == 429, "also the right one: guessing must not be seen to succeed"
    clock.forward(61)
    assert (await login(relay, password=PASSWORD)).status_code == 200
    assert (await login(relay)).json()["code"] == "auth.credentials", "and the count begins anew"


async def test_an_account_that_does_not_exist_is_refused_alike(relay):
    await relay.account()
    told = []
    for name in ("anna", "nobody"):
        seen = [await login(relay, name) for _ in range(8)]
        told.append([(a.status_code, a.json()["code"], a.json().get("detail"), a.headers.get("Retry-After")) for a in seen])
    assert told[0] == told[1]


async def test_a_restart_gives_no_new_tries(relay, clock):
    await relay.account()
    for _ in range(7):
        await login(relay)
    relay.services.accounts._throttle = Throttle(relay.services.database, clock)  # as a restarted relay has it
    assert (await login(relay, password=PASSWORD)).status_code == 429


async def test_a_hundred_guesses_at_once_are_a_hundred(relay):
    await relay.account()
    codes = [answer.json()["code"] for answer in await asyncio.gather(*(login(relay) for _ in range(30)))]
    assert codes.count("auth.credentials") <= 6


async def test_many_accounts_from_one_address_are_slowed_too(relay):
    codes = [(await login(relay, f"somebody-{number}")).json()["code"] for number in range(25)]
    assert codes[:20] == ["auth.credentials"] * 20
    assert codes[-1] == "request.slow_down"


async def test_the_address_is_the_peers_unless_a_proxy_is_trusted(relay):
    for number in range(25):
        last = await login(relay, f"somebody-{number}", **{"X-Forwarded-For": f"198.51.100.{number}"})
    assert last.status_code == 429, "who is not trusted cannot say that he is another"
    relay.services.origin.__init__(["127.0.0.1"])
    assert (await login(relay, "somebody-99", **{"X-Forwarded-For": "198.51.100.200"})).status_code == 401


async def test_wrong_pairing_codes_are_slowed(relay, clock):
    headers = await relay.as_companion()
    begun = await relay.services.pairings.begin("g-1", "glasses")

    async def approve(code):
        return await relay.http.post("/api/v1/devices/approve", headers=headers, json={"user_code": code})

    codes = [(await approve("BBBB-BBBB")).json()["code"] for _ in range(8)]
    assert (codes[:5], codes[-1]) == (["auth.pairing_unknown"] * 5, "request.slow_down")
    assert (await approve(begun.user_code)).status_code == 429
    clock.forward(60)
    assert (await approve(begun.user_code)).status_code == 200


async def test_the_wait_doubles_up_to_a_bound(relay, clock):
    throttle, waits = relay.services.throttle, []
    for _ in range(20):
        while True:
            try:
                await throttle.begin(Guesser(Kind.FACTOR, "x"))
                break
            except TooManyRequestsError as refused:
                waits.append(refused.retry_after_s)
                clock.forward(refused.retry_after_s)
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert max(waits) == 900


async def test_a_route_is_rationed_by_account_and_says_when_to_come_again(relay):
    relay.services.rates.__init__(5, 5, relay.clock)
    mine, bens = await relay.as_companion(), await relay.as_companion("ben")
    statuses = [(await relay.http.get("/api/v1/people", headers=mine)).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert (await relay.http.get("/api/v1/people", headers=bens)).status_code == 200
    assert (await relay.http.get("/api/v1/memories", headers=mine)).status_code == 200, "each route has its own"
    refused = await relay.http.get("/api/v1/people", headers=mine)
    relay.clock.forward(int(refused.headers["Retry-After"]))
    assert (await relay.http.get("/api/v1/people", headers=mine)).status_code == 200


def test_a_bucket_fills_and_does_not_overflow(clock):
    limit = Limit(60, clock)
    for _ in range(60):
        limit.take("a")
    with pytest.raises(TooManyRequestsError) as refused:
        limit.take("a")
    assert refused.value.retry_after_s == 1
    clock.forward(3600)
    for _ in range(60):
        limit.take("a")
    with pytest.raises(TooManyRequestsError):
        limit.take("a")
    limit.take("b")


def test_a_dear_route_gets_a_part(clock):
    rates = Rates(100, 10, clock)
    for _ in range(10):
        rates.take("film", "anna", public=False, factor=0.1)
    with pytest.raises(TooManyRequestsError):
        rates.take("film", "anna", public=False, factor=0.1)
    rates.take("list", "anna", public=False)
