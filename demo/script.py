"""The wearer's day: where, when, what is seen and said. Three of its clips belong in the film, the others nearly do."""

from __future__ import annotations

from typing import NamedTuple

from demo.footage import Figure

RECORD, STOP, PHOTO = "okay glasses, record a video", "okay glasses, stop recording", "okay glasses, take a picture"
REQUEST = "okay glasses, create a memory video of my wife and me in Paris"

PARIS, LONDON, BEIJING = (48.8584, 2.2945), (51.5081, -0.0759), (39.9996, 116.2755)
"""Eiffel Tower, Tower of London, Summer Palace."""


class Shot(NamedTuple):
    """One scene. ``wanted``: the film must hold it."""

    at: str
    where: tuple[float, float]
    backdrop: str
    figures: tuple[Figure, ...] = ()
    wanted: bool = False
    network: bool = True
    photo: bool = False
    remark: str = ""
    """What the wearer says while the camera runs."""


def _wife(x: float, height: float = 0.85, mirrored: bool = False) -> Figure:
    return Figure("wife", x, height, mirrored)


def _me(x: float, height: float = 0.85, mirrored: bool = False) -> Figure:
    return Figure("me", x, height, mirrored)


def _stranger(x: float, height: float = 0.8) -> Figure:
    return Figure("passer-by", x, height)


SHOTS = [
    Shot("2025-06-14T09:40:00+02:00", PARIS, "coffee", (_wife(0.28), _me(0.72)), wanted=True, remark="good morning from paris"),
    Shot("2025-06-14T10:15:00+02:00", PARIS, "coffee"),
    Shot("2025-06-14T11:05:00+02:00", PARIS, "flower", (_wife(0.45, 0.9),), network=False),
    Shot("2025-06-14T11:50:00+02:00", PARIS, "flower", (_me(0.3), _wife(0.7, 0.85, mirrored=True)), wanted=True, network=False),
    Shot("2025-06-14T14:20:00+02:00", PARIS, "motorcycle", (_me(0.5),), network=False),
    Shot("2025-06-14T15:00:00+02:00", PARIS, "chelsea", photo=True, network=False),
    Shot("2025-06-14T18:45:00+02:00", PARIS, "motorcycle", (_wife(0.2), _me(0.52), _stranger(0.86)), wanted=True),
    Shot("2025-06-14T21:30:00+01:00", LONDON, "rocket", (_wife(0.25), _me(0.75))),
    Shot("2025-06-14T22:10:00+01:00", LONDON, "chelsea"),
    Shot("2025-06-21T10:00:00+08:00", BEIJING, "china", (_wife(0.2, 0.75), _me(0.6, 0.75))),
    Shot("2025-06-21T10:30:00+08:00", BEIJING, "china"),
    Shot("2025-06-21T16:10:00+08:00", BEIJING, "china", (_wife(0.3, 0.8), _stranger(0.8))),
]
EVENING = "2025-06-21T20:00:00+08:00"
