"""The last seconds of sound, kept for reading a request again and for sending an unsure one along."""

from __future__ import annotations

import base64
import io

RATE_HZ = 16_000
FRAME, LEAST_FRAMES = 320, 10


class SoundMemory:
    """The last ``length_s`` of 16 kHz 16 bit mono sound, addressed by seconds since the start."""

    def __init__(self, length_s: float) -> None:
        self._limit_bytes = round(length_s * RATE_HZ) * 2
        self._held = bytearray()
        self._first_byte = 0

    def add(self, pcm: bytes) -> None:
        self._held += pcm
        surplus = len(self._held) - self._limit_bytes
        if surplus > 0:
            del self._held[:surplus]
            self._first_byte += surplus

    def between(self, start_s: float, end_s: float | None = None) -> bytes:
        """As much of it as is still kept."""
        end = None if end_s is None else max(0, round(end_s * RATE_HZ) * 2 - self._first_byte)
        return bytes(self._held[max(0, round(start_s * RATE_HZ) * 2 - self._first_byte) : end])


def speech_to_noise_db(pcm: bytes) -> float:
    """Of 16 bit mono sound with a pause in it: its loud moments over its quiet ones (20 ms each); 0 for too little of it."""
    import numpy as np

    frames = np.frombuffer(pcm, np.int16)[: len(pcm) // 2 // FRAME * FRAME].reshape(-1, FRAME).astype(np.float32)
    if len(frames) < LEAST_FRAMES:
        return 0.0
    quiet, loud = np.percentile(np.mean(frames**2, axis=1), [10, 90])
    return float(10 * np.log10((loud + 1) / (quiet + 1)))


def as_flac(pcm: bytes) -> str:
    """16 kHz 16 bit mono sound as base64 FLAC: what goes along with a request that was not surely heard."""
    import av
    import numpy as np

    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return base64.b64encode(file.getvalue()).decode()
