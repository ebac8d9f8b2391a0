"""How long the wearer can go on recording: the battery or the room, whichever ends first. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

RECORDING_PER_H, LISTENING_PER_H = 0.45, 0.12
"""Share of a full battery an hour, until it has been measured: about 5.5 W and 1.5 W from 12 Wh."""
ORIGINAL_BPS = 8_000_000.0
"""Of a video with sound, until one has been measured."""
LEAST_DROP = 0.01
LEAST_SPAN_S = 120.0
"""A slope is believed when the gauge has fallen by a step or two over at least this time."""
WINDOW_S = 1800.0
EWMA = 0.3
"""Weight of the newest clip in the measured bitrate."""


class EndsBy(StrEnum):
    BATTERY = "battery"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class Outlook:
    seconds: float
    ends_by: EndsBy

    @property
    def sentence(self) -> str:
        ends = "the battery" if self.ends_by is EndsBy.BATTERY else "the room for clips"
        return (
            f"You can record for {duration(self.seconds)}; {ends} ends first." if self.seconds >= 60 else f"{ends.capitalize()} is used up."
        )


def how_long(
    *, battery_fraction: float | None, charging: bool, drain_per_h: float, free_bytes: int, bitrate_bps: float, stop_at: float = 0.05
) -> Outlook:
    """``free_bytes`` without the reserve; ``stop_at``: the battery fraction at which recording ends.

    A battery that is charging, or none, never ends first.
    """
    room_s = max(0, free_bytes) * 8 / max(1.0, bitrate_bps)
    if battery_fraction is None or charging:
        return Outlook(room_s, EndsBy.ROOM)
    battery_s = max(0.0, battery_fraction - stop_at) / max(1e-6, drain_per_h) * 3600
    return Outlook(battery_s, EndsBy.BATTERY) if battery_s < room_s else Outlook(room_s, EndsBy.ROOM)


class DrainMeter:
    """The battery's fall while recording and while only listening, each from the gauge's own steps."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()
        self._recording = False
        self._measured: dict[bool, float] = {}

    def note(self, at_s: float, fraction: float | None, *, charging: bool, recording: bool) -> None:
        """One look at the gauge. A rise, charging, or a change of load starts the slope afresh."""
        risen = bool(self._samples) and fraction is not None and fraction > self._samples[-1][1]
        if fraction is None or charging or recording != self._recording or risen:
            self._samples.clear()
        self._recording = recording
        if fraction is None or charging:
            return
        self._samples.append((at_s, fraction))
        while self._samples[-1][0] - self._samples[0][0] > WINDOW_S:
            self._samples.popleft()
        span_s, drop = self._samples[-1][0] - self._samples[0][0], self._samples[0][1] - self._samples[-1][1]
        if span_s >= LEAST_SPAN_S and drop >= LEAST_DROP:
            self._measured[recording] = drop / span_s * 3600

    def per_h(self, *, recording: bool) -> float:
        """Fraction of the battery an hour: as measured, else the assumed figure."""
        return self._measured.get(recording, RECORDING_PER_H if recording else LISTENING_PER_H)


class BitrateMeter:
    """Bits a second of the clips as they really turn out, the newest weighing most."""

    def __init__(self) -> None:
        self.bps = ORIGINAL_BPS
        self._clips = 0

    def note(self, size_bytes: int, duration_s: float) -> None:
        if size_bytes <= 0 or duration_s < 1.0:
            return
        found = size_bytes * 8 / duration_s
        self.bps = found if self._clips == 0 else self.bps + EWMA * (found - self.bps)
        self._clips += 1


def duration(seconds: float) -> str:
    """ "2 hours 10 minutes", "12 minutes": what a person says; down to five minutes from two hours on, days left out from two on."""
    minutes = round(seconds) // 60
    if minutes >= 48 * 60:
        return f"{minutes // (24 * 60)} days"
    if minutes >= 120:
        minutes -= minutes % 5
    hours, rest = divmod(minutes, 60)
    parts = [_plural(hours, "hour") if hours else "", _plural(rest, "minute") if rest or not hours else ""]
    return " ".join(filter(None, parts))


def _plural(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
