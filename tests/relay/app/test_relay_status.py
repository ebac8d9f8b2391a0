"""relay status and /readyz say where things are, and what hangs."""

from __future__ import annotations

from glasses.wire.status import ClipCustody, Custody
from relay.catalog import videos
from relay.cli import main
from relay.jobs.kinds import JobKind, Message
from relay.status import numbers, tables


async def test_devices_custody_queues_and_storage(relay, relay_config):
    stored = await relay.store(b"a clip of some length")
    user_id = (await relay.account()).user.user_id
    coming = ClipCustody(segment_id="s-2", custody=Custody.KEPT)
    known = ClipCustody(segment_id=stored.segment_id, custody=Custody.KEPT)
    for one in (coming, known):
        await relay.services.database.write(lambda c, one=one: videos.put_custody(c, user_id, "glasses-of-anna", one))
    found = await numbers(relay_config)
    assert found["custody"] == {"kept": 1, "stored": 1}, "a clip that the relay has is where the relay says"
    assert found["queues"]["video-uploads"]["waiting"] == 1
    assert found["storage"]["blobs_bytes"] == stored.size_bytes
    devices = {one["device_id"]: one for one in found["devices"]}
    assert (devices["glasses-of-anna"]["state"], devices["glasses-of-anna"]["behind"]) == ("paired", 1)
    assert {str(table.title) for table in tables(found)} >= {"Devices", "Where the clips are", "Queues"}


def test_before_anything_was_kept(tmp_path, capsys):
    assert main(["status", "--data", str(tmp_path / "none")]) == 0
    assert "accounts" in capsys.readouterr().out


async def test_jobs_that_hang_are_said(relay):
    assert (await relay.http.get("/readyz")).status_code == 200
    await relay.services.bus.publish(Message(user_id="u", operation=JobKind.CREATE_MEMORY, parameters={"memory_id": "m"}))
    relay.clock.forward(relay.services.config.jobs.late_s + 5)
    answer = await relay.http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "queues: 1 jobs of memory-video-creation wait, the oldest for 905 s"
