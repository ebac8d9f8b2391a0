"""The job that makes a film: read the request, search, choose, render, keep. Never a wrong film: a request that fits nothing says so."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.ids import uuid7
from glasses.wire.memory import Memory, MemoryStatus, NearMiss
from glasses.wire.segment import PROFILE, Kind
from glasses.wire.status import Custody
from relay.ask.result import SearchResult, VideoHit
from relay.assemble.cutlist import Candidate, CutList, MomentScore, choose
from relay.assemble.film import FilmFacts, FilmPlan
from relay.catalog import changes, memories, moments, videos
from relay.catalog.db import Database
from relay.catalog.memories import MemoryRow
from relay.catalog.records import MomentRecord, Video
from relay.catalog.rows import Connection
from relay.errors import Action, SouvenirError
from relay.ingest.blobs import BlobStore, film_key, poster_key
from relay.jobs.kinds import JobHandler, JobKind, Message
from relay.work.documents import quality_of

MOST_CLIPS = 200
LEAST_USABLE_S = 1.0
_PAUSE_S = 0.6
"""A shorter silence between two words does not end what is said."""

Opened = Callable[[Video], AbstractAsyncContextManager[Path]]
"""A clip's original as a file."""
Ask = Callable[[str, str], Awaitable[SearchResult]]
"""(user_id, query)."""

log = logging.getLogger(__name__)


class MadeFilm(NamedTuple):
    facts: FilmFacts
    poster: bytes


Render = Callable[[FilmPlan, dict[str, str], str], Awaitable[MadeFilm]]
"""(plan, video id to file, where to write the film)."""


class Found(NamedTuple):
    """A clip of the search with its record and moments."""

    hit: VideoHit
    video: Video
    moments: list[MomentRecord]


