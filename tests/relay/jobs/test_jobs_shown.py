"""``relay jobs``: what waits, what was given up and why, and trying it again."""

from __future__ import annotations

import asyncio

import pytest

from relay.catalog.db import Database
from relay.cli import main
from relay.config import JobsConfig
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message
from relay.jobs.listing import span, table

MINUTE_MS = 60_000


@pytest.fixture
def bus(tmp_path, clock):
    (tmp_path / "data").mkdir()
    database = Database(tmp_path / "data" / "catalog.sqlite")
    yield Bus(database, JobsConfig(), clock)
    database.close()


async def one_of_each(bus, clock) -> None:
    for kind, video_id in ((JobKind.EXTRACT, "done"), (JobKind.EXTRACT, "dead"), (JobKind.REINDEX, "again"), (JobKind.ERASE, "running")):
        await bus.publish(Message(user_id="u", operation=kind, video_id=video_id))
    done, dead, again, _running = [await bus.claim() for _ in range(4)]
    clock.forward(59)
    await bus.finish(done)
    await bus.fail(dead, "model.missing: faces", again=False)
    await bus.fail(again, "relay.failed: no")
    await bus.publish(Message(user_id="u", operation=JobKind.CREATE_MEMORY, parameters={"memory_id": "film"}))


async def test_each_line_says_topic_age_next_try_and_why(bus, clock):
    await one_of_each(bus, clock)
    head, *lines = table(await bus.list(), clock()).splitlines()
    told = {line.split()[3]: line for line in lines}
    assert head.split()[:6] == ["JOB", "STATE", "TOPIC", "WORK", "TRY", "AGE"]
    assert [word in told["create_memory"] for word in ("waiting", "memory-video-creation", " 0 s ", " now ", "film")] == [True] * 5
    assert [word in told["reindex"] for word in ("waiting", "metadata-updates", " 59 s ", " in 1 s ", "relay.failed: no")] == [True] * 5
    assert "running" in told["erase"].split()[6:]
    [dead] = [line for line in lines if " dead " in line]
    assert [word in dead for word in ("video-uploads", "when replayed", "model.missing: faces")] == [True] * 3
    clock.forward(60)
    assert "its worker died" in table(await bus.list(), clock())


def test_spans_are_told_roughly():
    told = [
        span(ms) for ms in (-5, 999, 119_000, 2 * MINUTE_MS, 119 * MINUTE_MS, 120 * MINUTE_MS, 47 * 60 * MINUTE_MS, 48 * 60 * MINUTE_MS)
    ]
    assert told == ["0 s", "0 s", "119 s", "2 min", "119 min", "2 h", "47 h", "2 days"]


def test_the_command_line_shows_and_replays(bus, clock, tmp_path, capsys):
    asyncio.run(one_of_each(bus, clock))
    data = ["--data", str(tmp_path / "data")]
    assert main(["jobs", "list", "--state", "dead", *data]) == 0
    shown = capsys.readouterr().out
    assert "model.missing: faces" in shown
    assert len(shown.splitlines()) == 2
    assert main(["jobs", "list", "--topic", "memory-video-creation", *data]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["jobs", "replay", *data]) == 0
    assert "1 jobs wait again" in capsys.readouterr().out
    assert main(["jobs", "list", "--state", "dead", *data]) == 0
    assert capsys.readouterr().out == "No such jobs.\n"
    assert main(["jobs", "replay", "nothing", *data]) == 1
    assert "relay jobs list --state dead" in capsys.readouterr().err
    again = asyncio.run(bus.list())
    assert {(job.attempts, job.error) for job in again if job.message.video_id == "dead"} == {(0, "")}


def test_help_teaches(capsys):
    with pytest.raises(SystemExit):
        main(["jobs", "--help"])
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("relay jobs list --state dead", "relay jobs replay", "dead letter", "max_attempts"))
