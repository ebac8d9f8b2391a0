"""The durable queue of jobs, in the catalogue's file: leases, retries with backoff, dead letters. At least once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from glasses.wire.ids import uuid7
from relay.catalog.db import Database
from relay.catalog.rows import Connection, text
from relay.config import JobsConfig
from relay.errors import NotFoundError
from relay.jobs.kinds import TOPICS, Job, JobKind, JobState, Message, Topic

FIRST_BACKOFF_MS = 1_000
LONGEST_BACKOFF_MS = 300_000
_KEEP_DONE_MS = 7 * 86_400_000
_TURNS = """
SELECT priority, user_id FROM (
    SELECT priority, user_id, min(due_at) AS due FROM jobs WHERE state = 'waiting' AND due_at <= :now GROUP BY priority, user_id
    UNION ALL
    SELECT priority, user_id, min(due_at) FROM jobs WHERE state = 'leased' AND lease_until <= :now GROUP BY priority, user_id
) LEFT JOIN job_turns USING (user_id) ORDER BY priority, coalesce(turn, 0), due
"""
"""Accounts with something to do: the most urgent first, among equals the one that was served the longest ago."""
_FITTING = """
    priority = :priority AND user_id = :user_id AND json_extract(message, '$.operation') IN (SELECT value FROM json_each(:kinds))
    AND NOT EXISTS (
        SELECT 1 FROM jobs AS other WHERE other.dedupe_key = jobs.dedupe_key AND other.state = 'leased' AND other.lease_until > :now
    )
