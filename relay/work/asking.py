"""Requests read and answered: the account's people, places and things as context, then the plan, then the search."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from glasses.wire.memory import Plan
from glasses.wire.video import FoundVideo, MatchedClip, SearchAnswer, SearchFilters, SearchRequest
from relay.ask.context import AskContext, Gazetteer, KnownPerson, NamedSpot, VisitedPlace
from relay.ask.gazetteer import WorldGazetteer
from relay.ask.result import Filters, MomentHit, SearchResult, Trouble
from relay.ask.search import Locate, Searcher
from relay.ask.understand import correct, understand, warm
from relay.auth.links import Links
from relay.catalog import moments, videos
from relay.catalog.db import Database
from relay.catalog.kept import ANSWERS_S, Kept
from relay.catalog.profiles import Profile, Profiles
from relay.catalog.records import Person, Video
from relay.catalog.rows import Connection
from relay.errors import SouvenirError
from relay.extract.place import timezone_of
from relay.index.base import Embedder, Index
from relay.index.indexer import Indexer
from relay.index.labels import LabelNeighbours
from relay.index.local import LocalIndex
from relay.work.documents import Documents
from relay.work.lane import Lane, LaneIndexer

if TYPE_CHECKING:
    from models.places import PlaceFinder


@dataclass(frozen=True)
class Knowledge:
    """What is loaded once, with the first request or clip."""

    index: Index
    embedder: Embedder
    indexer: Indexer
    gazetteer: Gazetteer
    searcher: Searcher
    country: Callable[[float, float], str]
    """ISO 3166 code of the country at a position."""


class Asking:
    """The index and all that requests are read with; made in the lane at the first use."""

    def __init__(
        self, lane: Lane, folder: Path, database: Database, now_ms: Callable[[], int], links: Links, profiles: Profiles | None = None
    ) -> None:
        self._lane, self._folder, self._database, self._now_ms, self._links = lane, folder, database, now_ms, links
        self._loaded: Knowledge | None = None
        self._neighbours: dict[str, tuple[frozenset[str], LabelNeighbours]] = {}
        self.indexer = LaneIndexer(lane, lambda: self._knowledge().indexer)
        self._profiles, self._answers = profiles or Profiles(now_ms), Kept[SearchResult](now_ms, ANSWERS_S)

    async def ask(
        self, user_id: str, query: str, corrections: tuple[str, ...] = (), *, limit: int = 50, filters: SearchFilters | None = None
    ) -> SearchResult:
        """How ``query`` and what was said after it were read, what fits and what nearly does; ``timings_s`` has understand and search."""
        return await self._lane.run(self._ask, user_id, query, corrections, limit, filters or SearchFilters())

    async def forget(self, user_id: str) -> None:
        """The account has ended: nothing of it is searched any more."""
        await self._lane.run(self._forget, user_id)

    async def find(self, user_id: str, asked: SearchRequest) -> SearchAnswer:
        """``ask`` as the HTTP API shows it."""
        result = await self.ask(user_id, asked.query, tuple(asked.corrections), limit=asked.limit, filters=asked.filters)
        found, pictures = await self._database.read(lambda connection: _seen(connection, user_id, result))
        shown = [
            FoundVideo(
                video_id=hit.video_id, thumbnail_url=self._links.to(found[hit.video_id].thumbnail_key), duration=hit.duration_s,
                captured_at=hit.captured_at,
                matched_clips=[
                    self._matched(one, hit.reason, *pictures.get(one.moment_id, ("", 0.0))) for one in hit.moments
                ],
            )
            for hit in result.hits if hit.video_id in found
        ]  # fmt: skip
        problem = {"code": result.problem.code, "detail": result.problem.detail, "hint": result.problem.hint} if result.problem else {}
        return SearchAnswer(videos=shown, total=result.total, plan=result.plan, near_misses=list(result.near_misses), problem=problem)

    def _matched(self, moment: MomentHit, reason: str, picture_key: str, picture_at_s: float) -> MatchedClip:
        return MatchedClip(
            moment_id=moment.moment_id, start_s=moment.start_s, end_s=moment.end_s, score=moment.score, reason=reason,
            thumbnail_url=self._links.to(picture_key), thumbnail_at_s=picture_at_s,
        )  # fmt: skip

    def close(self) -> None:
        self._lane.close(lambda: self._loaded.index.close() if self._loaded and isinstance(self._loaded.index, LocalIndex) else None)

    def _forget(self, user_id: str) -> None:
        self._neighbours.pop(user_id, None)
        if self._loaded is not None or self._folder.exists():
            self._knowledge().index.drop(user_id)

    def _ask(self, user_id: str, query: str, corrections: tuple[str, ...], limit: int, asked: SearchFilters) -> SearchResult:
        knowledge, begun_s = self._knowledge(), time.perf_counter()
        self.indexer.ensure(user_id)
        profile = self._database.read_here(lambda connection: self._profiles.of(connection, user_id))
        known, profile_state = profile.people, profile.state
        key, state = (user_id, query, corrections, limit, repr(asked)), (self.indexer.state(user_id), profile_state)
        if (kept := self._answers.get(key, state)) is not None:
            return replace(kept, timings_s={"understand": 0.0, "search": time.perf_counter() - begun_s})
        try:
            filters = self._filters(knowledge, known, asked)
        except SouvenirError as problem:
            return SearchResult(plan=Plan(query=query), problem=Trouble(problem.code, problem.detail, problem.hint))
        context = self._context(knowledge, profile)
        plan = understand(query, context)
        for utterance in corrections:
            plan = correct(plan, utterance, context)
        understand_s, begun_s = time.perf_counter() - begun_s, time.perf_counter()
        result = knowledge.searcher.search(user_id, plan, limit=limit, filters=filters)
        result.timings_s.update(understand=understand_s, search=time.perf_counter() - begun_s)
        self._answers.put(key, state, result)
        return result

    def _context(self, knowledge: Knowledge, profile: Profile) -> AskContext:
        user = profile.user
        labels = frozenset(knowledge.index.terms(user.user_id, "label"))
        cached = self._neighbours.get(user.user_id)
        if cached is None or cached[0] != labels:
            cached = self._neighbours[user.user_id] = (labels, LabelNeighbours(knowledge.embedder, labels))
        home = (user.home_lat, user.home_lon) if user.home_lat is not None and user.home_lon is not None else None
        return AskContext(
            now_ms=self._now_ms(), gazetteer=knowledge.gazetteer, home=home, country=knowledge.country(*home) if home else "",
            timezone=timezone_of(*home) if home and user.timezone == "UTC" else user.timezone,
            people=tuple(KnownPerson(one.person_id, one.name, tuple(one.relations), one.birthday) for one in profile.people),
            named=tuple(NamedSpot(one.name, one.lat, one.lon, one.radius_m / 1000) for one in profile.places),
            labels=labels, neighbours=cached[1],
            visited=tuple(VisitedPlace(place.name, place.ids, place.videos) for place in knowledge.index.places(user.user_id)),
        )  # fmt: skip

    def _filters(self, knowledge: Knowledge, known: Sequence[Person], asked: SearchFilters) -> Filters:
        dates = asked.date_range
        return Filters(
            start_at=dates.start_at if dates else None, end_at=dates.end_at if dates else None,
            people=tuple(_person_id(known, name) for name in asked.people),
            places=_place_ids(knowledge.gazetteer, asked.place) if asked.place else (),
            labels=tuple(label.casefold() for label in asked.objects),
        )  # fmt: skip

    def _knowledge(self) -> Knowledge:
        if self._loaded is None:
            self._loaded = load(self._folder, Documents(self._database))
        return self._loaded


@dataclass(frozen=True)
class Models:
    """What requests are read with, without any account."""

    embedder: Embedder
    gazetteer: Gazetteer
    locate: Locate
    country: Callable[[float, float], str]
    """ISO 3166 code of the country at a position."""


def load_models() -> Models:
    """Raises ModelMissingError."""
    from models.meaning import TextEmbedder
    from models.places import PlaceFinder
    from models.store import ModelStore

    store = ModelStore()
    embedder, places = TextEmbedder(store.path("meaning")), PlaceFinder(store.path("places"))
    warm(datetime.now(UTC).year)
    country = lru_cache(maxsize=1024)(lambda lat, lon: places.nearest(lat, lon).country_code)
    return Models(embedder, WorldGazetteer(places), _locate(places), country)


def load(folder: Path, documents: Documents) -> Knowledge:
    """Raises ModelMissingError."""
    models = load_models()
    index = LocalIndex(folder, models.embedder)
    indexer = Indexer(index, documents.of_user, documents.of_video)
    return Knowledge(index, models.embedder, indexer, models.gazetteer, Searcher(index, models.embedder, models.locate), models.country)


def _locate(places: PlaceFinder) -> Locate:
    def where(place_id: str) -> tuple[float, float] | None:
        found = places.by_id(place_id)
        return (found.lat, found.lon) if found else None

    return where


def _seen(connection: Connection, user_id: str, result: SearchResult) -> tuple[dict[str, Video], dict[str, tuple[str, float]]]:
    """The videos found, and the pictures of their moments."""
    known = videos.many(connection, user_id, [hit.video_id for hit in result.hits])
    return known, moments.thumbnails(connection, user_id, [one.moment_id for hit in result.hits for one in hit.moments])


def _person_id(known: Sequence[Person], name: str) -> str:
    for person in known:
        if name == person.person_id or name.casefold() in (person.name.casefold(), *person.relations):
            return person.person_id
    raise SouvenirError(f"'{name}' is nobody that this account knows", code="ask.unknown_person")


def _place_ids(gazetteer: Gazetteer, name: str) -> tuple[str, ...]:
    """The place itself, as the likeliest of that name; an id is taken as it is."""
    if ":" in name:
        return (name,)
    found = gazetteer.named(name)
    if not found:
        raise SouvenirError(f"'{name}' is no place that is known", code="ask.unknown_place")
    return (found[0].ids[0],)
