"""The encoded parts of a film: the title into the first clip, clip into clip, and the last clip into black."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import cast

import av
import av.video.plane
import cv2
import numpy as np
import numpy.typing as npt

from glasses.wire.segment import CaptureProfile
from relay.assemble.cutlist import Cut
from relay.assemble.encode import EncodedPicture, FilmEncoder
from relay.assemble.source import Picture, Source

BLACK_LUMA, NO_CHROMA = 16, 128
"""Black in limited range."""


def blend(outgoing: Picture, incoming: Picture, at: int, fade_frames: int) -> Picture:
    """Picture number ``at`` of a cross-fade; neither end of the fade shows one side alone."""
    weight = (at + 1) / (fade_frames + 1)
    return np.asarray(cv2.addWeighted(outgoing, 1 - weight, incoming, weight, 0), np.uint8)


def black(profile: CaptureProfile) -> Picture:
    picture = np.full((profile.height * 3 // 2, profile.width), NO_CHROMA, np.uint8)
    picture[: profile.height] = BLACK_LUMA
    return picture


def standing(card: Picture, frames: int, fade_frames: int, profile: CaptureProfile) -> Iterator[EncodedPicture]:
    """``frames`` pictures: the title card comes up from black, and stands. Each as soon as it is encoded."""
    dark = black(profile)
    rising = min(fade_frames, frames)
    shown = av.VideoFrame.from_ndarray(card, "yuv420p")
    return _encoded(chain((blend(dark, card, at, rising) for at in range(rising)), repeat(shown, frames - rising)), profile)


def opening(card: Picture, source: Source, cut: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``fade_frames`` pictures from the card into the clip."""
    shown = av.VideoFrame.from_ndarray(card, "yuv420p")
    beginning = source.frames(cut.in_frame, cut.in_frame + fade_frames)
    return [*_encoded(_cross(repeat(shown, fade_frames), beginning, fade_frames), source.profile)]


def crossing(outgoing: Source, left: Cut, incoming: Source, right: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``fade_frames`` pictures from one clip into the next."""
    ending = outgoing.frames(left.out_frame - fade_frames, left.out_frame)
    beginning = incoming.frames(right.in_frame, right.in_frame + fade_frames)
    return [*_encoded(_cross(ending, beginning, fade_frames), outgoing.profile)]


def closing(source: Source, cut: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``fade_frames`` pictures from the last clip into black."""
    ending = source.frames(cut.out_frame - fade_frames, cut.out_frame)
    dark = av.VideoFrame.from_ndarray(black(source.profile), "yuv420p")
    return [*_encoded(_cross(ending, repeat(dark, fade_frames), fade_frames), source.profile)]


def _cross(outgoing: Iterable[av.VideoFrame], incoming: Iterable[av.VideoFrame], fade_frames: int) -> Iterator[av.VideoFrame]:
    for at, (left, right) in enumerate(zip(outgoing, incoming, strict=True)):
        yield _blended(left, right, (at + 1) / (fade_frames + 1))


def _blended(outgoing: av.VideoFrame, incoming: av.VideoFrame, weight: float) -> av.VideoFrame:
    """``blend`` from plane to plane, without copies: these take longer than the blend."""
    mixed = av.VideoFrame(outgoing.width, outgoing.height, "yuv420p")
    for left, right, target in zip(outgoing.planes, incoming.planes, mixed.planes, strict=True):
        cv2.addWeighted(_plane(left), 1 - weight, _plane(right), weight, 0, dst=_plane(target))
    return mixed


def _plane(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    rows = np.frombuffer(plane, np.uint8)[: plane.line_size * plane.height].reshape(plane.height, plane.line_size)  # type: ignore[call-overload]  # a plane is a buffer
    return cast("npt.NDArray[np.uint8]", rows[:, : plane.width])


def _encoded(pictures: Iterable[Picture | av.VideoFrame], profile: CaptureProfile) -> Iterator[EncodedPicture]:
    encoder = FilmEncoder(profile)
    for picture in pictures:
        yield from encoder.encode(picture)
    yield from encoder.flush()
