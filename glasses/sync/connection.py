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
from glasses.spool.spool import Spool
from glasses.sync.credentials import CredentialFile
from glasses.sync.films import Films

if TYPE_CHECKING:
    from glasses.sync.relay import RelayLink

SILENCE_S = 180.0
"""An entry may take so long between two pieces that reach the relay; a request's own time-out is 30 s."""


class Connection:
    """``held_back``: kinds of outbox entries that are not to be sent now; ``films``: whether films may be fetched now."""

    def __init__(
        self, config: Config, spool: Spool, network: Network, bus: Bus, clock: Clock,
        held_back: Callable[[], Collection[str]], films: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._config, self._spool, self._network, self._bus, self._clock = config, spool, network, bus, clock
        self._held_back, self._films = held_back, films
        self._credentials = CredentialFile(config.data_path)
        self._link: RelayLink | None = None
        self._opening = asyncio.Lock()
        self.pulse = Pulse(SILENCE_S, clock.monotonic_s)

    def paired(self) -> bool:
        return self._credentials.path.exists()

    async def send(self) -> None:
        link = await self._open()
        from glasses.sync.engine import Engine

        await Engine(self._spool, link, self._bus, self._clock, self._held_back, self.pulse).run()

    async def pull(self) -> None:
        link = await self._open()
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
