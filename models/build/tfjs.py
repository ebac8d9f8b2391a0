"""A TensorFlow.js graph model (topology in JSON, weights in shards) as ONNX, with numpy and onnx alone.

Every value keeps TensorFlow's layout (NHWC); image operations stand between two transposes, which ONNX Runtime
cancels against each other when it loads the graph. Operations: those that detection graphs of MobileNet kind use.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

Array = npt.NDArray[Any]
Node = dict[str, Any]

OUTPUTS = ["tower_0/detections"]
OPSET = 17
_TO_NCHW, _TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]
_END = np.iinfo(np.int32).max
_ONNX_TYPES = {"DT_FLOAT": TensorProto.FLOAT, "DT_INT32": TensorProto.INT32, "DT_BOOL": TensorProto.BOOL}

SAME_NAME = {  # TensorFlow's operation to ONNX's, where inputs and meaning are the same
    "Add": "Add", "AddV2": "Add", "Sub": "Sub", "Mul": "Mul", "RealDiv": "Div", "Minimum": "Min", "Maximum": "Max", "BiasAdd": "Add",
    "Equal": "Equal", "Relu": "Relu", "Sigmoid": "Sigmoid", "Identity": "Identity", "Sqrt": "Sqrt", "Exp": "Exp", "FloorMod": "Mod",
}  # fmt: skip


def build(fetched: Path, built: Path) -> None:
    """``centernet.json`` and its shard to ``objects.onnx``."""
    onnx.save(convert(fetched / "centernet.json", OUTPUTS), str(built / "objects.onnx"))


def convert(topology: Path, outputs: list[str]) -> onnx.ModelProto:
    """The part of the graph that ``outputs`` need; their names with "_" for "/". Raises NotImplementedError naming an operation."""
    model = json.loads(topology.read_text("utf-8"))
    graph = _Graph(read_weights(topology.parent, model["weightsManifest"]))
    for node in _in_order(model["modelTopology"]["node"], outputs):
        graph.add(node)
    return graph.finish(outputs)


def read_weights(folder: Path, manifest: list[dict[str, Any]]) -> dict[str, Array]:
    """Weights by name, as float32, int32 or bool. Raises ValueError when a shard's length does not fit."""
    weights: dict[str, Array] = {}
    for group in manifest:
        shard = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset_bytes = 0
        for entry in group["weights"]:
            stored = entry.get("quantization", {})
            dtype = np.dtype(stored.get("dtype", entry["dtype"]))
            count = int(np.prod(entry["shape"], dtype=np.int64))
            values = np.frombuffer(shard, dtype, count, offset_bytes)
            offset_bytes += count * dtype.itemsize
            if "scale" in stored:
                values = values.astype(np.float32) * stored["scale"] + stored["min"]
            weights[entry["name"]] = values.astype(entry["dtype"]).reshape(entry["shape"])
        if offset_bytes != len(shard):
            raise ValueError(f"{group['paths']}: {len(shard) - offset_bytes} bytes are left over")
    return weights


