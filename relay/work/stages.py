"""The stages that need models, joined to jobs and routes. Models are loaded with the first job, not at the start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from glasses.wire.memory import Variant
from glasses.wire.tag import FaceTag
from relay.app import Stages
from relay.assemble.film import FilmPlan
from relay.assemble.joint_names import forget_joints
from relay.catalog import videos
from relay.catalog.records import Part
from relay.errors import SouvenirError
from relay.extract.facts import ClipFacts, ExtractRequest
from relay.extract.tasks import advance_clip, enrol_photo
from relay.jobs.kinds import Message
from relay.jobs.pool import CpuPool
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.push.pushing import Pushing
from relay.services import INDEX, SCRATCH, Services
from relay.work.asking import Asking
from relay.work.clips import ClipJobs
from relay.work.film_form import FilmForms, make_form
from relay.work.films import Ask, FilmJobs, MadeFilm
from relay.work.lane import Lane
from relay.work.preparing import Preparing
from relay.work.render import make_film, recode_film

JOINTS = "joints"


def make_stages(relay: Services) -> Stages:
    asking = Asking(Lane(), relay.folder / INDEX, relay.database, relay.now_ms, relay.links, relay.profiles)
    forget = partial(forget_joints, relay.folder / JOINTS)
    clips = ClipJobs(relay.database, relay.blobs, partial(_extract, relay.pool), asking.indexer, relay.bus.publish_in, relay.now_ms, forget)
    forms, films = film_parts(relay, asking.ask)
    people = PeopleBook(relay.database, relay.blobs, relay.bus, partial(_enrol, relay.pool), relay.now_ms)
    preparing = Preparing(relay.database, relay.bus, relay.config.films, relay.now_ms)
    pushing = Pushing(relay.database, relay.links, relay.vapid, relay.config.push, relay.now_ms)
    handlers = {**clips.handlers(), **forms.handlers(), **films.handlers(), **preparing.handlers(), **pushing.handlers()}

    async def given_up(message: Message, error: SouvenirError) -> None:
        await clips.given_up(message, error)
        await films.given_up(message, error)

    workers = Workers(relay.bus, handlers, relay.config.jobs, given_up)
    return Stages(
        find=asking.find, people=people, workers=workers, close=asking.close, idle=preparing.run,
        forget=partial(_forget, relay, asking, forget),
    )  # fmt: skip


async def _forget(relay: Services, asking: Asking, forget_clip: Callable[[str], None], user_id: str) -> None:
    """What is known of an account beside the catalogue and the blobs."""
    clips = await relay.database.read(lambda connection: videos.everything_of(connection, user_id))
    for clip in clips:
        await asyncio.to_thread(forget_clip, clip.video_id)
    await asking.forget(user_id)


def film_parts(relay: Services, ask: Ask) -> tuple[FilmForms, FilmJobs]:
    """What brings clips into the films' form, and what makes films of those that ``ask`` finds."""
    scratch = relay.folder / SCRATCH
    scratch.mkdir(parents=True, exist_ok=True)
    form = partial(_form, relay.pool, tuple(relay.config.films.enhance))
    forms = FilmForms(relay.database, relay.blobs, relay.tiers.opened, form, scratch, relay.now_ms)
    render = partial(_render, relay.pool, str(relay.folder / JOINTS))
    return forms, FilmJobs(
        relay.database,
        relay.blobs,
        ask,
        render,
        partial(_recode, relay.pool),
        forms,
        scratch,
        relay.now_ms,
        relay.bus,
        partial(forget_joints, relay.folder / JOINTS),
    )


async def _extract(pool: CpuPool, path: Path, request: ExtractRequest, kept: list[Part]) -> ClipFacts | list[Part]:
    return await pool.run(advance_clip, path, request, kept)


async def _enrol(pool: CpuPool, photo: bytes) -> FaceTag:
    return await pool.run(enrol_photo, photo)


async def _form(pool: CpuPool, enhance: tuple[str, ...], video_id: str, original: str, target: str, is_photo: bool) -> int:
    return await pool.run(make_form, video_id, original, target, is_photo, enhance)


async def _render(pool: CpuPool, joints: str, plan: FilmPlan, sources: dict[str, str], out: str) -> MadeFilm:
    return await pool.run(make_film, plan, sources, out, joints)


async def _recode(pool: CpuPool, film: str, out: str, variant: Variant) -> int:
    return await pool.run(recode_film, film, out, variant)
