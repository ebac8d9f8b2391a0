"""Looks at single pictures, gathered into moments: time ranges of a few seconds, the unit of search. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import NamedTuple

from glasses.wire.tag import FaceTag, Label, Moment

RANGE_S = 4.5
SAME_FACE = 0.5
"""Distance of two embeddings below which they are gathered as one face."""
_FACES_KEPT = 3
"""Of one face in one moment: several, so that naming can take their mean."""


def ranges(duration_s: float, range_s: float = RANGE_S) -> list[tuple[float, float]]:
    """The clip in equal parts of about ``range_s``, without gaps; one part when it is short."""
    count = max(1, round(duration_s / range_s))
    edges = [*(duration_s * index / count for index in range(count)), duration_s]
    return list(itertools.pairwise(edges))


def gathered(looks: list[Moment], duration_s: float, range_s: float = RANGE_S) -> list[Moment]:
    """One moment for each range of the clip. A range without a look shows what the look before it did.

    ``looks`` are in order of time. A photo (0 s) gives one moment from 0 to 0.
    """
    moments = []
    last: list[Moment] = []
    for start_s, end_s in ranges(duration_s, range_s):
        inside = [look for look in looks if start_s <= look.start_s < end_s or (start_s == end_s)]
        last = inside or last[-1:]
        moments.append(_merged(last, start_s, end_s))
    return moments


class Range(NamedTuple):
    """Something while it is in view."""

    kind: str
    name: str
    start_s: float
    end_s: float
    score: float


def tracks(looks: list[Moment], duration_s: float) -> list[Range]:
    """Things and scenes with the ranges in which they are seen, in order of time. ``looks`` may be moments too.

    What a look shows lasts until the next look: pictures that showed nothing new were not looked at.
    """
    open_: dict[tuple[str, str], Range] = {}
    done: list[Range] = []
    for look, following in itertools.pairwise([*looks, None]):
        if look is None:
            continue
        end_s = following.start_s if following else max(duration_s, look.end_s)
        shown = {("object", label.name): label.score for label in reversed(look.objects)}
        shown |= {("scene", label.name): label.score for label in reversed(look.scene)}
        done += [open_.pop(key) for key in [*open_] if key not in shown]
        for key, score in shown.items():
            before = open_.get(key, Range(*key, look.start_s, end_s, score))
            open_[key] = before._replace(end_s=end_s, score=max(before.score, score))
    return sorted([*done, *open_.values()], key=lambda track: (track.start_s, track.kind, track.name))


def _merged(looks: list[Moment], start_s: float, end_s: float) -> Moment:
    return Moment(
        start_s=start_s, end_s=end_s,
        objects=_best(label for look in looks for label in look.objects),
        scene=_best(label for look in looks for label in look.scene),
        faces=_clearest([face for look in looks for face in look.faces]),
        sharpness=max((look.sharpness for look in looks), default=0.0),
    )  # fmt: skip


def _best(labels: Iterable[Label]) -> list[Label]:
    """The surest of each name, surest first."""
    best: dict[str, Label] = {}
    for label in labels:
        if label.name not in best or label.score > best[label.name].score:
            best[label.name] = label
    return sorted(best.values(), key=lambda label: -label.score)


def _clearest(faces: list[FaceTag]) -> list[FaceTag]:
    """The clearest few of each face that comes again."""
    groups: list[list[FaceTag]] = []
    for face in sorted(faces, key=clearness, reverse=True):
        for group in groups:
            if math.dist(group[0].embedding, face.embedding) < SAME_FACE:
                group.append(face)
                break
        else:
            groups.append([face])
    return [face for group in groups for face in group[:_FACES_KEPT]]


def clearness(face: FaceTag) -> float:
    """Larger is better for knowing a face: height, sharpness (up to what helps) and the finder's score."""
    return face.score * min(face.height_px, 200) * min(face.sharpness, 200.0)
