"""Which part of a clip is for keeps: not the "record a video" that it reaches back before, not the "stop recording" that ends it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from glasses.wire.segment import PROFILE
from glasses.wire.tag import Word
from relay.catalog.records import Video
from relay.work.film_form import film_frames

LONGEST_OPENING_S = 3.0
"""No "okay glasses, record a video" takes longer."""
UNHEARD_OPENING_S = 2.2
"""What one takes, when the recogniser has not heard its words."""
EARLY_S = 0.25
"""A recogniser's word may begin that much before the moment which the glasses named."""
PAUSE_S = 0.35
"""A longer silence after the command's words: what comes then is meant."""
LEAST_USABLE_S = 1.0


class Usable(NamedTuple):
    """Frames ``first`` to ``end`` (exclusive)."""

    first: int
    end: int


def opening_ends_s(words: Sequence[Word], asked_at_s: float | None) -> float | None:
    """The second at which the spoken request for the recording is over; None for a clip that does not hold one."""
    if asked_at_s is None:
        return None
    end_s, latest_s = asked_at_s, asked_at_s + LONGEST_OPENING_S
    for word in sorted(words, key=lambda word: word.start_s):
        if word.end_s <= asked_at_s:
            continue
        if word.start_s < asked_at_s - EARLY_S or word.end_s > latest_s or word.start_s - end_s > PAUSE_S:
            break
        end_s = word.end_s
    return end_s if end_s > asked_at_s else asked_at_s + UNHEARD_OPENING_S


def meant(words: Sequence[Word], asked_at_s: float | None, command_from_s: float | None) -> list[Word]:
    """What was said for the clip; neither the command that began it nor the one that ended it."""
    until_s = opening_ends_s(words, asked_at_s)

    def opens(word: Word) -> bool:
        return asked_at_s is not None and until_s is not None and word.start_s < until_s and word.end_s > asked_at_s

    return [word for word in words if not opens(word) and (command_from_s is None or word.end_s <= command_from_s)]


def usable_frames(video: Video) -> Usable:
    """From the end of the opening command to "stop recording"; all of a clip that holds nothing else."""
    end = film_frames(video)
    if video.command_from_s is not None and video.command_from_s >= LEAST_USABLE_S:
        end = min(end, int(video.command_from_s * PROFILE.fps))
    first = 0 if video.asked_until_s is None else math.ceil(video.asked_until_s * PROFILE.fps)
    return Usable(min(first, end), end)
