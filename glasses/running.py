"""Runs the device from the command line: signals, the simulated wearer's keyboard, and the ends of simulated days."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from glasses.config import Config
from glasses.errors import ConfigInvalidError, RelayUnreachableError
from glasses.systemd import SystemdNotifier

if TYPE_CHECKING:
    from glasses.hw.base import Panel
    from glasses.hw.sim.microphone import SimMicrophone
    from glasses.pipeline import Pipeline
    from glasses.spool.spool import Spool
    from glasses.sync.engine import Engine
    from glasses.wire.pairing import DeviceAuthorization


def run(config: Config, spec: str | None, *, until_over: bool, preview_port: int | None = None, ble: str | None = None) -> int:
    """Until SIGINT or SIGTERM, or with ``until_over`` until a simulated day has passed and everything is sent."""
    from glasses.hw.spec import open_hardware
    from glasses.malloc import PICTURE_BYTES, give_back_freed_memory
    from glasses.pipeline import Pipeline
    from glasses.spool.preferences import preferred
    from models.store import ModelStore

    give_back_freed_memory(PICTURE_BYTES)
    if ble is not None:
        config.ble.transport = ble
    config = preferred(config)
    pipeline = Pipeline(config, open_hardware(spec or config.hardware, config.recording.light), ModelStore())
    pipeline.phones.announce = _say_radio
    if preview_port is not None:
        _add_preview(pipeline, preview_port)
    return asyncio.run(_run(pipeline, until_over=until_over))


def _say_radio(port: int) -> None:
    print(f"Phones: scripts/phone --radio tcp-client:127.0.0.1:{port} ...", flush=True)  # noqa: T201  # where to connect to


def _add_preview(pipeline: Pipeline, port: int) -> None:
    from glasses.hud.preview import Preview
    from glasses.supervisor import Stage

    preview = Preview(port, pipeline.camera, pipeline.bus, lambda url: print(f"Preview: {url}", flush=True))  # noqa: T201  # where to look
    pipeline.more_panels.append(preview)
    pipeline.more_stages.append(Stage("preview", preview.run))


async def _run(pipeline: Pipeline, *, until_over: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    helpers: list[asyncio.Task[None]] = []
    notifier = SystemdNotifier()

    def ready() -> None:
        pipeline.hardware.display.show("Ready", ("say: okay glasses",))
        if until_over:
            helpers.append(asyncio.create_task(_stop_when_over(pipeline, stop)))
        if pipeline.hardware.spec == "sim:" and sys.stdin.isatty():
            helpers.append(asyncio.create_task(_type_to_speak(pipeline, stop)))

    try:
        await pipeline.run(stop, ready, notifier)
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        notifier.close()
    return 0


async def _stop_when_over(pipeline: Pipeline, stop: asyncio.Event) -> None:
    """The day has been played, nothing is being recorded, everything has been looked at, and nothing waits to be sent."""
    from glasses.hw.sim.world import World

    world = pipeline.hardware.clock
    if not isinstance(world, World):
        raise ConfigInvalidError("--until-over needs a simulated day: --hw sim:DIR or replay:DIR")
    while True:
        await asyncio.sleep(0.1)
        if not world.over or pipeline.recorder.recording is not None:
            continue
        if await pipeline.spool.catalog.untagged() is None and await pipeline.spool.outbox.waiting() == 0:
            stop.set()
            return


async def _type_to_speak(pipeline: Pipeline, stop: asyncio.Event) -> None:
    """Each line that is typed is spoken into the simulated microphone."""
    from glasses.hw.sim.voice import Voice

    microphone: SimMicrophone = pipeline.hardware.microphone  # type: ignore[assignment]  # the caller has checked the spec
    voice = Voice()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    pipeline.hardware.display.show("Type what the wearer says", ("for example: okay glasses, record a video",))
    wakes = pipeline.config.voice.wake_phrases
    while line := (await reader.readline()).decode().strip():
        microphone.say(voice.speak(line))
        if not line.lower().startswith(tuple(wakes)):
            pipeline.hardware.display.show("Said without the wake phrase", (f"a command begins with: {wakes[0]}",))
    stop.set()


def pair_device(config: Config, relay_url: str) -> int:
    """Show a code, wait for its approval, keep the tokens."""
    if not relay_url:
        raise ConfigInvalidError("no relay is named", hint="glasses pair --relay http://ADDRESS:8787, or set relay.url.")
    return asyncio.run(_pair(config, relay_url.rstrip("/")))


async def _pair(config: Config, relay_url: str) -> int:
    from glasses.clock import RealClock
    from glasses.spool.spool import Spool
    from glasses.sync.credentials import CredentialFile
    from glasses.sync.pairing import pair

    clock = RealClock()
    spool = Spool(config.data_path, clock)
    await spool.open(lambda _path, segment: segment)
    await spool.close()
    panel = _panel(config)
    try:
        show = partial(_show_code, panel)
        await pair(relay_url, spool.device_id, config.device_name, CredentialFile(config.data_path), clock, show)
    finally:
        if panel is not None:
            panel.close()
    print("Paired. Run: glasses run")  # noqa: T201  # a command's answer
    return 0


def _panel(config: Config) -> Panel | None:
    """The display with pixels, without the rest of the hardware."""
    if config.hardware != "pi:":
        return None
    from glasses.hw.framebuffer import open_framebuffer

    return open_framebuffer()


def _show_code(panel: Panel | None, offered: DeviceAuthorization) -> None:
    """On the display and the terminal, and spoken; none of them waits for another."""
    import threading

    import segno

    from glasses.hud.cards import pairing_card, spelled
    from glasses.hud.render import render
    from glasses.hud.screen import Screen, Status
    from glasses.hw.spoken import say

    address = offered.verification_uri_complete or offered.verification_uri
    if panel is not None:
        card = pairing_card(offered.user_code, address)
        panel.put(render(Screen(card, Status())).resize((panel.width_px, panel.height_px)).tobytes(), 1.0)
    threading.Thread(target=say, args=(spelled(offered.user_code),), daemon=True).start()
    if sys.stdout.isatty():
        segno.make(address, error="m", micro=False).terminal(compact=True)
    print(f"Code: {offered.user_code}", flush=True)  # noqa: T201  # a command's answer
    print(f"Approve it in the companion ({offered.verification_uri}), or with: relay user approve {offered.user_code}", flush=True)  # noqa: T201  # a command's answer


def drain(config: Config, timeout_s: float) -> int:
    """Send what waits. Raises RelayUnreachableError when something is left after ``timeout_s``."""
    return asyncio.run(_drain(config, timeout_s))


async def _drain(config: Config, timeout_s: float) -> int:
    from glasses.bus import Bus
    from glasses.capture.take import mend
    from glasses.clock import RealClock
    from glasses.spool.spool import Spool
    from glasses.sync.credentials import CredentialFile
    from glasses.sync.engine import Engine
    from glasses.sync.http import RelayClient
    from glasses.sync.relay import RelayLink

    clock = RealClock()
    spool = Spool(config.data_path, clock)
    link = RelayLink(RelayClient(CredentialFile(config.data_path), clock), config.relay.chunk_bytes)
    await spool.open(mend)
    try:
        total = await spool.outbox.waiting()
        engine = Engine(spool, link, Bus(), clock)
        try:
            async with asyncio.timeout(timeout_s):
                await _send_all(engine, spool, total)
        except TimeoutError as problem:
            raise RelayUnreachableError(f"{await spool.outbox.waiting()} of {total} entries are still here") from problem
    finally:
        await link.close()
        await spool.close()
    return 0


async def _send_all(engine: Engine, spool: Spool, total: int) -> None:
    from rich.progress import Progress

    with Progress(transient=True) as progress:
        bar = progress.add_task("Sending", total=total)
        while left := await spool.outbox.waiting():
            progress.update(bar, completed=total - left)
            if not await engine.step():
                await asyncio.sleep(1.0)
    print(f"Sent {total}; nothing waits.")  # noqa: T201  # a command's answer


def phones(config: Config, forget: str, *, forget_all: bool) -> int:
    """List the paired phones, or forget one or all. Raises PhoneUnknownError for one that is not paired."""
    from glasses.clock import RealClock
    from glasses.errors import PhoneUnknownError
    from glasses.sync.ble.bonds import Bonds

    bonds = Bonds(config.data_path, config.ble.most_phones, RealClock().now_ms)
    if forget_all:
        print(f"Forgot {bonds.reset()} phones; at the next start the glasses are strangers to them.")  # noqa: T201  # a command's answer
        return 0
    if forget:
        if not bonds.forget(forget):
            raise PhoneUnknownError(f"{forget} is not paired")
        print(f"Forgot {forget}.")  # noqa: T201  # a command's answer
        return 0
    for bond in sorted(bonds.all(), key=lambda each: -each.used_at):
        used = datetime.fromtimestamp(bond.used_at / 1000, UTC)
        print(f"{bond.address}  last here {used:%Y-%m-%d %H:%M} UTC")  # noqa: T201  # a command's answer
    print(f"{len(bonds.all())} of {config.ble.most_phones} phones are paired.")  # noqa: T201  # a command's answer
    return 0
