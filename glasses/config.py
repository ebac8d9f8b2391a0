"""The device's configuration: TOML to typed values. An unknown key is an error, not a shrug."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from glasses.errors import ConfigInvalidError

HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")


class Voice(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    wake_phrases: list[str] = msgspec.field(default_factory=lambda: ["okay glasses", "hey glasses"])
    language: str = "en"
    least_confidence: float = 0.5
    """A command whose words are heard with less is not acted on."""


class Relay(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    url: str = ""
    """Empty: no relay yet; everything is kept on the device."""
    chunk_bytes: int = 1 << 20
    poll_s: float = 5.0


class NoRecordPlace(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Within ``radius_m`` of this point nothing is filmed."""

    lat: float
    lon: float
    radius_m: float = 100.0
    name: str = ""


class Recording(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    width: int = 1920
    height: int = 1080
    preroll_s: float = 3.0
    """A video begins so long before the words that asked for it. 0: the camera runs only while it records."""
    ring_s: float = 30.0
    """What "keep the last thirty seconds" can reach back to."""
    ring_bytes: int = 64_000_000
    """The most memory that the pictures of the ring take; it then reaches back less far."""
    segment_s: float = 60.0
    """A long recording is cut into files of this length."""
    proxy: bool = True
    """Make a small copy of each video, for links that cannot carry the original."""
    light: str = ""
    """The recording light's name in /sys/class/leds; empty: "recording" on a Pi, the webcam's own on a laptop."""
    no_record_places: list[NoRecordPlace] = msgspec.field(default_factory=list)
    no_record_hours: list[str] = msgspec.field(default_factory=list)
    """"22:00-06:00", local time; the end may lie on the next day."""
    timezone: str = ""
    """Of those hours: "Europe/Paris"; empty: the system's."""
    longest_s: float = 600.0
    """A recording that nobody stops is closed after this."""
    reserve_bytes: int = 200_000_000
    """Room that is never recorded into."""

    def __post_init__(self) -> None:
        for hours in self.no_record_hours:
            if not HOURS.fullmatch(hours):
                raise ValueError(f"no_record_hours: {hours!r} is not of the form 22:00-06:00")
        if self.timezone:
            try:
                ZoneInfo(self.timezone)
            except (ZoneInfoNotFoundError, ValueError) as problem:
                raise ValueError(f"timezone: {self.timezone!r} is not known") from problem


class Keeping(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    quota_bytes: int = 10_000_000_000
    """What clips may take on the disk."""
    headroom_s: float = 1800.0
    """Clips that a relay has are given up here, oldest first, to keep this much recording time free."""
    warn_s: float = 600.0
    """The wearer is told when less recording time is left and nothing can be given up."""


class Ble(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    transport: str = ""
    """The radio that phones connect to: "hci-socket:0" on a Pi, "sim:7700" for a simulated one; empty: none."""
    most_phones: int = 4
    """Paired at the same time; when one more is paired, the one that was away longest is forgotten."""
    rotate_s: float = 900.0
    """The address that is advertised changes after so long, so that strangers cannot follow it."""

    def __post_init__(self) -> None:
        if self.most_phones < 1:
            raise ValueError("most_phones: at least 1")


class Config(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    data_dir: str = ""
    hardware: str = "sim:"
    device_name: str = "glasses"
    voice: Voice = msgspec.field(default_factory=Voice)
    relay: Relay = msgspec.field(default_factory=Relay)
    recording: Recording = msgspec.field(default_factory=Recording)
    spool: Keeping = msgspec.field(default_factory=Keeping)
    ble: Ble = msgspec.field(default_factory=Ble)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser() if self.data_dir else default_data_path()


def default_config_path() -> Path:
    return _xdg("XDG_CONFIG_HOME", ".config") / "glasses.toml"


def default_data_path() -> Path:
    return _xdg("XDG_DATA_HOME", ".local/share") / "glasses"


def load(path: Path | None = None) -> Config:
    """The file's values over the defaults; without ``path`` the usual file, if there is one.

    Raises ConfigInvalidError naming the file and the key.
    """
    chosen = path or default_config_path()
    if path is None and not chosen.exists():
        return Config()
    try:
        return msgspec.convert(tomllib.loads(chosen.read_text()), Config)
    except OSError as problem:
        raise ConfigInvalidError(f"{chosen}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise ConfigInvalidError(f"{chosen}: {problem}") from problem


def _xdg(variable: str, fallback: str) -> Path:
    base = os.environ.get(variable)
    return (Path(base) if base else Path.home() / fallback) / "souvenir"
