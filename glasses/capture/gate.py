"""Whether somebody is speaking, by WebRTC's voice activity detector."""

from __future__ import annotations

import webrtcvad

RATE_HZ = 16_000
FRAME_BYTES = RATE_HZ * 30 // 1000 * 2
"""30 ms, one of the three lengths the detector takes."""
SPEECH_SHARE = 0.5


class SpeechGate:
    """``strictness`` 0 to 3: 3 lets the least noise pass as speech."""

    def __init__(self, strictness: int = 2) -> None:
        self._detector = webrtcvad.Vad(strictness)
        self._rest = b""

    def speech_in(self, pcm: bytes) -> bool:
        """True when at least half of the 30 ms frames that ``pcm`` completes are speech."""
        sound = self._rest + pcm
        whole = len(sound) // FRAME_BYTES * FRAME_BYTES
        self._rest = sound[whole:]
        frames = [sound[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]
        spoken = sum(bool(self._detector.is_speech(frame, RATE_HZ)) for frame in frames)
        return bool(frames) and spoken >= len(frames) * SPEECH_SHARE
