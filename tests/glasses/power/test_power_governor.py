from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from glasses.bus import Bus
from glasses.clock import FakeClock
from glasses.errors import PowerSavingError
from glasses.events import Answered, IntentHeard, OutboxFilled, PlanChanged, SegmentClosed
from glasses.hw.battery import SysfsBattery
from glasses.hw.network import KernelNetwork
from glasses.hw.thermal import SysfsThermal
from glasses.power.camera import SparingCamera
from glasses.power.governor import EVERY_S, Governor
from glasses.wire.intent import Intent, IntentName
from glasses.wire.segment import PROFILE, Segment


@dataclass
class Senses:
    """Battery, thermal and network in one; and whether a video is being recorded."""

    charge: float | None = 0.8
    plugged: bool = False
    heat_c: float | None = 40.0
    up: bool = True
    metered: bool = False
    recording: bool = False
    free_bytes: int = 8_000_000_000
    bus: Bus = field(default_factory=Bus)
    clock: FakeClock = field(default_factory=FakeClock)

    def fraction(self) -> float | None:
        return self.charge

    def charging(self) -> bool:
        return self.plugged

    def temperature_c(self) -> float | None:
        return self.heat_c

    def is_up(self) -> bool:
        return self.up

    def is_metered(self) -> bool:
        return self.metered

    def governor(self) -> Governor:
        return Governor(self, self, self, lambda: self.free_bytes, lambda: self.recording, self.bus, self.clock)


def test_a_change_is_said_once_and_what_waits_is_woken() -> None:
    senses = Senses(metered=True)
    plans, filled = senses.bus.subscribe(PlanChanged), senses.bus.subscribe(OutboxFilled)
    governor = senses.governor()
    governor.look()
    assert plans.poll() is None
    senses.metered = False
    governor.look()
    governor.look()
    assert plans.poll() == PlanChanged("Battery at 80%: everything runs.")
    assert (plans.poll(), filled.poll()) == (None, OutboxFilled())


def test_a_battery_that_sinks_within_its_band_is_no_news() -> None:
    senses = Senses()
    governor, plans = senses.governor(), senses.bus.subscribe(PlanChanged)
    senses.charge = 0.7
    governor.look()
    assert plans.poll() is None
    assert governor.budget.sentence == "Battery at 70%: everything runs."


def test_a_recording_is_ended_before_the_battery_is() -> None:
    senses = Senses(recording=True)
    governor, heard = senses.governor(), senses.bus.subscribe(IntentHeard)
    senses.charge = 0.05
    governor.look()
    stop = heard.poll()
    assert stop is not None
    assert (stop.intent.name, governor.budget.wake_only) == (IntentName.STOP_RECORDING, True)


async def test_the_question_is_answered_from_the_plan_while_the_governor_waits() -> None:
    senses = Senses(charge=0.65, free_bytes=100 * 10**9)
    governor, answers = senses.governor(), senses.bus.subscribe(Answered)
    running = asyncio.create_task(governor.step())
    await asyncio.sleep(0)
    senses.bus.publish(SegmentClosed(Segment(size_bytes=10_000_000, duration_s=10.0)))
    senses.bus.publish(IntentHeard(Intent(name=IntentName.BATTERY)))
    answer = await answers.next()
    assert answer.title == "Battery 65%"
    assert answer.lines == ("You can record for 1 hour 20 minutes; the battery ends first.", "Battery at 65%: everything runs.")
    assert not running.done()
    await senses.clock.advance(EVERY_S)
    await running
    assert senses.governor().answer().title == "Battery 65%"
    senses.charge = None
    assert governor.answer().title == "On mains power"


async def test_a_camera_is_not_started_when_only_listening_is_left() -> None:
    senses = Senses(heat_c=85.0)
    governor = senses.governor()
    camera = SparingCamera(None, lambda: governor.budget)  # type: ignore[arg-type]  # it must not be touched
    with pytest.raises(PowerSavingError, match="too hot at 85 °C"):
        await camera.start(PROFILE)
    with pytest.raises(PowerSavingError):
        await camera.still()


# the real senses, on folders that look like the kernel's


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text + "\n")
    return folder


def test_the_battery_of_the_kernel(tmp_path: Path) -> None:
    battery = SysfsBattery(tmp_path)
    assert (battery.fraction(), battery.charging()) == (None, False)
    put(tmp_path / "a-pen", capacity="3", scope="Device", status="Discharging")
    put(tmp_path / "ac", online="1")
    assert (battery.fraction(), battery.charging()) == (None, True)
    put(tmp_path / "bat", capacity="42", status="Discharging")
    assert (battery.fraction(), battery.charging()) == (0.42, False)
    (tmp_path / "bat" / "status").write_text("Charging\n")
    assert battery.charging()


def test_the_hottest_plausible_zone_counts(tmp_path: Path) -> None:
    assert SysfsThermal(tmp_path).temperature_c() is None
    put(tmp_path / "thermal_zone0", temp="48312")
    put(tmp_path / "thermal_zone1", temp="-274000")
    put(tmp_path / "thermal_zone2", temp="broken")
    put(tmp_path / "thermal_zone3", temp="61000")
    assert SysfsThermal(tmp_path).temperature_c() == 61.0


@pytest.mark.parametrize(
    ("ways", "metered"),
    [([], False), ([("wlan0", 600)], False), ([("wlan0", 600), ("wwan0", 700)], False), ([("usb0", 100), ("wlan0", 600)], True)],
)
def test_a_modem_or_a_tethered_phone_is_metered(tmp_path: Path, ways: list[tuple[str, int]], metered: bool) -> None:
    routes = tmp_path / "route"
    rows = [f"{name}\t00000000\t0101A8C0\t0003\t0\t0\t{metric}\t00000000\t0\t0\t0" for name, metric in ways]
    routes.write_text("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n" + "\n".join(rows))
    assert KernelNetwork(tmp_path, routes).is_metered() is metered
    assert KernelNetwork(tmp_path, routes, metered=True).is_metered()
    assert not KernelNetwork(tmp_path, tmp_path / "none").is_metered()
