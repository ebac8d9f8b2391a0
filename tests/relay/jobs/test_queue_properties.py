"""Whatever workers do and however they end, each job runs, never twice at once, and in its order. Real queue, fake clock."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.catalog.db import Database
from relay.config import JobsConfig
from relay.jobs.bus import Bus
from relay.jobs.kinds import Job, JobKind, JobState, Message, Priority

LEASE_S = 60
WORKERS = range(2)

OPS = [
    *(("publish", user_id, video_id, priority) for user_id in "ab" for video_id in "vw" for priority in Priority),
    *(("claim", worker) for worker in WORKERS for _ in range(6)),
    *((word, worker) for worker in WORKERS for word in ("renew", "renew", "fail", "fail", "finish", "finish", "release", "crash")),
    *(("wait", seconds) for seconds in (1, 20, 70, 70, 400)),
    ("restart",),
]
lives = st.lists(st.sampled_from(OPS), min_size=15, max_size=45)


@dataclass
class World:
    """The queue, its workers (who may be dead, or believe that they still hold what they have lost), and what really happened."""

    bus: Bus
    most: int
    ms: int = 0
    hands: dict[int, Job] = field(default_factory=dict)
    leases: dict[str, tuple[int, Job]] = field(default_factory=dict)
    """Key to (until, job): what is under way by right."""
    owed: dict[str, int] = field(default_factory=dict)
    """Key to when it was last asked for, while it was not done since."""
    tick: int = 0

    async def publish(self, user_id: str, video_id: str, priority: Priority) -> None:
        await self.bus.publish(Message(user_id=user_id, operation=JobKind.EXTRACT, video_id=video_id, priority=priority))
        self.owed[user_id + video_id] = self.tick

    async def claim(self, worker: int) -> Job | None:
        candidates = self._due(await self.bus.list(limit=1000))
        job = await self.bus.claim()
        if job is None:
            assert not candidates
            return None
        assert job.job_id in {one.job_id for one in candidates}
        assert job.priority == min(one.priority for one in candidates)
        own = [one for one in candidates if one.message.user_id == job.message.user_id and one.priority == job.priority]
        assert job.due_at == min(one.due_at for one in own)
        if job.state is JobState.DEAD:
            assert job.attempts >= self.most
            if self.leases.get(key(job), (0, job))[1].job_id == job.job_id:
                self.leases.pop(key(job), None)
            await self._settled(job)
            return job
        assert job.attempts <= self.most
        self.hands[worker] = job
        self.leases[key(job)] = (job.lease_until, job)
        return job

    def _due(self, jobs: list[Job]) -> list[Job]:
        """What may be claimed now, by the rules and by what really happened."""
        held = {name for name, (until, _) in self.leases.items() if until > self.ms}
        return [
            job for job in jobs
            if key(job) not in held
            and ((job.state is JobState.WAITING and job.due_at <= self.ms) or (job.state is JobState.LEASED and job.lease_until <= self.ms))
        ]  # fmt: skip

    def _by_right(self, job: Job) -> bool:
        """Nobody else was given it since."""
        return self.leases.get(key(job), (0, None))[1] is job

    async def renew(self, worker: int) -> None:
        if worker in self.hands:
            job = self.hands[worker]
            held = await self.bus.renew(job)
            assert held == (self._by_right(job) and self.leases[key(job)][0] > self.ms)
            if held:
                self.leases[key(job)] = (self.ms + LEASE_S * 1000, job)

    async def finish(self, worker: int) -> None:
        if worker in self.hands:
            job, before = self.hands.pop(worker), await self.bus.list(limit=1000)
            await self.bus.finish(job)
            if not self._by_right(job):  # too late: whoever has it now, or has given it up, is not disturbed
                rightful = self.leases.get(key(job), (0, job))[1].job_id
                after = await self.bus.list(limit=1000)
                assert [one for one in after if one.job_id == rightful] == [one for one in before if one.job_id == rightful]
            if self._by_right(job):
                del self.leases[key(job)]
                await self._settled(job)

    async def fail(self, worker: int) -> None:
        if worker in self.hands:
            job = self.hands.pop(worker)
            await self.bus.fail(job, "relay.failed: no")
            if self._by_right(job):
                del self.leases[key(job)]
                if job.attempts >= self.most:
                    await self._settled(job)

    async def _settled(self, job: Job) -> None:
        """Done, or a dead letter; it was asked for again meanwhile if its like waits."""
        if not [one for one in await self.bus.list(JobState.WAITING) if key(one) == key(job)]:
            self.owed.pop(key(job), None)

    async def release(self, worker: int) -> None:
        if worker in self.hands:
            job = self.hands.pop(worker)
            waits = [one for one in await self.bus.list(JobState.WAITING) if key(one) == key(job)]
            await self.bus.release(job)
            if self._by_right(job) and not waits:
                del self.leases[key(job)]

    async def crash(self, worker: int) -> None:
        self.hands.pop(worker, None)

    async def wait(self, seconds: int) -> None:
        self.ms += seconds * 1000

    async def restart(self) -> None:
        self.hands.clear()
        self.leases.clear()
        await self.bus.recover()

    async def drain(self) -> None:
        """Workers that do what they should, until nothing is left."""
        for _ in range(1000):
            job = await self.claim(0)
            if job is None:
                self.ms += 400_000
                if not [one for one in await self.bus.list(limit=1000) if one.state in (JobState.WAITING, JobState.LEASED)]:
                    return
            else:
                await self.finish(0)
        raise AssertionError("it does not end")


def key(job: Job) -> str:
    return job.message.user_id + job.message.video_id


def lived(most: int, life: list[tuple]) -> tuple[World, list[Job]]:
    async def live(folder: str) -> tuple[World, list[Job]]:
        database = Database(Path(folder) / "jobs.sqlite")
        database._writer_connection.execute("PRAGMA synchronous=OFF")  # what a power cut does is tested elsewhere
        try:
            world = World(Bus(database, JobsConfig(lease_s=LEASE_S, max_attempts=most), lambda: world.ms), most)
            for word, *details in life:
                world.tick += 1
                await getattr(world, word)(*details)
            await world.drain()
            return world, await world.bus.list(limit=1000)
        finally:
            database.close()

    with TemporaryDirectory() as folder:
        return asyncio.run(live(folder))


@settings(max_examples=60)
@given(lives)
def test_every_job_runs_never_twice_at_once_and_in_its_order(life):
    world, jobs = lived(50, life)
    assert world.owed == {}
    assert {job.state for job in jobs} <= {JobState.DONE}


@settings(max_examples=40)
@given(lives)
def test_with_few_tries_each_job_is_done_or_a_dead_letter_that_says_why(life):
    world, jobs = lived(2, life)
    assert world.owed == {}
    assert {job.state for job in jobs} <= {JobState.DONE, JobState.DEAD}
    assert all(job.error and job.attempts == 2 for job in jobs if job.state is JobState.DEAD)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([Priority.NORMAL, Priority.LOW])), max_size=30))
def test_accounts_take_turns_within_a_priority(asked):
    async def order(folder: str) -> list[tuple[Priority, str]]:
        database = Database(Path(folder) / "jobs.sqlite")
        database._writer_connection.execute("PRAGMA synchronous=OFF")
        try:
            bus = Bus(database, JobsConfig(), lambda: 1)
            for number, (user_id, priority) in enumerate(asked):
                await bus.publish(Message(user_id=user_id, operation=JobKind.EXTRACT, video_id=f"v{number}", priority=priority))
            served = [await bus.claim() for _ in asked]
            assert [job.message.video_id for job in sorted(served, key=lambda job: int(job.message.video_id[1:]))] == [
                f"v{number}" for number in range(len(asked))
            ]
            return [(job.priority, job.message.user_id) for job in served]
        finally:
            database.close()

    with TemporaryDirectory() as folder:
        served = asyncio.run(order(folder))
    assert [priority for priority, _ in served] == sorted(priority for _, priority in asked)
    for priority, group in itertools.groupby(served, key=lambda one: one[0]):
        left = Counter(user_id for user_id, one in asked if one is priority)
        since: dict[str, int] = dict.fromkeys(left, 0)
        for _, user_id in group:
            left[user_id] -= 1
            since = {other: 0 if other == user_id else count + 1 for other, count in since.items()}
            assert all(since[other] < len(since) for other in left if left[other])
