"""The ordered table of stages: what runs on the glasses, in which order it starts, and what it needs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import msgspec

from glasses.bus import Bus
from glasses.capture import phrases
from glasses.capture.backlog import Backlog
from glasses.capture.ears import Ears, Hear
from glasses.capture.forbidden import Forbidden
from glasses.capture.guard import GuardedCamera
from glasses.capture.listener import Listener
from glasses.capture.proxies import Proxies
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.capture.thumbnail import thumbnail
from glasses.config import Config
from glasses.errors import StorageDamagedError
from glasses.events import FaultRaised
from glasses.hud.presenter import Presenter
from glasses.hud.screen import Status
from glasses.hud.screens import Screens
from glasses.hw.base import AudioChunk, Hardware, Panel
from glasses.hw.wallclock import refuse_to_set, set_system_clock
from glasses.malloc import keep_giving_back
from glasses.power.camera import SparingCamera
from glasses.power.governor import Governor
from glasses.power.ring import RingPlan
from glasses.pulse import Pulse
from glasses.spool import outbox
from glasses.spool.retention import Retention
from glasses.spool.spool import Spool
from glasses.standing import Standing, described
from glasses.supervisor import Notifier, Stage, Supervisor
from glasses.sync.ble.door import Around, PhoneDoor
from glasses.sync.connection import Connection
from glasses.sync.requests import Requests
from glasses.tag.pace import PacedLooker
from glasses.tag.tagger import TagWorker
from glasses.tag.tagging import Tagging
from glasses.turn import Turn
from models.store import ModelStore

log = logging.getLogger("glasses")

DEAF_S = 15.0
"""Without a sound from the microphone for so long, it is opened again. Recording a chunk takes far less."""
PUZZLED_S = 60.0
"""Who is still not done with a chunk after so long will never understand it."""


class Pipeline:
    """One pair of glasses: its hardware, its spool, and its stages. ``run`` until ``stop`` is set."""

    def __init__(self, config: Config, hardware: Hardware, store: ModelStore) -> None:
        self.config, self.hardware, self.bus = config, hardware, Bus()
        self.spool = Spool(config.data_path, hardware.clock, config.spool.quota_bytes)
        self._store = store
        limits = config.recording
        if hardware.preroll_s is not None:
            limits = msgspec.structs.replace(limits, preroll_s=hardware.preroll_s)
        sparing = SparingCamera(hardware.camera, lambda: self.governor.budget)
        camera = GuardedCamera(sparing, hardware.light, Forbidden(limits), hardware.gps, hardware.clock)
        self.camera = camera
        self._limits = limits
        self.recorder = Recorder(camera, hardware.gps, self.spool, self.bus, hardware.clock, limits)
        self.listener = Listener(
            store.path("speech"), phrases.load(config.voice.language), config.voice, self._names,
            self.bus, hardware.microphone.rate_hz, store.path("spotter"),
        )  # fmt: skip
        self.governor = Governor(
            hardware.battery, hardware.thermal, hardware.network, self._free_bytes, self._is_recording,
            self.bus, hardware.clock,
        )  # fmt: skip
        self.standing = Standing(config, self.spool, self.governor, self._is_recording, self._is_listening, hardware.clock)
        set_clock = refuse_to_set if hardware.spec.startswith(("sim:", "replay:")) else set_system_clock
        around = Around(self.standing.status, self.standing.brief, described, thumbnail, set_clock, self.standing.held_back)
        self.phones = PhoneDoor(config, self.spool, self.bus, hardware.clock, around)
        self.more_stages: list[Stage] = []
        self.more_panels: list[Panel] = []
        self.supervisor: Supervisor | None = None

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None, notifier: Notifier | None = None) -> None:
        """Raises StorageDamagedError, ModelMissingError, and what a vital stage raises for good."""
        loading = asyncio.create_task(self.listener.open())
        try:
            mended = await self.spool.open(mend)
        except BaseException:
            await asyncio.gather(loading, return_exceptions=True)
            raise
        for segment in mended:
            log.warning("mended %s: %.1f s were saved from an interrupted recording", segment.segment_id, segment.duration_s)
        try:
            await loading
            self.supervisor = Supervisor(self._stages(), self.bus, self.hardware.clock, notifier)
            for problem in self.spool.problems:
                self.bus.publish(FaultRaised(StorageDamagedError.code, problem, "glasses status shows every clip."))
            ready()
            await self.supervisor.run(stop)
        finally:
            await self.spool.close()

    def _stages(self) -> list[Stage]:
        """THE table. Started from top to bottom, stopped from bottom to top."""
        hardware, clock, governor = self.hardware, self.hardware.clock, self.governor
        panels = self._panels()
        screens = Screens(panels, self._status, lambda: governor.budget.hud_brightness, clock)
        presenter = Presenter(hardware.display, self.spool, self.bus, screens=screens)
        turn = Turn()
        looker = PacedLooker(TagWorker(self._store.root, clock.now_ms), lambda: governor.budget.tagging_share, clock, turn)
        tagging = Tagging(self.spool, self.bus, looker)
        relay = Connection(
            self.config, self.spool, hardware.network, self.bus, clock,
            lambda: () if governor.budget.originals else (outbox.MEDIA,), lambda: governor.budget.films,
            lambda: governor.budget.small_uploads, self.phones,
        )  # fmt: skip
        self.standing.relay = relay

        def sending() -> bool:
            return relay.reachable() and governor.budget.small_uploads

        requests = Requests(self.spool, self.bus, clock)
        retention = Retention(self.spool, self.bus, clock, self.config)
        hearing, listening = Pulse(DEAF_S, clock.monotonic_s), Pulse(PUZZLED_S, clock.monotonic_s)
        backlog = Backlog(self.listener.hear, listening, self.bus, waits=hardware.microphone.waits)
        ears = Ears(hardware.microphone, [self.recorder.hear, backlog.add, _beats(hearing)])
        return [
            Stage("presenter", presenter.run),
            Stage("screens", screens.run, close=screens.close),
            Stage("power", governor.run, pulse=governor.pulse),
            Stage("tagging", tagging.run, close=tagging.close, should_run=lambda: governor.budget.tagging_share > 0),
            *self._camera_stages(turn),
            Stage("sync", relay.send, close=relay.close, should_run=sending, pulse=relay.pulse),
            Stage("pull", relay.pull, should_run=sending),
            Stage("films", relay.fetch_films, should_run=lambda: bool(panels) and relay.paired()),
            Stage("requests", requests.run),
            Stage("ways", lambda: self.standing.keep(self.phones.tell)),
            Stage("phones", self.phones.run, should_run=self._phones_wanted),
            Stage("retention", retention.run),
            Stage("memory", lambda: keep_giving_back(clock.sleep)),
            *self.more_stages,
            Stage("listening", backlog.run, restarts=10, pulse=listening),
            Stage("recorder", self.recorder.run, vital=True, close=self.recorder.close),
            Stage("ears", ears.run, vital=True, restarts=3, close=ears.close, pulse=hearing),
        ]  # fmt: skip

    def _camera_stages(self, turn: Turn) -> list[Stage]:
        """What goes on beside the recorder: the small copies, and whether the ring is held."""
        stages = []
        if self.config.recording.proxy:
            proxies = Proxies(self.spool, self.bus, turn)
            stages.append(Stage("proxies", proxies.run, close=proxies.close))
        if self._limits.preroll_s > 0:
            stages.append(Stage("ring", RingPlan(self.bus, lambda: self.governor.budget, self.recorder.ring).run))
        return stages

    def _panels(self) -> list[Panel]:
        return [panel for panel in (self.hardware.panel, *self.more_panels) if panel is not None]

    def _status(self) -> Status:
        """What the strip along the top of the display tells."""
        reading, recording = self.governor.reading, self.recorder.recording
        recording_s = None if recording is None else max(0.0, (self.hardware.clock.now_ms() - recording.captured_at) / 1000)
        return Status(recording_s, reading.battery_fraction, reading.charging, reading.network)

    def _phones_wanted(self) -> bool:
        """With a radio, and with enough power to send anything."""
        return bool(self.config.ble.transport) and self.governor.budget.small_uploads

    def _is_recording(self) -> bool:
        return self.recorder.recording is not None

    def _is_listening(self) -> bool:
        return self.supervisor is not None and self.supervisor.states["listening"].running

    def _free_bytes(self) -> int:
        return self.spool.media.free_bytes() - self.config.recording.reserve_bytes

    async def _names(self) -> tuple[list[str], list[str]]:
        known = await self.spool.settings.known()
        return [each.name for each in known if each.kind == "person"], [each.name for each in known if each.kind == "place"]


def _beats(pulse: Pulse) -> Hear:
    async def beat(_chunk: AudioChunk) -> None:
        pulse.beat()

    return beat
