"""The queue: nothing is lost by a dead worker, nothing runs twice at once, what keeps failing is shown."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relay.catalog.db import Database
from relay.config import JobsConfig
from relay.errors import SouvenirError
from relay.jobs.bus import FIRST_BACKOFF_MS, Bus
from relay.jobs.kinds import TOPICS, JobKind, JobState, Message, Priority, Topic
from relay.jobs.pool import CpuPool, WorkerDiedError
from relay.jobs.workers import Workers


def message(video_id: str = "v1", **changes) -> Message:
    return Message(**{"user_id": "u", "operation": JobKind.EXTRACT, "video_id": video_id, **changes})


@pytest.fixture
def bus(tmp_path, clock):
    database = Database(tmp_path / "jobs.sqlite")
    yield Bus(database, JobsConfig(lease_s=60, max_attempts=3), clock)
    database.close()


async def test_a_lease_holds_others_off_and_runs_out(bus, clock):
    await bus.publish(message())
    first = await bus.claim()
    assert first.message.video_id == "v1"
    assert await bus.claim() is None
    clock.forward(59)
    assert await bus.renew(first)
    clock.forward(59)
    assert await bus.claim() is None
    clock.forward(2)
    second = await bus.claim()
    assert (second.job_id, second.attempts) == (first.job_id, 2)
    assert not await bus.renew(first)
    await bus.finish(first)  # too late: the job is the second's
    assert (await bus.counts()) == {"leased": 1}
    await bus.finish(second)
    assert (await bus.counts()) == {"done": 1}


async def test_urgent_first_then_in_order(bus):
    await bus.publish(message("low", priority=Priority.LOW))
    await bus.publish(message("one"))
    await bus.publish(message("two"))
    await bus.publish(message("film", priority=Priority.HIGH))
    order = [(await bus.claim()).message.video_id for _ in range(4)]
    assert order == ["film", "one", "two", "low"]


async def test_pauses_grow_and_the_tries_end(bus, clock):
    await bus.publish(message())
    pauses = []
    for _ in range(3):
        job = await bus.claim()
        await bus.fail(job, "relay.failed: no")
        [waiting] = await bus.list()
        pauses.append(waiting.due_at - clock())
        clock.ms = max(clock.ms, waiting.due_at)
    assert pauses[:2] == [FIRST_BACKOFF_MS, 2 * FIRST_BACKOFF_MS]
    [dead] = await bus.list(JobState.DEAD)
    assert dead.error == "relay.failed: no"
    assert await bus.claim() is None
    await bus.replay(dead.job_id)
    assert (await bus.claim()).attempts == 1


async def test_a_dead_job_whose_like_waits_is_replayed_by_it(bus):
    await bus.publish(message())
    await bus.fail(await bus.claim(), "model.missing: faces", again=False)
    await bus.publish(message())
    [dead] = await bus.list(JobState.DEAD)
    await bus.replay(dead.job_id)
    assert await bus.counts() == {"waiting": 1, "done": 1}


async def test_only_a_dead_job_is_replayed(bus):
    with pytest.raises(SouvenirError, match="dead job"):
        await bus.replay("nothing")


async def test_a_worker_that_dies_at_every_try_ends_as_a_dead_letter(bus, clock):
    await bus.publish(message())
    for _ in range(3):
        assert await bus.claim() is not None
        clock.forward(61)
    assert (await bus.claim()).state is JobState.DEAD
    assert await bus.claim() is None
    assert [job.error for job in await bus.list(JobState.DEAD)] == ["its worker died at every try"]


async def test_what_a_killed_relay_was_doing_is_taken_up_at_its_next_start(bus, clock):
    await bus.publish(message())
    for attempt in range(3):
        assert (await bus.claim()).attempts == attempt + 1
        assert await bus.recover() == 1
    assert (await bus.claim()).state is JobState.DEAD  # it killed the relay each time
    assert await bus.counts() == {"dead": 1}


async def test_the_same_waiting_job_is_queued_once_but_again_while_it_runs(bus):
    await bus.publish(message())
    await bus.publish(message())
    assert await bus.counts() == {"waiting": 1}
    running = await bus.claim()
    await bus.publish(message())
    assert await bus.counts() == {"leased": 1, "waiting": 1}
    await bus.fail(running, "relay.failed: no")  # the newer one takes over
    assert await bus.counts() == {"done": 1, "waiting": 1}


async def test_a_job_of_a_transaction_that_fails_never_was(bus):
    def work(connection):
        bus.publish_in(connection, message())
        raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError):
        await bus._database.write(work)
    assert await bus.counts() == {}


async def test_workers_retry_what_may_pass_and_park_what_may_not(bus, clock):
    tried, told = [], []

    async def failing(asked: Message) -> None:
        tried.append(asked.video_id)
        if asked.video_id == "parked":
            raise SouvenirError("does not decode", code="upload.not_a_video")
        if asked.video_id == "crash":
            raise ZeroDivisionError("a bug")

    async def given_up(asked: Message, error: SouvenirError) -> None:
        told.append((asked.video_id, error.code))

    workers = Workers(bus, {JobKind.EXTRACT: failing}, JobsConfig(max_attempts=3), given_up)
    for name in ("good", "parked", "crash"):
        await bus.publish(message(name))
    for _ in range(4):
        while await workers.step():
            pass
        clock.forward(10)
    assert sorted(tried) == ["crash"] * 3 + ["good", "parked"]
    assert told == [("parked", "upload.not_a_video"), ("crash", "relay.failed")]
    assert await bus.counts() == {"dead": 2, "done": 1}


async def test_a_worker_told_to_end_gives_its_job_back_at_once(bus):
    started = asyncio.Event()

    async def endless(_asked: Message) -> None:
        started.set()
        await asyncio.Event().wait()

    workers = Workers(bus, {JobKind.EXTRACT: endless}, JobsConfig(workers=1))
    await bus.publish(message())
    workers.start()
    await started.wait()
    assert await workers.well() == ""
    await workers.stop()
    job = await bus.claim()
    assert job.attempts == 1


async def test_who_waits_for_a_job_that_killed_its_workers_is_told(bus, clock):
    told = []

    async def given_up(asked: Message, error: SouvenirError) -> None:
        told.append((asked.video_id, error.detail))

    workers = Workers(bus, {JobKind.EXTRACT: given_up}, JobsConfig(), given_up)
    await bus.publish(message("film"))
    for _ in range(3):
        await bus.claim()
        clock.forward(61)
    assert await workers.step()
    assert told == [("film", "its worker died at every try")]


async def test_a_worker_that_lost_its_lease_stops_and_leaves_the_job_alone(bus, clock):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(_asked: Message) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    workers = Workers(bus, {JobKind.EXTRACT: endless}, JobsConfig(lease_s=0.03))
    await bus.publish(message())
    step = asyncio.create_task(workers.step())
    await begun.wait()
    clock.forward(3600)
    other = await bus.claim()
    assert await step
    assert ended.is_set()
    assert await bus.renew(other)


async def test_the_same_job_waits_while_its_like_runs(bus, clock):
    await bus.publish(message())
    running = await bus.claim()
    await bus.publish(message())
    assert await bus.claim() is None
    clock.forward(59)
    await bus.renew(running)
    clock.forward(59)
    assert await bus.claim() is None
    await bus.finish(running)
    assert (await bus.claim()).message.video_id == "v1"


async def test_a_lease_that_ran_out_is_not_renewed_as_its_like_may_be_under_way(bus, clock):
    await bus.publish(message())
    first = await bus.claim()
    await bus.publish(message(priority=Priority.HIGH))
    clock.forward(61)
    second = await bus.claim()
    assert second.job_id != first.job_id
    assert not await bus.renew(first)


async def test_what_waits_comes_as_urgently_as_it_was_ever_asked_for(bus):
    await bus.publish(message("other"))
    await bus.publish(message(priority=Priority.LOW))
    await bus.publish(message(priority=Priority.HIGH))
    await bus.publish(message(priority=Priority.NORMAL))
    assert (await bus.claim()).message.video_id == "v1"


async def test_a_job_that_runs_while_its_like_waits_gives_way_to_it_when_the_relay_starts_again(bus):
    await bus.publish(message())
    await bus.claim()
    await bus.publish(message())
    await bus.recover()
    assert await bus.counts() == {"waiting": 1, "done": 1}
    assert (await bus.claim()).attempts == 1


async def test_a_long_queue_of_one_account_does_not_hold_up_another(bus):
    for number in range(20):
        await bus.publish(message(f"a{number}", user_id="anna"))
    for number in range(3):
        await bus.publish(message(f"b{number}", user_id="bert"))
    await bus.publish(message("c0", user_id="cleo"))
    await bus.publish(message("film", user_id="anna", priority=Priority.HIGH))
    order = [(await bus.claim()).message.video_id for _ in range(9)]
    assert order == ["film", "b0", "c0", "a0", "b1", "a1", "b2", "a2", "a3"]


async def test_each_kind_of_job_travels_on_its_topic(bus):
    for kind in JobKind:
        await bus.publish(message(operation=kind))
    topics = {job.message.operation: job.topic for job in await bus.list()}
    assert topics == TOPICS
    assert set(topics.values()) == set(Topic)
    films = {job.message.operation for job in await bus.list(topic=Topic.FILMS)}
    assert films == {JobKind.CREATE_MEMORY, JobKind.ERASE_MEMORY, JobKind.PREPARE}


async def test_a_pool_whose_process_was_killed_is_replaced():
    pool = CpuPool(1)
    try:
        child = await pool.run(os.getpid)
        assert child != os.getpid()
        with pytest.raises(WorkerDiedError):
            await pool.run(os.kill, child, signal.SIGKILL)
        assert await pool.run(os.getpid) != child
    finally:
        pool.close()


async def test_a_process_that_hangs_is_ended_retried_and_given_up_with_the_reason_and_no_other_is_touched(bus, clock):
    pool = CpuPool(2, longest_s=0.2)

    async def hangs(_asked: Message) -> None:
        await pool.run(signal.pause)

    try:
        both = set(await asyncio.gather(pool.run(os.getpid), pool.run(os.getpid)))
        assert len(both) == 2
        workers = Workers(bus, {JobKind.EXTRACT: hangs}, JobsConfig())
        await bus.publish(message())
        assert await workers.step()
        [waiting] = await bus.list(JobState.WAITING)
        assert waiting.error == "relay.failed: pause took longer than 0.2 s and was ended"
        [alive] = [pid for pid in both if _runs(pid)]
        for _ in range(2):
            clock.forward(10)
            assert await workers.step()
        [dead] = await bus.list(JobState.DEAD)
        assert (dead.attempts, dead.error) == (3, waiting.error)
        assert alive in await asyncio.gather(pool.run(os.getpid), pool.run(os.getpid))
    finally:
        pool.close()


async def test_work_that_nobody_waits_for_any_more_is_ended(bus):
    pool = CpuPool(1)
    try:
        child = await pool.run(os.getpid)
        work = asyncio.create_task(pool.run(signal.pause))
        await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert await pool.run(os.getpid) != child
    finally:
        pool.close()


def test_a_killed_relay_leaves_no_process_behind():
    script = """
import asyncio, os, signal
from relay.jobs.pool import CpuPool
async def main():
    pool = CpuPool(1)
    print(await pool.run(os.getpid), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    child, until = int(done.stdout), time.monotonic() + 20
    while _runs(child):
        assert time.monotonic() < until, "the worker process outlived its relay"
        time.sleep(0.02)  # another process: there is nothing here to wait on


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
