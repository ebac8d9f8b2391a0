"""What a phone has set, in a file beside the clips: it goes over the configuration at the next start."""

from __future__ import annotations

from pathlib import Path

import msgspec

from glasses.config import Config, Recording
from glasses.errors import ConfigInvalidError
from glasses.spool.files import write_atomic
from glasses.wire.codec import Wire, decode_json, encode_json, from_builtins, to_builtins


class Preferences(Wire, omit_defaults=True):
    """What a phone may set. None: as the configuration says."""

    preroll_s: float | None = None
    proxy: bool | None = None
    no_record_hours: list[str] | None = None
    timezone: str | None = None
    longest_s: float | None = None
    device_name: str | None = None


def preferences_path(data_path: Path) -> Path:
    return data_path / "preferences.json"


def save_preferences(path: Path, wanted: Preferences) -> None:
    """Over those that were saved before. Raises ConfigInvalidError for what does not fit, and then changes nothing."""
    if wanted.unknown:
        raise ConfigInvalidError(f"a phone cannot set {', '.join(sorted(wanted.unknown))}")
    merged = {**to_builtins(_saved(path)), **to_builtins(wanted)}
    preferences = from_builtins(merged, Preferences)
    _preferred(Config(), preferences)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, encode_json(preferences), mode=0o600, at="preferences")


def preferred(config: Config) -> Config:
    """``config`` with what a phone has set. Raises ConfigInvalidError."""
    return _preferred(config, _saved(preferences_path(config.data_path)))


def _saved(path: Path) -> Preferences:
    try:
        return decode_json(path.read_bytes(), Preferences)
    except FileNotFoundError:
        return Preferences()


def _preferred(config: Config, wanted: Preferences) -> Config:
    chosen = {name: value for name, value in to_builtins(wanted).items() if name in Recording.__struct_fields__}
    try:
        recording = msgspec.convert({**msgspec.to_builtins(config.recording), **chosen}, Recording)
    except msgspec.ValidationError as problem:
        raise ConfigInvalidError(f"set by a phone: {problem}") from problem
    return msgspec.structs.replace(config, recording=recording, device_name=wanted.device_name or config.device_name)
