"""A clip for the tagging bench: real pictures with people, things and a sign in them, a camera that moves, and a voice."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from glasses.hw.sim.voice import Voice
from glasses.wire.segment import PROFILE
from models.keyframes import read_photo
from models.store import ModelStore

Picture = npt.NDArray[np.uint8]

SHOTS = (("astronaut", 5.0), ("coffee", 5.0), ("obama", 5.0), ("china", 5.0))
SAID = (
    (2.0, "happy birthday my dear, what a lovely day it is today"),
    (11.0, "look at the palace, we should come back here in the summer"),
)
OTHERWISE_SAID = (
    (2.0, "can you hold this for me please, i will fetch the tickets"),
    (11.0, "the train leaves at nine from the other side"),
)
"""Of the clip with which the models are loaded: who has heard the very words before would hear them quicker."""
SIGN = "Palace Garden 1420"
_ROOM = 1.15
"""The picture is so much larger than a frame: room for the camera to move."""


def write_clip(path: Path, store: ModelStore, said: tuple[tuple[float, str], ...] = SAID) -> float:
    """20 s in the capture profile. Returns the seconds in which somebody speaks."""
    rate_hz = PROFILE.audio_rate_hz
    sound = np.random.default_rng(1).normal(0, 60, round(sum(seconds for _, seconds in SHOTS) * rate_hz)).astype(np.int16)
    voice, spoken_s = Voice(), 0.0
    for at_s, text in said:
        words = voice.speak(text)[: len(sound) - round(at_s * rate_hz)]
        begin = round(at_s * rate_hz)
        sound[begin : begin + len(words)] = np.clip(sound[begin : begin + len(words)].astype(int) + words, -32768, 32767)
        spoken_s += len(words) / rate_hz
    with av.open(str(path), "w", container_options={"video_track_timescale": str(PROFILE.ticks_per_second)}) as container:
        options = {"preset": "ultrafast", "g": str(PROFILE.gop_frames), "bf": "0", "sc_threshold": "0", "crf": "21"}
        video = container.add_stream("libx264", rate=PROFILE.fps, options=options)
        video.width, video.height, video.pix_fmt = PROFILE.width, PROFILE.height, "yuv420p"
        audio = container.add_stream("aac", rate=rate_hz, layout="mono")
        for name, seconds in SHOTS:
            for picture in _moved(_scene(read_photo(store.media(name)), SIGN if name == "china" else ""), round(seconds * PROFILE.fps)):
                container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(video.encode(None))
        samples = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        samples.sample_rate, samples.time_base = rate_hz, Fraction(1, rate_hz)
        container.mux(audio.encode(samples))
        container.mux(audio.encode(None))
    return spoken_s


def _scene(picture: Picture, sign: str) -> Picture:
    """The picture whole, before a blurred copy of itself; larger than a frame."""
    width_px, height_px = round(PROFILE.width * _ROOM), round(PROFILE.height * _ROOM)
    scene = cv2.GaussianBlur(cv2.resize(picture, (width_px, height_px)), (0, 0), 40)
    scale = height_px / picture.shape[0]
    near = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)[:, :width_px]
    left = (width_px - near.shape[1]) // 2
    scene[:, left : left + near.shape[1]] = near
    if sign:
        cv2.rectangle(scene, (120, 160), (980, 330), (250, 246, 230), -1)
        cv2.putText(scene, sign, (150, 270), cv2.FONT_HERSHEY_DUPLEX, 2.6, (20, 30, 60), 5, cv2.LINE_AA)
    return np.asarray(scene, np.uint8)


def _moved(scene: Picture, frames: int) -> list[Picture]:
    """A hand-held pan: slow from one side to the other, with a tremor."""
    room_x, room_y = scene.shape[1] - PROFILE.width, scene.shape[0] - PROFILE.height
    tremor = np.random.default_rng(frames).normal(0, 2.0, (frames, 2))
    views = []
    for number in range(frames):
        x = int(np.clip(room_x * number / frames + tremor[number, 0], 0, room_x))
        y = int(np.clip(room_y * (0.5 + 0.3 * np.sin(number / 9)) + tremor[number, 1], 0, room_y))
        views.append(scene[y : y + PROFILE.height, x : x + PROFILE.width])
    return views
