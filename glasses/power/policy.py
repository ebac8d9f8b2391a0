"""From battery, heat and network to what may run. Pure: a reading and the bands so far in, a budget and its sentence out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

EMPTY, CRITICAL, LOW = 0.05, 0.15, 0.35
"""A battery at or below these fractions is in that band."""
BATTERY_SLACK = 0.05
"""It leaves a band only when it has risen by so much more: no flapping while the load changes the voltage."""
WARM_C, HOT_C, TOO_HOT_C = 65.0, 74.0, 80.0
"""The firmware of a Raspberry Pi throttles the processor from 80 degrees on (its documentation, "Frequency management")."""
THERMAL_SLACK_C = 4.0


class Power(IntEnum):
    """How much energy there is, best last."""

    EMPTY = 0
    CRITICAL = 1
    LOW = 2
    GOOD = 3
    MAINS = 4
    """Charging, or no battery at all."""


class Heat(IntEnum):
    """How hot the processor is, worst last."""

    COOL = 0
    WARM = 1
    HOT = 2
    TOO_HOT = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """What the senses say. None: there is no such sense."""

    battery_fraction: float | None = None
    charging: bool = False
    temperature_c: float | None = None
    network: bool = True
    metered: bool = False


@dataclass(frozen=True, slots=True)
class Bands:
    power: Power = Power.MAINS
    heat: Heat = Heat.COOL


@dataclass(frozen=True, slots=True)
class Budget:
    """What may run."""

    tagging_share: float = 1.0
    """Of the time, that the tagger may work: 0.25 means three times as much rest as work, 0 not at all."""
    small_uploads: bool = True
    """Requests, tags and small copies."""
    originals: bool = True
    recording: bool = True
    preroll: bool = True
    """Keep the camera running for the seconds before the words."""
    hud_brightness: float = 1.0
    films: bool = True
    """Fetch finished films, and play them on the display."""
    sentence: str = field(default="Everything runs.", compare=False)
    """Says all of it, and why."""

    @property
    def wake_only(self) -> bool:
        """Nothing but listening is left."""
        return not self.recording


def next_bands(before: Bands | None, reading: Reading) -> Bands:
    """``before`` is where the bands were; None at the start, when there is nothing to hold on to."""
    return Bands(_power(before.power if before else None, reading), _heat(before.heat if before else None, reading.temperature_c))


def budget_for(bands: Bands, reading: Reading) -> Budget:
    """The strictest of what energy, heat and network allow."""
    power, heat = bands.power, bands.heat
    awake = power > Power.EMPTY and heat < Heat.TOO_HOT
    allowed = Budget(
        tagging_share=min(_TAGGING_BY_POWER[power], _TAGGING_BY_HEAT[heat]),
        small_uploads=awake,
        originals=power >= Power.GOOD and heat < Heat.HOT and not reading.metered,
        recording=awake,
        preroll=power >= Power.GOOD and heat < Heat.HOT,
        hud_brightness=min(_BRIGHTNESS_BY_POWER[power], 0.6 if heat >= Heat.HOT else 1.0),
        films=power >= Power.LOW and heat < Heat.HOT and not reading.metered,
    )
    return replace(allowed, sentence=_sentence(allowed, bands, reading))


_TAGGING_BY_POWER = {Power.EMPTY: 0.0, Power.CRITICAL: 0.0, Power.LOW: 0.25, Power.GOOD: 1.0, Power.MAINS: 1.0}
_TAGGING_BY_HEAT = {Heat.COOL: 1.0, Heat.WARM: 0.5, Heat.HOT: 0.0, Heat.TOO_HOT: 0.0}
_BRIGHTNESS_BY_POWER = {Power.EMPTY: 0.2, Power.CRITICAL: 0.35, Power.LOW: 0.6, Power.GOOD: 1.0, Power.MAINS: 1.0}


def _power(before: Power | None, reading: Reading) -> Power:
    if reading.charging or reading.battery_fraction is None:
        return Power.MAINS
    held = before if before is not None and before != Power.MAINS else Power.GOOD
    limits = {Power.EMPTY: EMPTY, Power.CRITICAL: CRITICAL, Power.LOW: LOW}
    for band, limit in limits.items():
        if reading.battery_fraction <= limit + (BATTERY_SLACK if held <= band else 0.0):
            return band
    return Power.GOOD


def _heat(before: Heat | None, temperature_c: float | None) -> Heat:
    if temperature_c is None:
        return Heat.COOL
    held = before if before is not None else Heat.COOL
    for band, limit_c in ((Heat.TOO_HOT, TOO_HOT_C), (Heat.HOT, HOT_C), (Heat.WARM, WARM_C)):
        if temperature_c >= limit_c - (THERMAL_SLACK_C if held >= band else 0.0):
            return band
    return Heat.COOL


def _sentence(budget: Budget, bands: Bands, reading: Reading) -> str:
    dimmed = "the display is dimmed" if budget.hud_brightness < 1 else ""
    effects = ["I only listen"] if budget.wake_only else [_tagging(budget), _sending(budget, reading), dimmed]
    return f"{_joined(_reasons(bands, reading))}: {', '.join(filter(None, effects)) or 'everything runs'}."


def _reasons(bands: Bands, reading: Reading) -> list[str]:
    battery = "" if reading.battery_fraction is None else f" at {reading.battery_fraction:.0%}"
    celsius = "" if reading.temperature_c is None else f" at {reading.temperature_c:.0f} °C"
    reasons = []
    if bands.power == Power.MAINS:
        reasons += [f"charging{battery}" if reading.charging else "on mains power"]
    else:
        words = {Power.EMPTY: "battery nearly empty", Power.CRITICAL: "battery very low", Power.LOW: "battery low", Power.GOOD: "battery"}
        reasons += [words[bands.power] + battery]
    if bands.heat > Heat.COOL:
        words_of_heat = {Heat.WARM: "warm", Heat.HOT: "hot", Heat.TOO_HOT: "too hot"}
        reasons += [words_of_heat[bands.heat] + celsius]
    if not reading.network:
        reasons += ["no network"]
    elif reading.metered:
        reasons += ["metered network"]
    return [reasons[0][0].upper() + reasons[0][1:], *reasons[1:]]


def _tagging(budget: Budget) -> str:
    if budget.tagging_share == 0:
        return "clips are looked at later"
    return "" if budget.tagging_share == 1 else "clips are looked at slowly"


def _sending(budget: Budget, reading: Reading) -> str:
    if not reading.network:
        return "everything is kept here"
    return "" if budget.originals else "only small things are sent"


def _joined(reasons: list[str]) -> str:
    return reasons[0] if len(reasons) == 1 else f"{', '.join(reasons[:-1])} and {reasons[-1]}"