class _Graph:
    """The ONNX graph as it grows. ``add`` takes TensorFlow's nodes in an order in which inputs come first."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.constants: dict[str, Array] = {}
        self.values: dict[str, str] = {}

    def add(self, node: Node) -> None:
        operation = node["op"]
        if operation in SAME_NAME:
            self.values[node["name"]] = self.emit(SAME_NAME[operation], self.inputs_of(node))
        elif operation in _RULES:
            _RULES[operation](self, node)
        elif operation not in ("Const", "NoOp"):
            raise NotImplementedError(f"{operation} ({node['name']})")

    def emit(self, operation: str, inputs: list[str], outputs: int = 1, **attributes: Any) -> str:
        """Add an ONNX node; the name of its first output."""
        name = f"{operation}_{len(self.nodes)}"
        names = [name, *(f"{name}_{index}" for index in range(1, outputs))]
        self.nodes.append(helper.make_node(operation, inputs, names, name=name, **attributes))
        return name

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.ascontiguousarray(np.asarray(value, dtype)).reshape(np.shape(value))
        return name

    def value(self, reference: str) -> str:
        key = _key(reference)
        if key not in self.values:
            self.values[key] = self.constant(self.weights[key])
        return self.values[key]

    def weight(self, reference: str) -> Array:
        return self.weights[_key(reference)]

    def inputs_of(self, node: Node) -> list[str]:
        return [self.value(reference) for reference in node["input"]]

    def image(self, node: Node, operation: str, inputs: list[str], **attributes: Any) -> None:
        """An operation that ONNX defines on NCHW, between two transposes."""
        turned = self.emit("Transpose", [inputs[0]], perm=_TO_NCHW)
        done = self.emit(operation, [turned, *inputs[1:]], **attributes)
        self.values[node["name"]] = self.emit("Transpose", [done], perm=_TO_NHWC)

    def finish(self, outputs: list[str]) -> onnx.ModelProto:
        results = []
        for reference in outputs:
            name = _safe(reference)
            self.nodes.append(helper.make_node("Identity", [self.value(reference)], [name], name=name))
            results.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
        tensors = [numpy_helper.from_array(value, name) for name, value in self.constants.items()]
        graph = helper.make_graph(self.nodes, "tfjs", self.inputs, results, tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        model = shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        onnx.checker.check_model(model, full_check=True)
        return model


def _placeholder(graph: _Graph, node: Node) -> None:
    name, attributes = _safe(node["name"]), node["attr"]
    shape = [max(1, int(dim["size"])) for dim in attributes["shape"]["shape"]["dim"]]
    graph.inputs.append(helper.make_tensor_value_info(name, _ONNX_TYPES[attributes["dtype"]["type"]], shape))
    graph.values[node["name"]] = name


def _convolution(graph: _Graph, node: Node) -> None:
    """Filters are HWIO, depthwise ones HWCM; a fused bias and activation follow."""
    filters = graph.weight(node["input"][1])
    height, width, channels, _ = filters.shape
    depthwise = "Depthwise" in node["op"]
    kernel = filters.transpose(2, 3, 0, 1).reshape(-1, 1, height, width) if depthwise else filters.transpose(3, 2, 0, 1)
    fused = _texts(node, "fused_ops")
    inputs = [graph.value(node["input"][0]), graph.constant(kernel)]
    if "BiasAdd" in fused:
        inputs.append(graph.constant(graph.weight(node["input"][2]).reshape(-1)))
    group = channels if depthwise else 1
    graph.image(
        node, "Conv", inputs, kernel_shape=[height, width], group=group,
        strides=_spatial(node, "strides"), dilations=_spatial(node, "dilations"), **_padding(node),
    )  # fmt: skip
    for activation in fused:
        if activation != "BiasAdd":
            graph.values[node["name"]] = _activate(graph, activation, graph.values[node["name"]])


def _activate(graph: _Graph, activation: str, value: str) -> str:
    if activation == "Relu6":
        return graph.emit("Clip", [value, graph.constant(np.float32(0)), graph.constant(np.float32(6))])
    if activation == "Relu":
        return graph.emit("Relu", [value])
    raise NotImplementedError(f"fused {activation}")


def _relu6(graph: _Graph, node: Node) -> None:
    graph.values[node["name"]] = _activate(graph, "Relu6", graph.value(node["input"][0]))


def _max_pool(graph: _Graph, node: Node) -> None:
    sides, strides = _spatial(node, "ksize"), _spatial(node, "strides")
    graph.image(node, "MaxPool", graph.inputs_of(node), kernel_shape=sides, strides=strides, **_padding(node))


def _resize_bilinear(graph: _Graph, node: Node) -> None:
    attributes = node["attr"]
    corners, half = bool(attributes["align_corners"].get("b")), bool(attributes.get("half_pixel_centers", {}).get("b"))
    mode = "align_corners" if corners else "half_pixel" if half else "asymmetric"
    picture = graph.value(node["input"][0])
    turned = graph.emit("Transpose", [picture], perm=_TO_NCHW)
    shape = graph.emit("Shape", [turned])
    batch_and_channels = graph.emit("Slice", [shape, graph.constant([0], np.int64), graph.constant([2], np.int64)])
    size = graph.emit("Concat", [batch_and_channels, graph.constant(graph.weight(node["input"][1]), np.int64)], axis=0)
    done = graph.emit("Resize", [turned, "", "", size], mode="linear", coordinate_transformation_mode=mode)
    graph.values[node["name"]] = graph.emit("Transpose", [done], perm=_TO_NHWC)


def _mean(graph: _Graph, node: Node) -> None:
    axes = [int(axis) for axis in np.atleast_1d(graph.weight(node["input"][1]))]
    keep = bool(node["attr"].get("keep_dims", {}).get("b"))
    if keep and axes == [1, 2]:
        graph.image(node, "GlobalAveragePool", [graph.value(node["input"][0])])
    else:
        graph.values[node["name"]] = graph.emit("ReduceMean", [graph.value(node["input"][0])], axes=axes, keepdims=int(keep))


def _concat(graph: _Graph, node: Node) -> None:
    *parts, axis = node["input"]
    graph.values[node["name"]] = graph.emit("Concat", [graph.value(part) for part in parts], axis=int(graph.weight(axis)))


def _reshape(graph: _Graph, node: Node) -> None:
    shape = graph.constant(graph.weight(node["input"][1]), np.int64)
    graph.values[node["name"]] = graph.emit("Reshape", [graph.value(node["input"][0]), shape])


def _expand_dims(graph: _Graph, node: Node) -> None:
    axis = graph.constant(graph.weight(node["input"][1]).reshape(1), np.int64)
    graph.values[node["name"]] = graph.emit("Unsqueeze", [graph.value(node["input"][0]), axis])


def _floor_div(graph: _Graph, node: Node) -> None:
    """Whole numbers here are indices, never negative: ONNX's division of integers is then the floor."""
    graph.values[node["name"]] = graph.emit("Div", graph.inputs_of(node))


