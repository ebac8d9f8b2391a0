"""Lets speech through to the recogniser and keeps silence out: WebRTC's voice activity detector with pre-roll and hang-over."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import webrtcvad

RATE_HZ = 16_000
FRAME_SAMPLES = RATE_HZ * 30 // 1000
"""30 ms, one of the three lengths the detector takes."""
FRAME_S = FRAME_SAMPLES / RATE_HZ
PRE_ROLL_S = 0.3
"""What was heard before somebody was known to speak: without it, a tenth of the wake phrases lose their beginning."""
HANG_OVER_S = 0.8
ONSET_FRAMES, ONSET_OF = 2, 4
"""The gate opens when 2 of the last 4 frames are speech."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A piece of sound that went through the gate."""

    pcm: bytes
    first_sample: int
    """Its place in the sound that was fed to the gate, silence included."""
    opens: bool
    """The first piece since the gate was closed; it begins with the pre-roll."""
    closes: bool
    """The last piece: the gate is closed behind it."""


class SpeechGate:
    """``strictness`` 0 to 3: 3 lets the least noise pass as speech. Sound is 16 kHz, 16 bit, mono."""

    def __init__(self, strictness: int = 2, pre_roll_s: float = PRE_ROLL_S, hang_over_s: float = HANG_OVER_S) -> None:
        self._detector = webrtcvad.Vad(strictness)
        self._hang_over_s = hang_over_s
        self._rest = b""
        self._position = 0
        self._recent: deque[bool] = deque(maxlen=ONSET_OF)
        self._before: deque[bytes] = deque(maxlen=max(1, round(pre_roll_s / FRAME_S)))
        self.is_open = False
        self.quiet_s = 0.0
        """How long nobody has spoken, in seconds of sound."""

    def feed(self, pcm: bytes) -> list[Passed]:
        """What of ``pcm`` goes through, in whole frames; usually nothing or one piece."""
        sound = self._rest + pcm
        whole = len(sound) // (FRAME_SAMPLES * 2) * FRAME_SAMPLES * 2
        self._rest = sound[whole:]
        pieces = [piece for at in range(0, whole, FRAME_SAMPLES * 2) if (piece := self._frame(sound[at : at + FRAME_SAMPLES * 2]))]
        return _joined(pieces)

    def _frame(self, frame: bytes) -> Passed | None:
        spoken = self._detector.is_speech(frame, RATE_HZ)
        first, self._position = self._position, self._position + FRAME_SAMPLES
        self._recent.append(spoken)
        self.quiet_s = 0.0 if spoken else self.quiet_s + FRAME_S
        if self.is_open:
            self.is_open = self.quiet_s < self._hang_over_s
            return Passed(frame, first, opens=False, closes=not self.is_open)
        self._before.append(frame)
        if sum(self._recent) < ONSET_FRAMES:
            return None
        self.is_open = True
        sound = b"".join(self._before)
        self._before.clear()
        return Passed(sound, self._position - len(sound) // 2, opens=True, closes=False)


def _joined(pieces: list[Passed]) -> list[Passed]:
    """Neighbours as one piece, cut only where the gate was closed."""
    joined: list[Passed] = []
    for piece in pieces:
        if joined and not joined[-1].closes:
            last = joined[-1]
            joined[-1] = Passed(last.pcm + piece.pcm, last.first_sample, last.opens, piece.closes)
        else:
            joined.append(piece)
    return joined
