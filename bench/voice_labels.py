"""Reads a folder of WAVs and ``labels.jsonl`` that somebody else has made: intents by other names, sound of other shapes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import numpy.typing as npt

from glasses.errors import ConfigInvalidError
from glasses.wire.intent import IntentName

CLEAN = "clean"
LABELS = "labels.jsonl"
NOTHING = {"", "none", "null", "no_intent", "nothing", "other", "negative", "unknown"}
ALSO_CALLED = {
    "take_picture": "photo picture take_photo take_a_picture take_a_photo snapshot capture_photo capture_picture",
    "record_video": "record video start_recording start_video start_record record_a_video begin_recording",
    "stop_recording": "stop stop_video stop_record end_recording stop_the_recording",
    "keep_last": "keep keep_last_30 keep_last_30s keep_last_30_seconds keep_last_thirty_seconds save_last keep_that",
    "is_it_safe": "safe is_safe last_safe is_last_safe is_the_last_one_safe is_last_one_safe custody status safety",
    "battery": "battery_status battery_level whats_my_battery what_s_my_battery what_is_my_battery",
    "cancel": "abort never_mind",
    "undo": "revert undo_last",
    "create_memory": "memory create_memory_video create_a_memory_video create_video create_film make_memory make_film memory_video",
    "show_memories": "show show_memory show_my_memories browse_memories list_memories show_memories_from",
    "find": "search find_memory find_memories find_clip",
    "correct": "correction repair no_i_said fix",
}
_NAMES = {each: intent for intent, names in ALSO_CALLED.items() for each in (intent, *names.split())}


class Label(msgspec.Struct):
    file: str
    intent: str | None = None
    """None: nothing may be done."""
    slots: dict[str, Any] = {}
    snr_db: float | str = CLEAN
    speech_end_s: float | None = None
    unlisted: bool | None = None
    """True: a name of the slots is on no list of the wearer's; None: not told."""
    noise: str = ""
    woken: bool = False
    """Nothing is asked for, but a wake phrase is in it."""
    near: bool = False
    """Made to be mistaken for a command."""


def read_labels(folder: Path) -> list[Label]:
    """Raises ConfigInvalidError, with the line, for what cannot be understood."""
    try:
        lines = (folder / LABELS).read_text("utf-8").splitlines()
    except OSError as problem:
        raise ConfigInvalidError(f"--corpus: {folder} has no {LABELS} that can be read ({problem.strerror})") from problem
    labels = [_label(line, f"{LABELS}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    for label in labels:
        if not (folder / label.file).is_file():
            raise ConfigInvalidError(f"--corpus: {LABELS} names {label.file}, which is not in {folder}")
    return labels


def intent_named(name: str | None) -> str | None:
    """The product's name of an intent that may have been called otherwise; None for "nothing". Raises ConfigInvalidError."""
    plain = re.sub(r"[^a-z0-9]+", "_", (name or "").lower()).strip("_")
    if plain in NOTHING:
        return None
    if plain not in _NAMES:
        known = ", ".join(IntentName)
        raise ConfigInvalidError(f"--corpus: no intent is called {name!r}; there are {known}, and null where nothing may be done")
    return _NAMES[plain]


def snr_named(value: object) -> float | str:
    """20, "20", "20 dB": 20.0; null, "clean", "inf": clean. Raises ConfigInvalidError."""
    text = str(CLEAN if value is None else value).lower().replace("db", "").strip()
    if text in (CLEAN, "", "inf", "infinity", "none"):
        return CLEAN
    try:
        return float(text)
    except ValueError:
        raise ConfigInvalidError(f"--corpus: snr_db must be a number or {CLEAN!r}, not {value!r}") from None


def read_sound(path: Path, rate_hz: int) -> npt.NDArray[np.int16]:
    """Any WAV (rate, width, channels) as mono 16 bit samples at ``rate_hz``. Raises ConfigInvalidError."""
    pieces: list[npt.NDArray[np.int16]] = []
    try:
        with av.open(str(path)) as file:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
            for frame in file.decode(audio=0):
                pieces += [each.to_ndarray()[0] for each in resampler.resample(frame)]
            pieces += [each.to_ndarray()[0] for each in resampler.resample(None)]
    except (av.FFmpegError, OSError, IndexError) as problem:
        raise ConfigInvalidError(f"--corpus: {path.name} is no sound that can be read ({problem})") from problem
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def _label(line: str, where: str) -> Label:
    try:
        given = json.loads(line)
        given |= {
            "intent": intent_named(given.get("intent")),
            "snr_db": snr_named(given.get("snr_db")),
            "slots": _slots(given.get("slots")),
        }
        return msgspec.convert(given, Label)
    except (ValueError, TypeError, AttributeError, msgspec.ValidationError, ConfigInvalidError) as problem:
        raise ConfigInvalidError(f"{where}: {problem}") from problem


def _slots(given: Any) -> dict[str, Any]:
    """Without the empty ones."""
    return {name: value for name, value in (given or {}).items() if value not in (None, "", [])}
