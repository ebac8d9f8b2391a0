"""CenterFace with its picture size left open: as shipped, its graph is fixed at 10x3x32x32."""

from __future__ import annotations

from pathlib import Path

import onnx

_INPUT = (1, 3, "height", "width")
_OUTPUT_CHANNELS = (1, 2, 2, 10)
"""Heatmap, log size, offset, five landmarks."""


def build(fetched: Path, built: Path) -> None:
    """``centerface.onnx`` to ``faces.onnx``."""
    model = onnx.load(str(fetched / "centerface.onnx"))
    onnx.save(open_dimensions(model), str(built / "faces.onnx"))


def open_dimensions(model: onnx.ModelProto) -> onnx.ModelProto:
    """One picture of any size; weights are no longer listed as inputs."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    _set_shape(model.graph.input[0], _INPUT)
    for output, channels in zip(model.graph.output, _OUTPUT_CHANNELS, strict=True):
        _set_shape(output, (1, channels, "rows", "columns"))
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return model


def _set_shape(value: onnx.ValueInfoProto, shape: tuple[int | str, ...]) -> None:
    for dimension, size in zip(value.type.tensor_type.shape.dim, shape, strict=True):
        dimension.Clear()
        if isinstance(size, int):
            dimension.dim_value = size
        else:
            dimension.dim_param = size
