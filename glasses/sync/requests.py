"""Spoken requests for films: into the outbox first, so that they survive having no network; mended, and taken back, by voice."""

from __future__ import annotations

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.events import Answered, IntentHeard, OutboxFilled
from glasses.spool.spool import Spool
from glasses.sync.engine import memory_request
from glasses.wire.codec import decode_json
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import MemoryRequest

SHORT_WORDS = 2
"""A correction of so many words at most stands for the words that were not sure; a longer one for the whole request."""


class Requests:
    def __init__(self, spool: Spool, bus: Bus, clock: Clock) -> None:
        self._spool, self._bus, self._clock = spool, bus, clock
        self._heard = bus.subscribe(IntentHeard)
        self._last: Intent | None = None

    async def run(self) -> None:
        while True:
            await self.step()

    async def step(self) -> None:
        intent = (await self._heard.next()).intent
        if intent.name == IntentName.CREATE_MEMORY:
            await self._ask(intent)
        elif intent.name == IntentName.CORRECT:
            await self._correct(intent)
        elif intent.name in (IntentName.CANCEL, IntentName.UNDO):
            await self._take_back()

    async def _ask(self, intent: Intent) -> None:
        self._last = intent
        now_ms = self._clock.now_ms()
        query = intent.slots.get("request", intent.text)
        await self._spool.ask(*memory_request(query, self._spool.device_id, now_ms, intent.unsure, intent.audio))
        self._bus.publish(OutboxFilled())

    async def _correct(self, intent: Intent) -> None:
        """The last request once more, in other words; the first one is taken back where it has not been sent yet."""
        if self._last is None:
            self._bus.publish(Answered("Nothing to correct", ("Nothing has been asked for yet.",)))
            return
        await self._spool.take_back_request()
        mended = corrected(self._last, intent)
        await self._ask(mended)
        self._bus.publish(Answered("Understood", (mended.text,)))

    async def _take_back(self) -> None:
        payload = await self._spool.take_back_request()
        if payload is not None:
            self._last = None
            self._bus.publish(Answered("Cancelled", (decode_json(payload.encode(), MemoryRequest).query,)))
        elif self._last is not None:
            self._bus.publish(Answered("Too late", ("The request has been sent already.",)))
        else:
            self._bus.publish(Answered("Nothing to cancel"))


def corrected(last: Intent, correction: Intent) -> Intent:
    """``last`` with the words of ``correction`` in the place of its unsure ones, or of all that followed its prefix."""
    words = correction.slots.get("request", "")
    text, prefix = last.slots.get("request", last.text), last.slots.get("prefix", "")
    if prefix and words.startswith(prefix):
        text = words
    elif last.unsure and len(words.split()) <= SHORT_WORDS:
        unsure = [word for word in text.split() if word in last.unsure]
        span = " ".join(unsure)
        text = text.replace(span, words, 1) if span and span in text else f"{text} {words}"
    else:
        text = f"{prefix} {words}".strip()
    return Intent(
        name=last.name, slots={**last.slots, "request": text}, confidence=correction.confidence, text=text,
        unsure=correction.unsure, audio=correction.audio,
    )  # fmt: skip
