"""The plan for this board as it is now, for commands that run beside the glasses or without them."""

from __future__ import annotations

from glasses.hw.battery import SysfsBattery
from glasses.hw.network import KernelNetwork
from glasses.hw.thermal import SysfsThermal
from glasses.power.planner import ORIGINAL_BPS, RECORDING_PER_H, Outlook, how_long
from glasses.power.policy import Reading, budget_for, next_bands


def read_senses() -> Reading:
    battery, network = SysfsBattery(), KernelNetwork()
    return Reading(
        battery_fraction=battery.fraction(), charging=battery.charging(), temperature_c=SysfsThermal().temperature_c(),
        network=network.is_up(), metered=network.is_metered(),
    )  # fmt: skip


def plan_sentence(reading: Reading) -> str:
    return budget_for(next_bands(None, reading), reading).sentence


def outlook(reading: Reading, free_bytes: int) -> Outlook:
    """With the assumed drain and bitrate: what has been measured is known to the running glasses only."""
    return how_long(
        battery_fraction=reading.battery_fraction, charging=reading.charging, drain_per_h=RECORDING_PER_H,
        free_bytes=free_bytes, bitrate_bps=ORIGINAL_BPS,
    )  # fmt: skip
