"""EfficientNet-Lite0 (Tan and Le, 2019; the Lite variant has no squeeze-excite and ReLU6) as ONNX, from its torch weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.build import torch_weights

Array = npt.NDArray[Any]

STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
"""Blocks and first stride of each stage of Lite0."""
_BATCH_NORM_EPSILON = 1e-3
_SIDE_PX, _CLASSES, _FEATURES = 224, 1000, 1280


def build(fetched: Path, built: Path) -> None:
    """``efficientnet-lite0-*.pth`` to ``scene.onnx``."""
    weights = torch_weights.read(next(fetched.glob("*.pth")))
    onnx.save(graph_of(weights), str(built / "scene.onnx"))


def graph_of(weights: dict[str, Array]) -> onnx.ModelProto:
    """``image`` 1x3x224x224 RGB 0-255 to ``probabilities`` 1x1000 and ``embedding`` 1x1280."""
    network = _Network(weights)
    value = network.emit("Sub", ["image", network.constant(np.float32(127))])
    value = network.emit("Mul", [value, network.constant(np.float32(1 / 128))])
    value = network.convolve(value, "_conv_stem.weight", "_bn0", stride=2)
    index = 0
    for blocks, first_stride in STAGES:
        for position in range(blocks):
            value = _block(network, value, f"_blocks.{index}.", first_stride if position == 0 else 1, residual=position > 0)
            index += 1
    value = network.convolve(value, "_conv_head.weight", "_bn1")
    pooled = network.emit("GlobalAveragePool", [value])
    network.nodes.append(helper.make_node("Flatten", [pooled], ["embedding"]))
    dense = [network.constant(weights["_fc.weight"]), network.constant(weights["_fc.bias"])]
    logits = network.emit("Gemm", ["embedding", *dense], transB=1)
    network.nodes.append(helper.make_node("Softmax", [logits], ["probabilities"], axis=-1))
    return network.finish()


class _Network:
    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Array | np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def emit(self, operation: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **attributes))
        return name

    def convolve(self, value: str, weight: str, norm: str, *, stride: int = 1, groups: int = 1, activate: bool = True) -> str:
        """Convolution with its batch normalisation folded in, then ReLU6."""
        kernel = self.weights[weight]
        scale = self.weights[f"{norm}.weight"] / np.sqrt(self.weights[f"{norm}.running_var"] + _BATCH_NORM_EPSILON)
        bias = self.weights[f"{norm}.bias"] - self.weights[f"{norm}.running_mean"] * scale
        inputs = [value, self.constant(kernel * scale[:, None, None, None]), self.constant(bias)]
        sides = list(kernel.shape[2:])
        done = self.emit("Conv", inputs, group=groups, strides=[stride, stride], kernel_shape=sides, auto_pad="SAME_UPPER")
        return self.emit("Clip", [done, self.constant(np.float32(0)), self.constant(np.float32(6))]) if activate else done

    def finish(self) -> onnx.ModelProto:
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, _SIDE_PX, _SIDE_PX])
        outputs = [
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, _CLASSES]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, _FEATURES]),
        ]
        graph = helper.make_graph(self.nodes, "efficientnet-lite0", [image], outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model


def _block(network: _Network, value: str, prefix: str, stride: int, *, residual: bool) -> str:
    """Inverted residual: expand, depthwise, project."""
    begun = value
    if f"{prefix}_expand_conv.weight" in network.weights:
        value = network.convolve(value, f"{prefix}_expand_conv.weight", f"{prefix}_bn0")
    depthwise = f"{prefix}_depthwise_conv.weight"
    value = network.convolve(value, depthwise, f"{prefix}_bn1", stride=stride, groups=network.weights[depthwise].shape[0])
    value = network.convolve(value, f"{prefix}_project_conv.weight", f"{prefix}_bn2", activate=False)
    return network.emit("Add", [value, begun]) if residual else value
