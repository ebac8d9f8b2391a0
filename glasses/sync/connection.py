"""Everything that runs while the device is paired, over one link that is made when pairing has been done."""

from __future__ import annotations

from collections.abc import Callable, Collection

from glasses.bus import Bus
from glasses.clock import Clock
from glasses.config import Config
from glasses.hw.base import Network
from glasses.pulse import Pulse
from glasses.spool.spool import Spool
from glasses.sync.credentials import CredentialFile
from glasses.sync.engine import Engine
from glasses.sync.films import Films
from glasses.sync.http import RelayClient
from glasses.sync.pull import Pull
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
        self.pulse = Pulse(SILENCE_S, clock.monotonic_s)

    def paired(self) -> bool:
        return self._credentials.path.exists()

    async def send(self) -> None:
        await Engine(self._spool, self._open(), self._bus, self._clock, self._held_back, self.pulse).run()

    async def pull(self) -> None:
        await Pull(self._spool, self._open(), self._bus, self._clock, self._config.relay.poll_s).run()

    async def fetch_films(self) -> None:
        folder = self._config.data_path / "films"
        folder.mkdir(parents=True, exist_ok=True)
        await Films(folder, self._open(), self._bus, self._films).run()

    async def close(self) -> None:
        if self._link is not None:
            await self._link.close()
            self._link = None

    def _open(self) -> RelayLink:
        """Raises NotPairedError. One client for all: a refreshed token makes the one before it useless."""
        if self._link is None:
            client = RelayClient(self._credentials, self._clock, self._network, answered=self.pulse.renew)
            self._link = RelayLink(client, self._config.relay.chunk_bytes)
        return self._link
