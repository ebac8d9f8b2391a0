"""What the glasses see in a clip or a photo: runs in the worker process."""

from __future__ import annotations

from pathlib import Path

import av

from glasses.errors import UnreadableError
from glasses.wire.segment import Kind, Segment
from glasses.wire.tag import Moment, Tags
from models.keyframes import changed, key_frames, read_photo
from models.moments import gathered
from models.sight import Sight, versions
from models.store import ModelStore


class Detectors:
    """Models are loaded with the first clip."""

    def __init__(self, store: ModelStore) -> None:
        self._sight = Sight(store)
        self._versions = versions(store)

    def tags(self, path: Path, segment: Segment) -> Tags:
        """Raises UnreadableError for a file that does not decode, ModelMissingError. ``tagged_at`` is the caller's."""
        try:
            looks = self._looks(path, segment.kind)
        except (av.FFmpegError, OSError) as problem:
            raise UnreadableError(f"{path.name}: {problem}") from problem
        if not looks:
            raise UnreadableError(f"{path.name}: no picture could be read from it")
        duration_s = segment.duration_s if segment.kind is Kind.VIDEO else 0.0
        return Tags(segment_id=segment.segment_id, moments=gathered(looks, duration_s), models=self._versions)

    def _looks(self, path: Path, kind: Kind) -> list[Moment]:
        if kind is Kind.PHOTO:
            return [self._sight.look(read_photo(path))]
        return self._sight.look_at(changed(key_frames(path)))
