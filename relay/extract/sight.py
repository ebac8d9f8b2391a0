"""What is seen in a clip: by the glasses where their models were the same, else by looking again; and how good each second is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from glasses.wire.segment import Kind
from glasses.wire.tag import Moment, Tags
from models.doubt import believable
from models.keyframes import KeyFrame, changed, key_frames, read_photo
from models.moments import gathered
from models.sight import Sight, sharpness
from relay.catalog.records import Second
from relay.extract.facts import Probe
from relay.extract.telling import TellingPictures
from relay.extract.text import Reading
from relay.extract.thumbnail import BestPicture


class Seen:
    """One pass over a clip's key frames; everything that needs a picture takes it from here."""

    def __init__(
        self, path: Path, probed: Probe, reading: Reading | None, telling: TellingPictures | None = None, *, motion: bool = True
    ) -> None:
        self._path, self._probed, self._reading, self._telling, self._motion = path, probed, reading, telling, motion
        self._best = BestPicture()
        self.seconds: list[Second] = []

    def look(self, sight: Sight, *, faces: bool) -> list[Moment]:
        """What is in view, a few seconds each."""
        return gathered(sight.look_at(changed(self._frames()), faces=faces), self._probed.duration_s)

    def only_measure(self) -> None:
        """Quality, text and thumbnail alone."""
        for _ in self._frames():
            pass

    def thumbnail(self) -> bytes:
        return self._best.jpeg()

    def _frames(self) -> Iterator[KeyFrame]:
        for frame in self._decoded():
            second = measured(frame)
            self.seconds.append(second)
            self._best.offer(frame, second.sharpness)
            if self._telling is not None:
                self._telling.offer(frame, second.sharpness)
            if self._reading is not None:
                self._reading.offer(frame, second.sharpness)
            yield frame
        if self._reading is not None:
            self._reading.finish()

    def _decoded(self) -> Iterator[KeyFrame]:
        if self._probed.kind is Kind.PHOTO:
            yield KeyFrame(0.0, read_photo(self._path))
        else:
            yield from key_frames(self._path, motion=self._motion)


def already_seen(tags: Tags | None, versions: dict[str, str]) -> bool:
    """True when the glasses have looked with these very models."""
    return tags is not None and bool(tags.moments) and all(tags.models.get(role) == version for role, version in versions.items())


def believed(moments: list[Moment]) -> list[Moment]:
    """What the glasses saw, by the rules of this relay."""
    return [believable(moment) for moment in moments]


def measured(frame: KeyFrame) -> Second:
    """How good the picture of a second is."""
    pan, shake = frame.motion or (None, None)
    return Second(
        at_s=round(frame.at_s, 3), sharpness=sharpness(frame.rgb), exposure=round(float(frame.tiny.mean()) / 255, 3),
        shake=None if shake is None else round(shake, 5), pan=None if pan is None else round(pan, 5),
    )  # fmt: skip