class FilmJobs:
    def __init__(
        self, database: Database, blobs: BlobStore, opened: Opened, ask: Ask, render: Render, scratch: Path, now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._database, self._blobs, self._opened, self._ask, self._render = database, blobs, opened, ask, render
        self._scratch, self._now_ms = scratch, now_ms
        scratch.mkdir(parents=True, exist_ok=True)
        for left in scratch.glob("*"):  # of a process that was killed
            left.unlink() if left.is_file() else None

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {JobKind.CREATE_MEMORY: self.create}

    async def create(self, message: Message) -> None:
        """Completes the memory, or fails it with the reason. Raises only what may pass when tried again."""
        user_id, memory_id = message.user_id, str(message.parameters["memory_id"])
        memory = (await self._database.read(lambda connection: memories.get(connection, user_id, memory_id))).memory
        if memory.status is not MemoryStatus.PROCESSING:
            return
        try:
            await self._make(user_id, memory, float(message.parameters.get("max_duration_s", 120.0)))
        except SouvenirError as problem:
            if problem.kind.action is Action.RETRY:
                raise
            await self._fail(user_id, memory, problem)

    async def given_up(self, message: Message, error: SouvenirError) -> None:
        """The job is not tried again: whoever waits for the film learns why."""
        if message.operation is not JobKind.CREATE_MEMORY:
            return
        memory_id = str(message.parameters["memory_id"])
        memory = (await self._database.read(lambda connection: memories.get(connection, message.user_id, memory_id))).memory
        if memory.status is MemoryStatus.PROCESSING:
            await self._fail(message.user_id, memory, SouvenirError(error.detail, code="film.failed"))

    async def _make(self, user_id: str, memory: Memory, max_duration_s: float) -> None:
        begun_s = time.perf_counter()
        result = await self._ask(user_id, memory.query)
        memory.plan, memory.near_misses = result.plan, list(result.near_misses)
        memory.timings_s = {stage: result.timings_s.get(stage, 0.0) for stage in ("understand", "search")}
        if result.problem is not None:
            raise SouvenirError(result.problem.detail, code=result.problem.code, hint=result.problem.hint or None)
        chosen_s = time.perf_counter()
        found = await self._database.read(lambda connection: _found(connection, user_id, result))
        clips = [one for one in found if one.video.kind is Kind.VIDEO]
        memory.near_misses += [_photo(one) for one in found if one.video.kind is not Kind.VIDEO]
        cut_list = choose([_candidate(one) for one in clips], max_duration_s=max_duration_s)
        memory.near_misses += cut_list.left_out
        memory.timings_s["choose"] = time.perf_counter() - chosen_s
        if not cut_list.cuts:
            raise SouvenirError(_why_none(memory.near_misses), code="film.no_clips")
        rendered_s = time.perf_counter()
        made = await self._rendered(_plan(cut_list, result, [one.video for one in clips]), {one.video.video_id: one.video for one in clips})
        memory.timings_s["render"] = time.perf_counter() - rendered_s
        memory.timings_s["total"] = time.perf_counter() - begun_s
        await self._keep(user_id, memory, made)
        used = {clip.video_id for clip in memory.clips_used}
        followed = {one.video.video_id: one.video.correlation_id for one in clips if one.video.video_id in used}
        log.info("film made", extra={"memory_id": memory.memory_id, "clips": followed})

    async def _rendered(self, plan: FilmPlan, clips: dict[str, Video]) -> tuple[MadeFilm, Path]:
        out = self._scratch / f"{uuid7(self._now_ms())}.mp4"
        async with AsyncExitStack() as stack:
            wanted = dict.fromkeys(cut.video_id for cut in plan.cut_list.cuts)
            sources = {video_id: str(await stack.enter_async_context(self._opened(clips[video_id]))) for video_id in wanted}
            return await self._render(plan, sources, str(out)), out

    async def _keep(self, user_id: str, memory: Memory, made: tuple[MadeFilm, Path]) -> None:
        (facts, poster), file = made
        row = MemoryRow(
            memory=memory, blob_key=film_key(user_id, memory.memory_id), poster_key=poster_key(user_id, memory.memory_id) if poster else ""
        )
        await self._blobs.put_file(row.blob_key, file)
        file.unlink()
        if poster:
            await self._blobs.put_bytes(row.poster_key, poster)
        memory.status, memory.completed_at, memory.duration_s = MemoryStatus.COMPLETED, self._now_ms(), facts.duration_s
        memory.frames, memory.planned_frames, memory.clips_used = facts.frames, facts.planned_frames, facts.cut_list.clips_used
        memory.near_misses += facts.left_out
        memory.timings_s = {stage: round(seconds, 3) for stage, seconds in memory.timings_s.items()}
        await self._database.write(lambda connection: self._save(connection, user_id, row))

    async def _fail(self, user_id: str, memory: Memory, problem: SouvenirError) -> None:
        memory.status, memory.completed_at = MemoryStatus.FAILED, self._now_ms()
        memory.problem = {"code": problem.code, "detail": problem.detail, "hint": problem.hint}
        await self._database.write(lambda connection: self._save(connection, user_id, MemoryRow(memory=memory)))

    def _save(self, connection: Connection, user_id: str, row: MemoryRow) -> None:
        """The film, the custody of its clips and the word of it, in one piece."""
        memory, now = row.memory, self._now_ms()
        new = [clip.video_id for clip in memory.clips_used if not videos.filmed(connection, user_id, clip.video_id)]
        memories.save(connection, user_id, row)
        for video_id in new:
            value = {"custody": Custody.FILMED.value, "memory_id": memory.memory_id}
            changes.append(connection, user_id, OpKind.CUSTODY, video_id, value, now)
        changes.append(connection, user_id, OpKind.MEMORY, memory.memory_id, to_builtins(memory), now)


def _found(connection: Connection, user_id: str, result: SearchResult) -> list[Found]:
    known = videos.many(connection, user_id, [hit.video_id for hit in result.hits])
    return [
        Found(hit, known[hit.video_id], moments.of_video(connection, user_id, hit.video_id))
        for hit in result.hits if hit.video_id in known
    ]  # fmt: skip


def _candidate(found: Found) -> Candidate:
    shares = {moment.moment_id: moment.score for moment in found.hit.moments}
    scores = tuple(
        MomentScore(moment.start_s, moment.end_s, shares.get(moment.moment_id, 0.0), quality_of(moment.sharpness))
        for moment in found.moments
    )
    return Candidate(
        video_id=found.video.video_id, captured_at=found.video.captured_at, frames=usable_frames(found.video), score=found.hit.score,
        reason=found.hit.reason, moments=scores, speech=spoken(found.moments),
    )  # fmt: skip


def usable_frames(video: Video) -> int:
    """Up to the wearer's "stop recording"; all of a clip that holds nothing else."""
    if video.command_from_s is None or video.command_from_s < LEAST_USABLE_S:
        return video.frames
    return min(video.frames, int(video.command_from_s * PROFILE.fps))


def spoken(found: list[MomentRecord]) -> tuple[tuple[float, float], ...]:
    """The seconds (start, end) in which somebody speaks, short pauses included."""
    spans: list[tuple[float, float]] = []
    for word in sorted((word for moment in found for word in moment.words), key=lambda word: word.start_s):
        if spans and word.start_s - spans[-1][1] < _PAUSE_S:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end_s))
        else:
            spans.append((word.start_s, word.end_s))
    return tuple(spans)


def _plan(cut_list: CutList, result: SearchResult, clips: list[Video]) -> FilmPlan:
    used = [video for video in clips if video.video_id in {cut.video_id for cut in cut_list.cuts}]
    places = list(dict.fromkeys(video.place.name for video in sorted(used, key=lambda one: one.captured_at) if video.place.name))
    place = " · ".join(places) if len(places) <= 2 else ""
    loudness = {video.video_id: video.loudness_lufs for video in used if video.loudness_lufs is not None}
    return FilmPlan(
        cut_list=cut_list, title=result.plan.title, place="" if place and place in result.plan.title else place,
        dates=dates_of([_day(video) for video in used]), loudness_lufs=loudness,
    )  # fmt: skip


def dates_of(days: list[date]) -> str:
    """'14 June 2025', '14 - 16 June 2025', '30 June - 2 July 2025', with an en dash."""
    if not days:
        return ""
    first, last = min(days), max(days)
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    start = f"{first.day}" + ("" if (first.year, first.month) == (last.year, last.month) else f" {first:%B}")
    return f"{start}{'' if first.year == last.year else f' {first.year}'} \u2013 {end}"


def _day(video: Video) -> date:
    return datetime.fromtimestamp(video.captured_at / 1000, ZoneInfo(video.timezone) if video.timezone else UTC).date()


def _photo(found: Found) -> NearMiss:
    return NearMiss(
        video_id=found.video.video_id,
        captured_at=found.video.captured_at,
        score=found.hit.score,
        reason="a photo; films are made of videos",
    )


def _why_none(misses: list[NearMiss]) -> str:
    return "; ".join(dict.fromkeys(miss.reason for miss in misses[:5])) or "the clips that fit are gone"
