"""One phone on one connection: its requests in, answers and records out, and errands the other way."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from glasses.clock import Clock
from glasses.errors import PhoneAwayError, PhoneLostError
from glasses.sync.ble.outlet import Outlet, Pipe
from glasses.sync.ble.shelf import RequestRefusedError, Shelf
from glasses.wire import frame
from glasses.wire.codec import decode_msgpack, encode_msgpack, from_builtins, to_builtins
from glasses.wire.errors import SouvenirError, WireMalformedError
from glasses.wire.frame import FROM_GLASSES, Gatherer
from glasses.wire.record import Answer, Errand, Online, Op, Request

log = logging.getLogger("glasses.ble")

WAITING = 32
"""Requests that may wait; more are refused."""
ERRAND_S = 60.0
Act = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""A command's name and body to the body of its answer. Raises SouvenirError."""


class Session:
    """``receive`` what the phone writes while ``run`` runs. ``phone`` is the address that its bond is known by."""

    def __init__(self, phone: str, pipe: Pipe, shelf: Shelf, act: Act, clock: Clock) -> None:
        self.phone, self.online = phone, Online()
        self.online_changed: Callable[[], None] = lambda: None
        self._shelf, self._act, self._clock = shelf, act, clock
        self.outlet, self._pipe = Outlet(pipe), pipe
        self._gatherer = Gatherer()
        self._requests: asyncio.Queue[tuple[int, Request]] = asyncio.Queue(WAITING)
        self._commands: asyncio.Queue[tuple[int, Request]] = asyncio.Queue(WAITING)
        self._errands: dict[int, asyncio.Future[Answer]] = {}
        self._numbers = itertools.count(1)

    def receive(self, data: bytes) -> None:
        """One written value. Raises WireMalformedError for what is no frame or message, SouvenirError (phone.busy) when too much waits."""
        message = self._gatherer.add(frame.decode(data))
        if message is None:
            return
        number, body = message
        if number & FROM_GLASSES:
            self._settle(number, body)
            return
        request = decode_msgpack(body, Request)
        queue = self._commands if request.op == Op.CONTROL else self._requests
        try:
            queue.put_nowait((number, request))
        except asyncio.QueueFull as problem:
            raise SouvenirError(f"{WAITING} requests wait already", code="phone.busy") from problem

    async def run(self) -> None:
        """Until the link is lost. Commands may take long; records go on meanwhile."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch(), name="ble watch")
                tasks.create_task(self.outlet.run(), name="ble outlet")
                tasks.create_task(self._serve(self._requests), name="ble requests")
                tasks.create_task(self._serve(self._commands), name="ble commands")
        except* PhoneLostError:
            log.info("the phone %s is gone", self.phone)
        finally:
            for waiting in self._errands.values():
                if not waiting.done():
                    waiting.set_exception(PhoneAwayError(f"the phone {self.phone} is gone"))

    async def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Let the phone do something at the relay. Raises PhoneAwayError, or the error that it answers with."""
        number = FROM_GLASSES | next(self._numbers)
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._errands[number] = answered
        late = asyncio.ensure_future(self._clock.sleep(ERRAND_S))
        try:
            self.outlet.answer(number, encode_msgpack(Errand(name=name, body=body)))
            waits: set[asyncio.Future[Any]] = {answered, late}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not answered.done():
                raise PhoneAwayError(f"the phone did not answer {name} for {ERRAND_S:.0f} s")
            answer = answered.result()
        finally:
            late.cancel()
            del self._errands[number]
        if answer.code:
            raise _error_of(answer)
        return answer.body

    async def _watch(self) -> None:
        await self._pipe.lost()
        raise PhoneLostError(f"{self.phone} is gone")

    def _settle(self, number: int, body: bytes) -> None:
        answered = self._errands.get(number)
        if answered is not None and not answered.done():
            answered.set_result(decode_msgpack(body, Answer))

    async def _serve(self, queue: asyncio.Queue[tuple[int, Request]]) -> None:
        while True:
            number, request = await queue.get()
            try:
                answer = await self._handle(request)
            except SouvenirError as error:
                answer = Answer(code=error.code, detail=error.detail, hint=error.hint)
            if answer is not None:
                self.outlet.answer(number, encode_msgpack(answer))

    async def _handle(self, request: Request) -> Answer | None:
        """None: a READ, whose frames are its answer."""
        if request.op == Op.INFO:
            return Answer(body=to_builtins(await self._shelf.info(self.phone, request)))
        if request.op == Op.READ:
            self.outlet.check_room(request.length)
            self.outlet.record(request.sequence, request.offset, await self._shelf.read(request))
            return None
        if request.op == Op.ADVANCE:
            await self._shelf.advance(self.phone, request)
            return Answer()
        if request.command == "online":
            before, self.online = self.online, from_builtins(request.body, Online)
            if before != self.online:
                self.online_changed()
            return Answer()
        if not request.command:
            raise RequestRefusedError("a CONTROL without a command")
        return Answer(body=await self._act(request.command, request.body))


def _error_of(answer: Answer) -> SouvenirError:
    try:
        return SouvenirError(answer.detail, code=answer.code, hint=answer.hint or None)
    except KeyError:
        return WireMalformedError(f"the phone answered {answer.code}: {answer.detail}")
