"""A live connection: what is, then what changes, as it changes. One that does not answer is let go."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from glasses.wire.account import DeviceInfo
from glasses.wire.codec import Wire, encode_json
from glasses.wire.sync import LiveChange, LiveSnapshot
from relay.auth.gate import who
from relay.auth.sessions import Sessions
from relay.auth.tokens import Identity
from relay.catalog.db import Database
from relay.config import SyncConfig
from relay.errors import SouvenirError
from relay.exchange import number
from relay.sync.feed import Feed

SESSION_ENDED = 4401
"""Close code: the device was revoked."""
CURSOR_TOO_OLD = 4410
"""Close code: the feed does not reach back to the cursor; read ``GET /sync/changes``, which tells all there is."""
GOING = WSCloseCode.GOING_AWAY


class LiveHttp:
    def __init__(self, database: Database, feed: Feed, sessions: Sessions, config: SyncConfig) -> None:
        self._database, self._feed, self._sessions, self._config = database, feed, sessions, config

    async def live(self, request: web.Request) -> web.WebSocketResponse:
        """``cursor``: changes after it; without one, those from now on."""
        identity = who(request)
        status = await self._feed.status(identity, None)
        cursor = number(request, "cursor", status.cursor)
        devices = [msgspec.convert(device, DeviceInfo, from_attributes=True) for device in await self._sessions.list(identity.user_id)]
        socket = web.WebSocketResponse(autoping=False, max_msg_size=1 << 16)
        await socket.prepare(request)
        await _send(socket, LiveSnapshot(status=status, devices=devices, cursor=cursor))
        try:
            code = await _first(self._tell(socket, identity, cursor), self._hear(socket), self._ping(socket, identity))
        except asyncio.CancelledError:  # by the gate, when the session ends
            await socket.close(code=SESSION_ENDED)
            raise
        await socket.close(code=code)
        return socket

    async def _tell(self, socket: web.WebSocketResponse, identity: Identity, cursor: int) -> int:
        ripple = self._database.ripple
        while not ripple.ended:
            ahead = ripple.ahead()
            entries = await self._feed.after(identity, cursor)
            if entries is None:
                return CURSOR_TOO_OLD
            for entry in entries:
                await _send(socket, LiveChange(entry=entry))
                cursor = entry.cursor
            if not entries:
                await ahead.wait()
        return GOING

    async def _hear(self, socket: web.WebSocketResponse) -> int:
        """Whatever comes is a sign of life; nothing else is expected."""
        while True:
            try:
                message = await socket.receive(timeout=self._config.dead_s)
            except TimeoutError:
                return GOING
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return WSCloseCode.OK
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)

    async def _ping(self, socket: web.WebSocketResponse, identity: Identity) -> int:
        while True:
            await asyncio.sleep(self._config.ping_s)
            try:
                await self._sessions.check(identity)
            except SouvenirError:
                return SESSION_ENDED
            await socket.ping()


async def _send(socket: web.WebSocketResponse, message: Wire) -> None:
    await socket.send_str(encode_json(message).decode())


async def _first(*works: Coroutine[Any, Any, int]) -> int:
    """What the first to end says; the others are ended. A connection that broke while somebody wrote to it is over too."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, ConnectionError):
            raise result
    return next((task.result() for task in done if not task.exception()), GOING)
