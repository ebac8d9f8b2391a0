"""Jobs about clips: look into one, bring the index up to it, name its faces, take it away. Each may come twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from glasses.wire.change import OpKind
from relay.catalog import changes, details, moments, parts, people, users, videos
from relay.catalog.db import Database
from relay.catalog.records import Detail, MomentRecord, Part, Video, VideoStatus
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.extract.facts import ClipFacts, ExtractRequest
from relay.extract.geometry import Fix, between
from relay.ingest.blobs import BlobStore, media_of, moment_thumbnail_key, thumbnail_key
from relay.jobs.kinds import JobHandler, JobKind, Message, Priority
from relay.jobs.pool import WorkerDiedError, WorkerHungError
from relay.library.films import bring_back_in
from relay.library.recognition import KnownFace, recognise
from relay.library.videos import erase_in
from relay.work.commands import meant, opening_ends_s
from relay.work.film_form import needs_film_form
from relay.work.known import known_parts
from relay.work.looks import look_of

Extract = Callable[[Path, ExtractRequest, list[Part]], Awaitable[ClipFacts | list[Part]]]
"""(file, what is asked, what is known) -> the next parts, or everything."""

log = logging.getLogger(__name__)
NOT_A_VIDEO, TOO_COSTLY = "upload.not_a_video", "upload.too_costly"


class PublishIn(Protocol):
    def __call__(self, connection: Connection, message: Message, due_at: int = 0) -> None: ...


class IndexKeeper(Protocol):
    async def changed(self, user_id: str, video_id: str) -> None:
        """A clip was extracted, edited or deleted."""

    async def refresh(self, user_id: str) -> None:
        """Many of an account's clips may have changed."""


