"""A small real device for the kill sweep: sim camera and microphone, real encoder, files, database, outbox and HTTP.

Run as a program it waits with everything imported and forks a device for each line of its input: a start takes milliseconds,
and SIGKILL hits a process of its own. Not used: Vosk and the models (their part is played: intents are published, clips tagged at once).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import glasses.capture.photo
import glasses.hw.x264  # noqa: F401  # imported once, before forking
from glasses import faults
from glasses.bus import Bus
from glasses.capture.ears import Ears
from glasses.capture.forbidden import Forbidden
from glasses.capture.guard import GuardedCamera
from glasses.capture.recorder import Recorder
from glasses.capture.take import mend
from glasses.config import Config, Keeping, Recording
from glasses.errors import UnreadableError
from glasses.events import IntentHeard, MemoryChanged
from glasses.hw.packet import EncodedFrame
from glasses.hw.sim.camera import SimCamera
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.microphone import SimMicrophone
from glasses.hw.sim.senses import SimGps, SimLight
from glasses.hw.sim.world import World
from glasses.spool import outbox
from glasses.spool.preferences import Preferences, preferences_path, save_preferences
from glasses.spool.records import NewRecord
from glasses.spool.retention import Retention
from glasses.spool.spool import Spool
from glasses.sync.ble.bonds import Bonds
from glasses.sync.credentials import CredentialFile
from glasses.sync.engine import Engine
from glasses.sync.http import RelayClient
from glasses.sync.pull import Pull
from glasses.sync.relay import RelayLink
from glasses.sync.requests import Requests
from glasses.tag.tagging import Tagging
from glasses.wire.intent import Intent, IntentName
from glasses.wire.memory import MemoryRequest, MemoryStatus
from glasses.wire.record import RecordKind
from glasses.wire.segment import Segment
from glasses.wire.tag import Label, Moment, Tags

from .power import PowerLoss

SIZE = Recording(width=160, height=90, reserve_bytes=0, preroll_s=0.0)
LONG_FRAMES, SHORT_FRAMES = 65, 8
CHUNK_BYTES = 8_192
QUERY = "my wife and me in paris"


class Switch:
    """The network, as a test turns it."""

    up = True

    def is_up(self) -> bool:
        return self.up


class CountingCamera(SimCamera):
    """Knows how many frames the recorder has taken."""

    seen = 0

    async def frames(self) -> AsyncIterator[EncodedFrame]:
        async for frame in super().frames():
            yield frame
            self.seen += 1


class InstantLooker:
    """Sees the same in every clip, but not at its first look."""

    looked = 0

    async def tag(self, path: Path, segment: Segment) -> Tags:
        self.looked += 1
        if self.looked == 1:
            raise UnreadableError("the first look of a process fails here")
        assert path.stat().st_size == segment.size_bytes  # noqa: ASYNC240  # one file, at once
        return Tags(segment_id=segment.segment_id, moments=[Moment(objects=[Label(name="cup", score=0.9)])], tagged_at=1)

    async def close(self) -> None:
        return


class Device:
    def __init__(self, folder: Path) -> None:
        scene = Scene(at="2025-06-14T10:00:00+02:00", duration_s=86_400, lat=48.8584, lon=2.2945)
        self.world = World(Day(scenes=[scene], speed=1000.0))
        self.bus, self.network, self.camera = Bus(), Switch(), CountingCamera(self.world)
        self.spool = Spool(folder, self.world)
        gps = SimGps(self.world)
        camera = GuardedCamera(self.camera, SimLight(), Forbidden(SIZE), gps, self.world)
        self.recorder = Recorder(camera, gps, self.spool, self.bus, self.world, SIZE)
        self.ears = Ears(SimMicrophone(self.world), [self.recorder.hear])
        self.tagging = Tagging(self.spool, self.bus, InstantLooker())
        self.requests = Requests(self.spool, self.bus, self.world)
        self.link = RelayLink(RelayClient(CredentialFile(folder), self.world, self.network), CHUNK_BYTES)
        self.engine = Engine(self.spool, self.link, self.bus, self.world)
        self.pull = Pull(self.spool, self.link, self.bus, self.world, 1.0)
        config = Config(recording=SIZE, spool=Keeping(headroom_s=float("inf")))
        self.retention = Retention(self.spool, self.bus, self.world, config)
        self.films = self.bus.subscribe(MemoryChanged)

    async def open(self) -> None:
        """As a start after whatever happened before."""
        await self.spool.open(mend)

    async def live(self) -> None:
        """A video, a photo, a request; looked at, sent, answered; and room made."""
        await self.record(LONG_FRAMES)
        await self.recorder.photo()
        self.bus.publish(IntentHeard(Intent(name=IntentName.CREATE_MEMORY, slots={"request": QUERY}, text=QUERY)))
        await self.requests.step()
        await self.think_again()
        await self.tag()
        await self.add_proxies()
        await self.meet_a_phone()
        await self.lose_the_network_once()
        await self.send()
        await self.be_refused()
        await self.until_filmed()
        await self.retention.step()

    async def recover(self) -> None:
        """After a start: another video, and all that is left is done."""
        await self.record(SHORT_FRAMES)
        await self.tag()
        await self.spool.outbox.unpark()
        await self.send()
        while await self.pull.step():
            pass

    async def record(self, frames: int) -> None:
        hearing = asyncio.create_task(self.ears.run())
        until = self.camera.seen + frames
        await self.recorder.start()
        while self.camera.seen < until:  # each turn lets the camera take a step
            await asyncio.sleep(0)
        await self.recorder.stop()
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)

    async def think_again(self) -> None:
        """A second request is asked and taken back before it is sent."""
        for name in (IntentName.CREATE_MEMORY, IntentName.CANCEL):
            self.bus.publish(IntentHeard(Intent(name=name, slots={"request": "something else"}, text="something else")))
            await self.requests.step()

    async def add_proxies(self) -> None:
        """The small copies, without making them: what is noted of them is what can be cut short."""
        for segment in await self.spool.catalog.unproxied():
            await self.spool.add_proxy(segment.segment_id, 1, "0" * 64)

    async def meet_a_phone(self) -> None:
        """It is paired, sets something, and takes every original over."""
        Bonds(self.spool.folder, 2, self.world.now_ms).keep("phone", {})
        save_preferences(preferences_path(self.spool.folder), Preferences(preroll_s=0.0))
        for clip in await self.spool.catalog.custody():
            record = NewRecord(RecordKind.ORIGINAL, clip.segment_id, "", None, clip.size_bytes, 1)
            await self.spool.records.take(await self.spool.records.put(record), 1, "phone")

    async def tag(self) -> None:
        while await self.tagging.step():
            pass

    async def lose_the_network_once(self) -> None:
        self.network.up = False
        assert not await self.engine.step()
        self.network.up = True

    async def send(self) -> None:
        """Until nothing waits that may arrive."""
        while await self.spool.outbox.waiting():
            await self.engine.step()

    async def be_refused(self) -> None:
        """The same key for another request is refused, parked, tried again, refused again."""
        known = MemoryRequest(query=QUERY, idempotency_key="00000000-0000-7000-8000-000000000000")
        for query in (QUERY, "something else"):
            known.query = query
            await self.spool.outbox.put(
                outbox.REQUEST, known.idempotency_key, json.dumps({"query": query, "idempotency_key": known.idempotency_key}), 1
            )
            await self.engine.step()
        await self.spool.outbox.unpark()
        await self.engine.step()

    async def until_filmed(self) -> None:
        while True:
            while await self.pull.step():
                pass
            while (event := self.films.poll()) is not None:
                if event.memory.status == MemoryStatus.COMPLETED and event.memory.clips_used:
                    return
            await asyncio.sleep(0.005)

    async def close(self) -> None:
        await self.link.close()
        await self.recorder.close()
        await self.spool.close()


async def run(folder: Path, what: str) -> None:
    device = Device(folder)
    await device.open()
    if what == "live":
        await device.live()
    elif what == "recover":
        await device.recover()
    await device.close()


def traced(file: int, hook: Callable[[str], None]) -> Callable[[str], None]:
    """Each point's name goes to ``file`` before the hook acts: what was passed is known after a kill."""

    def note(name: str) -> None:
        os.write(file, f"{name}\n".encode())
        hook(name)

    return note


def hook_of(folder: Path, fault: str) -> Callable[[str], None]:
    act, _, rest = fault.partition(" ")
    if act == "power":
        return PowerLoss(folder, rest)
    return faults.parsed(fault) if fault else lambda _name: None


def _child(job: dict[str, str]) -> None:
    folder = Path(job["folder"])
    file = os.open(folder / "trace", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faults.arm(traced(file, hook_of(folder, job.get("fault", ""))))
    asyncio.run(run(folder, job["what"]))


def serve() -> None:
    logging.disable(logging.WARNING)  # that a clip was cut short, or could not be looked at, is what is done to these devices
    tls = ssl.create_default_context()  # nothing here speaks TLS, and making one takes longer than all else
    ssl.create_default_context = lambda *_args, **_more: tls
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _child(json.loads(line))
            except BaseException:  # noqa: BLE001  # shown, and told by the exit code
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  # the answer to a line


if __name__ == "__main__":
    serve()
