"""Writes simulated days: pictures, the wearer's voice as WAVs, and ``day.toml``."""

from __future__ import annotations

import wave
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from demo import script
from demo.cast import ROLES
from demo.footage import Cutout, Picture, backdrop, cut_out, place, read
from demo.script import Shot
from glasses.hw.sim.voice import Voice
from models.store import ModelStore

RATE_HZ = 48_000
VIDEO_S, PHOTO_S, REQUEST_S = 13.0, 4.5, 9.0
STOP_AT_S = 9.4
SPEED = 6.0
Samples = NDArray[np.int16]


def write_days(folder: Path, store: ModelStore, shots: list[Shot]) -> int:
    """``day`` with the shots and ``evening`` with the request; returns how many seconds the day lasts."""
    write_evening(folder / "evening")
    return write_day(folder / "day", store, shots)


def write_day(folder: Path, store: ModelStore, shots: list[Shot]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    voice = Voice(words_per_minute=150)
    cutouts = {name: cut_out(read(store.media(role.portrait)), role.outline) for name, role in ROLES.items()}
    scenes = [_write_scene(folder, number, shot, voice, cutouts, store) for number, shot in enumerate(shots, 1)]
    (folder / "day.toml").write_text(f"speed = {SPEED}\n\n" + "\n".join(scenes))
    return round(sum(PHOTO_S if shot.photo else VIDEO_S for shot in shots))


def write_evening(folder: Path) -> None:
    """The wearer asks for the film."""
    folder.mkdir(parents=True, exist_ok=True)
    write_wav(folder / "request.wav", REQUEST_S, [(0.3, Voice(words_per_minute=150).speak(script.REQUEST))])
    scene = _scene(script.EVENING, REQUEST_S, "request.wav", script.BEIJING)
    (folder / "day.toml").write_text(f"speed = {SPEED}\n\n{scene}")


def write_wav(path: Path, length_s: float, said: list[tuple[float, Samples]]) -> None:
    """``said``: when each piece begins, in seconds. A little room noise lies under all of it."""
    sound = np.random.default_rng(len(path.name)).normal(0, 12, round(length_s * RATE_HZ))
    for at_s, samples in said:
        first = round(at_s * RATE_HZ)
        sound[first : first + len(samples)] += samples[: len(sound) - first]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.clip(sound, -32768, 32767).astype(np.int16).tobytes())


def _write_scene(folder: Path, number: int, shot: Shot, voice: Voice, cutouts: dict[str, Cutout], store: ModelStore) -> str:
    picture, sound = f"{number:02d}.jpg", f"{number:02d}.wav"
    cv2.imwrite(str(folder / picture), _compose(shot, cutouts, store), [cv2.IMWRITE_JPEG_QUALITY, 92])
    length_s = PHOTO_S if shot.photo else VIDEO_S
    write_wav(folder / sound, length_s, [(at_s, voice.speak(text)) for at_s, text in _lines(shot)])
    return _scene(shot.at, length_s, sound, shot.where, picture, _motion(number), network=shot.network)


def _lines(shot: Shot) -> list[tuple[float, str]]:
    if shot.photo:
        return [(0.3, script.PHOTO)]
    spoken = [(0.3, script.RECORD), (STOP_AT_S, script.STOP)]
    return [*spoken, (4.5, shot.remark)] if shot.remark else spoken


def _compose(shot: Shot, cutouts: dict[str, Cutout], store: ModelStore) -> Picture:
    scene = backdrop(read(store.media(shot.backdrop)))
    for figure in shot.figures:
        scene = place(scene, cutouts[figure.portrait], figure)
    return scene


def _motion(number: int) -> tuple[str, str]:
    """A slow push in, a pull out, and pans to either side, in turn."""
    wide, near = "{ width = 1.0 }", "{ width = 0.86, y = 0.55 }"
    left, right = "{ x = 0.45, width = 0.9, y = 0.6 }", "{ x = 0.55, width = 0.9, y = 0.6 }"
    return [(wide, near), (left, right), (near, wide), (right, left)][number % 4]


def _scene(
    at: str,
    length_s: float,
    sound: str,
    where: tuple[float, float],
    picture: str = "",
    motion: tuple[str, str] = ("{}", "{}"),
    *,
    network: bool = True,
) -> str:
    return (
        f'[[scenes]]\nat = "{at}"\nduration_s = {length_s}\nsound = "{sound}"\nlat = {where[0]}\nlon = {where[1]}\n'
        f'picture = "{picture}"\nstart = {motion[0]}\nend = {motion[1]}\nnetwork = {str(network).lower()}\n'
    )
