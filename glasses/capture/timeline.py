"""One time line for pictures and sound, whose clocks differ: sample ``n * rate / fps`` belongs to frame ``n``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glasses.hw.base import AudioChunk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BANDWIDTH_HZ = 0.05
"""Of the loop that smooths time stamps: it follows a crystal's drift and not the jitter of a scheduler."""
LOST_S = 0.25
"""A time stamp so far from its prediction tells of a stop, not of drift."""
MOST_OFF = 0.005
"""No camera's or microphone's clock is wrong by more."""
JUMP_S = 0.015
"""Sound that is out of step by more is put right at once; by less, by stretching."""
STRETCH = 0.002
"""The most that a chunk is stretched or squeezed: far below what is heard as a change of pitch."""
GAIN = 0.2
WAITING_S = 5.0
"""Sound that waits for the first frame."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples on the pictures' time line; ``first`` counts from the camera's first frame and may be negative."""

    pcm: NDArray[np.int16]
    first: int

    @property
    def end(self) -> int:
        return self.first + len(self.pcm)

    def between(self, begin: int, end: int) -> Sound | None:
        """The part within [begin, end); None when there is none."""
        first, last = max(self.first, begin), min(self.end, end)
        return Sound(self.pcm[first - self.first : last - self.first], first) if first < last else None


class RateClock:
    """What time it is at a device's n-th sample or frame: a delay-locked loop over its time stamps.

    After Fons Adriaensen, "Using a DLL to filter time" (2005); the bandwidth narrows during the first seconds, so that it
    locks quickly and is calm afterwards.
    """

    def __init__(self, nominal_hz: float) -> None:
        self._nominal_s = self._period_s = 1.0 / nominal_hz
        self._count = self._at_s = self._began_s = 0.0
        self.running = False

    def observe(self, count: float, at_s: float) -> None:
        """A count that does not rise is that of a device that was opened again."""
        if not self.running:
            self._count, self._at_s, self._began_s, self.running = count, at_s, at_s, True
            return
        steps = count - self._count
        if steps <= 0:
            self._count, self._at_s = count, at_s
            return
        predicted_s = self._at_s + steps * self._period_s
        error_s = at_s - predicted_s
        self._count = count
        if abs(error_s) > LOST_S:
            self._at_s = at_s
            return
        bandwidth_hz = max(BANDWIDTH_HZ, 0.5 / (1.0 + at_s - self._began_s))
        omega = min(0.5, 2 * math.pi * bandwidth_hz * steps * self._nominal_s)
        self._at_s = predicted_s + math.sqrt(2) * omega * error_s
        period_s = self._period_s + omega * omega * error_s / steps
        self._period_s = min(max(period_s, self._nominal_s * (1 - MOST_OFF)), self._nominal_s * (1 + MOST_OFF))

    def time_of(self, count: float) -> float:
        return self._at_s + (count - self._count) * self._period_s

    def count_at(self, at_s: float) -> float:
        return self._count + (at_s - self._at_s) / self._period_s


class TimeLine:
    """Of one run of the camera. ``ears`` is the microphone's clock, which outlives it."""

    def __init__(self, fps: int, rate_hz: int, ears: RateClock) -> None:
        self.fps, self.rate_hz, self._ears = fps, rate_hz, ears
        self._eyes = RateClock(fps)
        self._waiting: list[AudioChunk] = []
        self._next: int | None = None
        self.worst_s = 0.0
        """The most that sound was found out of step, after the first of it."""

    def saw(self, index: int, at_s: float) -> None:
        self._eyes.observe(index, at_s)

    def heard(self, chunk: AudioChunk) -> list[Sound]:
        """The chunk on the time line, with those that waited for the first frame. The ears' clock knows of it already."""
        self._waiting.append(chunk)
        if not self._eyes.running:
            limit = round(WAITING_S * self.rate_hz)
            while self._waiting[-1].first_sample - self._waiting[0].first_sample > limit:
                del self._waiting[0]
            return []
        chunks, self._waiting = self._waiting, []
        return [sound for sound in map(self._place, chunks) if len(sound.pcm)]

    def position(self, heard_sample: float) -> float:
        """Where the microphone's sample lies on the time line, in samples."""
        return self._eyes.count_at(self._ears.time_of(heard_sample)) * self.rate_hz / self.fps

    def _place(self, chunk: AudioChunk) -> Sound:
        import numpy as np

        pcm = np.frombuffer(chunk.pcm, np.int16)
        wanted = self.position(chunk.first_sample)
        if self._next is None:
            self._next = round(wanted)
        off = wanted - self._next
        self.worst_s = max(self.worst_s, abs(off) / self.rate_hz)
        if off > JUMP_S * self.rate_hz:
            self._next = round(wanted)
        elif off < -JUMP_S * self.rate_hz:
            pcm = pcm[round(-off) :]
        else:
            most = int(len(pcm) * STRETCH)
            pcm = stretched(pcm, len(pcm) + min(max(round(off * GAIN), -most), most))
        sound = Sound(pcm, self._next)
        self._next = sound.end
        return sound


def stretched(pcm: NDArray[np.int16], length: int) -> NDArray[np.int16]:
    """The samples as ``length`` samples, a few more or less, by linear interpolation."""
    import numpy as np

    if length == len(pcm) or len(pcm) == 0:
        return pcm
    at = np.arange(length) * (len(pcm) / length)
    between: NDArray[np.int16] = np.rint(np.interp(at, np.arange(len(pcm)), pcm)).astype(np.int16)
    return between
