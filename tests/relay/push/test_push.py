"""Whoever asked for it is told, only they can read it, and nobody is told who has gone."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from glasses.wire.memory import Memory, MemoryRequest, MemoryStatus, Plan
from relay import doctor
from relay.catalog import memories, pushes
from relay.catalog.memories import MemoryRow
from relay.cli import main
from relay.jobs.kinds import JobKind, JobState
from relay.jobs.workers import Workers
from relay.push.notices import FILM_READY, tell_in
from relay.push.pushing import Pushing
from relay.services import open_services

PUSH = "/api/v1/push"
FILM = "0199c82c-c000-7622-9e57-074dc6beeb7f"


@pytest.fixture
def deliver(relay):
    """Runs what is due."""
    services = relay.services
    pushing = Pushing(services.database, services.links, services.vapid, services.config.push, relay.clock)
    workers = Workers(services.bus, pushing.handlers(), services.config.jobs)

    async def run():
        while await workers.step():
            pass

    return run


async def subscribed(relay, service, browser="one", name="anna"):
    answer = await relay.http.post(f"{PUSH}/subscriptions", headers=await relay.as_companion(name), json=service.subscription(browser))
    assert answer.status_code == 201, answer.text
    return answer.json()["subscription_id"]


async def film_ready(relay, name="anna"):
    """A film is there, and is told of in the write that says so."""
    user_id = (await relay.account(name)).user.user_id

    def keep(connection):
        memory = Memory(
            memory_id=FILM, query="us in Paris", plan=Plan(query="us in Paris", title="Anna & Ben · Paris"),
            status=MemoryStatus.PROCESSING, created_at=relay.clock.ms, duration_s=42.0,
        )  # fmt: skip
        if not memories.is_there(connection, user_id, FILM):
            memories.create(connection, user_id, memory, MemoryRequest(query="us in Paris"))
        memory.status = MemoryStatus.COMPLETED
        memories.save(connection, user_id, MemoryRow(memory=memory, poster_key=f"memories/{user_id}/{FILM}.jpg"))
        tell_in(connection, relay.services.bus.publish_in, user_id, FILM_READY, FILM)

    await relay.services.database.write(keep)


async def jobs(relay, state):
    return [job for job in await relay.services.bus.list(state) if job.message.operation is JobKind.PUSH]


async def test_who_asked_for_it_is_told_that_a_film_is_ready_with_its_poster(relay, service, deliver):
    subscription_id = await subscribed(relay, service)
    await film_ready(relay)
    await relay.services.blobs.put_bytes(f"memories/{relay.accounts['anna'].user.user_id}/{FILM}.jpg", b"a poster")
    await deliver()
    [notice] = service.said
    assert (notice["kind"], notice["subject_id"], notice["title"]) == ("film_ready", FILM, "Your film is ready")
    assert notice["body"] == "Anna & Ben · Paris · 42 s"
    assert (await relay.http.get(notice["image"])).content == b"a poster"
    listed = (await relay.http.get(PUSH, headers=await relay.as_companion())).json()
    assert service.public_keys == {listed["public_key"]}
    [info] = listed["subscriptions"]
    assert (info["subscription_id"], info["service"], info["delivered_at"]) == (subscription_id, "127.0.0.1", relay.clock.ms)
    assert "endpoint" not in info


async def test_the_other_account_is_told_nothing(relay, service, deliver):
    await subscribed(relay, service)
    await film_ready(relay, "ben")
    await deliver()
    assert service.said == []


async def test_a_device_that_comes_or_goes_is_told_to_the_others(relay, service, deliver):
    await subscribed(relay, service)
    key = (await relay.account()).companion_key
    begun = await relay.services.pairings.begin("new-glasses", "Anna's new glasses", proof=relay.proof(key))
    other = await relay.services.accounts.login("anna", "correct horse battery", device_id="laptop", device_name="laptop")
    acting = {"Authorization": f"Bearer {other.access_token}"}
    assert (await relay.http.post("/api/v1/devices/approve", headers=acting, json={"user_code": begun.user_code})).status_code == 200
    assert (await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=acting)).status_code == 204
    await deliver()
    assert [notice["kind"] for notice in service.said] == ["device_paired", "device_revoked"]
    assert service.said[0]["body"].startswith("Anna's new glasses may now use your account")


async def test_what_is_done_to_devices_on_the_command_line_is_told_too(relay, service, deliver, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("relay.server.now_ms", relay.clock)
    await subscribed(relay, service)
    begun = await relay.services.pairings.begin("new-glasses", "Anna's new glasses", proof=relay.proof(relay.accounts["anna"].glasses_key))
    where = ["--data", str(tmp_path / "relay")]
    for words in (["approve", begun.user_code], ["revoke", "glasses-of-anna"]):
        assert await asyncio.to_thread(main, ["user", *words, *where]) == 0, capsys.readouterr().err
    await deliver()
    assert [(notice["kind"], notice["subject_id"]) for notice in service.said] == [
        ("device_paired", "new-glasses"), ("device_revoked", "glasses-of-anna"),
    ]  # fmt: skip
    assert await asyncio.to_thread(main, ["user", "revoke", "phone-of-anna", *where]) == 0
    await deliver()
    assert len(service.said) == 2, "who is shut out is not told"


async def test_who_did_it_is_not_told(relay, service, deliver):
    await subscribed(relay, service)
    await relay.http.delete("/api/v1/devices/glasses-of-anna", headers=await relay.as_companion())
    await deliver()
    assert service.said == []


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_browser_that_has_gone_is_forgotten(relay, service, deliver, status):
    await subscribed(relay, service)
    service.answers = [status]
    await film_ready(relay)
    await deliver()
    assert (await relay.http.get(PUSH, headers=await relay.as_companion())).json()["subscriptions"] == []
    assert await jobs(relay, JobState.WAITING) == await jobs(relay, JobState.DEAD) == []


async def test_a_service_that_is_away_is_tried_again_ever_later(relay, service, deliver):
    await subscribed(relay, service)
    service.answers = [503, 429]
    await film_ready(relay)
    pauses = []
    for _ in range(2):
        await deliver()
        [waiting] = await jobs(relay, JobState.WAITING)
        assert waiting.error.startswith("push.unreachable")
        pauses.append(waiting.due_at - relay.clock.ms)
        relay.clock.ms = waiting.due_at
    await deliver()
    assert pauses[0] < pauses[1]
    assert len(service.said) == 1


WAITS_S = {
    "120": 120,
    " 7 ": 7,
    "Thu, 09 Oct 2025 09:03:20 GMT": 200,
    "Thursday, 09-Oct-25 09:03:20 GMT": 200,
    "Thu Oct  9 09:03:20 2025": 200,
    "Thu, 09 Oct 2025 10:03:20 +0100": 200,
    "Thu, 09 Oct 2025 08:00:00 GMT": 1,
    "Sat, 09 Oct 2055 09:03:20 GMT": 86_400,
    "999999999999999999999999": 86_400,
    "0": 1,
    "-30": 1,
    "soon": 1,
    "²": 1,
    "Thu, 99 Oct 99999 09:03:20 GMT": 1,
    "Thu, 09 Oct 2025 99999999999999999999999:03:20 GMT": 1,
    "": 1,
}
"""What a push service says -> after how many seconds it is asked again; the relay itself would wait for one."""


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", list(WAITS_S))
async def test_a_service_is_asked_again_when_it_says(relay, service, deliver, status, said):
    assert relay.clock.ms == 1_760_000_000_000, "Thu, 09 Oct 2025 08:53:20 GMT"
    relay.clock.forward(400)
    await subscribed(relay, service)
    service.answers, service.retry_after = [status], said
    await film_ready(relay)
    await deliver()
    [waiting] = await jobs(relay, JobState.WAITING)
    assert waiting.due_at - relay.clock.ms == WAITS_S[said] * 1000
    relay.clock.ms = waiting.due_at - 1
    await deliver()
    assert len(service.headers) == 1
    relay.clock.ms += 1
    service.now_s = relay.clock.ms // 1000
    await deliver()
    assert len(service.said) == 1


async def test_a_service_that_is_not_there_is_given_up_in_the_end_and_says_so(relay, service, deliver):
    await subscribed(relay, service)
    await service._server.close()
    await film_ready(relay)
    for _ in range(5):
        await deliver()
        relay.clock.forward(60)
    [dead] = await jobs(relay, JobState.DEAD)
    assert dead.error.startswith("push.unreachable: 127.0.0.1")


async def test_what_a_service_refuses_is_parked_at_once(relay, service, deliver):
    await subscribed(relay, service)
    service.answers = [413]
    await film_ready(relay)
    await deliver()
    [dead] = await jobs(relay, JobState.DEAD)
    assert (dead.attempts, dead.error) == (1, "push.refused: 127.0.0.1 answered 413")


async def test_a_companion_that_was_shut_out_is_told_nothing_more(relay, service, deliver):
    await subscribed(relay, service)
    await film_ready(relay)
    account = relay.accounts["anna"]
    await relay.services.sessions.revoke(account.user.user_id, "phone-of-anna")
    await deliver()
    assert service.headers == []


async def test_a_film_that_was_deleted_meanwhile_is_not_spoken_of(relay, service, deliver):
    await subscribed(relay, service)
    await film_ready(relay)
    await relay.http.delete(f"/api/v1/memories/{FILM}", headers=await relay.as_companion())
    await deliver()
    assert service.headers == []


async def test_the_same_browser_again_is_one_and_may_change_hands(relay, service):
    first = await subscribed(relay, service)
    assert await subscribed(relay, service) == first
    assert await subscribed(relay, service, "two") != first
    mine = await relay.as_companion()
    assert len((await relay.http.get(PUSH, headers=mine)).json()["subscriptions"]) == 2
    assert await subscribed(relay, service, name="ben") == first
    assert len((await relay.http.get(PUSH, headers=mine)).json()["subscriptions"]) == 1
    theirs = await relay.http.delete(f"{PUSH}/subscriptions/{first}", headers=mine)
    assert theirs.json()["code"] == "request.not_found"
    assert (await relay.http.delete(f"{PUSH}/subscriptions/{first}", headers=await relay.as_companion("ben"))).status_code == 204


async def test_an_account_has_only_so_many_and_the_oldest_goes(relay, service, monkeypatch):
    monkeypatch.setattr("relay.push.http.MOST", 3)
    ids = []
    for number in range(5):
        relay.clock.forward(1)
        ids.append(await subscribed(relay, service, f"browser-{number}"))
    found = (await relay.http.get(PUSH, headers=await relay.as_companion())).json()["subscriptions"]
    assert [one["subscription_id"] for one in found] == ids[2:]


BAD = {
    "elsewhere": lambda made: made | {"endpoint": "https://intranet.example/push"},
    "no host": lambda made: made | {"endpoint": "https:///push"},
    "not https": lambda made: made | {"endpoint": "http://fcm.googleapis.com/push"},
    "a file": lambda made: made | {"endpoint": "file://127.0.0.1/etc/passwd"},
    "no port": lambda made: made | {"endpoint": "https://fcm.googleapis.com:99999/x"},
    "a name in it": lambda made: made | {"endpoint": "https://fcm.googleapis.com@127.0.0.1/x"},
    "a line in it": lambda made: made | {"endpoint": made["endpoint"] + "\r\nX: y"},
    "too long": lambda made: made | {"endpoint": made["endpoint"] + "x" * 3000},
    "no keys": lambda made: {"endpoint": made["endpoint"]},
    "no point": lambda made: made | {"keys": made["keys"] | {"p256dh": "B" + "A" * 86}},
    "a short secret": lambda made: made | {"keys": made["keys"] | {"auth": "AAAA"}},
    "no base64": lambda made: made | {"keys": made["keys"] | {"auth": "ü" * 16}},
}


@pytest.mark.parametrize("name", list(BAD))
async def test_what_is_no_subscription_of_a_known_service_is_refused(relay, service, name):
    asked = partial(relay.http.post, f"{PUSH}/subscriptions", headers=await relay.as_companion())
    answer = await asked(json=BAD[name](service.subscription()))
    assert (answer.status_code, answer.json()["code"]) == (400, "push.subscription"), answer.text
    assert (await asked(json=service.subscription())).status_code == 201


async def test_the_relay_is_the_same_sender_after_a_restart_and_its_key_is_its_own(relay, relay_config, tmp_path):
    key = tmp_path / "relay" / "keys" / "push-key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    relay_config.storage.data_dir = str(tmp_path / "other")
    other = await open_services(relay_config, relay.clock)
    (tmp_path / "other" / "keys" / "push-key.pem").write_bytes(key.read_bytes())
    other.close()
    again = await open_services(relay_config, relay.clock)
    assert again.vapid.public == relay.services.vapid.public != other.vapid.public
    again.close()


async def test_doctor_says_how_many_and_what_one_of_them_lacks(relay, service, relay_config):
    await subscribed(relay, service)

    async def finding():
        return await doctor._messages(relay_config, relay.services.database)

    assert await finding() == ("messages", True, "1 browsers are told when a film is ready", "")
    relay_config.push.services.append("web.push.apple.com")
    apple = service.subscription() | {"endpoint": "https://web.push.apple.com/x"}
    answer = await relay.http.post(f"{PUSH}/subscriptions", headers=await relay.as_companion(), json=apple)
    assert answer.status_code == 201
    assert not (await finding()).well
    relay_config.push.contact = "mailto:anna@example.org"
    assert (await finding()).well


async def test_an_account_that_ends_takes_its_browsers_along(relay, service):
    first = await subscribed(relay, service)
    gone = await relay.http.request("DELETE", "/api/v1/me", headers=await relay.as_companion(), json={"password": "correct horse battery"})
    assert gone.status_code == 204, gone.text
    assert await relay.services.database.read(lambda connection: pushes.find(connection, first)) is None
