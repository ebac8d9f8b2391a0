"""Trains the spotter's head: each label's scores over a piece must tell whether the piece holds it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.spotter import DILATIONS, EMBEDDED, LABELS

TAPS = (5, 5, 3)
BATCH, RATE, DECAY = 32, 3e-3, 1e-3
LOSES_EMBEDDING, LOSES_SPECTRUM = 0.08, 0.15
"""Shares of the pieces that are learned without the one or the other."""
Floats = npt.NDArray[np.float32]


@dataclass
class Adam:
    """Kingma and Ba (2015), with decoupled decay of the weights."""

    weights: dict[str, Floats]
    step: int = 0
    first: dict[str, Floats] = field(default_factory=dict)
    second: dict[str, Floats] = field(default_factory=dict)

    def take(self, slopes: dict[str, Floats], rate: float) -> None:
        self.step += 1
        for name, slope in slopes.items():
            first = self.first[name] = 0.9 * self.first.get(name, np.zeros_like(slope)) + 0.1 * slope
            second = self.second[name] = 0.999 * self.second.get(name, np.zeros_like(slope)) + 0.001 * slope**2
            way = first / (1 - 0.9**self.step) / (np.sqrt(second / (1 - 0.999**self.step)) + 1e-8)
            self.weights[name] -= (rate * (way + (DECAY * self.weights[name] if name.startswith("w") else 0))).astype(np.float32)


def train(
    features: npt.NDArray[np.float16], labels: npt.NDArray[np.bool_], epochs: int, seed: int, width: int
) -> dict[str, Floats]:  # fmt: skip
    """The weights of one member of ``models.spotter.Head``, which knows what it is given: all features, or the embedding alone."""
    chance = np.random.default_rng(seed)
    sample = features[:: max(1, len(features) // 2000)].astype(np.float32).reshape(-1, features.shape[2])
    mean, scale = sample.mean(axis=0), 1 / (sample.std(axis=0) + 1e-3)
    weights = _beginning(chance, features.shape[2], width)
    size = min(BATCH, len(features))
    adam, total = Adam(weights), epochs * (len(features) // size)
    for _ in range(epochs):
        order = chance.permutation(len(features))
        lost = 0.0
        for at in range(0, len(order) - size + 1, size):
            chosen = order[at : at + size]
            given = (features[chosen].astype(np.float32) - mean) * scale
            given = _worn(given, chance)
            loss, slopes = _slopes(weights, given, labels[chosen].astype(np.float32))
            lost += loss
            adam.take(slopes, RATE * 0.5 * (1 + float(np.cos(np.pi * adam.step / total))) + 1e-5)
        print(f"loss {lost / (len(order) // size):.4f}", flush=True)
    return {**weights, "mean": mean, "scale": scale}


def _worn(given: Floats, chance: np.random.Generator) -> Floats:
    """Every tenth number lost, of some pieces the whole embedding or the whole spectrogram, and some noise: so that none is relied on."""
    kept = (chance.random((len(given), 1, given.shape[2]), np.float32) > 0.1) / np.float32(0.9)
    lost = chance.random(len(given))
    if given.shape[2] > EMBEDDED:
        kept[lost < LOSES_EMBEDDING, :, :EMBEDDED] = 0
    kept[lost > 1 - LOSES_SPECTRUM, :, EMBEDDED:] = 0
    return np.asarray(given * kept + 0.15 * chance.standard_normal(given.shape, np.float32), np.float32)


def _beginning(chance: np.random.Generator, known: int, width: int) -> dict[str, Floats]:
    weights: dict[str, Floats] = {}
    for number, taps in enumerate(TAPS):
        weights[f"w{number}"] = chance.normal(0, np.sqrt(2 / (taps * known)), (taps * known, width)).astype(np.float32)
        weights[f"b{number}"] = np.zeros(width, np.float32)
        known = width
    weights["w_out"] = chance.normal(0, 0.05, (width, len(LABELS))).astype(np.float32)
    weights["b_out"] = np.full(len(LABELS), -5, np.float32)
    return weights


def _slopes(weights: dict[str, Floats], given: Floats, labels: Floats) -> tuple[float, dict[str, Floats]]:
    """The loss (binary cross entropy of the scores' log sum over time, so that each step learns by its share) and its gradient."""
    inputs, outputs = [], [given]
    for number, (taps, dilation) in enumerate(zip(TAPS, DILATIONS, strict=True)):
        inputs.append(_seen(outputs[-1], taps, dilation))
        outputs.append(np.maximum(inputs[-1] @ weights[f"w{number}"] + weights[f"b{number}"], 0))
    scores = outputs[-1] @ weights["w_out"] + weights["b_out"]
    top = scores.max(axis=1, keepdims=True)
    raised = np.exp(scores - top)
    pooled = (top + np.log(raised.sum(axis=1, keepdims=True)))[:, 0]
    loss = float(np.mean(np.logaddexp(0, pooled) - labels * pooled)) * len(LABELS)
    shares = raised / raised.sum(axis=1, keepdims=True)
    with np.errstate(over="ignore"):  # what is surely not there: 1 / infinity is as it should be
        likely = 1 / (1 + np.exp(-pooled))
    slope = np.asarray(shares * ((likely - labels) / len(given))[:, None], np.float32)
    found = {"w_out": _product(outputs[-1], slope), "b_out": slope.sum(axis=(0, 1))}
    back = slope @ weights["w_out"].T
    for number in reversed(range(len(TAPS))):
        back = back * (outputs[number + 1] > 0)
        found[f"w{number}"], found[f"b{number}"] = _product(inputs[number], back), back.sum(axis=(0, 1))
        if number:
            back = _unseen(np.asarray(back @ weights[f"w{number}"].T, np.float32), TAPS[number], DILATIONS[number])
    return loss, found


def _product(before: Floats, slope: Floats) -> Floats:
    return np.asarray(before.reshape(-1, before.shape[-1]).T @ slope.reshape(-1, slope.shape[-1]), np.float32)


def _seen(steps: Floats, taps: int, dilation: int) -> Floats:
    padded = np.pad(steps, ((0, 0), ((taps - 1) * dilation, 0), (0, 0)))
    return np.concatenate([padded[:, tap * dilation : tap * dilation + steps.shape[1]] for tap in range(taps)], axis=2)


def _unseen(slope: Floats, taps: int, dilation: int) -> Floats:
    """The gradient of ``_seen``."""
    width, count = slope.shape[2] // taps, slope.shape[1]
    back = np.zeros((len(slope), count + (taps - 1) * dilation, width), np.float32)
    for tap in range(taps):
        back[:, tap * dilation : tap * dilation + count] += slope[:, :, tap * width : (tap + 1) * width]
    return back[:, (taps - 1) * dilation :]
