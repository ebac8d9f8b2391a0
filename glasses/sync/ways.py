"""Both ways to the relay behind one Link: the glasses' own network, and a phone that does errands. Which one is asked anew each time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from glasses.clock import Clock
from glasses.errors import PhoneAwayError, RelayUnreachableError
from glasses.sync.links import Link, LinkPlan, Uploads
from glasses.wire.change import FeedEntry, Op, OpBatch, OpResult, OpResults
from glasses.wire.codec import from_builtins, to_builtins
from glasses.wire.errors import SouvenirError
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.record import FeedPage, Online, Way
from glasses.wire.segment import Segment
from glasses.wire.upload import Receipt

T = TypeVar("T")
SILENT_S = 30.0
"""A relay that could not be reached is left alone for so long while another way is there."""


class Phone(Protocol):
    """Whichever phone is connected now."""

    @property
    def connected(self) -> bool: ...

    @property
    def online(self) -> Online: ...

    async def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises PhoneAwayError, or what the relay answered."""
        ...


class NoPhone:
    connected, online = False, Online()

    async def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # the shape of a Phone
        raise PhoneAwayError(f"nobody to {name} for us")


class PhoneLink:
    """The small things by errand. Media are not sent this way: the phone reads them, and passes the relay's receipt back."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:  # noqa: ARG002  # the shape of a Link
        raise PhoneAwayError(f"the phone reads clip {segment.sequence} by itself")

    async def send_ops(self, ops: list[Op]) -> list[OpResult]:
        return from_builtins(await self._phone.ask("ops", to_builtins(OpBatch(ops=ops))), OpResults).results

    async def request_memory(self, request: MemoryRequest) -> Memory:
        return from_builtins(await self._phone.ask("memory.create", to_builtins(request)), Memory)

    async def memory(self, memory_id: str) -> Memory:
        return from_builtins(await self._phone.ask("memory", {"memory_id": memory_id}), Memory)

    async def changes(self, cursor: int) -> list[FeedEntry]:
        return from_builtins(await self._phone.ask("changes", {"cursor": cursor}), FeedPage).entries

    async def close(self) -> None:
        return


class RelayReach:
    """Whether the relay answers over the glasses' own network: true until it does not, and again after a while."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._silent_until_s = clock, 0.0

    @property
    def answers(self) -> bool:
        return self._clock.monotonic_s() >= self._silent_until_s

    def note(self, *, reached: bool) -> None:
        self._silent_until_s = 0.0 if reached else self._clock.monotonic_s() + SILENT_S


class Ways:
    """``own``: None while the glasses are not paired with a relay. ``plan`` is asked before each request."""

    def __init__(self, own: Link | None, phone: PhoneLink, reach: RelayReach, plan: Callable[[], LinkPlan]) -> None:
        self._own, self._phone, self._reach, self._plan = own, phone, reach, plan

    async def send_media(self, segment: Segment, path: Path, uploads: Uploads) -> Receipt:
        return await self._ask(lambda link: link.send_media(segment, path, uploads))

    async def send_ops(self, ops: list[Op]) -> list[OpResult]:
        return await self._ask(lambda link: link.send_ops(ops))

    async def request_memory(self, request: MemoryRequest) -> Memory:
        return await self._ask(lambda link: link.request_memory(request))

    async def memory(self, memory_id: str) -> Memory:
        return await self._ask(lambda link: link.memory(memory_id))

    async def changes(self, cursor: int) -> list[FeedEntry]:
        return await self._ask(lambda link: link.changes(cursor))

    async def close(self) -> None:
        if self._own is not None:
            await self._own.close()

    async def _ask(self, work: Callable[[Link], Awaitable[T]]) -> T:
        if self._plan().way == Way.PHONE:
            return await self._over_phone(work)
        if self._own is None:
            raise RelayUnreachableError("the glasses are not paired with a relay, and no phone is there")
        try:
            done = await work(self._own)
        except SouvenirError as error:
            self._reach.note(reached=error.code != RelayUnreachableError.code)
            raise
        self._reach.note(reached=True)
        return done

    async def _over_phone(self, work: Callable[[Link], Awaitable[T]]) -> T:
        """That the phone has gone is an outage like any other."""
        try:
            return await work(self._phone)
        except PhoneAwayError as away:
            raise RelayUnreachableError(away.detail) from away
