"""What is seen in a clip: by the glasses where their models were the same, else by looking again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glasses.wire.segment import Kind
from glasses.wire.tag import Moment, Tags
from models.keyframes import KeyFrame, changed, key_frames, read_photo
from models.moments import gathered
from models.sight import Sight
from relay.extract.probe import Probe
from relay.extract.thumbnail import BestPicture

PICTURES_OFFERED = 12
"""For the thumbnail, when nothing else has to be looked at."""


def already_seen(tags: Tags | None, versions: dict[str, str]) -> bool:
    """True when the glasses have looked with these very models."""
    return tags is not None and bool(tags.moments) and all(tags.models.get(role) == version for role, version in versions.items())


def look(path: Path, probed: Probe, sight: Sight, best: BestPicture, *, faces: bool) -> list[Moment]:
    """The clip's moments, a few seconds each; every picture looked at is offered as the thumbnail."""
    looks = sight.look_at(changed(_offered(_frames(path, probed.kind), best)), faces=faces)
    return gathered(looks, probed.duration_s)


def only_offer(path: Path, probed: Probe, best: BestPicture) -> None:
    """Pictures for the thumbnail alone."""
    for _ in _offered(_frames(path, probed.kind, probed.duration_s / PICTURES_OFFERED), best):
        pass


def _frames(path: Path, kind: Kind, every_s: float = 0.0) -> Iterator[KeyFrame]:
    if kind is Kind.PHOTO:
        yield KeyFrame(0.0, read_photo(path))
    else:
        yield from key_frames(path, max(every_s, 0.9))


def _offered(frames: Iterator[KeyFrame], best: BestPicture) -> Iterator[KeyFrame]:
    for frame in frames:
        best.offer(frame.rgb)
        yield frame
