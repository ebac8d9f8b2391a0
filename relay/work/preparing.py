"""Films of trips and years, prepared while nobody wants anything of the relay: one at a time, never the same twice."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable

from glasses.wire.change import OpKind
from glasses.wire.codec import to_builtins
from glasses.wire.ids import uuid7
from glasses.wire.memory import Memory, MemoryRequest, MemoryStatus
from glasses.wire.memory import Occasion as Told
from relay.catalog import changes, memories, music, occasions, settings, users
from relay.catalog.db import Database
from relay.catalog.memories import MemoryRow
from relay.catalog.occasions import Prepared
from relay.catalog.rows import Connection
from relay.config import FilmsConfig
from relay.errors import NotFoundError, SouvenirError
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobHandler, JobKind, Message, Priority
from relay.work import occasions as finding
from relay.work.film_plan import dates_of
from relay.work.occasion_film import stops_of
from relay.work.occasions import Occasion

NEW_CLIPS = "clips of that time came, changed or went since it was made"
_LAST = "prepared_at"
_LOOK_S = 30.0
_DAY_MS = 86_400_000

log = logging.getLogger(__name__)


class Preparing:
    """``step`` is the idle worker's; ``prepare`` the job that it leaves, one for each account."""

    def __init__(self, database: Database, bus: Bus, config: FilmsConfig, now_ms: Callable[[], int]) -> None:
        self._database, self._bus, self._config, self._now_ms = database, bus, config, now_ms

    def handlers(self) -> dict[JobKind, JobHandler]:
        return {JobKind.PREPARE: self.prepare}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(min(_LOOK_S, self._config.prepare_every_s))
            try:
                await self.step()
            except SouvenirError as problem:  # nobody waits for it: it is tried again, and said
                log.warning("nothing can be prepared now", extra={"code": problem.code, "error": problem.detail})

    async def step(self) -> bool:
        """Ask for preparation where something has changed. False: it is off, it is too soon, or there is other work."""
        if not self._config.prepare or not await self._bus.idle():
            return False
        asked = await self._database.write(self._ask)
        self._bus.announce()
        return asked

    async def prepare(self, message: Message) -> None:
        """The newest trip or year of the account that has no film, or one of other clips, gets one, with the next job. One at a time."""
        user_id = message.user_id
        look = await self._database.read(lambda connection: _look(connection, user_id))
        if look is None:
            return
        stops, home, digest = look
        found = finding.occasions(stops, home, self._now_ms())
        if not await self._database.write(lambda connection: self._begin(connection, user_id, found)):
            await self._database.write(lambda connection: occasions.see(connection, user_id, digest))
        self._bus.announce()

    def _ask(self, connection: Connection) -> bool:
        now, last = self._now_ms(), int(settings.get(connection, _LAST) or 0)
        if now - last < self._config.prepare_every_s * 1000:
            return False
        settings.put(connection, _LAST, str(now))
        for user in users.everyone(connection):
            if occasions.seen(connection, user.user_id) != _digest(connection, user.user_id, now):
                message = Message(user_id=user.user_id, operation=JobKind.PREPARE, priority=Priority.LOW)
                self._bus.publish_in(connection, message)
        return True

    def _begin(self, connection: Connection, user_id: str, found: list[Occasion]) -> bool:
        """False: there is nothing to do."""
        there = occasions.of_user(connection, user_id)
        for occasion in found:
            before = [one for one in there if finding.same(occasion, one.kind, one.start_at, one.end_at)]
            if any(one.removed_at is not None or one.state == occasion.state for one in before):
                continue
            if before:
                self._anew(connection, user_id, before[0], occasion)
            else:
                self._first(connection, user_id, occasion)
            return True
        return False

    def _first(self, connection: Connection, user_id: str, occasion: Occasion) -> None:
        now = self._now_ms()
        piece = users.get(connection, user_id).music_id
        memory = Memory(
            memory_id=uuid7(now), query=_query(occasion), occasion=_told(occasion), created_at=now,
            music=piece if piece and music.find(connection, user_id, piece) else "",
        )  # fmt: skip
        memories.create(connection, user_id, memory, MemoryRequest(query=memory.query))
        self._ordered(connection, user_id, memory, occasion)

    def _anew(self, connection: Connection, user_id: str, before: Prepared, occasion: Occasion) -> None:
        try:
            memory = memories.get(connection, user_id, before.memory_id).memory
        except NotFoundError:  # nothing was left of it to show
            connection.execute("DELETE FROM occasions WHERE user_id = ? AND memory_id = ?", (user_id, before.memory_id))
            self._first(connection, user_id, occasion)
            return
        memory.query, memory.occasion, memory.status, memory.remade = _query(occasion), _told(occasion), MemoryStatus.PROCESSING, NEW_CLIPS
        memory.completed_at, memory.clips_used, memory.near_misses = None, [], []
        memories.save(connection, user_id, MemoryRow(memory=memory))
        changes.append(connection, user_id, OpKind.MEMORY, memory.memory_id, to_builtins(memory), self._now_ms())
        self._ordered(connection, user_id, memory, occasion)

    def _ordered(self, connection: Connection, user_id: str, memory: Memory, occasion: Occasion) -> None:
        occasions.put(connection, user_id, Prepared(
            memory_id=memory.memory_id, kind=occasion.kind, start_at=occasion.start_at, end_at=occasion.end_at, state=occasion.state,
        ))  # fmt: skip
        parameters = {"memory_id": memory.memory_id, "max_duration_s": memory.max_duration}
        self._bus.publish_in(
            connection, Message(user_id=user_id, operation=JobKind.CREATE_MEMORY, parameters=parameters, priority=Priority.LOW)
        )
        log.info("film prepared", extra={"memory_id": memory.memory_id, "occasion": memory.query})


def _look(connection: Connection, user_id: str) -> tuple[list[finding.Stop], finding.Point | None, str] | None:
    """None for an account that has ended."""
    try:
        user = users.get(connection, user_id)
    except NotFoundError:
        return None
    home = (user.home_lat, user.home_lon) if user.home_lat is not None and user.home_lon is not None else None
    now = int(settings.get(connection, _LAST) or 0)
    return stops_of(connection, user_id), home, _digest(connection, user_id, now)


def _digest(connection: Connection, user_id: str, now_ms: int) -> str:
    """Another one when something of the account has changed, and on each day: trips and years end by themselves."""
    user = users.get(connection, user_id)
    told = (changes.newest(connection, user_id), now_ms // _DAY_MS, user.home_lat, user.home_lon)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def _told(occasion: Occasion) -> Told:
    return Told(kind=occasion.kind, title=occasion.title, start_at=occasion.start_at, end_at=occasion.end_at)


def _query(occasion: Occasion) -> str:
    return occasion.title if occasion.kind == finding.YEAR else f"{occasion.title}, {dates_of([stop.day for stop in occasion.stops])}"
