"""One run of the camera, from its start to its stop: what it has just seen and heard, on one time line."""

from __future__ import annotations

from glasses.capture.preroll import Moment, Ring
from glasses.capture.timeline import RateClock, Sound, TimeLine
from glasses.hw.base import AudioChunk
from glasses.hw.packet import EncodedFrame
from glasses.wire.segment import CaptureProfile


class Roll:
    """``headers``: the camera's parameter sets. ``ears``: the microphone's clock."""

    def __init__(self, profile: CaptureProfile, headers: bytes, ears: RateClock, ring: Ring) -> None:
        self.headers, self.ring = headers, ring
        self.line = TimeLine(profile.fps, profile.audio_rate_hz, ears)
        self.next_index = 0
        self.lost_frames = 0
        """Frames that the camera itself did not deliver."""
        self._samples_per_frame = profile.audio_rate_hz // profile.fps

    def see(self, frame: EncodedFrame, moment: Moment, at_s: float) -> None:
        self.line.saw(frame.index, at_s)
        self.ring.see(frame, moment)
        self.lost_frames += max(0, frame.index - self.next_index)
        self.next_index = frame.index + 1

    def hear(self, chunk: AudioChunk) -> list[Sound]:
        sounds = self.line.heard(chunk)
        for sound in sounds:
            self.ring.hear(sound)
        return sounds

    def sample_at(self, heard_s: float) -> float:
        """Where on the time line that second of sound lies, counted since the microphone was opened."""
        return self.line.position(heard_s * self.line.rate_hz)

    def index_at(self, heard_s: float | None) -> int:
        """The frame that was taken then; without a time, the newest."""
        return self.next_index - 1 if heard_s is None else round(self.sample_at(heard_s) / self._samples_per_frame)
