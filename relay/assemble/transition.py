"""The encoded parts of a film: the title into the first clip, clip into clip, and the last clip into black."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

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


def opening(card: Picture, title_frames: int, source: Source, cut: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``title_frames`` pictures: the card comes up from black, stands, and fades into the clip."""
    still = title_frames - fade_frames
    dark = black(source.profile)
    rising = min(fade_frames, still)
    card_alone = [*(blend(dark, card, at, rising) for at in range(rising)), *[card] * (still - rising)]
    fading = _cross([card] * fade_frames, source.pictures(cut.in_frame, cut.in_frame + fade_frames), fade_frames)
    return _encode(_chain(card_alone, fading), source.profile)


def crossing(outgoing: Source, left: Cut, incoming: Source, right: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``fade_frames`` pictures from one clip into the next."""
    ending = outgoing.pictures(left.out_frame - fade_frames, left.out_frame)
    beginning = incoming.pictures(right.in_frame, right.in_frame + fade_frames)
    return _encode(_cross(ending, beginning, fade_frames), outgoing.profile)


def closing(source: Source, cut: Cut, fade_frames: int) -> list[EncodedPicture]:
    """``fade_frames`` pictures from the last clip into black."""
    ending = source.pictures(cut.out_frame - fade_frames, cut.out_frame)
    return _encode(_cross(ending, [black(source.profile)] * fade_frames, fade_frames), source.profile)


def _cross(outgoing: Iterable[Picture], incoming: Iterable[Picture], fade_frames: int) -> Iterator[Picture]:
    for at, (left, right) in enumerate(zip(outgoing, incoming, strict=True)):
        yield blend(left, right, at, fade_frames)


def _chain(first: list[Picture], then: Iterator[Picture]) -> Iterator[Picture]:
    yield from first
    yield from then


def _encode(pictures: Iterable[Picture], profile: CaptureProfile) -> list[EncodedPicture]:
    encoder = FilmEncoder(profile)
    encoded = [piece for picture in pictures for piece in encoder.encode(picture)]
    return [*encoded, *encoder.flush()]
