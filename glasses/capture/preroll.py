"""The last seconds, encoded and held in memory: groups of pictures, and the sound that belongs to them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glasses.capture.timeline import Sound
from glasses.wire.segment import GeoPoint

if TYPE_CHECKING:
    from glasses.hw.packet import EncodedFrame


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where a key frame was taken."""

    captured_at: int
    place: GeoPoint | None = None


@dataclass(slots=True)
class Gop:
    """A key frame and the frames that need it."""

    moment: Moment
    frames: list[EncodedFrame] = field(default_factory=list)
    size_bytes: int = 0

    def add(self, frame: EncodedFrame) -> None:
        self.frames.append(frame)
        self.size_bytes += len(frame.data)

    @property
    def first_index(self) -> int:
        return self.frames[0].index


class Ring:
    """Bounded in seconds and in bytes: whole groups leave at the old end, and their sound with them."""

    def __init__(self, length_s: float, limit_bytes: int, fps: int, rate_hz: int) -> None:
        self._fps, self._length_frames, self._limit_bytes = fps, round(length_s * fps), limit_bytes
        self._samples_per_frame = rate_hz // fps
        self._gops: deque[Gop] = deque()
        self._sound: deque[Sound] = deque()
        self.size_bytes = 0
        """Of the pictures."""

    @property
    def sound_bytes(self) -> int:
        return sum(sound.pcm.nbytes for sound in self._sound)

    @property
    def span_frames(self) -> int:
        return self._gops[-1].frames[-1].index + 1 - self._gops[0].first_index if self._gops else 0

    def see(self, frame: EncodedFrame, moment: Moment) -> None:
        """``moment`` is kept for key frames. What comes before the first key frame is left out."""
        if frame.is_keyframe:
            self._gops.append(Gop(moment))
        if not self._gops:
            return
        self._gops[-1].add(frame)
        self.size_bytes += len(frame.data)
        self._forget(frame.index)

    def hear(self, sound: Sound) -> None:
        self._sound.append(sound)
        self._forget_sound()

    def since(self, index: float) -> list[Gop]:
        """From the last key frame at or before ``index``, or the oldest there is. The last group may still grow."""
        first = max((n for n, gop in enumerate(self._gops) if gop.first_index <= index), default=0)
        return [gop for n, gop in enumerate(self._gops) if n >= first]

    def sound_since(self, sample: int) -> list[Sound]:
        return [part for sound in self._sound if (part := sound.between(sample, sound.end))]

    def reach(self, length_s: float) -> None:
        """From now on hold so much."""
        self._length_frames = round(length_s * self._fps)

    def clear(self) -> None:
        self._gops.clear()
        self._sound.clear()
        self.size_bytes = 0

    def _forget(self, newest: int) -> None:
        """A group leaves when what is left still reaches back far enough, or takes too many bytes."""
        while len(self._gops) > 1 and (
            newest + 1 - self._gops[1].first_index >= self._length_frames or self.size_bytes > self._limit_bytes
        ):
            self.size_bytes -= self._gops.popleft().size_bytes
        if self.size_bytes > self._limit_bytes:  # one group alone is too much: it cannot be played without its beginning
            self.clear()

    def _forget_sound(self) -> None:
        first = self._gops[0].first_index * self._samples_per_frame if self._gops else self._sound[-1].first
        while self._sound and self._sound[0].end <= first and len(self._sound) > 1:
            self._sound.popleft()
