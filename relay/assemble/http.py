"""Routes of films."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

from aiohttp import web

from glasses.wire.ids import uuid7
from glasses.wire.memory import CorrectionRequest, Memory, MemoryList, MemoryRequest, MemoryStatus, Variant
from glasses.wire.music import NO_MUSIC
from glasses.wire.video import MemoryAccepted
from relay.assemble.stream import UNDER
from relay.auth.gate import who
from relay.auth.links import Links
from relay.catalog import memories, music, touched, users
from relay.catalog.db import Database
from relay.catalog.kept import RECENT_S, Kept
from relay.catalog.memories import MemoryRow
from relay.catalog.rows import Connection
from relay.catalog.touched import Touch
from relay.errors import SouvenirError
from relay.exchange import CORRELATION, MalformedRequestError, answer, body
from relay.ingest.blobs import film_key, variant_key
from relay.jobs.bus import Bus
from relay.jobs.kinds import JobKind, Message, Priority
from relay.library.films import delete_in

TYPICAL_MS = 20_000
"""What a film takes, roughly: for the estimate only."""
_LONGEST_S = 1800.0
_MOST_LETTERS = 500
_MOST_CORRECTIONS = 20


Rows = list[MemoryRow]


class NothingAskedError(SouvenirError):
    code = "ask.nothing_understood"


class MemoriesHttp:
    def __init__(self, database: Database, bus: Bus, links: Links, now_ms: Callable[[], int], variants: Sequence[str] = ()) -> None:
        """``variants``: in which forms besides H.264 films may be asked for."""
        self._database, self._bus, self._links, self._now_ms = database, bus, links, now_ms
        self._variants, self._recent = {Variant.H264, *variants}, Kept[Rows](now_ms, RECENT_S, 64)

    async def create(self, request: web.Request) -> web.Response:
        """The same idempotency key and query again is the same film."""
        asked, identity, now = await body(request, MemoryRequest), who(request), self._now_ms()
        if not asked.query.strip():
            raise NothingAskedError("the request is empty")
        if len(asked.query) > _MOST_LETTERS or not 1 <= asked.max_duration <= _LONGEST_S:
            raise MalformedRequestError(f"query: at most {_MOST_LETTERS} letters; max_duration: 1 to {_LONGEST_S:.0f} seconds")
        if asked.variant not in self._variants:
            raise MalformedRequestError(f"variant: this relay makes {', '.join(sorted(self._variants))}")
        asked.device_id = asked.device_id or identity.device_id
        memory = Memory(memory_id=uuid7(now), query=asked.query.strip(), variant=asked.variant, created_at=now)
        return await self._begun(request, memory, asked)

    async def correct(self, request: web.Request) -> web.Response:
        """A new memory: the earlier one's request and corrections, and this one. The earlier one stays."""
        asked, identity, now = await body(request, CorrectionRequest), who(request), self._now_ms()
        earlier_id = request.match_info["memory_id"]
        earlier = (await self._database.read(lambda connection: memories.get(connection, identity.user_id, earlier_id))).memory
        if not asked.utterance.strip():
            raise NothingAskedError("the correction is empty")
        if (
            len(asked.utterance) > _MOST_LETTERS
            or not 1 <= asked.max_duration <= _LONGEST_S
            or len(earlier.corrections) >= _MOST_CORRECTIONS
        ):
            raise MalformedRequestError(
                f"utterance: at most {_MOST_LETTERS} letters; max_duration: 1 to {_LONGEST_S:.0f} seconds; {_MOST_CORRECTIONS} corrections"
            )
        memory = Memory(
            memory_id=uuid7(now), query=earlier.query, corrections=[*earlier.corrections, asked.utterance.strip()], corrects=earlier_id,
            variant=earlier.variant, created_at=now,
        )  # fmt: skip
        anew = MemoryRequest(
            query=earlier.query,
            max_duration=asked.max_duration,
            idempotency_key=asked.idempotency_key,
            device_id=identity.device_id,
            music=earlier.music or NO_MUSIC,
        )
        return await self._begun(request, memory, anew)

    async def _begun(self, request: web.Request, memory: Memory, asked: MemoryRequest) -> web.Response:
        """Kept, and its job published, in one piece."""
        identity, correlation_id, now, fresh = who(request), request[CORRELATION], self._now_ms(), memory
        memory.max_duration = asked.max_duration

        def begin(connection: Connection) -> Memory:
            fresh.music = _music(connection, identity.user_id, asked.music)
            memory, new = memories.create(connection, identity.user_id, fresh, asked)
            if new:
                parameters = {"memory_id": memory.memory_id, "max_duration_s": asked.max_duration}
                message = Message(
                    user_id=identity.user_id, operation=JobKind.CREATE_MEMORY, parameters=parameters, priority=Priority.HIGH,
                    correlation_id=correlation_id,
                )  # fmt: skip
                self._bus.publish_in(connection, message)
            return memory

        memory = await self._database.write(begin)
        self._bus.announce()
        estimate = memory.completed_at or now + TYPICAL_MS
        accepted = MemoryAccepted(memory_id=memory.memory_id, status=memory.status.value, estimated_completion=estimate)
        return answer(accepted, status=202, headers={"Location": f"/api/v1/memories/{memory.memory_id}"})

    async def list(self, request: web.Request) -> web.Response:
        user_id = who(request).user_id
        rows = await self._database.read(lambda connection: self._recent_in(connection, user_id))
        if (wanted := request.query.get("prepared")) is not None:
            if wanted not in ("true", "false"):
                raise MalformedRequestError(f"prepared={wanted}: true or false")
            rows = [row for row in rows if (row.memory.occasion is not None) == (wanted == "true")]
        return answer(MemoryList(memories=[self._shown(user_id, row) for row in rows]))

    async def get(self, request: web.Request) -> web.Response:
        user_id, memory_id = who(request).user_id, request.match_info["memory_id"]
        return answer(self._shown(user_id, await self._database.read(lambda connection: memories.get(connection, user_id, memory_id))))

    async def remove(self, request: web.Request) -> web.Response:
        """One that was prepared never comes back."""
        user_id, memory_id = who(request).user_id, request.match_info["memory_id"]
        await self._database.write(lambda connection: delete_in(connection, self._bus, user_id, memory_id, self._now_ms()))
        self._bus.announce()
        return web.Response(status=204)

    def _recent_in(self, connection: Connection, user_id: str) -> Rows:
        state = touched.state(connection, user_id, Touch.FILMS)
        return self._recent.of(user_id, state, lambda: memories.of_user(connection, user_id))

    def _shown(self, user_id: str, row: MemoryRow) -> Memory:
        """With fresh links; ``row`` stays as it is."""
        memory = copy(row.memory)
        if memory.status is not MemoryStatus.FAILED:
            memory.hls_url = self._links.to(film_key(user_id, memory.memory_id).removesuffix("mp4") + "m3u8", UNDER)
        if memory.status is MemoryStatus.COMPLETED:
            memory.video_url, memory.poster_url = self._links.to(_video_key(user_id, row)), self._links.to(row.poster_key)
        return memory


def _music(connection: Connection, user_id: str, asked: str) -> str:
    """The piece that a film gets: that which is asked for, else the account's usual one. Raises NotFoundError."""
    if asked == NO_MUSIC:
        return ""
    return music.get(connection, user_id, asked).music_id if asked else users.get(connection, user_id).music_id


def _video_key(user_id: str, row: MemoryRow) -> str:
    memory = row.memory
    return row.blob_key if memory.variant is Variant.H264 else variant_key(user_id, memory.memory_id, memory.variant)
