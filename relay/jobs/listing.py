"""Jobs as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from relay.jobs.kinds import Job, JobState

_HEAD = ("JOB", "STATE", "TOPIC", "WORK", "TRY", "AGE", "NEXT TRY", "ABOUT", "WHY")


def table(jobs: Sequence[Job], now_ms: int) -> str:
    """One line each: how old it is, when it is tried next, and why it was not done yet."""
    rows = [_HEAD, *(_row(job, now_ms) for job in jobs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def span(ms: int) -> str:
    """ "12 s", "5 min", "3 h", "2 days"."""
    seconds = max(0, ms) // 1000
    for unit, size in (("days", 2 * 86_400), ("h", 2 * 3600), ("min", 120)):
        if seconds >= size:
            return f"{seconds // {'days': 86_400, 'h': 3600, 'min': 60}[unit]} {unit}"
    return f"{seconds} s"


def _row(job: Job, now_ms: int) -> tuple[str, ...]:
    message = job.message
    return (
        job.job_id, job.state.value, job.topic.value, message.operation.value, str(job.attempts), span(now_ms - job.created_at),
        _next(job, now_ms), message.subject or "-", job.error or "-",
    )  # fmt: skip


def _next(job: Job, now_ms: int) -> str:
    match job.state:
        case JobState.WAITING:
            return "now" if job.due_at <= now_ms else f"in {span(job.due_at - now_ms)}"
        case JobState.LEASED:
            return "running" if job.lease_until > now_ms else "now: its worker died"
        case JobState.DEAD:
            return "when replayed"
        case JobState.DONE:
            return "-"
