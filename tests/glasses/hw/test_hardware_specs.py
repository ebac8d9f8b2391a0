"""Spec strings, simulated days and what they do not accept."""

from pathlib import Path

import pytest

from glasses.errors import HardwareUnknownError
from glasses.hw.battery import SysfsBattery
from glasses.hw.network import KernelNetwork
from glasses.hw.sim import day
from glasses.hw.sim.day import Day, Scene
from glasses.hw.sim.world import World
from glasses.hw.spec import open_hardware
from glasses.hw.units import avcc_record, split_annexb, to_avcc


@pytest.mark.parametrize("spec", ["", "simm:", "usb:0", "sim:/no/such/folder", "replay:/no/such/folder"])
def test_what_is_no_hardware_is_said(spec: str) -> None:
    with pytest.raises(HardwareUnknownError):
        open_hardware(spec)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("speed = 2", "scenes"), ("scenes = []", "at least one"), ("[[scenes]]\nat = 'noon'\nduration_s = 1", "noon"),
        ("[[scenes]]\nat = '2025-06-14T10:00:00'\nduration_s = 1", "offset"),
        ("[[scenes]]\nat = '2025-06-14T10:00:00Z'\nduration_s = 1\nlook = 'x'", "look"),
    ],
)  # fmt: skip
def test_a_day_that_does_not_fit_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "day.toml").write_text(text)
    with pytest.raises(HardwareUnknownError, match=named):
        day.load(tmp_path)


async def test_the_worlds_time_jumps_from_scene_to_scene_and_never_past_the_camera() -> None:
    world = World(
        Day(scenes=[Scene(at="2025-06-14T10:00:00+02:00", duration_s=2), Scene(at="2025-06-15T09:00:00+02:00", duration_s=2)], speed=1e6)
    )
    began = world.now_ms()
    for _ in range(20):
        await world.pass_time(0.1)
    assert world.now_ms() - began == 23 * 3600 * 1000
    assert world.scene()[0].at.startswith("2025-06-15")
    for _ in range(30):
        await world.pass_time(0.1)
    assert world.over


def test_the_battery_and_network_are_what_the_kernel_says(tmp_path: Path) -> None:
    assert SysfsBattery(tmp_path).fraction() is None
    (tmp_path / "BAT0").mkdir()
    (tmp_path / "BAT0" / "capacity").write_text("87\n")
    assert SysfsBattery(tmp_path).fraction() == 0.87
    for name, state in (("lo", "unknown"), ("wlan0", "down")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "operstate").write_text(state)
    assert not KernelNetwork(tmp_path).is_up()
    (tmp_path / "wlan0" / "operstate").write_text("up\n")
    assert KernelNetwork(tmp_path).is_up()


def test_annex_b_becomes_lengths_and_its_headers_one_record() -> None:
    sps, pps, picture = b"\x67\x64\x00\x28\xac", b"\x68\xee", b"\x65\x88\x80"
    units = split_annexb(b"\0\0\0\1\x09\xf0" + b"\0\0\0\1" + sps + b"\0\0\1" + pps + b"\0\0\1" + picture)
    assert units == [b"\x09\xf0", sps, pps, picture]
    assert to_avcc(units) == b"\0\0\0\3" + picture
    record = avcc_record(units)
    assert record[:6] == bytes([1, 0x64, 0, 0x28, 0xFF, 0xE1])
    assert sps in record
    assert pps in record
    with pytest.raises(ValueError, match="no parameter sets"):
        avcc_record([picture])