class ClipJobs:
    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        extract: Extract,
        index: IndexKeeper,
        publish_in: PublishIn,
        now_ms: Callable[[], int],
        forget: Callable[[str], None] = lambda _video_id: None,
    ) -> None:
        self._database, self._blobs, self._extract, self._index, self._now_ms = database, blobs, extract, index, now_ms
        self._publish_in, self._forget = publish_in, forget

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {
            JobKind.EXTRACT: self.extract,
            JobKind.REINDEX: self.reindex,
            JobKind.ERASE: self.erase,
            JobKind.NAME_FACES: self.name_faces,
        }

    async def extract(self, message: Message) -> None:
        """Look into a stored clip; after it the clip is searchable, or known to be unreadable (and kept).

        What was found before the relay was killed, or by models that are still the same, is not looked for again.
        """
        user_id, video_id = message.user_id, message.video_id
        begun_s = time.perf_counter()
        try:
            facts = await self._found(user_id, video_id)
        except WorkerHungError as problem:
            await self._park(message, SouvenirError(problem.detail, code=TOO_COSTLY))
            return
        except SouvenirError as problem:
            if problem.code not in (NOT_A_VIDEO, TOO_COSTLY):
                raise
            await self._park(message, problem)
            return
        if facts is None:
            return
        stages = {**facts.timings_s, "extract": time.perf_counter() - begun_s}
        begun_s = time.perf_counter()
        await self._index.changed(user_id, video_id)
        stages["index"] = time.perf_counter() - begun_s
        await self._database.write(lambda connection: self._searchable(connection, user_id, video_id, stages))

    async def given_up(self, message: Message, error: SouvenirError) -> None:
        """The job is not tried again: a clip at which every process died is known for it."""
        if message.operation is JobKind.EXTRACT and isinstance(error, WorkerDiedError):
            await self._park(message, SouvenirError(error.detail, code=TOO_COSTLY))

    async def _park(self, message: Message, why: SouvenirError) -> None:
        log.warning("clip not looked into", extra={"video_id": message.video_id, "code": why.code, "detail": why.detail})
        await self._database.write(partial(self._unreadable, message.user_id, message.video_id, why))

    async def _found(self, user_id: str, video_id: str) -> ClipFacts | None:
        """All that is in the clip, in the catalogue; None when it is gone. What it is asked for may change meanwhile, as by consent."""
        video, request = await self._database.read(lambda connection: _task(connection, user_id, video_id))
        if video is None:
            return None
        kept = await self._database.read(partial(_known, video=video, request=request))
        if kept:
            log.info("parts kept", extra={"video_id": video_id, "parts": [part.name for part in kept]})
        async with self._blobs.file(video.blob_key) as path:
            while video is not None:
                found = await self._extract(path, request, kept)
                if not isinstance(found, ClipFacts):
                    await self._database.write(partial(parts.keep, user_id=user_id, video_id=video_id, found=found))
                    log.info("parts found", extra={"video_id": video_id, "parts": [part.name for part in found]})
                    kept += found
                elif await self._keep(user_id, video_id, found):
                    return found
                video, request = await self._database.read(lambda connection: _task(connection, user_id, video_id))
        return None

    async def _keep(self, user_id: str, video_id: str, facts: ClipFacts) -> bool:
        """False when it was asked for otherwise meanwhile: then nothing of it stays."""
        made = {thumbnail_key(user_id, video_id): facts.thumbnail} if facts.thumbnail else {}
        for moment in facts.moments:
            if moment.thumbnail:
                moment.thumbnail_key = moment_thumbnail_key(user_id, video_id, moment.thumbnail)
                made[moment.thumbnail_key] = moment.thumbnail
        for key, jpeg in made.items():
            await self._blobs.put_bytes(key, jpeg)
        replaced = await self._database.write(lambda connection: _keep_facts(connection, user_id, video_id, facts))
        for key in made if replaced is None else replaced:
            await self._blobs.delete(key)
        return replaced is not None

    async def reindex(self, message: Message) -> None:
        """And films that a clip was in before it went to the trash are made anew with it, now that it is found again."""
        await self._index.changed(message.user_id, message.video_id)
        await self._database.write(lambda connection: self._back(connection, message.user_id, message.video_id))

    async def erase(self, message: Message) -> None:
        """Take a deleted video's media away; of one whose time in the trash is over, all that is known of it too."""
        video = await self._database.write(partial(self._to_erase, message))
        if video is None:
            return
        await self._index.changed(message.user_id, message.video_id)
        self._forget(video.video_id)
        made = [key async for key in self._blobs.keys(media_of(video.user_id, video.video_id))]
        for key in (video.blob_key, video.thumbnail_key, video.film_key, *made):
            if key:
                await self._blobs.delete(key)

    async def name_faces(self, message: Message) -> None:
        """The account knows other people than before: name the faces of its clips anew."""
        await self._database.write(lambda connection: _name_faces(connection, message.user_id))
        await self._index.refresh(message.user_id)

    def _back(self, connection: Connection, user_id: str, video_id: str) -> None:
        video = videos.find(connection, user_id, video_id)
        if video is not None and video.deleted_at is None and video.status is VideoStatus.READY:
            bring_back_in(connection, self._publish_in, user_id, video_id, self._now_ms())

    def _to_erase(self, message: Message, connection: Connection) -> Video | None:
        video, now = videos.find(connection, message.user_id, message.video_id), self._now_ms()
        if video is None or video.deleted_at is None:
            return None
        if (video.erase_at or 0) > now:  # it was back, and is in the trash again since
            self._publish_in(connection, message, video.erase_at or 0)
            return None
        if video.erase_at is not None:
            erase_in(connection, video, now)
        return video

    def _unreadable(self, user_id: str, video_id: str, why: SouvenirError, connection: Connection) -> None:
        video = videos.find(connection, user_id, video_id)
        if video is None or video.deleted_at is not None:
            return
        parts.drop(connection, user_id, video_id)
        video.status = VideoStatus.UNREADABLE
        videos.put(connection, video)
        value = {"status": video.status.value, "code": why.code, "detail": why.detail}
        changes.append(connection, user_id, OpKind.EDIT, video_id, value, self._now_ms())

    def _searchable(self, connection: Connection, user_id: str, video_id: str, stages: dict[str, float]) -> None:
        video = videos.find(connection, user_id, video_id)
        if video is None or video.deleted_at is not None:
            return
        parts.drop(connection, user_id, video_id)
        now, timing = self._now_ms(), videos.timing(connection, user_id, video_id)
        timing.searchable_at = timing.searchable_at or now
        stages["searchable"] = (timing.searchable_at - timing.stored_at) / 1000
        timing.stages = {stage: round(seconds, 3) for stage, seconds in stages.items()}
        videos.put_timing(connection, user_id, video_id, timing)
        value: dict[str, Any] = {"status": video.status.value, "place": video.place.name, "searchable_at": timing.searchable_at}
        changes.append(connection, user_id, OpKind.EDIT, video_id, value, now)
        if needs_film_form(video):
            normalise = Message(user_id=user_id, operation=JobKind.NORMALISE, video_id=video_id, priority=Priority.LOW)
            self._publish_in(connection, normalise)
        if video.place.ids and not changes.told(connection, user_id, OpKind.PLACE, video.place.ids[0]):
            place = {"name": video.place.name, "region": video.place.region, "country": video.place.country}
            changes.append(connection, user_id, OpKind.PLACE, video.place.ids[0], place, now)


