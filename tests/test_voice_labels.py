"""Corpora that others have made."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np
import pytest

from bench.voice_labels import ALSO_CALLED, intent_named, read_labels, read_sound, snr_named
from glasses.errors import ConfigInvalidError
from glasses.wire.intent import IntentName


def write(path: Path, samples: np.ndarray, rate_hz: int, channels: int, width: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat(samples, channels).tobytes())


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_sound_of_any_rate_and_channels_is_read(tmp_path: Path, rate_hz: int, channels: int) -> None:
    tone = (np.sin(np.arange(rate_hz) / rate_hz * 2 * np.pi * 440) * 8_000).astype(np.int16)
    write(tmp_path / "a.wav", tone, rate_hz, channels, 2)
    heard = read_sound(tmp_path / "a.wav", 16_000)
    assert len(heard) == pytest.approx(16_000, abs=40)
    assert np.abs(heard[2_000:14_000]).max() == pytest.approx(8_000, rel=0.35)
    assert int(np.argmax(np.abs(np.fft.rfft(heard[:16_000].astype(float))))) == pytest.approx(440, abs=3)


def test_every_intent_has_its_own_name_and_plausible_others() -> None:
    assert set(ALSO_CALLED) == set(IntentName)
    for name in IntentName:
        assert intent_named(name) == name
        assert intent_named(name.replace("_", " ").title()) == name
    assert intent_named("start-recording") == "record_video"
    assert intent_named(None) is None
    assert intent_named("none") is None


def test_an_unknown_intent_is_told_with_its_line_and_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text(json.dumps({"file": "a.wav", "intent": "make_coffee"}))
    with pytest.raises(ConfigInvalidError, match=r"line 1.*make_coffee.*take_picture"):
        read_labels(tmp_path)


def test_labels_of_others_are_understood(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", np.zeros(100, np.int16), 16_000, 1, 2)
    given = {
        "file": "a.wav",
        "intent": "Create Memory Video",
        "slots": {"people": ["Anna"], "place": None},
        "snr_db": "10 dB",
        "speaker": "x",
    }
    (tmp_path / "labels.jsonl").write_text(
        json.dumps(given) + "\n\n" + json.dumps({"file": "a.wav", "intent": None, "snr_db": None}) + "\n"
    )
    first, second = read_labels(tmp_path)
    assert (first.intent, first.slots, first.snr_db) == ("create_memory", {"people": ["Anna"]}, 10.0)
    assert (second.intent, second.slots, second.snr_db) == (None, {}, "clean")


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidError, match=r"labels\.jsonl"):
        read_labels(tmp_path)
    (tmp_path / "labels.jsonl").write_text('{"file": "gone.wav", "intent": "cancel"}')
    with pytest.raises(ConfigInvalidError, match=r"gone\.wav"):
        read_labels(tmp_path)
    (tmp_path / "gone.wav").write_text("no sound")
    with pytest.raises(ConfigInvalidError, match="no sound"):
        read_sound(tmp_path / "gone.wav", 16_000)


@pytest.mark.parametrize(
    ("given", "found"), [(20, 20.0), ("5", 5.0), ("-5dB", -5.0), (None, "clean"), ("clean", "clean"), ("inf", "clean")]
)
def test_ratios_are_read(given: object, found: float | str) -> None:
    assert snr_named(given) == found
