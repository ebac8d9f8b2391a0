"""Which files films may copy, and why not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from glasses.wire.segment import CaptureProfile, Kind
from relay.extract.probe import NotAVideoError, probe
from relay.extract.sound import hear

SMALL = CaptureProfile(width=320, height=180)


def write(
    path: Path, *, ticks: int = 30_000, fps: int = 30, frames: int = 60, gop: int = 30, codec: str = "libx264", sound: bool = False
) -> Path:
    with av.open(str(path), "w", container_options={"video_track_timescale": str(ticks)}) as container:
        options = {"preset": "ultrafast", "g": str(gop), "bf": "0", "sc_threshold": "0"} if codec == "libx264" else {}
        video = container.add_stream(codec, rate=fps, options=options)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for index in range(frames):
            picture = np.full((180, 320, 3), index % 255, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        if audio is not None:
            tone = (np.sin(np.arange(96_000) * 2 * np.pi * 1000 / 48_000) * 3276.7).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
            frame.sample_rate, frame.time_base = 48_000, Fraction(1, 48_000)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def test_a_clip_in_the_profile_may_be_copied(tmp_path: Path):
    found = probe(write(tmp_path / "clip.mp4", sound=True), SMALL)
    assert (found.on_profile, found.reason) == (True, "")
    assert (found.kind, found.frames, found.duration_s, found.fps, found.has_audio) == (Kind.VIDEO, 60, 2.0, 30.0, True)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"gop": 45}, "off the grid"),
        ({"ticks": 15_360}, "time base"),
        ({"codec": "mpeg4"}, "codec is mpeg4"),
        ({"fps": 25}, "not at"),
    ],
)
def test_another_form_is_named(tmp_path: Path, made, reason: str):
    found = probe(write(tmp_path / "clip.mp4", **made), SMALL)
    assert not found.on_profile
    assert reason in found.reason


def test_another_size_is_named(tmp_path: Path):
    assert probe(write(tmp_path / "clip.mp4")).reason == "size is (320, 180), not (1920, 1080)"


def test_a_file_of_sound_alone_is_no_clip(tmp_path: Path):
    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        container.mux(audio.encode(_silence()))
        container.mux(audio.encode(None))
    with pytest.raises(NotAVideoError, match="no picture"):
        probe(path, SMALL)


def test_loudness_of_a_known_tone(tmp_path: Path):
    """A 1 kHz tone of amplitude 0.1 is -23.0 LUFS in one channel (EBU Tech 3341)."""
    sound = hear(write(tmp_path / "tone.mp4", sound=True))
    assert sound is not None
    assert sound.loudness_lufs == pytest.approx(-23.0, abs=0.3)
    assert sound.seconds_lufs == pytest.approx([-23.0, -23.0], abs=0.3)
    assert len(sound.samples) == pytest.approx(32_000, abs=1200)


def test_a_silent_film_has_no_loudness_and_no_samples(tmp_path: Path):
    path = write(tmp_path / "mute.mp4")
    assert hear(path) is None


def _silence() -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
    frame.sample_rate = 48_000
    return frame
