"""The slot for a model that sees and reads into one space (CLIP, SigLIP): off unless the manifest enables it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from models.session import Session
from models.store import ModelStore

Picture = npt.NDArray[np.uint8]
Vectors = npt.NDArray[np.float32]
Array = npt.NDArray[Any]

ROLE = "crossmodal"
VISION, TEXT, TOKENIZER = "vision_model_quantized.onnx", "text_model_quantized.onnx", "tokenizer.json"
_SIDE_PX, _MOST_TOKENS = 224, 77
_MEAN, _DEVIATION = np.array([0.48145466, 0.4578275, 0.40821073]), np.array([0.26862954, 0.26130258, 0.27577711])
"""Of CLIP's training pictures."""


class CrossModal:
    """An Embedder for texts, and for pictures in the same space. ``folder``: ModelStore's ``crossmodal``. Raises ModelMissingError."""

    def __init__(self, folder: Path) -> None:
        self._vision, self._text = Session(folder / VISION), Session(folder / TEXT)
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.enable_truncation(_MOST_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: list[str]) -> Vectors:
        """[n, dimensions] float32, each row of length 1; a text without words is all zeros."""
        rows = [self._embedded(text) for text in texts]
        length = max((len(row) for row in rows), default=0)
        return np.array([row if len(row) else np.zeros(length) for row in rows], np.float32).reshape(len(texts), length)

    def look(self, rgb: Picture) -> Vectors:
        """[dimensions] float32 of length 1, of the picture's middle square."""
        rows, columns = rgb.shape[:2]
        side_px = min(rows, columns)
        top, left = (rows - side_px) // 2, (columns - side_px) // 2
        square = cv2.resize(rgb[top : top + side_px, left : left + side_px], (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
        pixels = ((square / 255 - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
        (name,) = self._vision.input_names
        return _unit(self._vision.run(**{name: pixels})["image_embeds"][0])

    def _embedded(self, text: str) -> Vectors:
        ids = self._tokenizer.encode(text).ids if text.strip() else []
        if not ids:
            return np.zeros(0, np.float32)
        return _unit(self._text.run(input_ids=np.array([ids], np.int64))["text_embeds"][0])


def slot(store: ModelStore) -> CrossModal | None:
    """The model in the slot; None while the manifest does not enable one."""
    enabled = any(model.role == ROLE and model.enabled for model in store.manifest.model)
    return CrossModal(store.path(ROLE)) if enabled else None


def _unit(vector: Array) -> Vectors:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length else vector, np.float32)
