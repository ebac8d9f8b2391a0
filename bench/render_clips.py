"""Clips for the render bench: those of a folder, or drawn and recorded by the product's own encoder."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from glasses.capture.mp4 import FragmentWriter
from glasses.hw.libcamera import BITRATE_BPS
from glasses.hw.x264 import SoftwareEncoder
from glasses.wire.segment import PROFILE

CLIPS, DRAWN, SECONDS = 12, 4, 20
Picture = npt.NDArray[np.uint8]


def given(folder: Path) -> dict[str, Path]:
    """The videos of a folder by their names, in the order of these. Raises SystemExit where there are none."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".mp4", ".mov", ".m4v", ".mkv")) if folder.is_dir() else []
    if not found:
        raise SystemExit(f"{folder} holds no clips (.mp4, .mov, .m4v, .mkv)")
    return {path.stem: path for path in found}


def drawn(folder: Path, *, scenes: int = DRAWN, seconds: int = SECONDS, bitrate_bps: int | None = BITRATE_BPS) -> dict[str, Path]:
    """Scenes that drift by, with grain: four of 20 s, each three times, unless told otherwise.

    At the bitrate of the glasses' camera; None is the quality of the software encoder, whatever it takes (33 Mbit/s for such grain).
    """
    folder.mkdir()
    recorded = [_record(folder / f"scene-{number}.mp4", number, seconds, bitrate_bps) for number in range(scenes)]
    clips = {f"clip-{number:02}": folder / f"clip-{number:02}.mp4" for number in range(CLIPS)}
    for number, path in enumerate(clips.values()):
        shutil.copyfile(recorded[number % scenes], path)
    return clips


def tune(path: Path, seconds: int = 50) -> Path:
    """Two notes that beat, in stereo, as MP3."""
    times = np.arange(seconds * PROFILE.audio_rate_hz) / PROFILE.audio_rate_hz
    notes = [np.sin(2 * np.pi * hertz * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * times)) * 8_000 for hertz in (262, 330)]
    with av.open(str(path), "w") as container:
        track = container.add_stream("libmp3lame", rate=PROFILE.audio_rate_hz, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.stack(notes).astype(np.int16), "s16p", "stereo")
        frame.sample_rate, frame.time_base, frame.pts = PROFILE.audio_rate_hz, Fraction(1, PROFILE.audio_rate_hz), 0
        resampler = av.AudioResampler(track.codec_context.format, "stereo", PROFILE.audio_rate_hz, track.codec_context.frame_size)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(track.encode(piece))
        container.mux(track.encode(None))
    return path


def mbit_per_s(clips: dict[str, Path]) -> float:
    """Of all clips together, pictures and sound."""
    seconds = 0.0
    for path in clips.values():
        with av.open(str(path)) as container:
            seconds += (container.duration or 0) / av.time_base
    return round(sum(path.stat().st_size for path in clips.values()) * 8e-6 / seconds, 1)


def _record(path: Path, seed: int, seconds: int, bitrate_bps: int | None) -> Path:
    encoder, random = SoftwareEncoder(PROFILE, bitrate_bps=bitrate_bps), np.random.default_rng(seed)
    base = _scene(random)
    grain = random.integers(-6, 7, (8, PROFILE.height * 3 // 2, PROFILE.width)).astype(np.int8)
    times = np.arange(seconds * PROFILE.audio_rate_hz) / PROFILE.audio_rate_hz
    tone = np.sin(2 * np.pi * (220 + 55 * seed) * times) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * times)) * 6_000
    per_frame = PROFILE.audio_rate_hz // PROFILE.fps
    writer = FragmentWriter(path, PROFILE, encoder.parameter_sets)
    for number in range(seconds * PROFILE.fps):
        picture = cv2.add(np.roll(base, 2 * number, axis=1), grain[number % 8], dtype=cv2.CV_8U)
        for frame in encoder.encode(np.asarray(picture, np.uint8), number):
            writer.write_video(frame)
        writer.write_audio(tone[number * per_frame : (number + 1) * per_frame].astype(np.int16), number * per_frame)
    writer.close()
    return path


def _scene(random: np.random.Generator) -> Picture:
    """Soft hills, hard discs, fine texture, as I420."""
    y, x = np.mgrid[0 : PROFILE.height, 0 : PROFILE.width].astype(np.float32)
    waves = [np.sin(x * (2 * np.pi * random.integers(2, 9) / PROFILE.width)) + np.cos(y / random.uniform(40, 160)) for _ in range(3)]
    rgb = (np.stack(waves, axis=-1) * 45 + 120).astype(np.uint8)
    for _ in range(30):
        at = (int(random.integers(PROFILE.width)), int(random.integers(PROFILE.height)))
        cv2.circle(rgb, at, int(random.integers(10, 140)), random.integers(0, 255, 3).tolist(), -1, cv2.LINE_AA)
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)
