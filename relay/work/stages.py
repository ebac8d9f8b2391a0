"""The stages that need models, joined to jobs and routes. Models are loaded with the first job, not at the start."""

from __future__ import annotations

from glasses.wire.tag import FaceTag
from glasses.wire.video import SearchAnswer, SearchRequest
from relay.app import Stages
from relay.errors import SouvenirError
from relay.jobs.workers import Workers
from relay.library.people import PeopleBook
from relay.services import Services


async def _no_find(user_id: str, request: SearchRequest) -> SearchAnswer:
    raise SouvenirError("search is not joined yet", code="relay.unavailable")


async def _no_enrol(image: bytes) -> FaceTag:
    raise SouvenirError("faces are not joined yet", code="relay.unavailable")


def make_stages(relay: Services) -> Stages:
    people = PeopleBook(relay.database, relay.blobs, relay.bus, _no_enrol, relay.now_ms)
    return Stages(find=_no_find, people=people, workers=Workers(relay.bus, {}, relay.config.jobs))
