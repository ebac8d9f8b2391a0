"""The device's configuration: TOML to typed values. An unknown key is an error, not a shrug."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import msgspec

from glasses.errors import ConfigInvalidError


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


class Recording(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    width: int = 1920
    height: int = 1080
    longest_s: float = 600.0
    """A recording that nobody stops is closed after this."""
    reserve_bytes: int = 200_000_000
    """Room that is never recorded into."""


class Keeping(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    quota_bytes: int = 10_000_000_000
    """What clips may take on the disk."""
    headroom_s: float = 1800.0
    """Clips that a relay has are given up here, oldest first, to keep this much recording time free."""
    warn_s: float = 600.0
    """The wearer is told when less recording time is left and nothing can be given up."""


class Config(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    data_dir: str = ""
    hardware: str = "sim:"
    device_name: str = "glasses"
    voice: Voice = msgspec.field(default_factory=Voice)
    relay: Relay = msgspec.field(default_factory=Relay)
    recording: Recording = msgspec.field(default_factory=Recording)
    spool: Keeping = msgspec.field(default_factory=Keeping)

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