def _cast(graph: _Graph, node: Node) -> None:
    graph.values[node["name"]] = graph.emit("Cast", graph.inputs_of(node), to=_ONNX_TYPES[node["attr"]["DstT"]["type"]])


def _top_k(graph: _Graph, node: Node) -> None:
    count = graph.constant(graph.weight(node["input"][1]).reshape(1), np.int64)
    best = graph.emit("TopK", [graph.value(node["input"][0]), count], outputs=2, sorted=1)
    graph.values[node["name"]] = best
    graph.values[f"{node['name']}:1"] = graph.emit("Cast", [f"{best}_1"], to=TensorProto.INT32)


def _gather(graph: _Graph, node: Node) -> None:
    table, indices, axis = node["input"]
    graph.values[node["name"]] = graph.emit("Gather", [graph.value(table), graph.value(indices)], axis=int(graph.weight(axis)))


def _strided_slice(graph: _Graph, node: Node) -> None:
    masks = {
        kind: int(node["attr"].get(f"{kind}_mask", {}).get("i", 0)) for kind in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    if masks["ellipsis"] or masks["new_axis"] or masks["shrink_axis"]:
        raise NotImplementedError(f"slice masks of {node['name']}")
    begins, ends, strides = (graph.weight(reference).astype(np.int64) for reference in node["input"][1:4])
    axes = np.arange(len(begins))
    begins = np.where(masks["begin"] >> axes & 1, np.where(strides > 0, 0, _END), begins)
    ends = np.where(masks["end"] >> axes & 1, np.where(strides > 0, _END, -_END), ends)
    bounds = [graph.constant(bound, np.int64) for bound in (begins, ends, axes, strides)]
    graph.values[node["name"]] = graph.emit("Slice", [graph.value(node["input"][0]), *bounds])


_RULES: dict[str, Callable[[_Graph, Node], None]] = {
    "Placeholder": _placeholder, "Conv2D": _convolution, "_FusedConv2D": _convolution, "DepthwiseConv2dNative": _convolution,
    "FusedDepthwiseConv2dNative": _convolution, "Relu6": _relu6, "MaxPool": _max_pool, "ResizeBilinear": _resize_bilinear, "Mean": _mean,
    "ConcatV2": _concat, "Reshape": _reshape, "ExpandDims": _expand_dims, "FloorDiv": _floor_div, "Cast": _cast, "TopKV2": _top_k,
    "GatherV2": _gather, "StridedSlice": _strided_slice,
}  # fmt: skip


def _in_order(nodes: list[Node], outputs: list[str]) -> Iterator[Node]:
    """The nodes that the outputs need, inputs first."""
    by_name = {node["name"]: node for node in nodes}
    done: set[str] = set()
    stack = [(name, False) for name in reversed(outputs)]
    while stack:
        name, inputs_done = stack.pop()
        if name in done:
            continue
        if inputs_done:
            done.add(name)
            yield by_name[name]
            continue
        stack.append((name, True))
        stack += [(reference.lstrip("^").split(":")[0], False) for reference in by_name[name].get("input", [])]


def _padding(node: Node) -> dict[str, Any]:
    match _text(node["attr"]["padding"]["s"]):
        case "SAME":
            return {"auto_pad": "SAME_UPPER"}
        case "VALID":
            return {"auto_pad": "VALID"}
        case other:
            raise NotImplementedError(f"{other} padding of {node['name']}")


def _spatial(node: Node, name: str) -> list[int]:
    """Height and width of an NHWC list attribute; 1, 1 when it is not there."""
    return [int(size) for size in node["attr"].get(name, {}).get("list", {}).get("i", [1, 1, 1, 1])][1:3]


def _texts(node: Node, name: str) -> list[str]:
    return [_text(item) for item in node["attr"].get(name, {}).get("list", {}).get("s", [])]


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


def _key(reference: str) -> str:
    return reference.lstrip("^").removesuffix(":0")


def _safe(name: str) -> str:
    return name.replace("/", "_").replace(":", "_")
