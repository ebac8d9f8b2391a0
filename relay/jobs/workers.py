"""Workers that run the handlers which the application hands them; they know no stage."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping

from relay.config import JobsConfig
from relay.errors import Action, LaterError, SouvenirError
from relay.jobs.bus import Bus
from relay.jobs.kinds import Job, JobHandler, JobKind, JobState, Message
from relay.journal import following

log = logging.getLogger(__name__)

GaveUp = Callable[[Message, SouvenirError], Awaitable[None]]


class Workers:
    """``given_up`` is told of each job that is not tried again, so that whoever waits for it learns why."""

    def __init__(self, bus: Bus, handlers: Mapping[JobKind, JobHandler], config: JobsConfig, given_up: GaveUp | None = None) -> None:
        self._bus, self._handlers, self._config, self._given_up = bus, handlers, config, given_up
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self.run(), name=f"worker-{number}") for number in range(self._config.workers)]

    async def stop(self) -> None:
        """At once: jobs under way go back to the queue."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def well(self) -> str:
        """Empty when all workers run; else what is wrong."""
        stopped = [task.get_name() for task in self._tasks if task.done()]
        return f"{', '.join(stopped)} stopped" if stopped else ""

    async def run(self) -> None:
        while True:
            self._bus.published.clear()
            if not await self.step():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bus.published.wait(), self._config.poll_s)

    async def step(self) -> bool:
        """Run one job, if one is due. False: nothing was."""
        job = await self._bus.claim(set(self._handlers))
        if job is None:
            return False
        with following(job.message.correlation_id):
            if job.state is JobState.DEAD:
                await self._buried(job)
            else:
                await self._work(job)
        return True

    async def _work(self, job: Job) -> None:
        work = asyncio.ensure_future(self._handlers[job.message.operation](job.message))
        renewal = asyncio.create_task(self._renew(job, work))
        context = _context(job)
        log.info("job begins", extra=context)
        try:
            await work
        except asyncio.CancelledError:
            if not _told_to_end():
                log.warning("job lost its lease: it is left to whoever has it now", extra=context)
                return
            await asyncio.shield(self._bus.release(job))
            raise
        except Exception as problem:  # noqa: BLE001 -- parked visibly: retried, then a dead letter
            await self._failed(job, problem, context)
        else:
            await self._bus.finish(job)
            log.info("job done", extra=context)
        finally:
            renewal.cancel()

    async def _buried(self, job: Job) -> None:
        log.error("job given up", extra={**_context(job), "error": job.error})
        if self._given_up is not None:
            await self._given_up(job.message, SouvenirError(job.error))

    async def _failed(self, job: Job, problem: Exception, context: dict[str, object]) -> None:
        error = problem if isinstance(problem, SouvenirError) else SouvenirError(f"{type(problem).__name__}: {problem}")
        again = error.kind.action is Action.RETRY
        log.error("job failed", exc_info=problem, extra={**context, "code": error.code})
        after_s = error.retry_after_s if isinstance(error, LaterError) else 0.0
        await self._bus.fail(job, f"{error.code}: {error.detail}", again=again, after_s=after_s)
        if self._given_up is not None and (not again or job.attempts >= self._config.max_attempts):
            await self._given_up(job.message, error)

    async def _renew(self, job: Job, work: asyncio.Future[None]) -> None:
        """Ends ``work`` when another worker may have the job."""
        while True:
            await asyncio.sleep(self._config.lease_s / 3)
            try:
                held = await self._bus.renew(job)
            except SouvenirError as problem:  # tried again: the lease lasts for three such tries
                log.warning("lease not renewed", extra={**_context(job), "error": problem.detail})
                continue
            if not held:
                work.cancel()
                return


def _context(job: Job) -> dict[str, object]:
    return {"job_id": job.job_id, "operation": job.message.operation, "subject": job.message.subject, "attempt": job.attempts}


def _told_to_end() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
