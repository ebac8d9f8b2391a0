"""The picture that tells most of each moment, small: what a found moment is shown by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2

from glasses.wire.tag import Moment
from models.keyframes import KeyFrame
from relay.extract.parts import Picture
from relay.extract.thumbnail import showing

WIDTH_PX = 320
JPEG_QUALITY = 80
FACE_HEIGHT_PX = 48
"""From this height on a face says more than a sharper picture without one."""
_FACE_WORTH = 2.0
_HALF_SHARP = 150.0
"""Sharpness (variance of the Laplacian, 640 wide) beyond which more of it, as of foliage, tells little more."""
_NEAR_S = 0.05


class _Shown(NamedTuple):
    at_s: float
    worth: float
    jpeg: bytes


class TellingPictures:
    """Takes key frames in the order of time; small ones of all are held until the moments are known."""

    def __init__(self) -> None:
        self._shown: list[_Shown] = []

    def offer(self, frame: KeyFrame, sharpness: float) -> None:
        height_px = max(1, round(frame.rgb.shape[0] * WIDTH_PX / frame.rgb.shape[1]))
        small = cv2.resize(frame.rgb, (WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
        written, jpeg = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if written:
            worth = showing(frame, sharpness / (sharpness + _HALF_SHARP))
            self._shown.append(_Shown(round(frame.at_s, 3), worth, jpeg.tobytes()))

    def of(self, moments: Sequence[Moment]) -> list[Picture]:
        """One for each moment: of its own key frames the sharpest that is neither dark nor blinding, one with a clear face first.

        A moment without a key frame of its own is shown by the one before it. Nothing when none was offered.
        """
        clear_s = [face.at_s for moment in moments for face in moment.faces if face.height_px >= FACE_HEIGHT_PX]
        best = [max(self._within(moment), key=lambda one: one.worth * _faced(one.at_s, clear_s), default=None) for moment in moments]
        return [Picture(at_s=one.at_s, jpeg=one.jpeg) for one in best if one is not None]

    def _within(self, moment: Moment) -> Iterable[_Shown]:
        inside = [one for one in self._shown if moment.start_s <= one.at_s < moment.end_s]
        before = [one for one in self._shown if one.at_s <= moment.start_s]
        return inside or before[-1:] or self._shown[:1]


def picture_of(moment: Moment, pictures: Sequence[Picture]) -> Picture | None:
    """That of ``pictures`` which was taken in the moment, else the last one before it."""
    inside = [one for one in pictures if moment.start_s <= one.at_s < moment.end_s]
    before = [one for one in pictures if one.at_s <= moment.start_s]
    return next(iter(inside or before[-1:] or pictures[:1]), None)


def _faced(at_s: float, clear_s: Sequence[float]) -> float:
    return _FACE_WORTH if any(abs(at_s - one) < _NEAR_S for one in clear_s) else 1.0
