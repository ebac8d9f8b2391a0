"""The phone's end of the link: asks, reads records piece by piece, says what it has, and does errands for the glasses."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Any, Self

from bleak.backends.device import BLEDevice
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError

from glasses.errors import PhoneLostError
from glasses.wire import ble, frame
from glasses.wire.codec import decode_msgpack, encode_msgpack, from_builtins
from glasses.wire.errors import ERRORS, SouvenirError, WireMalformedError
from glasses.wire.frame import FROM_GLASSES, Frame, Gatherer, Piece
from glasses.wire.record import Answer, Brief, Errand, Op, RecordInfo, RecordPage, Request, unpack_brief
from phone.radio import NotFoundError, Radio

log = logging.getLogger("phone")

ANSWER_S = 30.0
QUIET_S = 5.0
"""So long no frame may come before what is missing is asked for again."""
AT_ONCE = ble.WINDOW_BYTES // ble.READ_BYTES
NOT_ALLOWED = (0x05, 0x08, 0x0F, ble.REFUSED)
"""ATT: insufficient authentication, authorization or encryption; ours."""
DoErrand = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Name and body to the relay's answer. Raises SouvenirError."""


class NotPairedYetError(SouvenirError):
    code = "phone.unpaired"


class GlassesLink:
    """``async with``: connected, paired and subscribed. ``errand``: None while the phone has no relay."""

    def __init__(self, radio: Radio, device: BLEDevice, errand: DoErrand | None = None, *, channel: bool = True) -> None:
        self._radio, self._channel, self.errand = radio, channel, errand
        self._client = radio.client(device, lambda _client: self._lose())
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._gatherer = Gatherer()
        self._pieces: deque[tuple[Piece, int]] = deque()
        self._arrived, self.changed = asyncio.Event(), asyncio.Event()
        self._errands: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self.lost = asyncio.Event()
        self.brief: Brief | None = None
        self.damaged = self.asked_again = self.duplicate_bytes = 0
        self.over_channel = False

    async def __aenter__(self) -> Self:
        """Raises NotPairedYetError, PhoneLostError."""
        try:
            await self._client.connect()
            await self._pair()
            await self._subscribe()
        except BaseException as problem:
            await self._disconnect()
            if isinstance(problem, BleakError):
                raise _named(problem) from problem
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        for errand in list(self._errands):
            errand.cancel()
        await asyncio.gather(*self._errands, return_exceptions=True)
        await self._disconnect()

    @property
    def frame_bytes(self) -> int:
        """What one write may hold (BlueZ tells it here, and not as the MTU)."""
        trait = self._client.services.get_characteristic(ble.CONTROL.uuid)
        mtu_bytes = trait.max_write_without_response_size if trait else ble.LEAST_MTU - ble.ATT_BYTES
        return min(ble.VALUE_BYTES, mtu_bytes)

    # asking
    async def records(self, after: int = 0, *, every: bool = False) -> RecordPage:
        """All pages as one."""
        whole = RecordPage(newest=after)
        while True:
            page = from_builtins(await self.ask(Request(op=Op.INFO, sequence=after, every=every)), RecordPage)
            whole.log_id, whole.newest = page.log_id, page.newest
            whole.records += page.records
            if not page.more or not page.records:
                return whole
            after = page.records[-1].sequence

    async def advance(self, info: RecordInfo, crc32: int) -> None:
        """The whole record is durable here, and has this CRC32. Raises SouvenirError when the glasses do not believe it."""
        await self.ask(Request(op=Op.ADVANCE, sequence=info.sequence, crc32=crc32))

    async def control(self, command: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return await self.ask(Request(op=Op.CONTROL, command=command, body=body or {}))

    async def status(self) -> Brief:
        try:
            self.brief = unpack_brief(bytes(await self._client.read_gatt_char(ble.STATUS.uuid)))
        except BleakError as problem:
            raise _named(problem) from problem
        return self.brief

    async def ask(self, request: Request) -> dict[str, Any]:
        """The body of the answer. Raises the error that the glasses answer with, PhoneLostError."""
        number = next(self._numbers)
        answered = self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._send(number, encode_msgpack(request))
            await self._wait({answered}, ANSWER_S)
            if not answered.done():
                raise PhoneLostError(f"no answer to {request.op} {request.command}")
            return _body_of(answered.result())
        finally:
            del self._answers[number]

    # reading
    async def read(self, info: RecordInfo, offset: int = 0) -> AsyncIterator[tuple[int, bytes]]:
        """The record from ``offset`` on, in order, as (offset, bytes); pieces are asked for ahead, as far as the window allows.

        Raises SouvenirError when the glasses refuse (phone.gone, phone.held), PhoneLostError. What has been yielded is whole.
        """
        ahead = offset
        try:
            while offset < info.size_bytes:
                while len(self._pieces) < AT_ONCE and ahead < info.size_bytes:
                    length = min(ble.READ_BYTES, info.size_bytes - ahead)
                    await self._begin(Piece(info.sequence, ahead, length))
                    ahead += length
                piece, number = self._pieces[0]
                await self._complete(piece, number)
                self._pieces.popleft()
                self._answers.pop(number, None)
                self.duplicate_bytes += piece.duplicate_bytes
                yield offset, bytes(piece.data)
                offset += piece.length
        finally:
            for _, number in self._pieces:
                self._answers.pop(number, None)
            self._pieces.clear()

    async def whole(self, info: RecordInfo) -> bytes | None:
        """The record's bytes at once. None: a newer one has taken its place since it was listed."""
        try:
            return b"".join([data async for _, data in self.read(info)])
        except SouvenirError as error:
            if error.code != "phone.gone":
                raise
            return None

    async def _begin(self, piece: Piece) -> None:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        self._pieces.append((piece, number))
        await self._send(number, encode_msgpack(_reading(piece.sequence, piece.start, piece.length)))

    async def _complete(self, piece: Piece, number: int) -> None:
        while piece.missing:
            self._arrived.clear()
            refused = self._answers[number]
            arrived = asyncio.ensure_future(self._arrived.wait())
            try:
                await self._wait({refused, arrived}, QUIET_S)
                if refused.done():
                    _body_of(refused.result())
                if not arrived.done():
                    await self._ask_again(piece)
            finally:
                arrived.cancel()

    async def _ask_again(self, piece: Piece) -> None:
        for start, end in piece.missing:
            self.asked_again += 1
            await self._send(next(self._numbers), encode_msgpack(_reading(piece.sequence, start, end - start)))

    # the wire
    async def _send(self, number: int, body: bytes) -> None:
        """Messages go out one after another, frame by frame, each written with a response."""
        async with self._writing:
            try:
                for each in frame.message(number, body, self.frame_bytes):
                    await self._client.write_gatt_char(ble.CONTROL.uuid, each, response=True)
            except BleakError as problem:
                raise _named(problem) from problem

    async def _wait(self, wanted: set[asyncio.Future[Any]], seconds: float) -> None:
        """Until one is done or the time is over. Raises PhoneLostError at once when the link is lost."""
        lost = asyncio.ensure_future(self.lost.wait())
        try:
            await asyncio.wait({*wanted, lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
        if self.lost.is_set() and not any(each.done() for each in wanted):
            raise PhoneLostError("the glasses are gone")

    def _got_answer(self, _trait: object, data: bytearray) -> None:
        try:
            message = self._gatherer.add(frame.decode(bytes(data)))
            if message is None:
                return
            number, body = message
            if number & FROM_GLASSES:
                task = asyncio.ensure_future(self._do(number, decode_msgpack(body, Errand)))
                self._errands.add(task)
                task.add_done_callback(self._errands.discard)
            elif (answered := self._answers.get(number)) is not None and not answered.done():
                answered.set_result(decode_msgpack(body, Answer))
        except WireMalformedError as problem:
            self.damaged += 1
            log.warning("an answer that cannot be read: %s", problem.detail)

    def _got_record(self, data: bytes) -> None:
        try:
            self._put(frame.decode(data))
        except WireMalformedError as problem:
            self.damaged += 1
            log.warning("a frame that cannot be read: %s", problem.detail)

    def _put(self, came: Frame) -> None:
        if any(piece.add(came) for piece, _ in self._pieces):
            self._arrived.set()

    def _got_status(self, _trait: object, data: bytearray) -> None:
        self.brief = unpack_brief(bytes(data))
        self.changed.set()

    async def _do(self, number: int, errand: Errand) -> None:
        try:
            answer = Answer(body=await (self.errand or _nobody)(errand.name, errand.body))
        except SouvenirError as error:
            answer = Answer(code=error.code, detail=error.detail, hint=error.hint)
        try:
            await self._send(number, encode_msgpack(answer))
        except SouvenirError as error:
            log.warning("the glasses did not hear of %s: %s", errand.name, error)

    # the connection
    async def _pair(self) -> None:
        """Operating systems pair when something is asked that needs it; asking for it first works everywhere."""
        try:
            await self._client.pair()
        except BleakError as problem:
            raise NotPairedYetError(str(problem)) from problem
        except NotImplementedError:
            log.info("this system pairs by itself")

    async def _subscribe(self) -> None:
        await self._client.start_notify(ble.CONTROL.uuid, self._got_answer)
        await self._client.start_notify(ble.STATUS.uuid, self._got_status)
        psm = int.from_bytes(await self._client.read_gatt_char(ble.CHANNEL.uuid), "little") if self._channel else 0
        self.over_channel = await self._radio.open_channel(self._client, psm, self._got_record) if psm else False
        if not self.over_channel:
            await self._client.start_notify(ble.RECORDS.uuid, lambda _trait, data: self._got_record(bytes(data)))

    async def _disconnect(self) -> None:
        try:
            await self._client.disconnect()
        except BleakError as problem:
            log.info("disconnecting: %s", problem)

    def _lose(self) -> None:
        self.lost.set()
        self._arrived.set()


async def _nobody(name: str, _body: dict[str, Any]) -> dict[str, Any]:
    raise SouvenirError(f"this phone has no relay to {name}", code="phone.away")


def _reading(sequence: int, offset: int, length: int) -> Request:
    return Request(op=Op.READ, sequence=sequence, offset=offset, length=length)


def _body_of(answer: Answer) -> dict[str, Any]:
    if answer.code:
        code = answer.code if answer.code in ERRORS else "phone.request"
        raise SouvenirError(answer.detail, code=code, hint=answer.hint or None)
    return answer.body


def _named(problem: BleakError) -> SouvenirError:
    if isinstance(problem, BleakDeviceNotFoundError):
        return NotFoundError(f"{problem.identifier} does not answer")
    if isinstance(problem, BleakGATTProtocolError) and int(problem.code) in NOT_ALLOWED:
        return NotPairedYetError(str(problem))
    return PhoneLostError(str(problem))
