"""How the device stands: what a phone is told, and what the choice of a way is said to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from glasses.clock import Clock
from glasses.config import Config
from glasses.events import Event
from glasses.hud.cards import card_for
from glasses.power.governor import Governor
from glasses.spool.retention import left_s, rate_bytes_per_s
from glasses.spool.settings import LINK_PLAN
from glasses.spool.spool import Spool
from glasses.sync.connection import Connection
from glasses.wire.record import Brief, CardText, RecordKind
from glasses.wire.status import DeviceStatus

EVERY_S = 5.0


class Standing:
    """``relay`` is set once it is made: each needs the other."""

    relay: Connection

    def __init__(
        self, config: Config, spool: Spool, governor: Governor, recording: Callable[[], bool], listening: Callable[[], bool], clock: Clock
    ) -> None:  # fmt: skip
        self._config, self._spool, self._governor, self._clock = config, spool, governor, clock
        self._recording, self._listening = recording, listening
        self._left_s = 0
        self._said = ""

    async def keep(self, tell: Callable[[], None]) -> None:
        """Keep the sentence where ``glasses status`` finds it, and ``tell`` when it is another one."""
        while True:
            await self.step(tell)
            await self._clock.sleep(EVERY_S)

    async def step(self, tell: Callable[[], None]) -> None:
        sentence = self.relay.plan().sentence
        if sentence != self._said:
            await self._spool.settings.set(LINK_PLAN, sentence)
            self._said = sentence
            tell()

    async def status(self) -> DeviceStatus:
        clips, reading = await self._spool.catalog.custody(), self._governor.reading
        room_bytes, rate = self._spool.media.free_bytes(), rate_bytes_per_s(await self._spool.catalog.held())
        left = round(left_s(room_bytes, self._config.recording.reserve_bytes, rate))
        self._left_s = left
        return DeviceStatus(
            device_id=self._spool.device_id, at=self._clock.now_ms(), recording=self._recording(), listening=self._listening(),
            battery_fraction=reading.battery_fraction, free_bytes=room_bytes, recording_left_s=left,
            dropped_frames=sum(clip.dropped_frames for clip in clips), plan=self._governor.budget.sentence, link=self.relay.plan().sentence,
            counts=dict(Counter(str(clip.custody) for clip in clips)), clips=clips,
        )  # fmt: skip

    def brief(self, counted: Brief) -> Brief:
        reading, plan = self._governor.reading, self.relay.plan()
        battery = None if reading.battery_fraction is None else round(reading.battery_fraction * 100)
        return counted._replace(
            recording=self._recording(), charging=reading.charging, originals_held=not plan.phone_originals, battery_percent=battery,
            way=plan.way, recording_left_s=min(self._left_s, 2**32 - 1),
        )  # fmt: skip

    def held_back(self) -> Collection[RecordKind]:
        return () if self.relay.plan().phone_originals else (RecordKind.ORIGINAL,)


def described(event: Event) -> CardText | None:
    """The card of an event as a phone shows it."""
    card = card_for(event)
    return CardText(title=card.title, lines=list(card.spoken_lines)) if card else None
