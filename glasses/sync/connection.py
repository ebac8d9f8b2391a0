"""Everything that runs while the device is paired, over one link that is made when pairing has been done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.config import Config
from glasses.hw.base import Network
from glasses.pulse import Pulse
from glasses.spool import outbox
from glasses.spool.spool import Spool
from glasses.sync.credentials import CredentialFile
from glasses.sync.films import Films
from glasses.sync.links import LinkPlan, Situation, choose
from glasses.sync.ways import NoPhone, Phone, PhoneLink, RelayReach, Ways
from glasses.wire.record import Way

if TYPE_CHECKING:
    from glasses.sync.relay import RelayLink

SILENCE_S = 180.0
"""An entry may take so long between two pieces that reach the relay; a request's own time-out is 30 s."""


class Connection:
    """``held_back``: kinds of outbox entries that are not to be sent now; ``films``: whether films may be fetched now; ``small``: whether
    anything may be sent; ``phone``: the other way.
    """

    def __init__(
        self, config: Config, spool: Spool, network: Network, bus: Bus, clock: Clock,
        held_back: Callable[[], Collection[str]], films: Callable[[], bool],
        small: Callable[[], bool] = lambda: True, phone: Phone | None = None,
    ) -> None:  # fmt: skip
        self._small, self.phone, self._reach = small, phone or NoPhone(), RelayReach(clock)
        self._config, self._spool, self._network, self._bus, self._clock = config, spool, network, bus, clock
        self._held_back, self._films = held_back, films
        self._credentials = CredentialFile(config.data_path)
        self._link: RelayLink | None = None
        self._opening = asyncio.Lock()
        self.pulse = Pulse(SILENCE_S, clock.monotonic_s)

    def paired(self) -> bool:
        return self._credentials.path.exists()

    def reachable(self) -> bool:
        """There is a way to a relay, though it may be out of reach now."""
        return self.paired() or self.phone.online.relay

    def plan(self) -> LinkPlan:
        """Which way clips go now."""
        online, connected = self.phone.online, self.phone.connected
        return choose(
            Situation(
                paired=self.paired(), network=self._network.is_up(), answers=self._reach.answers, metered=self._network.is_metered(),
                phone=connected, phone_online=online.relay, phone_metered=online.metered,
                small=self._small(), originals=outbox.MEDIA not in self._held_back(),
            )
        )  # fmt: skip

    async def send(self) -> None:
        link = await self._ways()
        from glasses.sync.engine import Engine

        await Engine(self._spool, link, self._bus, self._clock, self._held_back_now, self.pulse).run()

    async def pull(self) -> None:
        link = await self._ways()
        from glasses.sync.pull import Pull

        await Pull(self._spool, link, self._bus, self._clock, self._config.relay.poll_s).run()

    async def fetch_films(self) -> None:
        folder = self._config.data_path / "films"
        folder.mkdir(parents=True, exist_ok=True)
        await Films(folder, await self._open(), self._bus, self._films).run()

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None

    def _held_back_now(self) -> Collection[str]:
        """Over the phone no media are sent: it reads them by itself."""
        return {*self._held_back(), *((outbox.MEDIA,) if self.plan().way == Way.PHONE else ())}

    async def _ways(self) -> Ways:
        own = await self._open() if self.paired() else None
        return Ways(own, PhoneLink(self.phone), self._reach, self.plan)

    async def _open(self) -> RelayLink:
        """Raises NotPairedError. One client for all: a refreshed token makes the one before it useless."""
        async with self._opening:
            if self._link is None:
                self._link = await asyncio.to_thread(self._connect)
            return self._link

    def _connect(self) -> RelayLink:
        """On a thread, because the library takes most of a second to load, and hearing must not wait for it."""
        from glasses.sync.http import RelayClient
        from glasses.sync.relay import RelayLink

        client = RelayClient(self._credentials, self._clock, self._network, answered=self.pulse.renew)
        return RelayLink(client, self._config.relay.chunk_bytes)
