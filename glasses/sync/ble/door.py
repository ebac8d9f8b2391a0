"""The phone link as a stage: opens the radio, lets phones in, keeps the log. The radio's library is loaded when it runs, not before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glasses.bus import Bus
from glasses.clock import Clock, RealClock
from glasses.config import Config
from glasses.errors import PhoneAwayError, RadioMissingError
from glasses.events import Answered, FaultRaised, OutboxFilled
from glasses.spool.preferences import preferences_path
from glasses.spool.spool import Spool
from glasses.sync.ble.bonds import Bonds
from glasses.sync.ble.commands import Commands
from glasses.sync.ble.journal import Describe, Journal, Thumbnail
from glasses.sync.ble.outlet import Pipe
from glasses.sync.ble.session import Session
from glasses.sync.ble.shelf import Shelf
from glasses.wire.errors import ERRORS
from glasses.wire.record import Brief, Online, RecordKind
from glasses.wire.status import DeviceStatus

if TYPE_CHECKING:
    from glasses.sync.ble.peripheral import Peripheral

log = logging.getLogger("glasses.ble")


@dataclass(frozen=True, slots=True)
class Around:
    """What the link asks of the rest of the device."""

    status: Callable[[], Awaitable[DeviceStatus]]
    brief: Callable[[Brief], Brief]
    """Fills in what the log does not know."""
    describe: Describe
    thumbnail: Thumbnail
    set_clock: Callable[[int], None]
    held_back: Callable[[], Collection[RecordKind]]


class PhoneDoor:
    """``run`` while phones may come. As a ``sync.ways.Phone`` it is whichever phone is there; of several the one that reaches a relay."""

    def __init__(
        self, config: Config, spool: Spool, bus: Bus, clock: Clock, around: Around, radio_clock: Clock | None = None
    ) -> None:  # fmt: skip
        """``radio_clock``: radio links and those who wait for them live in real time, also on a simulated day."""
        self._config, self._spool, self._bus, self._around = config, spool, bus, around
        self._clock = radio_clock or RealClock()
        self.bonds = Bonds(config.data_path, config.ble.most_phones, clock.now_ms)
        self._shelf = Shelf(spool, bus, around.held_back)
        self._commands = Commands(spool, bus, (clock, self._clock), preferences_path(config.data_path), around.status, around.set_clock)
        self._journal = Journal(spool, bus, around.status, around.describe, around.thumbnail, self._logged)
        self._peripheral: Peripheral | None = None
        self._counted = Brief()
        self.announce: Callable[[int], None] = lambda _port: None
        """Called with the port of a simulated radio, where phones of other processes connect to."""

    async def run(self) -> None:
        """Raises RadioMissingError, ConfigInvalidError."""
        peripheral_of, radio = await self._open()
        if radio.port:
            self.announce(radio.port)
        try:
            self._peripheral = peripheral_of(radio)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._peripheral.run(self._advertising))
                tasks.create_task(self._journal.run())
                if radio.lost is not None:
                    tasks.create_task(_fail_with(radio.lost, self._config.ble.transport))
        except* RadioMissingError as problems:
            raise problems.exceptions[0] from None
        finally:
            self._peripheral = None
            await radio.close()

    # as a way to the relay
    @property
    def connected(self) -> bool:
        return bool(self._sessions())

    @property
    def online(self) -> Online:
        return next((each.online for each in self._sessions() if each.online.relay), Online())

    async def ask(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        session = next((each for each in self._sessions() if each.online.relay), None)
        if session is None:
            raise PhoneAwayError("no phone is there that reaches a relay")
        return await session.ask(name, body)

    def tell(self) -> None:
        """What the status says has changed."""
        if self._peripheral is not None:
            self._peripheral.tell()

    def _sessions(self) -> list[Session]:
        return list(self._peripheral.sessions.values()) if self._peripheral is not None else []

    async def _open(self) -> tuple[Callable[[Any], Peripheral], Any]:
        """On a thread first: loading the library takes a second on a small board, and hearing must not wait for it."""
        await asyncio.to_thread(_load)
        from glasses.sync.ble.peripheral import Peripheral, Standing
        from glasses.sync.ble.radio import open_radio

        standing = Standing(self._config.device_name, lambda: self._brief().pack(), lambda: self._brief().battery_percent or 100)

        def peripheral_of(radio: Any) -> Peripheral:
            return Peripheral(radio, self.bonds, standing, self._greet, self._show, self._refuse, self._clock, self._config.ble.rotate_s)

        return peripheral_of, await open_radio(self._config.ble.transport)

    def _greet(self, phone: str, pipe: Pipe) -> Session:
        log.info("the phone %s is here", phone)
        session = Session(phone, pipe, self._shelf, self._commands.act, self._clock)
        session.online_changed = self._turn
        session.outlet.status(self._brief().pack())
        return session

    def _turn(self) -> None:
        """Another way may be open now: whatever waits is tried."""
        self._bus.publish(OutboxFilled())

    def _show(self, digits: str) -> None:
        """On the display, and spoken where there is a speaker: digit by digit."""
        self._bus.publish(Answered("Pair a phone", (f"{digits[:3]} {digits[3:]}", "Type these digits on the phone.")))

    def _refuse(self, reason: str) -> None:
        kind = ERRORS["phone.weak_pairing"]
        self._bus.publish(FaultRaised("phone.weak_pairing", f"a phone was sent away: {reason}", kind.hint))

    def _advertising(self) -> None:
        log.info("phones can find the glasses")

    def _brief(self) -> Brief:
        return self._around.brief(self._counted)

    async def _logged(self) -> None:
        clips = await self._spool.catalog.custody()
        unsafe = sum(clip.custody not in ("stored", "filmed") for clip in clips)
        self._counted = Brief(newest_sequence=await self._spool.records.newest(), clips=len(clips), unsafe_clips=unsafe)
        self.tell()


def _load() -> None:
    import glasses.sync.ble.peripheral
    import glasses.sync.ble.radio  # noqa: F401  # so that the event loop need not


async def _fail_with(lost: asyncio.Future[Any], transport: str) -> None:
    try:
        await asyncio.shield(lost)
    except Exception as problem:
        raise RadioMissingError(f"{transport}: {problem}") from problem
    raise RadioMissingError(f"{transport} has ended")
