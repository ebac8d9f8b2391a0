"""Conversions: small graphs with known answers, and files that are not to be trusted."""

from __future__ import annotations

import base64
import json
import pickle
import struct
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from models import build
from models.build import places, speech, tfjs, torch_weights
from models.build.centerface import open_dimensions
from models.build.scene import graph_of
from models.manifest import load
from models.session import Session


def node(op: str, name: str, inputs: list[str], **attr: Any) -> dict[str, Any]:
    return {"op": op, "name": name, "input": inputs, "attr": attr}


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def numbers(*values: int) -> dict[str, Any]:
    return {"list": {"i": [str(value) for value in values]}}


PICTURE = node(
    "Placeholder", "x", [], dtype={"type": "DT_FLOAT"}, shape={"shape": {"dim": [{"size": size} for size in ("1", "4", "4", "2")]}}
)


def converted(folder: Path, nodes: list[dict[str, Any]], weights: dict[str, np.ndarray], output: str) -> Session:
    (folder / "shard.bin").write_bytes(b"".join(array.tobytes() for array in weights.values()))
    entries = [{"name": name, "shape": list(array.shape), "dtype": array.dtype.name} for name, array in weights.items()]
    model = {
        "modelTopology": {"node": [*nodes, *(node("Const", name, []) for name in weights)]},
        "weightsManifest": [{"paths": ["shard.bin"], "weights": entries}],
    }
    (folder / "model.json").write_text(json.dumps(model))
    onnx.save(tfjs.convert(folder / "model.json", [output]), str(folder / "model.onnx"))
    return Session(folder / "model.onnx")


def test_a_convolution_with_bias_and_relu6_equals_the_sum_by_hand(tmp_path: Path):
    random = np.random.default_rng(7)
    x = random.normal(size=(1, 4, 4, 2)).astype(np.float32)
    kernel, bias = random.normal(size=(3, 3, 2, 5)).astype(np.float32), random.normal(size=5).astype(np.float32)
    fused = {"list": {"s": [text("BiasAdd"), text("Relu6")]}}
    convolution = node(
        "_FusedConv2D", "y", ["x", "kernel", "bias"], padding={"s": text("SAME")}, strides=numbers(1, 2, 2, 1), fused_ops=fused
    )
    session = converted(tmp_path, [PICTURE, convolution], {"kernel": kernel, "bias": bias}, "y")

    padded = np.pad(x, ((0, 0), (0, 1), (0, 1), (0, 0)))  # TensorFlow pads after, for stride 2 and an even side
    expected = np.stack(
        [[np.einsum("hwc,hwco->o", padded[0, row : row + 3, column : column + 3], kernel) + bias for column in (0, 2)] for row in (0, 2)]
    )
    assert np.allclose(session.run(x=x)["y"][0], np.clip(expected, 0, 6), atol=1e-5)


def test_a_depthwise_convolution_keeps_channels_apart(tmp_path: Path):
    x = np.ones((1, 4, 4, 2), np.float32)
    kernel = np.zeros((1, 1, 2, 1), np.float32)
    kernel[0, 0, :, 0] = (2.0, 3.0)
    depthwise = node("DepthwiseConv2dNative", "y", ["x", "kernel"], padding={"s": text("VALID")}, strides=numbers(1, 1, 1, 1))
    answer = converted(tmp_path, [PICTURE, depthwise], {"kernel": kernel}, "y").run(x=x)["y"]
    assert answer[0, 0, 0].tolist() == [2.0, 3.0]


def test_half_precision_weights_are_read_and_left_over_bytes_refused(tmp_path: Path):
    (tmp_path / "shard.bin").write_bytes(np.array([1.5, -2.0], np.float16).tobytes())
    entry = {"name": "w", "shape": [2], "dtype": "float32", "quantization": {"dtype": "float16"}}
    group = {"paths": ["shard.bin"], "weights": [entry]}
    assert tfjs.read_weights(tmp_path, [group])["w"].tolist() == [1.5, -2.0]
    with pytest.raises(ValueError, match="2 bytes are left over"):
        tfjs.read_weights(tmp_path, [{**group, "weights": [{**entry, "shape": [1]}]}])


def test_an_operation_that_is_not_known_is_named(tmp_path: Path):
    with pytest.raises(NotImplementedError, match=r"Magic \(y\)"):
        converted(tmp_path, [PICTURE, node("Magic", "y", ["x"])], {}, "y")


