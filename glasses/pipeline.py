"""The ordered table of stages: what runs on the glasses, in which order it starts, and what it needs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from glasses.bus import Bus
from glasses.capture import phrases
from glasses.capture.ears import Ears
from glasses.capture.listener import Listener
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.config import Config
from glasses.errors import NotPairedError
from glasses.hud.presenter import Presenter
from glasses.hw.base import Hardware
from glasses.spool.spool import Spool
from glasses.supervisor import Stage, Supervisor
from glasses.sync.credentials import CredentialFile
from glasses.sync.engine import Engine
from glasses.sync.http import RelayClient
from glasses.sync.pull import Pull
from glasses.sync.relay import RelayLink
from glasses.sync.requests import Requests
from glasses.tag.tagger import TagWorker
from glasses.tag.tagging import Tagging
from models.store import ModelStore

log = logging.getLogger("glasses")


class Pipeline:
    """One pair of glasses: its hardware, its spool, and its stages. ``run`` until ``stop`` is set."""

    def __init__(self, config: Config, hardware: Hardware, store: ModelStore) -> None:
        self.config, self.hardware, self.bus = config, hardware, Bus()
        self.spool = Spool(config.data_path, hardware.clock)
        self._store = store
        self.recorder = Recorder(hardware.camera, hardware.gps, self.spool, self.bus, hardware.clock, config.recording)
        self.listener = Listener(
            store.path("speech"), phrases.load(config.voice.language), config.voice, self._names,
            self.bus, hardware.clock, hardware.microphone.rate_hz,
        )  # fmt: skip
        self.supervisor: Supervisor | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Raises StorageDamagedError, ModelMissingError, and what a vital stage raises for good."""
        for segment in await self.spool.open(mend):
            log.warning("mended %s: %.1f s were saved from an interrupted recording", segment.segment_id, segment.duration_s)
        try:
            await self.listener.open()
            self.supervisor = Supervisor(self._stages(), self.bus, self.hardware.clock)
            ready()
            await self.supervisor.run(stop)
        finally:
            await self.spool.close()

    def _stages(self) -> list[Stage]:
        """THE table. Started from top to bottom, stopped from bottom to top."""
        hardware, clock = self.hardware, self.hardware.clock
        presenter = Presenter(hardware.display, self.spool, self.bus, hardware.battery)
        tagging = Tagging(self.spool, self.bus, TagWorker(self._store.root, clock.now_ms))
        requests = Requests(self.spool, self.bus, clock)
        ears = Ears(hardware.microphone, [self.recorder.hear, self.listener.hear])
        return [
            Stage("presenter", presenter.run),
            Stage("tagging", tagging.run, close=tagging.close),
            *self._sync_stages(),
            Stage("requests", requests.run),
            Stage("recorder", self.recorder.run, vital=True, close=self.recorder.close),
            Stage("ears", ears.run, vital=True, restarts=3, close=ears.close),
        ]

    def _sync_stages(self) -> list[Stage]:
        try:
            client = RelayClient(CredentialFile(self.config.data_path), self.hardware.clock, self.hardware.network)
        except NotPairedError as unpaired:
            log.warning("%s", unpaired)
            return []
        link = RelayLink(client, self.config.relay.chunk_bytes)
        engine = Engine(self.spool, link, self.bus, self.hardware.clock)
        pull = Pull(self.spool, link, self.bus, self.hardware.clock, self.config.relay.poll_s)
        return [Stage("sync", engine.run, close=link.close), Stage("pull", pull.run)]

    async def _names(self) -> tuple[list[str], list[str]]:
        known = await self.spool.settings.known()
        return [each.name for each in known if each.kind == "person"], [each.name for each in known if each.kind == "place"]
