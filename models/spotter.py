"""How much a piece of sound is like the wake phrase and each command: a small head on Google's speech embedding, sure of itself in noise.

It knows the phrases that it has learned (English, "okay glasses" and "hey glasses") and no other; the recogniser knows all.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.session import Session

RATE_HZ = 16_000
WAKE = "wake"
LABELS = (
    WAKE, "take_picture", "record_video", "stop_recording", "keep_last", "is_it_safe", "battery", "cancel", "undo",
    "create_memory", "show_memories", "find", "correct",
)  # fmt: skip
LEARNED_WAKES = ("okay glasses", "hey glasses")
LEARNED_LANGUAGE = "en"
WEIGHTS = Path(__file__).with_name("spotter.npz")
HOP_ROWS, WINDOW_ROWS = 8, 76
"""The embedding sees 76 rows of the spectrogram (775 ms), each 10 ms; one is made of every eighth."""
STEP_S = HOP_ROWS * 0.01
EMBEDDED, BANDS = 96, 32
FEATURES = EMBEDDED + HOP_ROWS * BANDS
"""The embedding, and the newest rows of the spectrogram against its mean: a burst of 20 ms (glasses, lasses) is lost in the first."""
DILATIONS = (1, 2, 4)
REMEMBERED = 5
Floats = npt.NDArray[np.float32]
Weights = dict[str, npt.NDArray[np.generic]]


class Embedder:
    """16 kHz 16 bit sound as rows of ``FEATURES`` numbers, one for each 80 ms."""

    def __init__(self, folder: Path) -> None:
        self._spectrum, self._embed = Session(folder / "melspectrogram.onnx"), Session(folder / "embedding_model.onnx")
        (self._spectrum_in,), (self._embed_in,) = self._spectrum.input_names, self._embed.input_names

    def rows(self, samples: npt.NDArray[np.int16]) -> Floats:
        """The spectrogram: 32 bands every 10 ms, scaled as the embedding wants it."""
        found = next(iter(self._spectrum.run(**{self._spectrum_in: samples.astype(np.float32)[None]}).values()))
        return np.asarray(found.reshape(-1, 32) / 10 + 2, np.float32)

    def embedding(self, rows: Floats) -> Floats:
        """Of ``WINDOW_ROWS`` rows."""
        found = next(iter(self._embed.run(**{self._embed_in: rows[None, :, :, None]}).values()))
        newest = rows[-HOP_ROWS:] - rows.mean()
        return np.concatenate([found.reshape(EMBEDDED), newest.reshape(-1)]).astype(np.float32)

    def features(self, samples: npt.NDArray[np.int16]) -> Floats:
        """Of a whole sound; none for one of less than 0.8 s."""
        return self.features_of(self.rows(samples))

    def features_of(self, rows: Floats, first_row: int = 0) -> Floats:
        """Of a whole sound's rows, the first step at ``first_row``."""
        made = [self.embedding(rows[at : at + WINDOW_ROWS]) for at in range(first_row, len(rows) - WINDOW_ROWS + 1, HOP_ROWS)]
        return np.stack(made) if made else np.zeros((0, FEATURES), np.float32)


class Head:
    """Some members that were taught apart, each three dilated convolutions that look back 1.7 s; their mean opinion. Pure numpy.

    They do not hear the same thing at the same step: each one's best of the last ``REMEMBERED`` steps counts.
    """

    def __init__(self, members: list[Weights]) -> None:
        self._members = [_Member(weights) for weights in members]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Head:
        """What scripts/train-spotter has written."""
        return cls(read_members(path))

    def scores(self, features: Floats) -> Floats:
        """(steps, features) to (steps, labels): log odds."""
        return np.asarray(np.mean([_best_of_last(member.scores(features)) for member in self._members], axis=0), np.float32)


def read_members(path: Path) -> list[Weights]:
    """Arrays of names like ``0.w0``: the member, and its weight."""
    members: dict[str, Weights] = {}
    with np.load(path) as arrays:
        for name in arrays:
            member, _, weight = name.partition(".")
            members.setdefault(member, {})[weight] = arrays[name]
    return list(members.values())


class _Member:
    def __init__(self, weights: Weights) -> None:
        given = {name: np.asarray(array, np.float32) for name, array in weights.items()}
        self._mean, self._scale = given["mean"], given["scale"]
        self._layers = [(given[f"w{number}"], given[f"b{number}"]) for number in range(len(DILATIONS))]
        self._out = given["w_out"], given["b_out"]

    def scores(self, features: Floats) -> Floats:
        """A member may know the embedding alone, which comes first."""
        heard = (features[:, : len(self._mean)] - self._mean) * self._scale
        for (weight, bias), dilation in zip(self._layers, DILATIONS, strict=True):
            heard = np.maximum(_seen(heard, len(weight) // heard.shape[1], dilation) @ weight + bias, 0)
        weight, bias = self._out
        return np.asarray(heard @ weight + bias, np.float32)


def _best_of_last(scores: Floats) -> Floats:
    padded = np.concatenate([np.repeat(scores[:1], REMEMBERED - 1, axis=0), scores])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, REMEMBERED, axis=0).max(axis=-1))


def _seen(steps: Floats, taps: int, dilation: int) -> Floats:
    """Beside each step those before it, ``dilation`` apart; zeros before the first."""
    padded = np.concatenate([np.zeros(((taps - 1) * dilation, steps.shape[1]), np.float32), steps])
    return np.concatenate([padded[tap * dilation : tap * dilation + len(steps)] for tap in range(taps)], axis=1)
