"""The stages that need models, joined to jobs and routes. Models are loaded with the first job, not at the start."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from glasses.wire.tag import FaceTag
from relay.app import Stages
from relay.assemble.film import FilmPlan
from relay.extract.facts import ClipFacts, ExtractRequest
from relay.extract.tasks import enrol_photo, extract_clip
from relay.jobs.pool import CpuPool
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.services import INDEX, Services
from relay.work.asking import Asking
from relay.work.clips import ClipJobs
from relay.work.films import FilmJobs, MadeFilm
from relay.work.lane import Lane
from relay.work.render import make_film

SCRATCH = "scratch"


def make_stages(relay: Services) -> Stages:
    asking = Asking(Lane(), relay.folder / INDEX, relay.database, relay.now_ms, relay.links)
    clips = ClipJobs(relay.database, relay.blobs, partial(_extract, relay.pool), asking.indexer, relay.now_ms)
    films = FilmJobs(
        relay.database, relay.blobs, relay.tiers.opened, asking.ask, partial(_render, relay.pool), relay.folder / SCRATCH, relay.now_ms
    )  # fmt: skip
    people = PeopleBook(relay.database, relay.blobs, relay.bus, partial(_enrol, relay.pool), relay.now_ms)
    workers = Workers(relay.bus, {**clips.handlers(), **films.handlers()}, relay.config.jobs, films.given_up)
    return Stages(find=asking.find, people=people, workers=workers, close=asking.close)


async def _extract(pool: CpuPool, path: Path, request: ExtractRequest) -> ClipFacts:
    return await pool.run(extract_clip, path, request)


async def _enrol(pool: CpuPool, photo: bytes) -> FaceTag:
    return await pool.run(enrol_photo, photo)


async def _render(pool: CpuPool, plan: FilmPlan, sources: dict[str, str], out: str) -> MadeFilm:
    return await pool.run(make_film, plan, sources, out)
