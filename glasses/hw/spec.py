"""From a spec string to a set of hardware. Nothing is imported before it is chosen.

``sim:``          a drawn scene and a wearer whose words are typed or spoken by a script
``sim:DIR``       a simulated day (``DIR/day.toml``)
``replay:DIR``    the clips (``*.mp4``) of a folder, one after another, as camera and microphone
``laptop:``       a USB camera through V4L2 and the default microphone through PortAudio
``pi:``           the Pi camera through libcamera and the default microphone through PortAudio
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glasses.errors import HardwareUnknownError
from glasses.hw.base import Hardware

if TYPE_CHECKING:
    from glasses.hw.sim.day import Day

KINDS = ("sim", "replay", "laptop", "pi")


def open_hardware(spec: str, light: str = "") -> Hardware:
    """``light``: name of the recording LED; empty for the usual one.

    Raises HardwareUnknownError; missing devices are reported by the device itself, when it is used.
    """
    kind, _, rest = spec.partition(":")
    if kind == "sim":
        return _sim(spec, rest)
    if kind == "replay":
        return _replay(spec, Path(rest))
    if kind in ("laptop", "pi"):
        return _real(spec, kind, rest, light)
    raise HardwareUnknownError(f"{spec!r} is none of {', '.join(f'{known}:' for known in KINDS)}")


def _sim(spec: str, folder: str) -> Hardware:
    from glasses.hw.sim.camera import SimCamera
    from glasses.hw.sim.day import Day, Scene, load
    from glasses.hw.sim.microphone import SimMicrophone

    day: Day = (
        load(Path(folder)) if folder else Day(scenes=[Scene(at=_now_iso(), duration_s=86_400, lat=48.8584, lon=2.2945)], preroll_s=None)
    )
    from glasses.hw.sim.world import World

    world = World(day)
    return _around(spec, world, SimMicrophone(world), SimCamera(world))


def _replay(spec: str, folder: Path) -> Hardware:
    from glasses.hw.replay import ReplayCamera, ReplayMicrophone, day_of_clips
    from glasses.hw.sim.world import World

    world = World(day_of_clips(folder))
    return _around(spec, world, ReplayMicrophone(world), ReplayCamera(world))


def _around(spec: str, world: object, microphone: object, camera: object) -> Hardware:
    from glasses.hw.display import TerminalDisplay
    from glasses.hw.sim.senses import SimBattery, SimGps, SimLight, SimNetwork, SimThermal
    from glasses.hw.sim.world import World

    assert isinstance(world, World)  # noqa: S101  # both callers make one
    return Hardware(
        spec=spec, clock=world, microphone=microphone, camera=camera,  # type: ignore[arg-type]  # checked by the contract suite
        gps=SimGps(world), battery=SimBattery(world), network=SimNetwork(world), display=TerminalDisplay(),
        light=SimLight(), preroll_s=world.day.preroll_s, thermal=SimThermal(world),
    )  # fmt: skip


def _real(spec: str, kind: str, device: str, light: str) -> Hardware:
    from glasses.clock import RealClock
    from glasses.hw.battery import SysfsBattery
    from glasses.hw.display import TerminalDisplay
    from glasses.hw.framebuffer import open_framebuffer
    from glasses.hw.gps import NoGps
    from glasses.hw.light import PI_NAME, SysfsLight, WebcamLight
    from glasses.hw.network import KernelNetwork
    from glasses.hw.portaudio import PortAudioMicrophone
    from glasses.hw.thermal import SysfsThermal

    if kind == "pi":
        from glasses.hw.libcamera import LibcameraCamera as Camera
    else:
        from glasses.hw.v4l2 import V4l2Camera as Camera  # type: ignore[assignment]  # both are cameras
    return Hardware(
        spec=spec, clock=RealClock(), microphone=PortAudioMicrophone(), camera=Camera(device),
        gps=NoGps(), battery=SysfsBattery(), network=KernelNetwork(), display=TerminalDisplay(),
        light=SysfsLight(light or PI_NAME) if light or kind == "pi" else WebcamLight(),
        thermal=SysfsThermal(), panel=open_framebuffer() if kind == "pi" else None,
    )  # fmt: skip


def _now_iso() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat()
