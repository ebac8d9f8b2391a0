"""dlib's face recognition ResNet (King, 2017) as ONNX, from the weights that face-api carries as bytes.

With dlib's own weights the same graph equals dlib to 1.2e-6. Compare embeddings by Euclidean distance.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.build import tfjs

Array = npt.NDArray[Any]

STAGES = ((32, 3), (64, 3), (128, 2), (256, 2))
"""Channels, and residual blocks after the first convolution or the step down."""
_MEAN_RGB = (122.782, 117.001, 104.298)
"""dlib's input_rgb_image."""
_PIXEL_SCALE = 1 / 256
"""dlib divides by 256."""
_SIDE_PX, _DIMENSIONS = 150, 128
_MANIFEST = "face_recognition_model-weights_manifest.json"


def build(fetched: Path, built: Path) -> None:
    """face-api's weights to ``who.onnx``."""
    manifest = json.loads((fetched / _MANIFEST).read_text("utf-8"))
    onnx.save(graph_of(tfjs.read_weights(fetched, manifest)), str(built / "who.onnx"))


def graph_of(weights: dict[str, Array]) -> onnx.ModelProto:
    """``image`` Nx3x150x150 RGB 0-255 to ``embedding`` Nx128. Raises ValueError when a weight is left over."""
    network = _Network(weights)
    value = network.emit("Sub", ["image", network.constant(np.array(_MEAN_RGB, np.float32).reshape(1, 3, 1, 1))])
    value = network.emit("Mul", [value, network.constant(np.float32(_PIXEL_SCALE))])
    value = network.convolve(value, "conv32_down", stride=2, padding=0, activate=True)
    value = network.emit("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2])
    side_px = ((_SIDE_PX - 7) // 2 + 1 - 3) // 2 + 1
    for channels, blocks in STAGES:
        if channels > 32:
            value, side_px = network.step_down(value, f"conv{channels}_down", side_px, channels // 2, channels)
        for index in range(1, blocks + 1):
            value = network.residual(value, f"conv{channels}_{index}")
    value, _ = network.step_down(value, "conv256_down_out", side_px, 256, 256)
    value = network.emit("Flatten", [network.emit("GlobalAveragePool", [value])], axis=1)
    network.nodes.append(helper.make_node("MatMul", [value, network.constant(network.take("fc"))], ["embedding"]))
    return network.finish()


class _Network:
    def __init__(self, weights: dict[str, Array]) -> None:
        self._left = dict(weights)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def take(self, name: str) -> Array:
        return self._left.pop(name)

    def constant(self, value: Array | np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def emit(self, operation: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, **attributes))
        return name

    def convolve(self, value: str, prefix: str, *, stride: int, padding: int, activate: bool) -> str:
        """Convolution with its per-channel scale folded in. Filters are stored HWIO."""
        scale, shift = self.take(f"{prefix}/scale/weights"), self.take(f"{prefix}/scale/biases")
        filters, bias = self.take(f"{prefix}/conv/filters"), self.take(f"{prefix}/conv/bias")
        kernel = filters.transpose(3, 2, 0, 1) * scale[:, None, None, None]
        inputs = [value, self.constant(kernel.astype(np.float32)), self.constant((bias * scale + shift).astype(np.float32))]
        sides = list(kernel.shape[2:])
        done = self.emit("Conv", inputs, kernel_shape=sides, strides=[stride, stride], pads=[padding] * 4)
        return self.emit("Relu", [done]) if activate else done

    def residual(self, value: str, prefix: str) -> str:
        done = self.convolve(value, f"{prefix}/conv1", stride=1, padding=1, activate=True)
        done = self.convolve(done, f"{prefix}/conv2", stride=1, padding=1, activate=False)
        return self.emit("Relu", [self.emit("Add", [done, value])])

    def step_down(self, value: str, prefix: str, side_px: int, channels_in: int, channels_out: int) -> tuple[str, int]:
        """Half the side; dlib pads whichever of the two branches is smaller with zeros, in space and in channels."""
        done = self.convolve(value, f"{prefix}/conv1", stride=2, padding=0, activate=True)
        done = self.convolve(done, f"{prefix}/conv2", stride=1, padding=1, activate=False)
        pooled = self.emit("AveragePool", [value], kernel_shape=[2, 2], strides=[2, 2])
        side_convolved, side_pooled = (side_px - 3) // 2 + 1, side_px // 2
        done = self._pad_after(done, (0, 0, side_pooled - side_convolved, side_pooled - side_convolved))
        pooled = self._pad_after(pooled, (0, channels_out - channels_in, 0, 0))
        return self.emit("Relu", [self.emit("Add", [done, pooled])]), side_pooled

    def finish(self) -> onnx.ModelProto:
        if self._left:
            raise ValueError(f"weights that the graph has no place for: {sorted(self._left)}")
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, _SIDE_PX, _SIDE_PX])
        embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["N", _DIMENSIONS])
        graph = helper.make_graph(self.nodes, "dlib-face-resnet", [image], [embedding], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _pad_after(self, value: str, amounts: tuple[int, int, int, int]) -> str:
        if not any(amounts):
            return value
        return self.emit("Pad", [value, self.constant(np.array([0, 0, 0, 0, *amounts], np.int64))])
