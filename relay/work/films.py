"""The job that makes a film: read the request, search, choose, render, keep. Never a wrong film: a request that fits nothing says so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.memory import Memory, MemoryStatus, Variant
from glasses.wire.status import Custody
from relay.ask.result import SearchResult
from relay.assemble.cutlist import CutList, choose
from relay.assemble.film import Bed, FilmFacts, FilmPlan, Span
from relay.assemble.film_name import in_the_making
from relay.catalog import changes, details, memories, music, videos
from relay.catalog.db import Database
from relay.catalog.memories import MemoryRow
from relay.catalog.records import Video
from relay.catalog.rows import Connection
from relay.errors import Action, NotFoundError, SouvenirError
from relay.ingest.blobs import BlobStore, film_key, poster_key, variant_key
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobHandler, JobKind, Message
from relay.library.films import forget_in
from relay.push.notices import FILM_READY, tell_in
from relay.work.film_form import FilmForms
from relay.work.film_plan import candidate_of, fingerprint_of, found_of, plan_of, why_none
from relay.work.occasion_film import found_for

_GAVE_UP = "film.failed"

Ask = Callable[[str, str, tuple[str, ...]], Awaitable[SearchResult]]
"""(user_id, query, corrections)."""

log = logging.getLogger(__name__)


class MadeFilm(NamedTuple):
    facts: FilmFacts
    poster: bytes


Recode = Callable[[str, str, Variant], Awaitable[int]]
"""(film, where to write it in that form, the form) -> frames."""
Render = Callable[[FilmPlan, dict[str, str], str], Awaitable[MadeFilm]]
"""(plan, video id to file, where to write the film)."""


class FilmJobs:
    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        ask: Ask,
        render: Render,
        recode: Recode,
        forms: FilmForms,
        scratch: Path,
        now_ms: Callable[[], int],
        bus: Bus,
        forget: Callable[[str], None] = lambda _video_id: None,
    ) -> None:
        """``forget``: take what was kept of a deleted clip's fades away."""
        self._database, self._blobs, self._ask, self._render, self._forms = database, blobs, ask, render, forms
        self._recode, self._forget, self._bus = recode, forget, bus
        self._scratch, self._now_ms = scratch, now_ms
        scratch.mkdir(parents=True, exist_ok=True)
        for left in scratch.glob("*"):  # of a process that was killed
            left.unlink() if left.is_file() else None

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {JobKind.CREATE_MEMORY: self.create, JobKind.ERASE_MEMORY: self.erase}

    async def create(self, message: Message) -> None:
        """Completes the memory, or fails it with the reason. Raises only what may pass when tried again."""
        user_id, memory_id = message.user_id, str(message.parameters["memory_id"])
        memory = await self._there(user_id, memory_id)
        if memory is None:
            return
        if memory.status is MemoryStatus.COMPLETED or (memory.status is MemoryStatus.FAILED and memory.problem.get("code") != _GAVE_UP):
            return
        if memory.status is MemoryStatus.FAILED:  # relay jobs replay
            memory.status, memory.completed_at, memory.problem = MemoryStatus.PROCESSING, None, {}
            await self._database.write(lambda connection: self._save(connection, user_id, MemoryRow(memory=memory)))
        if memory.remade:
            await self._take_away(user_id, memory_id)
        try:
            await self._make(user_id, memory, float(message.parameters.get("max_duration_s", 120.0)))
        except SouvenirError as problem:
            if problem.kind.action is Action.RETRY:
                raise
            await self._fail(user_id, memory, problem)

    async def erase(self, message: Message) -> None:
        """The files of a film that was deleted."""
        memory_id = str(message.parameters["memory_id"])
        if await self._there(message.user_id, memory_id) is None:
            await self._take_away(message.user_id, memory_id)

    async def given_up(self, message: Message, error: SouvenirError) -> None:
        """The job is not tried again: whoever waits for the film learns why."""
        if message.operation is not JobKind.CREATE_MEMORY:
            return
        memory = await self._there(message.user_id, str(message.parameters["memory_id"]))
        if memory is not None and memory.status is MemoryStatus.PROCESSING:
            await self._fail(message.user_id, memory, SouvenirError(error.detail, code=_GAVE_UP))

    async def _make(self, user_id: str, memory: Memory, max_duration_s: float) -> None:
        """Once more when one of its clips was deleted while the film was made."""
        while True:
            async with AsyncExitStack() as held:
                if await self._make_of(held, user_id, memory, max_duration_s):
                    return
            for video_id in await self._database.read(lambda connection: _gone(connection, user_id, memory)):
                await asyncio.to_thread(self._forget, video_id)
            await self._take_away(user_id, memory.memory_id)

    async def _there(self, user_id: str, memory_id: str) -> Memory | None:
        """None: it was deleted."""
        try:
            return (await self._database.read(lambda connection: memories.get(connection, user_id, memory_id))).memory
        except NotFoundError:
            return None

    async def _take_away(self, user_id: str, memory_id: str) -> None:
        """All files of the film."""
        keys = [variant_key(user_id, memory_id, variant) for variant in Variant]
        for key in (film_key(user_id, memory_id), poster_key(user_id, memory_id), *keys):
            await self._blobs.delete(key)

    async def _make_of(self, held: AsyncExitStack, user_id: str, memory: Memory, max_duration_s: float) -> bool:
        begun_s = time.perf_counter()
        if (occasion := memory.occasion) is not None:
            result = await self._database.read(lambda connection: found_for(connection, user_id, occasion))
        else:
            result = await self._ask(user_id, memory.query, tuple(memory.corrections))
        memory.plan, memory.near_misses = result.plan, list(result.near_misses)
        memory.timings_s = {stage: result.timings_s.get(stage, 0.0) for stage in ("understand", "search")}
        if result.problem is not None:
            raise SouvenirError(result.problem.detail, code=result.problem.code, hint=result.problem.hint or None)
        chosen_s = time.perf_counter()
        found = await self._database.read(lambda connection: found_of(connection, user_id, result))
        found = [one for one in found if one.hit.exact] or found
        cut_list = choose([candidate_of(one) for one in found], max_duration_s=max_duration_s)
        memory.near_misses += cut_list.left_out
        told = len(cut_list.left_out)
        memory.timings_s["choose"] = time.perf_counter() - chosen_s
        videos_used = {one.video.video_id: one.video for one in found}
        prepared_s = time.perf_counter()
        cut_list, sources = await self._prepared(held, cut_list, videos_used)
        memory.timings_s["prepare"] = time.perf_counter() - prepared_s
        memory.near_misses += cut_list.left_out[told:]
        if not cut_list.cuts:
            raise SouvenirError(why_none(memory.near_misses), code="film.no_clips")
        plan = plan_of(cut_list, result, [*videos_used.values()])
        if memory.music:
            plan = await self._with_music(held, user_id, memory, plan)
        fingerprint, rendered_s = fingerprint_of(plan, videos_used), time.perf_counter()
        row = await self._same(user_id, memory, plan, fingerprint) or await self._made(user_id, memory, plan, sources, fingerprint)
        memory.timings_s["render"] = time.perf_counter() - rendered_s
        await self._bring_into_form(user_id, memory, fingerprint)
        memory.timings_s["total"] = time.perf_counter() - begun_s
        if not await self._keep(user_id, row):
            return False
        used = {clip.video_id for clip in memory.clips_used}
        followed = {one.video.video_id: one.video.correlation_id for one in found if one.video.video_id in used}
        log.info("film made", extra={"memory_id": memory.memory_id, "clips": followed})
        return True

    async def _with_music(self, held: AsyncExitStack, user_id: str, memory: Memory, plan: FilmPlan) -> FilmPlan:
        """Without it when it was taken away meanwhile: ``memory.music`` says so."""
        piece = await self._database.read(lambda connection: music.find(connection, user_id, memory.music))
        memory.music = ""
        if piece is None:
            return plan
        with contextlib.suppress(NotFoundError):
            path = await held.enter_async_context(self._blobs.file(piece.blob_key))
            memory.music = piece.music_id
        if not memory.music:
            return plan
        used = [cut.video_id for cut in plan.cut_list.cuts]
        speech = await self._database.read(lambda connection: _speech(connection, user_id, used))
        return replace(plan, bed=Bed(str(path), piece.sha256), speech=speech)

    async def _bring_into_form(self, user_id: str, memory: Memory, fingerprint: str) -> None:
        """The film in the form that was asked for, beside that in which it was made; taken from the same film where it is there."""
        if memory.variant is Variant.H264:
            return
        began_s, key = time.perf_counter(), variant_key(user_id, memory.memory_id, memory.variant)
        earlier = await self._database.read(lambda connection: memories.same_film(connection, user_id, fingerprint, memory.variant))
        if earlier is None or not await self._taken(variant_key(user_id, earlier.memory.memory_id, memory.variant), key):
            out = self._scratch / f"{memory.memory_id}-{memory.variant}.mp4"
            async with self._blobs.file(film_key(user_id, memory.memory_id)) as film:
                await self._recode(str(film), str(out), memory.variant)
            await self._blobs.put_file(key, out)
            out.unlink()
        memory.timings_s["recode"] = time.perf_counter() - began_s

    async def _taken(self, earlier_key: str, key: str) -> bool:
        try:
            await self._blobs.adopt(earlier_key, key)
        except NotFoundError:
            return False
        return True

    async def _prepared(self, held: AsyncExitStack, cut_list: CutList, clips: dict[str, Video]) -> tuple[CutList, dict[str, str]]:
        """The files of the clips; one whose form for films cannot be made is left out with the reason.

        They are there while ``held`` is open.
        """
        sources: dict[str, str] = {}
        for cut in cut_list.cuts:
            try:
                sources[cut.video_id] = str(await held.enter_async_context(self._forms.opened(clips[cut.video_id])))
            except SouvenirError as problem:
                if problem.kind.action is Action.RETRY:
                    raise
                cut_list = cut_list.without(cut.video_id, f"{problem.kind.title}: {problem.detail}")
        return cut_list, sources

    async def _same(self, user_id: str, memory: Memory, plan: FilmPlan, fingerprint: str) -> MemoryRow | None:
        """The same film was made before, of the same clips as they are now: it is taken at once."""
        earlier = await self._database.read(lambda connection: memories.same_film(connection, user_id, fingerprint))
        if earlier is None or earlier.memory.memory_id == memory.memory_id:
            return None
        row = _row(user_id, memory, fingerprint, with_poster=bool(earlier.poster_key))
        try:
            await self._blobs.adopt(earlier.blob_key, row.blob_key)
            if row.poster_key:
                await self._blobs.adopt(earlier.poster_key, row.poster_key)
        except NotFoundError:
            return None
        before = earlier.memory
        memory.duration_s, memory.frames, memory.planned_frames = before.duration_s, before.frames, before.planned_frames
        memory.clips_used = plan.cut_list.clips_used
        return row

    async def _made(self, user_id: str, memory: Memory, plan: FilmPlan, sources: dict[str, str], fingerprint: str) -> MemoryRow:
        out = in_the_making(self._scratch, memory.memory_id)
        facts, poster = await self._render(plan, sources, str(out))
        row = _row(user_id, memory, fingerprint if not facts.left_out else "", with_poster=bool(poster))
        await self._blobs.put_file(row.blob_key, out)
        out.unlink()
        if poster:
            await self._blobs.put_bytes(row.poster_key, poster)
        memory.duration_s, memory.frames, memory.planned_frames = facts.duration_s, facts.frames, facts.planned_frames
        memory.clips_used = facts.cut_list.clips_used
        memory.near_misses += facts.left_out
        memory.timings_s["first_playable"] = facts.timings_s.get("first_playable", 0.0)
        return row

    async def _keep(self, user_id: str, row: MemoryRow) -> bool:
        """False: a clip that is in it was deleted meanwhile. Nothing is kept of a film that was."""
        memory = row.memory
        memory.status, memory.completed_at = MemoryStatus.COMPLETED, self._now_ms()
        memory.timings_s = {stage: round(seconds, 3) for stage, seconds in memory.timings_s.items()}

        def keep(connection: Connection) -> bool:
            if _gone(connection, user_id, memory):
                return False
            if not memories.is_there(connection, user_id, memory.memory_id):
                erase = Message(user_id=user_id, operation=JobKind.ERASE_MEMORY, parameters={"memory_id": memory.memory_id})
                self._bus.publish_in(connection, erase)
                return True
            self._save(connection, user_id, row)
            if memory.occasion is None and not memory.remade:
                tell_in(connection, self._bus.publish_in, user_id, FILM_READY, memory.memory_id)
            return True

        return await self._database.write(keep)

    async def _fail(self, user_id: str, memory: Memory, problem: SouvenirError) -> None:
        """Whoever asked for it learns why; what nobody asked for is not spoken of."""
        if memory.occasion is not None:
            now = self._now_ms()
            await self._database.write(lambda connection: forget_in(connection, self._bus, user_id, memory.memory_id, now))
            log.info("no film prepared", extra={"memory_id": memory.memory_id, "code": problem.code, "error": problem.detail})
            return
        memory.status, memory.completed_at = MemoryStatus.FAILED, self._now_ms()
        memory.problem = {"code": problem.code, "detail": problem.detail, "hint": problem.hint}
        await self._database.write(lambda connection: self._save(connection, user_id, MemoryRow(memory=memory)))

    def _save(self, connection: Connection, user_id: str, row: MemoryRow) -> None:
        """The film, the custody of its clips and the word of it, in one piece."""
        memory, now = row.memory, self._now_ms()
        if not memories.is_there(connection, user_id, memory.memory_id):
            return
        new = [clip.video_id for clip in memory.clips_used if not videos.filmed(connection, user_id, clip.video_id)]
        memories.save(connection, user_id, row)
        for video_id in new:
            value = {"custody": Custody.FILMED.value, "memory_id": memory.memory_id}
            changes.append(connection, user_id, OpKind.CUSTODY, video_id, value, now)
        changes.append(connection, user_id, OpKind.MEMORY, memory.memory_id, to_builtins(memory), now)


def _row(user_id: str, memory: Memory, fingerprint: str, *, with_poster: bool) -> MemoryRow:
    memory_id = memory.memory_id
    return MemoryRow(
        memory=memory, blob_key=film_key(user_id, memory_id), poster_key=poster_key(user_id, memory_id) if with_poster else "",
        fingerprint=fingerprint,
    )  # fmt: skip


def _speech(connection: Connection, user_id: str, video_ids: list[str]) -> dict[str, list[Span]]:
    """Where somebody speaks, of the clips that were listened to."""
    found = {video_id: details.find(connection, user_id, video_id) for video_id in video_ids}
    return {video_id: detail.speech_spans for video_id, detail in found.items() if detail is not None and "voice" in detail.models}


def _gone(connection: Connection, user_id: str, memory: Memory) -> set[str]:
    """The clips of the film that are deleted."""
    used = [clip.video_id for clip in memory.clips_used]
    return set(used) - set(videos.many(connection, user_id, used))
