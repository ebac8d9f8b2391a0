"""A day as a file: scenes one after another, each with a time, a place, a picture and a sound."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import msgspec

from glasses.errors import HardwareUnknownError


class View(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the camera sees of the picture: its centre and width, as fractions of the picture's width and height."""

    x: float = 0.5
    y: float = 0.5
    width: float = 1.0


class Scene(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    at: str
    """ISO 8601 with offset: "2025-06-14T10:00:00+02:00"."""
    duration_s: float
    lat: float | None = None
    lon: float | None = None
    picture: str = ""
    """Empty: a drawn test card."""
    start: View = msgspec.field(default_factory=View)
    end: View = msgspec.field(default_factory=View)
    sound: str = ""
    """A WAV, 16 bit mono; empty: silence."""
    network: bool = True
    battery: float | None = None
    """0 to 1; none: mains power."""
    charging: bool = False
    temperature_c: float | None = None
    metered: bool = False

    @property
    def at_ms(self) -> int:
        return round(datetime.fromisoformat(self.at).timestamp() * 1000)


class Day(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    scenes: list[Scene]
    speed: float = 1.0
    """How many times faster than real time the day may pass. It never runs ahead of the camera or the microphone, so nothing is lost."""
    preroll_s: float | None = 0.0
    """Seconds of pre-roll; None: as configured. 0 spares the work of filming what nobody records."""
    folder: str = "."

    def file(self, name: str) -> Path:
        return Path(self.folder) / name


def load(folder: Path) -> Day:
    """Raises HardwareUnknownError naming what does not fit."""
    path = folder / "day.toml"
    try:
        day = msgspec.convert(tomllib.loads(path.read_text()), Day)
        for scene in day.scenes:
            if datetime.fromisoformat(scene.at).tzinfo is None:
                raise HardwareUnknownError(f"{path}: the time {scene.at} has no UTC offset")
    except OSError as problem:
        raise HardwareUnknownError(f"{path}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as problem:
        raise HardwareUnknownError(f"{path}: {problem}") from problem
    if not day.scenes:
        raise HardwareUnknownError(f"{path}: a day needs at least one scene")
    day.folder = str(folder)
    return day
