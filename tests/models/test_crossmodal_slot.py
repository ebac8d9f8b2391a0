"""The slot for a cross-modal model, on a tiny one made here: a picture is its mean colour, a text the mean of its words' colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from msgspec import structs
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models.crossmodal import TEXT, TOKENIZER, VISION, CrossModal, slot
from models.errors import ModelMissingError
from models.store import ModelStore
from relay.index.base import Embedder

COLOURS = {"nothing": (0, 0, 0), "red": (2, -2, -2), "blue": (-2, -2, 2)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _save(tmp_path / VISION, "pixel_values", TensorProto.FLOAT, [1, 3, 224, 224], "image_embeds", [2, 3], [])
    table = numpy_helper.from_array(np.array(list(COLOURS.values()), np.float32), "table")
    _save(tmp_path / TEXT, "input_ids", TensorProto.INT64, [1, "n"], "text_embeds", [1], [table])
    words = Tokenizer(WordLevel({name: number for number, name in enumerate(COLOURS)}, unk_token="nothing"))
    words.pre_tokenizer = Whitespace()
    words.save(str(tmp_path / TOKENIZER))
    return tmp_path


def _save(path: Path, given: str, kind: int, shape: list, answer: str, axes: list[int], tables: list) -> None:
    nodes = [helper.make_node("Gather", ["table", given], ["rows"])] if tables else []
    nodes.append(helper.make_node("ReduceMean", ["rows" if tables else given], [answer], axes=axes, keepdims=0))
    inputs, outputs = (
        [helper.make_tensor_value_info(given, kind, shape)],
        [helper.make_tensor_value_info(answer, TensorProto.FLOAT, [1, 3])],
    )
    model = helper.make_model(helper.make_graph(nodes, "tiny", inputs, outputs, tables), opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, str(path))


def test_pictures_and_words_meet_in_one_space(folder: Path):
    model = CrossModal(folder)
    embedder: Embedder = model
    red, blue, none = embedder.embed(["red", "blue red blue", ""])
    seen = model.look(np.full((90, 160, 3), (255, 0, 0), np.uint8))
    assert np.linalg.norm(seen) == pytest.approx(1)
    assert seen @ red > 0.9 > 0.5 > seen @ blue
    assert not none.any()
    assert embedder.embed([]).shape[0] == 0


def test_the_slot_is_empty_until_the_manifest_fills_it(store: ModelStore):
    assert slot(store) is None


def test_an_enabled_model_that_is_not_there_is_said(tmp_path: Path, store: ModelStore):
    models = [structs.replace(model, enabled=True) if model.role == "crossmodal" else model for model in store.manifest.model]
    manifest = structs.replace(store.manifest, model=models)
    with pytest.raises(ModelMissingError, match="clip-vit"):
        slot(ModelStore(tmp_path, manifest))
