"""Text to vectors whose dot product says how alike the meanings are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 256


class TextEmbedder:
    """WordLlama: the mean of its tokens' vectors, brought to length 1. ``path``: ModelStore's ``meaning``."""

    def __init__(self, path: Path) -> None:
        (weights,) = load_file(path / "weights" / "l2_supercat_256.safetensors").values()
        self._vectors: Vectors = np.ascontiguousarray(weights, np.float32)
        self._tokenizer = Tokenizer.from_file(str(path / "tokenizers" / "l2_supercat_tokenizer_config.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def embed(self, texts: list[str]) -> Vectors:
        """[n, 256] float32, each row of length 1; a text without words is all zeros."""
        rows = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, encoded in zip(rows, self._tokenizer.encode_batch(texts, add_special_tokens=False), strict=True):
            if encoded.ids:
                row[:] = self._vectors[np.minimum(encoded.ids, len(self._vectors) - 1)].mean(axis=0)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows
