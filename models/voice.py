"""Where in a sound somebody speaks, by Silero."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.session import Session

RATE_HZ = 16_000
STEP = 512
"""Samples a look: 32 ms."""
_CONTEXT = 64
_SPEECH, _SILENCE = 0.5, 0.35
"""Speech begins above the one and ends below the other (the model's own settings)."""
_SHORTEST_S, _PAUSE_S, _PAD_S = 0.25, 0.6, 0.3
_TOUCHING_S = 0.2
Span = tuple[float, float]


class VoiceFinder:
    """``path``: ModelStore's ``voice``."""

    def __init__(self, path: Path) -> None:
        self._session = Session(path)

    def probabilities(self, samples: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
        """Of speech, one for each 32 ms of 16 kHz mono."""
        sound = np.concatenate([np.zeros(_CONTEXT), samples, np.zeros(-len(samples) % STEP)]).astype(np.float32) / 32768
        state: npt.NDArray[Any] = np.zeros((2, 1, 128), np.float32)
        rate = np.array(RATE_HZ, np.int64)
        found = []
        for begin in range(0, len(sound) - _CONTEXT, STEP):
            answer = self._session.run(input=sound[None, begin : begin + _CONTEXT + STEP], state=state, sr=rate)
            state = answer["stateN"]
            found.append(float(answer["output"][0, 0]))
        return np.array(found, np.float32)

    def spans(self, samples: npt.NDArray[np.int16]) -> list[Span]:
        """Seconds in which somebody speaks, with a third of a second around it; pauses of up to 0.6 s are spoken through."""
        return spans_of(self.probabilities(samples), len(samples) / RATE_HZ)


def spans_of(probabilities: npt.NDArray[np.float32], duration_s: float) -> list[Span]:
    """From one probability for each 32 ms. Pure."""
    spans: list[Span] = []
    begun_s: float | None = None
    for number, probability in enumerate([*probabilities.tolist(), 0.0]):
        at_s = number * STEP / RATE_HZ
        if begun_s is None and probability >= _SPEECH:
            begun_s = at_s
        elif begun_s is not None and probability < _SILENCE:
            if spans and begun_s - spans[-1][1] < _PAUSE_S:
                spans[-1] = (spans[-1][0], at_s)
            else:
                spans.append((begun_s, at_s))
            begun_s = None
    long = [(start, end) for start, end in spans if end - start >= _SHORTEST_S]
    return _joined([(round(max(0.0, start - _PAD_S), 3), round(min(duration_s, end + _PAD_S), 3)) for start, end in long])


def _joined(spans: list[Span]) -> list[Span]:
    """Those that touch are one."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + _TOUCHING_S:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
