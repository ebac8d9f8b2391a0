"""No room, no quota, no time: said before bytes are sent, and swept up after."""

from __future__ import annotations

import asyncio
import json

import pytest

from relay import faults
from relay.catalog import users
from relay.errors import SouvenirError
from relay.ingest.part import BATCHES, LARGEST_BATCH_BYTES, SMALLEST_BATCH_BYTES, batch_bytes
from relay.ingest.sweep import Sweeper

URL = "/api/v1/uploads"
DATA = b"0123456789" * 100


async def create(relay, tus_headers, data=DATA, name="anna", **changes):
    return await relay.http.post(URL, headers={**await relay.as_glasses(name), **tus_headers(relay.segment(data, **changes))})


async def test_what_others_were_promised_is_not_promised_again(relay, tus_headers, monkeypatch):
    monkeypatch.setattr(relay.services.uploads.room, "free_bytes", lambda: 2500)
    assert [(await create(relay, tus_headers)).status_code for _ in range(3)] == [201, 201, 507]


async def test_a_promise_to_a_silent_sender_lapses_after_an_hour(relay, tus_headers, monkeypatch, clock):
    monkeypatch.setattr(relay.services.uploads.room, "free_bytes", lambda: 1500)
    monkeypatch.setattr(relay.services.tokens, "_now_ms", lambda ms=clock.ms: ms)
    assert (await create(relay, tus_headers)).status_code == 201
    assert (await create(relay, tus_headers)).status_code == 507
    clock.forward(3601)
    assert (await create(relay, tus_headers)).status_code == 201


async def test_a_quota_counts_what_is_stored_and_what_is_under_way(relay, tus_headers):
    relay.services.config.uploads.quota_bytes["standard"] = 2500
    first = await relay.store(DATA)
    assert (await create(relay, tus_headers)).status_code == 201
    refused = await create(relay, tus_headers, b"another" * 100)
    assert (refused.status_code, refused.json()["code"], refused.json()["action"]) == (413, "upload.quota", "retry")
    assert "2000 of 2500" in refused.json()["detail"]
    assert (await create(relay, tus_headers, name="ben")).status_code == 201, "each account has its own"
    await relay.http.delete(f"/api/v1/videos/{first.segment_id}", headers=await relay.as_companion())
    assert (await create(relay, tus_headers, b"another" * 100)).status_code == 201, "what was deleted makes room"


async def test_a_clip_that_is_stored_already_needs_no_room(relay, tus_headers, monkeypatch):
    segment = await relay.store(DATA)
    relay.services.config.uploads.quota_bytes["standard"] = 10
    monkeypatch.setattr(relay.services.uploads.room, "free_bytes", lambda: 0)
    answer = await relay.http.post(URL, headers={**await relay.as_glasses(), **tus_headers(segment)})
    assert answer.status_code == 201
    assert "Souvenir-Receipt" in answer.headers


async def test_another_tier_has_another_quota(relay, tus_headers):
    relay.services.config.uploads.quota_bytes.update({"standard": 10, "family": 0})
    assert (await create(relay, tus_headers)).status_code == 413
    user = relay.accounts["anna"].user
    user.tier = "family"
    await relay.services.database.write(lambda connection: users.save(connection, user))
    assert (await create(relay, tus_headers)).status_code == 201


async def test_multipart_is_refused_before_its_body_is_read(relay):
    relay.services.config.uploads.quota_bytes["standard"] = 10
    data = {"device_type": "phone_app", "metadata": json.dumps({})}
    answer = await relay.http.post("/api/v1/videos/upload", headers=await relay.as_companion(), data=data, files={"video": ("c", DATA)})
    assert (answer.status_code, answer.json()["code"]) == (413, "upload.quota")


@pytest.mark.parametrize("point", ["part.written", "blob.linked"])
async def test_a_disk_that_fills_up_in_the_middle_is_507_and_the_upload_goes_on_after(relay, begin, patch, receipt, point):
    data = bytes(range(256)) * 100
    _, url, auth = await begin(data)
    await patch(url, auth, 0, data[:1000])
    faults.arm(faults.parsed(f"ENOSPC {point}"))
    try:
        full = await patch(url, auth, 1000, data[1000:])
    finally:
        faults.disarm()
    assert (full.status_code, full.json()["code"]) == (507, "storage.full")
    head = await relay.http.head(url, headers=auth)
    offset = int(head.headers["Upload-Offset"])
    assert offset in (1000, len(data))
    assert receipt(head if offset == len(data) else await patch(url, auth, offset, data[offset:])).size_bytes == len(data)


async def test_the_sweeper_runs_by_itself_and_clears_what_a_crash_left(relay, begin, clock):
    relay.services.uploads.config.expire_s = 60
    _, url, auth = await begin(DATA)
    folder = relay.services.folder / "uploads"
    for name in ("0199-left.part", "0199-left.multipart"):
        (folder / name).write_bytes(b"left behind")
    sweeper = Sweeper(relay.services.uploads, relay.services.tiers, folder, 0.01)
    await sweeper.start()
    assert list(folder.iterdir()) == []
    clock.forward(61)
    while (await relay.http.head(url, headers=auth)).status_code != 410 or await relay.services.database.read(
        lambda connection: connection.execute("SELECT count(*) FROM uploads WHERE ended = ''").fetchone()[0]
    ):
        await asyncio.sleep(0)
    await sweeper.stop()


async def test_ended_uploads_are_forgotten_at_last(relay, begin, clock):
    _, url, auth = await begin(DATA)
    await relay.http.delete(url, headers=auth)
    clock.forward(20 * 86_400)
    await relay.services.uploads.expire()
    count = await relay.services.database.read(lambda connection: connection.execute("SELECT count(*) FROM uploads").fetchone()[0])
    assert count == 0


async def test_a_sweep_that_fails_is_tried_again(relay, caplog):
    class Failing:
        async def expire(self):
            raise SouvenirError("the bucket is away", code="storage.unreachable")

    await Sweeper(Failing(), relay.services.tiers, relay.services.folder, 1.0).once()
    assert "not swept" in caplog.text


def test_many_uploads_share_the_memory():
    assert batch_bytes(1) == LARGEST_BATCH_BYTES
    assert batch_bytes(200) * 200 * BATCHES <= 40 << 20
    assert batch_bytes(10_000) == SMALLEST_BATCH_BYTES
