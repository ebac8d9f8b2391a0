"""What a phone may have the glasses do: each command is a name, a body, and an answer that is true when it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.errors import StageStalledError
from glasses.events import CustodyChanged, FaultRaised, IntentHeard, MemoryChanged, OutboxFilled, RecordingStarted, SegmentClosed
from glasses.spool.preferences import Preferences, save_preferences
from glasses.spool.settings import Known
from glasses.spool.spool import Spool
from glasses.sync.ble.shelf import RequestRefusedError
from glasses.sync.engine import memory_request
from glasses.wire.codec import from_builtins, to_builtins
from glasses.wire.errors import SouvenirError
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import Memory, MemoryRequest
from glasses.wire.people import PeopleList
from glasses.wire.record import Forwarding
from glasses.wire.status import Custody, DeviceStatus
from glasses.wire.upload import Receipt

PATIENCE_S = 10.0
"""So long the camera may take to begin or end a recording."""
OURS = ("recording", "camera", "light", "storage", "power")
"""Rooms of faults that can be the answer to a request for the camera."""
LATEST_S = 2.0
"""A clock that is wrong by less is left alone."""


class Commands:
    """``clocks``: the device's, and the one by which a phone waits. ``status``: how the device is.
    ``set_clock``: raises SouvenirError when it may not. ``preferences``: the file they are kept in."""

    def __init__(
        self, spool: Spool, bus: Bus, clocks: tuple[Clock, Clock], preferences: Path,
        status: Callable[[], Awaitable[DeviceStatus]], set_clock: Callable[[int], None],
    ) -> None:  # fmt: skip
        self._spool, self._bus, self._preferences = spool, bus, preferences
        self._clock, self._patience = clocks
        self._status, self._set_clock = status, set_clock
        self._seen = bus.subscribe(RecordingStarted, SegmentClosed, FaultRaised)
        self._table: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "status": self._say_status, "record": self._record, "stop": self._stop, "photo": self._photo,
            "film": self._film, "people": self._learn_people, "places": self._learn_places, "time": self._take_time,
            "settings": self._take_settings, "receipt": self._take_receipt,
            "forwarding": self._note_forwarding, "memory": self._take_memory,
        }  # fmt: skip

    async def act(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises SouvenirError, RequestRefusedError for a command there is not."""
        handler = self._table.get(command)
        if handler is None:
            raise RequestRefusedError(f"there is no command {command!r}; there are {', '.join(sorted(self._table))}")
        return await handler(body)

    async def _say_status(self, _body: dict[str, Any]) -> dict[str, Any]:
        return to_builtins(await self._status())

    # the camera
    async def _record(self, _body: dict[str, Any]) -> dict[str, Any]:
        event = await self._ask_camera(IntentName.RECORD_VIDEO, RecordingStarted)
        return {"segment_id": event.segment.segment_id}

    async def _stop(self, _body: dict[str, Any]) -> dict[str, Any]:
        event = await self._ask_camera(IntentName.STOP_RECORDING, SegmentClosed)
        return to_builtins(event.segment)

    async def _photo(self, _body: dict[str, Any]) -> dict[str, Any]:
        event = await self._ask_camera(IntentName.TAKE_PICTURE, SegmentClosed)
        return to_builtins(event.segment)

    async def _ask_camera(self, intent: IntentName, wanted: type[Any]) -> Any:
        """Ask as a spoken command would, and wait for what comes of it."""
        while self._seen.poll() is not None:
            pass
        self._bus.publish(IntentHeard(Intent(name=intent)))
        late = asyncio.ensure_future(self._patience.sleep(PATIENCE_S))
        try:
            while True:
                coming = asyncio.ensure_future(self._seen.next())
                await asyncio.wait({coming, late}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    raise StageStalledError(f"the camera did not answer within {PATIENCE_S:.0f} s")
                event = coming.result()
                if isinstance(event, FaultRaised) and event.code.split(".")[0] in OURS:
                    raise SouvenirError(event.detail, code=event.code, hint=event.hint)
                if isinstance(event, wanted):
                    return event
        finally:
            late.cancel()

    # films
    async def _film(self, body: dict[str, Any]) -> dict[str, Any]:
        """Durable on return: it waits in the outbox like one that was spoken."""
        request = from_builtins(body, MemoryRequest)
        if not request.query.strip():
            raise RequestRefusedError("a film of nothing: say what it is to be about")
        key, payload = memory_request(request.query.strip(), self._spool.device_id, self._clock.now_ms())
        await self._spool.ask(key, payload)
        self._bus.publish(OutboxFilled())
        return {"idempotency_key": key}

    async def _take_memory(self, body: dict[str, Any]) -> dict[str, Any]:
        """What the relay has told the phone of a film."""
        memory = from_builtins(body, Memory)
        self._bus.publish(MemoryChanged(memory))
        return {}

    # what the wearer knows and wants
    async def _learn_people(self, body: dict[str, Any]) -> dict[str, Any]:
        people = from_builtins(body, PeopleList).people
        if any(not person.person_id or not (person.name or person.gone) for person in people):
            raise RequestRefusedError("a person without an id or a name")
        known = [Known("person", each.person_id, "" if each.gone else each.name, ", ".join(each.relations)) for each in people]
        await self._spool.settings.teach(known)
        return {"known": len(people)}

    async def _learn_places(self, body: dict[str, Any]) -> dict[str, Any]:
        """``{"places": {id: name}}``."""
        places = body.get("places")
        if not isinstance(places, dict) or not all(isinstance(name, str) and name for name in places.values()):
            raise RequestRefusedError("places: ids to names")
        await self._spool.settings.teach([Known("place", str(place_id), name, "") for place_id, name in places.items()])
        return {"known": len(places)}

    async def _take_time(self, body: dict[str, Any]) -> dict[str, Any]:
        """``{"now_ms": UTC ms}``."""
        now_ms = body.get("now_ms")
        if not isinstance(now_ms, int):
            raise RequestRefusedError("now_ms: UTC milliseconds")
        off_ms = now_ms - self._clock.now_ms()
        if abs(off_ms) < LATEST_S * 1000:
            return {"off_ms": off_ms, "set": False}
        self._set_clock(now_ms)
        return {"off_ms": off_ms, "set": True}

    async def _take_settings(self, body: dict[str, Any]) -> dict[str, Any]:
        wanted = from_builtins(body, Preferences)
        await asyncio.to_thread(save_preferences, self._preferences, wanted)
        return {"from": "the next start"}

    # custody
    async def _take_receipt(self, body: dict[str, Any]) -> dict[str, Any]:
        """A relay's word, passed on. Durable on return; believed for equal size and hash only."""
        receipt = from_builtins(body, Receipt)
        try:
            segment = await self._spool.keep_receipt(receipt)
        except ValueError as problem:
            raise SouvenirError(str(problem), code="upload.hash_mismatch") from problem
        self._bus.publish(CustodyChanged(segment.segment_id, Custody.STORED))
        return {"custody": Custody.STORED}

    async def _note_forwarding(self, body: dict[str, Any]) -> dict[str, Any]:
        """Where an upload that the phone began goes on: the glasses continue there when they reach the relay themselves."""
        forwarding = from_builtins(body, Forwarding)
        if await self._spool.catalog.get(forwarding.segment_id) is None:
            raise RequestRefusedError(f"no clip {forwarding.segment_id} was recorded here")
        await self._spool.catalog.remember_upload(forwarding.segment_id, forwarding.upload_url)
        return {}