"""
_READY = "SELECT * FROM (SELECT *, rowid AS number FROM jobs WHERE %s <= :now AND" + _FITTING + "ORDER BY due_at, rowid LIMIT 1)"  # noqa: S608 -- fixed text
_NEXT = " UNION ALL ".join((_READY % "state = 'waiting' AND due_at", _READY % "state = 'leased' AND lease_until"))
_NEXT += " ORDER BY due_at, number LIMIT 1"
_TAKE_TURN = "INSERT OR REPLACE INTO job_turns SELECT ?, coalesce(max(turn), 0) + 1 FROM job_turns"


class Bus:
    """What is published inside a catalogue transaction happens if and only if that transaction does."""

    def __init__(self, database: Database, config: JobsConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._config, self._now_ms = database, config, now_ms
        self.published = asyncio.Event()
        """Set when there may be something to claim."""

    def publish_in(self, connection: Connection, message: Message, due_at: int = 0) -> None:
        """Call it inside a write, and ``announce`` after. ``due_at``: not before.

        The same job that still waits is not queued twice: it comes as early and as urgent as the more urgent of the two.
        """
        now = self._now_ms()
        message.timestamp = message.timestamp or now
        connection.execute(
            "INSERT INTO jobs (job_id, user_id, topic, message, dedupe_key, priority, state, created_at, due_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe_key) WHERE state = 'waiting' DO UPDATE"
            " SET priority = min(priority, excluded.priority), due_at = min(due_at, excluded.due_at)",
            (
                uuid7(now), message.user_id, TOPICS[message.operation], text(message),
                f"{message.operation}:{message.user_id}:{message.subject}", int(message.priority), JobState.WAITING, now, max(now, due_at),
            ),
        )  # fmt: skip

    def announce(self) -> None:
        self.published.set()

    async def publish(self, message: Message) -> None:
        await self._database.write(lambda connection: self.publish_in(connection, message))
        self.announce()

    async def claim(self, kinds: set[JobKind] | None = None) -> Job | None:
        """Lease the most urgent job that is due, one whose lease has run out included. None: there is nothing to do.

        Among jobs of one priority the accounts take turns; an account's own come in the order in which they are due. A job whose like
        is under way waits for it. One whose workers died at every try comes as a dead letter (``state``), for whoever waits to be told.
        """
        return await self._database.write(lambda connection: self._claim(connection, set(JobKind) if kinds is None else kinds))

    async def renew(self, job: Job) -> bool:
        """False when the lease was lost, also when it has run out: another worker may have the job, or its like."""
        now = self._now_ms()
        values = (now + int(self._config.lease_s * 1000), job.job_id, job.lease_id, now)
        sql = "UPDATE jobs SET lease_until = ? WHERE job_id = ? AND lease_id = ? AND state = 'leased' AND lease_until > ?"
        return await self._database.write(lambda connection: connection.execute(sql, values).rowcount > 0)

    async def finish(self, job: Job) -> None:
        def done(connection: Connection) -> None:
            self._end(connection, job, JobState.DONE, "")
            connection.execute("DELETE FROM jobs WHERE state = 'done' AND finished_at < ?", (self._now_ms() - _KEEP_DONE_MS,))

        await self._database.write(done)

    async def fail(self, job: Job, error: str, *, again: bool = True, after_s: float = 0.0) -> None:
        """Try again later with growing pauses, ``after_s`` the least; or give up when ``again`` is False or the tries are used up."""
        await self._database.write(lambda connection: self._fail(connection, job, error, again=again, after_s=after_s))

    async def release(self, job: Job) -> None:
        """Give a job back untouched, as at shutdown: the try does not count."""
        sql = (
            "UPDATE OR IGNORE jobs SET state = 'waiting', lease_id = '', attempts = max(0, attempts - 1) WHERE job_id = ? AND lease_id = ?"
        )
        await self._database.write(lambda connection: connection.execute(sql, (job.job_id, job.lease_id)))

    async def recover(self) -> int:
        """At the start of the only relay of this file: whoever held a lease is dead. The tries count, so that a crash loop ends."""

        def free(connection: Connection) -> int:
            sql = "UPDATE OR IGNORE jobs SET state = 'waiting', lease_id = '', due_at = min(due_at, ?) WHERE state = 'leased'"
            freed = connection.execute(sql, (self._now_ms(),)).rowcount
            connection.execute(
                "UPDATE jobs SET state = 'done', finished_at = ? WHERE state = 'leased'", (self._now_ms(),)
            )  # its like waits
            return freed

        return await self._database.write(free)

    async def list(self, state: JobState | None = None, topic: Topic | None = None, limit: int = 200) -> list[Job]:
        """The newest first."""
        sql = "SELECT * FROM jobs WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR topic = ?2) ORDER BY rowid DESC LIMIT ?3"
        return await self._database.read(
            lambda connection: [_job(row) for row in connection.execute(sql, (state, topic, limit)).fetchall()]
        )

    async def idle(self) -> bool:
        """True when nothing is under way and nothing is due."""
        sql = "SELECT 1 FROM jobs WHERE state = 'leased' OR (state = 'waiting' AND due_at <= ?) LIMIT 1"
        return await self._database.read(lambda connection: connection.execute(sql, (self._now_ms(),)).fetchone() is None)

    async def counts(self) -> dict[str, int]:
        sql = "SELECT state, count(*) FROM jobs GROUP BY state"
        return await self._database.read(lambda connection: dict(connection.execute(sql).fetchall()))

    async def depths(self) -> dict[str, dict[str, int]]:
        """Topic to how many of its jobs are in each state but done, and for how long the oldest has been due."""
        sql = (
            "SELECT topic, state, count(*) AS jobs, max(? - due_at) AS late FROM jobs"
            " WHERE state IN ('waiting', 'leased', 'dead') GROUP BY topic, state"
        )
        found: dict[str, dict[str, int]] = {}
        for row in await self._database.read(lambda connection: connection.execute(sql, (self._now_ms(),)).fetchall()):
            found.setdefault(row["topic"], {})[row["state"]] = int(row["jobs"])
            if row["state"] == JobState.WAITING and row["late"] > 0:
                found[row["topic"]]["seconds late"] = int(row["late"]) // 1000
        return found

    async def well(self) -> str:
        """Empty unless due jobs have waited too long; else which."""
        late = {topic: counts for topic, counts in (await self.depths()).items() if counts.get("seconds late", 0) > self._config.late_s}
        return "; ".join(
            f"{counts[JobState.WAITING]} jobs of {topic} wait, the oldest for {counts['seconds late']} s" for topic, counts in late.items()
        )

    async def replay(self, job_id: str) -> None:
        """A dead job waits again, with all its tries; where its like waits already, that one does. Raises NotFoundError."""

        def again(connection: Connection) -> int:
            sql = "UPDATE OR IGNORE jobs SET state = 'waiting', attempts = 0, due_at = ?, error = '' WHERE job_id = ? AND state = 'dead'"
            changed = connection.execute(sql, (self._now_ms(), job_id)).rowcount
            return changed or connection.execute("UPDATE jobs SET state = 'done' WHERE job_id = ? AND state = 'dead'", (job_id,)).rowcount

        if not await self._database.write(again):
            raise NotFoundError(f"dead job {job_id}", hint="relay jobs list --state dead shows those there are.")
        self.announce()

    def _claim(self, connection: Connection, kinds: set[JobKind]) -> Job | None:
        now = self._now_ms()
        for turn in connection.execute(_TURNS, {"now": now}).fetchall():
            row = connection.execute(_NEXT, {"now": now, **dict(turn), "kinds": text(kinds)}).fetchone()
            if row is None:
                continue
            connection.execute(_TAKE_TURN, (turn["user_id"],))
            return self._lease(connection, _job(row), now)
        return None

    def _lease(self, connection: Connection, job: Job, now: int) -> Job:
        if job.attempts >= self._config.max_attempts:
            job.state, job.error = JobState.DEAD, job.error or "its worker died at every try"
            self._end(connection, job, JobState.DEAD, job.error)
            return job
        job.attempts, job.lease_id, job.state = job.attempts + 1, uuid7(now), JobState.LEASED
        job.lease_until = now + int(self._config.lease_s * 1000)
        connection.execute(
            "UPDATE jobs SET state = 'leased', attempts = ?, lease_id = ?, lease_until = ? WHERE job_id = ?",
            (job.attempts, job.lease_id, job.lease_until, job.job_id),
        )
        return job

    def _fail(self, connection: Connection, job: Job, error: str, *, again: bool, after_s: float) -> None:
        if not again or job.attempts >= self._config.max_attempts:
            self._end(connection, job, JobState.DEAD, error)
            return
        due = self._now_ms() + max(int(after_s * 1000), min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS << job.attempts - 1))
        changed = connection.execute(
            "UPDATE OR IGNORE jobs SET state = 'waiting', due_at = ?, error = ?, lease_id = '' WHERE job_id = ? AND lease_id = ?",
            (due, error, job.job_id, job.lease_id),
        ).rowcount
        if not changed:  # the same job was published again meanwhile: that one takes over
            self._end(connection, job, JobState.DONE, error)

    def _end(self, connection: Connection, job: Job, state: JobState, error: str) -> None:
        connection.execute(
            "UPDATE jobs SET state = ?, error = ?, finished_at = ? WHERE job_id = ? AND lease_id = ? AND state IN ('waiting', 'leased')",
            (state, error, self._now_ms(), job.job_id, job.lease_id),
        )


def _job(row: object) -> Job:
    plain = dict(row)  # type: ignore[call-overload]  # sqlite3.Row is a mapping that typing does not know
    plain["message"] = msgspec.json.decode(plain["message"])
    return msgspec.convert({key: plain[key] for key in Job.__struct_fields__}, Job)
