"""Nothing passes the guard unless the light is on, and nothing where and when the wearer does not want it."""

from __future__ import annotations

import ast
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import numpy as np
import pytest

import glasses.capture
from glasses.capture.forbidden import Forbidden, distance_m
from glasses.capture.guard import GuardedCamera
from glasses.clock import FakeClock
from glasses.config import NoRecordPlace, Recording, load
from glasses.errors import ConfigInvalidError, LightFailedError, RecordingForbiddenError
from glasses.hw.light import SysfsLight
from glasses.hw.packet import EncodedFrame
from glasses.hw.sim.senses import SimLight
from glasses.wire.segment import PROFILE, CaptureProfile, GeoPoint

PARIS = GeoPoint(lat=48.8584, lon=2.2945)
NOON_MS = 1_750_000_000_000 // 86_400_000 * 86_400_000 + 12 * 3_600_000


class Endless:
    """A camera of empty frames, a key frame each second, that notes when it was running."""

    def __init__(self, light: SimLight) -> None:
        self.running, self._light = False, light
        self.dark: list[str] = []

    async def start(self, profile: CaptureProfile) -> bytes:
        self._note("start")
        self.running = True
        return b"headers"

    async def frames(self) -> AsyncGenerator[EncodedFrame]:
        index = 0
        while self.running:
            yield EncodedFrame(b"", index, index % 30 == 0)
            index += 1

    async def stop(self) -> None:
        self._note("stop")
        self.running = False

    async def still(self) -> np.ndarray:
        self._note("still")
        return np.zeros((2, 2, 3), np.uint8)

    async def close(self) -> None:
        await self.stop()

    def _note(self, what: str) -> None:
        if not self._light.is_on():
            self.dark.append(what)


class Here:
    def __init__(self) -> None:
        self.place: GeoPoint | None = PARIS

    def fix(self) -> GeoPoint | None:
        return self.place


class Guarded:
    def __init__(self, **limits: object) -> None:
        self.seen = 0
        self.light, self.gps, self.clock = SimLight(), Here(), FakeClock(NOON_MS)
        self.inner = Endless(self.light)
        self.camera = GuardedCamera(self.inner, self.light, Forbidden(Recording(**limits)), self.gps, self.clock)  # type: ignore[arg-type]  # several types

    async def film(self, at_40: Callable[[], None]) -> None:
        """For ever; ``at_40`` happens with the frame of that number."""
        async for frame in self.camera.frames():
            self.seen += 1
            if frame.index == 40:
                at_40()


async def test_the_light_is_on_before_the_camera_and_goes_off_after_it() -> None:
    guarded = Guarded()
    await guarded.camera.start(PROFILE)
    assert guarded.light.is_on()
    await guarded.camera.still()
    assert guarded.light.is_on()
    await guarded.camera.stop()
    assert not guarded.light.is_on()
    await guarded.camera.still()
    assert not guarded.light.is_on()
    assert guarded.inner.dark == []


async def test_a_dead_light_lets_nothing_start() -> None:
    guarded = Guarded()
    guarded.light.broken = True
    for call in (guarded.camera.start(PROFILE), guarded.camera.still()):
        with pytest.raises(LightFailedError):
            await call
    assert not guarded.inner.running
    assert guarded.inner.dark == []


async def test_not_one_frame_passes_after_the_light_went_out() -> None:
    guarded = Guarded()
    await guarded.camera.start(PROFILE)
    with pytest.raises(LightFailedError):
        await guarded.film(at_40=lambda: setattr(guarded.light, "broken", True))
    assert guarded.seen == 41


async def test_walking_into_a_closed_place_ends_it_within_a_second() -> None:
    guarded = Guarded(no_record_places=[NoRecordPlace(lat=48.86, lon=2.30, radius_m=100, name="the clinic")])
    await guarded.camera.start(PROFILE)
    with pytest.raises(RecordingForbiddenError, match="the clinic"):
        await guarded.film(at_40=lambda: setattr(guarded.gps, "place", GeoPoint(lat=48.8601, lon=2.3001)))
    assert guarded.seen == 60


@pytest.mark.parametrize(
    ("hours", "at_h", "closed"),
    [("22:00-06:00", 23, True), ("22:00-06:00", 5, True), ("22:00-06:00", 6, False), ("22:00-06:00", 12, False),
     ("09:00-17:30", 9, True), ("09:00-17:30", 18, False), ("00:00-00:00", 3, True)],
)  # fmt: skip
def test_hours_are_local_and_may_pass_midnight(hours: str, at_h: int, closed: bool) -> None:
    rules = Forbidden(Recording(no_record_hours=[hours], timezone="Asia/Tokyo"))
    now_ms = NOON_MS + (at_h - 9 - 12) * 3_600_000  # Tokyo is nine hours ahead
    assert bool(rules.why(now_ms, None)) == closed


def test_distances_are_those_of_the_globe() -> None:
    london = NoRecordPlace(lat=51.5007, lon=-0.1246)
    assert distance_m(PARIS, london) == pytest.approx(340_600, rel=0.005)
    assert Forbidden(Recording(no_record_places=[london])).why(NOON_MS, None) == "", "an unknown place closes nothing"


@pytest.mark.parametrize("line", ["no_record_hours = ['22-6']", "timezone = 'Mars/Olympus'", "no_record_hours = ['25:00-06:00']"])
def test_rules_that_do_not_fit_are_refused_and_not_forgotten(tmp_path: Path, line: str) -> None:
    path = tmp_path / "glasses.toml"
    path.write_text(f"[recording]\n{line}\n")
    with pytest.raises(ConfigInvalidError, match=line.split()[0]):
        load(path)


def test_an_led_of_the_kernel(tmp_path: Path) -> None:
    led = tmp_path / "recording"
    light = SysfsLight("recording", tmp_path)
    light.switch(False)
    with pytest.raises(LightFailedError, match="recording"):
        light.switch(True)
    led.mkdir()
    for name, value in (("brightness", "0"), ("max_brightness", "1"), ("trigger", "heartbeat")):
        (led / name).write_text(value)
    light.switch(True)
    assert light.is_on()
    assert ((led / "brightness").read_text(), (led / "trigger").read_text()) == ("1", "none")
    (led / "brightness").write_text("0")  # somebody else turned it off
    assert not light.is_on()


def test_the_capture_room_has_no_other_door_to_a_camera() -> None:
    """Only the guard may name the bare camera: everything else is given the guarded one."""
    folder = Path(glasses.capture.__file__ or "").parent
    imports = [(path.name, node) for path in folder.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))
               if isinstance(node, ast.ImportFrom) and node.module == "glasses.hw.base"]  # fmt: skip
    assert {name for name, node in imports if any(alias.name == "Camera" for alias in node.names)} == {"guard.py"}