def _task(connection: Connection, user_id: str, video_id: str) -> tuple[Video | None, ExtractRequest]:
    video = videos.find(connection, user_id, video_id)
    if video is None or video.deleted_at is not None:
        return None, ExtractRequest()
    consent = users.get(connection, user_id).faces_consent_at is not None
    tags = videos.device_tags(connection, user_id, video_id)
    lat, lon = (video.lat, video.lon) if video.lat is not None else _guessed(connection, video) or (None, None)
    return video, ExtractRequest(sha256=video.sha256, lat=lat, lon=lon, tags=tags, faces=consent)


def _known(connection: Connection, video: Video, request: ExtractRequest) -> list[Part]:
    """What was found before a kill, and what the catalogue says already."""
    user_id, video_id = video.user_id, video.video_id
    detail, found = details.find(connection, user_id, video_id), moments.of_video(connection, user_id, video_id)
    return [*known_parts(video, detail, found, request), *parts.of_video(connection, user_id, video_id)]


def _guessed(connection: Connection, video: Video) -> tuple[float, float] | None:
    """Where a clip without a position was taken, by its neighbours in time."""
    near = [videos.placed(connection, video.user_id, video.captured_at, earlier=earlier) for earlier in (True, False)]
    before, after = (None if one is None or one.lat is None or one.lon is None else Fix(one.captured_at, one.lat, one.lon) for one in near)
    return between(video.captured_at, before, after)


def _keep_facts(connection: Connection, user_id: str, video_id: str, facts: ClipFacts) -> set[str] | None:
    """The video as it is by now: it may have been edited while it was looked into. None: deleted, or faces are another matter now.

    Returns the keys of pictures that moments had before and have no more.
    """
    video = videos.find(connection, user_id, video_id)
    consent = users.get(connection, user_id).faces_consent_at is not None
    if video is None or video.deleted_at is not None or consent != facts.faces:
        return None
    probe = facts.probe
    video.kind, video.duration_s, video.frames, video.on_profile = probe.kind, probe.duration_s, probe.frames, probe.on_profile
    video.place, video.timezone, video.loudness_lufs = facts.place, facts.timezone, facts.loudness_lufs
    if facts.thumbnail:
        video.thumbnail_key, video.look = thumbnail_key(user_id, video_id), look_of(facts.thumbnail)
    said = [word for moment in facts.moments for word in moment.words]
    video.asked_until_s = opening_ends_s(said, video.asked_at_s)
    video.status = VideoStatus.READY
    videos.put(connection, video)
    kept = meant(said, video.asked_at_s, video.command_from_s)
    found = [
        MomentRecord(
            user_id=user_id, video_id=video_id, moment_id=f"{video_id}-{number:04d}", start_s=moment.start_s, end_s=moment.end_s,
            faces=moment.faces, objects=moment.objects, scene=moment.scene, words=[word for word in moment.words if word in kept],
            text=moment.text, sharpness=moment.sharpness, models=facts.models,
            thumbnail_key=moment.thumbnail_key, thumbnail_at_s=moment.thumbnail_at_s,
        )
        for number, moment in enumerate(facts.moments)
    ]  # fmt: skip
    for record in found:
        record.speech = " ".join(word.word for word in record.words)
    before = {moment.thumbnail_key for moment in moments.of_video(connection, user_id, video_id)}
    moments.replace(connection, user_id, video_id, _named(connection, user_id, found))
    details.put(connection, Detail(
        user_id=user_id, video_id=video_id, seconds=facts.seconds, speech_spans=facts.speech_spans, tracks=facts.tracks,
        models=facts.models, place_guessed=video.lat is None and bool(facts.place.ids),
        commands=[word for word in said if word not in kept],
    ))  # fmt: skip
    return before - {record.thumbnail_key for record in found} - {""}


def _name_faces(connection: Connection, user_id: str) -> None:
    for video in videos.ready(connection, user_id):
        found = moments.of_video(connection, user_id, video.video_id)
        moments.replace(connection, user_id, video.video_id, _named(connection, user_id, found))


def _named(connection: Connection, user_id: str, found: list[MomentRecord]) -> list[MomentRecord]:
    """With the names of the people whose faces are in them; without consent, without faces."""
    consent = users.get(connection, user_id).faces_consent_at is not None
    everyone = people.of_user(connection, user_id)
    known = {person.person_id: KnownFace(person.embedding, person.photos) for person in everyone if person.embedding}
    for moment in found:
        moment.faces = moment.faces if consent else []
        recognised = recognise(moment.faces, known)
        moment.people, moment.unknown_faces = recognised.people, recognised.unknown_faces
    return found
