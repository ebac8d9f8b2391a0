"""A second opinion on what was said: scores for the wake phrase and each command, from the sound as it comes, noise and all."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from models.spotter import Embedder, Head

RATE_HZ = 16_000
TURNS = 2
"""The head's steps of 80 ms are taken in turns of 40 ms, each scored by its own, and the newest of each count alike.

The same words 10 ms later are scored about 1.0 higher or lower; the mean of two turns varies by less.
"""
STEP, BEFORE = 1_280 // TURNS, 480
"""What is heard at a time, with the 30 ms before it that the spectrogram's window needs."""
ROW = 160
"""Samples from one row of the spectrogram to the next: 10 ms."""
WINDOW_ROWS, STEPS_SEEN = 76, 25
"""What a score is made of: the head looks back on 21 steps, and remembers its best of five."""
BACKLOG = STEP * 15 * TURNS
"""1.2 s from before the gate opened: what the first score looks back at."""
KEPT_S = 20.0
NONE = -30.0
"""The log odds of what was never heard."""
NEARLY = 0.3
"""A command is as good as heard when no more than this is to come."""
BEFORE_S, BEHIND_S = 2.5, 0.16
"""What of the sound around the moment at which a wake phrase was heard best goes into its score: the head and the embedding look back."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spotted:
    """What of a wake phrase and a command behind it is in a stretch of sound. Scores are log odds."""

    wake: float
    """The highest of the wake phrase."""
    wake_s: float
    """When that was."""
    commands: dict[str, float]
    """For each command: that it was said and the wake phrase before it, where that is likeliest."""
    at_s: float = 0.0
    """When the best command was heard to its end, or as good as that."""
    said: float = NONE
    """The best command's own score: it may be sure of the command, and not of a wake phrase in a loud room."""
    trusted: float = NONE
    """What the wake phrase's score is believed to be at least, whatever was heard."""

    @property
    def best(self) -> tuple[str, float]:
        """The likeliest command, and by how much it is likelier than not."""
        return max(self.commands.items(), key=lambda each: each[1], default=("", NONE))

    def trusting(self, least: float) -> Spotted:
        """As if the wake phrase had been scored so high at least."""
        name, _ = self.best
        wake = max(self.wake, least)
        best = {name: -float(np.logaddexp(-wake, -self.said))} if name else {}
        return replace(self, wake=wake, trusted=least, commands=self.commands | best)


class Spotting:
    """Synchronous. Feed it all sound; it listens where the gate is open."""

    def __init__(self, embedder: Embedder, head: Head, labels: tuple[str, ...]) -> None:
        self._embedder, self._head, self._labels = embedder, head, labels
        self._sound = np.zeros(0, np.int16)
        self._end = 0
        self._rows = np.zeros((0, 32), np.float32)
        self._turns: deque[_Turn] = _new_turns()
        self._scores: deque[tuple[float, Floats]] = deque(maxlen=round(KEPT_S * RATE_HZ / STEP))

    def feed(self, pcm: bytes, *, is_open: bool) -> None:
        """16 kHz 16 bit mono, without a gap."""
        samples = np.frombuffer(pcm, np.int16)
        self._end += len(samples)
        self._sound = np.concatenate([self._sound, samples])
        if is_open:
            self._listen()
        elif len(self._sound) > BACKLOG:
            self._sound = self._sound[-BACKLOG:]
            self._rows, self._turns = np.zeros((0, 32), np.float32), _new_turns()

    def spotted(self, since_s: float, until_s: float = float("inf")) -> Spotted:
        """In the sound between these times, as far as it was listened to."""
        heard = [(at_s, scores) for at_s, scores in self._scores if since_s <= at_s <= until_s]
        if not heard:
            return Spotted(NONE, since_s, {})
        return read_scores([at_s for at_s, _ in heard], np.stack([scores for _, scores in heard]), self._labels)

    def lowest_wake(self, pcm: bytes) -> float:
        """The wake phrase's lowest score in ``pcm``, with the turns' steps begun 10 ms later each time; NONE for too short a sound.

        What only sounds like it is scored as high now and then, and hardly ever each time. Slow: for a thread.
        """
        rows, step_rows = self._embedder.rows(np.frombuffer(pcm, np.int16)), STEP * TURNS // ROW
        beginnings = [self._embedder.features_of(rows, first) for first in range(step_rows)]
        if not all(len(features) for features in beginnings):
            return NONE
        best = [float(self._head.scores(features)[:, 0].max()) for features in beginnings]
        apart = step_rows // TURNS
        return min(sum(best[first::apart]) / TURNS for first in range(apart))

    def _listen(self) -> None:
        while len(self._sound) >= BEFORE + STEP:
            piece, self._sound = self._sound[: BEFORE + STEP], self._sound[STEP:]
            self._rows = np.concatenate([self._rows, self._embedder.rows(piece)])[-WINDOW_ROWS:]
            if len(self._rows) == WINDOW_ROWS:
                turn = self._turns[0]
                turn.features.append(self._embedder.embedding(self._rows))
                turn.scores = self._head.scores(np.stack(turn.features))[-1]
                self._turns.rotate()
                at_s = (self._end - len(self._sound) + BEFORE) / RATE_HZ
                self._scores.append((at_s, _mean(self._turns)))


class _Turn:
    """What the head was told of one row of steps, and its newest scores."""

    def __init__(self) -> None:
        self.features: deque[Floats] = deque(maxlen=STEPS_SEEN)
        self.scores: Floats | None = None


def _new_turns() -> deque[_Turn]:
    return deque(_Turn() for _ in range(TURNS))


def _mean(turns: deque[_Turn]) -> Floats:
    return np.asarray(np.mean([turn.scores for turn in turns if turn.scores is not None], axis=0), np.float32)


def read_scores(times_s: list[float], scores: Floats, labels: tuple[str, ...]) -> Spotted:
    """``scores``: (times, labels), the first label is the wake phrase's.

    A command behind a wake phrase: the log odds of both, -log(exp(-a) + exp(-b)), a little below the lower. So the surer of two commands
    behind one wake phrase wins, also where the wake phrase is the lower.
    """
    wake, own = scores[:, 0].astype(np.float64), scores[:, 1:].astype(np.float64)  # far below, commands differ by less than 32 bits tell
    woken = np.maximum.accumulate(wake)[:, None]
    both = -np.logaddexp(-woken, -own)
    label = int(both.max(axis=0).argmax())
    best = int(np.flatnonzero(both[:, label] >= both[:, label].max() - NEARLY)[0])
    return Spotted(
        float(wake.max()), times_s[int(wake.argmax())],
        {name: float(both[:, at].max()) for at, name in enumerate(labels[1:])},
        times_s[best], float(own[:, label].max()),
    )  # fmt: skip