def checkpoint(path: Path, tensors: dict[str, Any], storage: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A torch checkpoint of the old form, written by pickling stand-ins of torch's own names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage = type("FloatStorage", (), {"__module__": "torch"})  # type: ignore[attr-defined] # a module of our making
    torch.FloatStorage.__qualname__ = "FloatStorage"

    def _rebuild_tensor_v2(*_: Any) -> None: ...

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined] # a module of our making
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)

    class Storage: ...

    class Tensor:
        def __init__(self, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
            self.args = (Storage(), offset, shape, strides, False, None)

        def __reduce__(self) -> Any:
            return (_rebuild_tensor_v2, self.args)

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: Any) -> Any:
            return ("storage", torch.FloatStorage, "0", "cpu", storage.size, None) if isinstance(value, Storage) else None

    with path.open("wb") as file:
        for value in (torch_weights._MAGIC, 1001, {"little_endian": True}):
            Pickler(file, 2).dump(value)
        Pickler(file, 2).dump({name: Tensor(*layout) if isinstance(layout, tuple) else layout for name, layout in tensors.items()})
        Pickler(file, 2).dump(["0"])
        file.write(struct.pack("<q", storage.size) + storage.astype("<f4").tobytes())
    return path


def test_strides_of_stored_tensors_are_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    stored = np.arange(8, dtype=np.float32)
    path = checkpoint(tmp_path / "w.pth", {"rows": (2, (2, 3), (3, 1)), "turned": (2, (3, 2), (1, 3))}, stored, monkeypatch)
    read = torch_weights.read(path)
    assert read["rows"].tolist() == [[2, 3, 4], [5, 6, 7]]
    assert read["turned"].tolist() == [[2, 5], [3, 6], [4, 7]]


def test_a_checkpoint_that_names_anything_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Evil:
        def __reduce__(self) -> Any:
            return (print, ("never printed",))

    path = checkpoint(tmp_path / "w.pth", {"evil": Evil()}, np.zeros(1, np.float32), monkeypatch)
    with pytest.raises(pickle.UnpicklingError, match=r"print is refused"):
        torch_weights.read(path)


def test_another_file_is_no_checkpoint(tmp_path: Path):
    path = tmp_path / "w.pth"
    path.write_bytes(pickle.dumps("hello"))
    with pytest.raises(pickle.UnpicklingError, match="not a torch checkpoint"):
        torch_weights.read(path)


def test_the_scene_graph_needs_all_of_its_weights():
    with pytest.raises(KeyError, match="_conv_stem"):
        graph_of({})


def test_opening_dimensions_twice_changes_nothing_more(store):
    model = onnx.load(str(store.path("faces")))
    assert open_dimensions(onnx.load(str(store.path("faces")))).SerializeToString() == model.SerializeToString()


def test_endpoint_rules_are_edited_one_by_one():
    rules = (("rule2", 0.5), ("rule3", 0.75), ("rule4", 1.0))
    conf = "".join(f"--endpoint.{rule}.min-trailing-silence={silence_s}\n" for rule, silence_s in rules)
    assert speech.end_sooner(conf).count("=0.") == 3
    with pytest.raises(ValueError, match="rule3"):
        speech.end_sooner(conf.replace("rule3", "rule5"))


def test_a_region_goes_by_its_bare_name_too(tmp_path: Path):
    town = {
        "geonameid": 1,
        "name": "Mill City",
        "countrycode": "XX",
        "admin1code": "1",
        "population": 9000,
        "latitude": 1.0,
        "longitude": 2.0,
    }
    (tmp_path / "cities1000.json").write_text(json.dumps({"1": {**town, "alternatenames": ["Müllstadt", "磨坊", "MI"]}}))
    (tmp_path / "countries.json").write_text(json.dumps({"XX": {"name": "Nowhere", "iso3": "NOW"}}))
    (tmp_path / "admin1.json").write_text(json.dumps([{"code": "XX.1", "name": "Northern Province"}]))
    places.build(tmp_path, tmp_path)

    from models.places import PlaceFinder

    finder = PlaceFinder(tmp_path)
    names = {
        name: [place.ids[0] for place in finder.named(name)]
        for name in ("Mill City", "mill", "mullstadt", "northern", "nowhere", "now", "mi")
    }
    assert names == {
        "Mill City": ["city:1"], "mill": ["city:1"], "mullstadt": ["city:1"], "northern": ["admin1:XX.1"],
        "nowhere": ["country:XX"], "now": ["country:XX"], "mi": [],
    }  # fmt: skip
    assert finder.nearest(1.01, 2.0).ids == ["city:1", "admin1:XX.1", "country:XX"]


def test_every_step_of_the_manifest_is_known():
    steps = {item.build for item in load().items if item.build}
    assert all(build.revision(step) > 0 for step in steps)
    with pytest.raises(KeyError, match="alchemy"):
        build.run("alchemy", Path(), Path())
