"""A spoken request for a film goes into the outbox first, so that it survives having no network."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.events import IntentHeard, OutboxFilled
from glasses.spool.spool import Spool
from glasses.sync.engine import memory_request
from glasses.wire.intent import IntentName


class Requests:
    def __init__(self, spool: Spool, bus: Bus, clock: Clock) -> None:
        self._spool, self._bus, self._clock = spool, bus, clock
        self._heard = bus.subscribe(IntentHeard)

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        intent = (await self._heard.next()).intent
        if intent.name != IntentName.CREATE_MEMORY:
            return
        now_ms = self._clock.now_ms()
        key, payload = memory_request(intent.slots.get("request", intent.text), self._spool.device_id, now_ms)
        await self._spool.ask(key, payload)
        self._bus.publish(OutboxFilled())
