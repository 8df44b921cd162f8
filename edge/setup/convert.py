"""A TensorFlow.js graph in, the same network as ONNX out; pictures become (1, 3, height, width), as everywhere here.

Only the operations that the network of `fetch` uses are known; another one is refused by name. Sides of the picture
must be multiples of 32, so that every halving is exact: then TensorFlow's SAME padding is a constant.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edge.setup.tfjs import Array, Graph, Node
from wire.errors import UserError

OPSET, IR_VERSION = 13, 8
"""The oldest that can say it all: read by every runtime of the last years."""
FUSED = {"Relu": "Relu", "Relu6": "Clip"}


class Draft:
    """An ONNX graph while it grows. The bytes that come out depend on the TensorFlow graph alone."""

    def __init__(self, constants: dict[str, Array]) -> None:
        self._constants = constants
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str) -> Array:
        if name not in self._constants:
            raise UserError("is computed, but the converter needs a constant", where=name)
        return self._constants[name]

    def operand(self, name: str) -> str:
        """A tensor, or a constant put in as it is: numbers, and channels as (1, 1, 1, c) or (c)."""
        if name not in self._constants:
            return name
        array = self._constants[name]
        if array.ndim and array.size != array.shape[-1]:
            raise UserError(f"a constant of shape {array.shape} is no channel vector", where=name)
        return self.weight(name, array.reshape(-1, 1, 1) if array.ndim else array)

    def weight(self, name: str, array: Array) -> str:
        self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output

    def six(self) -> list[str]:
        """The bounds of Relu6."""
        return [self.weight(f"bound/{bound}", np.array(bound, np.float32)) for bound in (0, 6)]


def to_onnx(graph: Graph, inputs: dict[str, str], outputs: dict[str, tuple[str, int, int]]) -> bytes:
    """`inputs`: placeholder -> its name in ONNX; `outputs`: node -> (name in ONNX, channels, stride).

    Raises UserError for an operation, padding or layout that the converter does not know.
    """
    draft = Draft(graph.constants)
    for node in graph.upstream(tuple(outputs)):
        if node.op not in RULES:
            raise UserError(f"the converter does not know the operation {node.op}", where=node.name)
        RULES[node.op](draft, node)
    renamed = inputs | {node: name for node, (name, _, _) in outputs.items()}
    return _model(draft, renamed, list(inputs.values()), list(outputs.values()))


def _model(draft: Draft, renamed: dict[str, str], inputs: list[str], outputs: list[tuple[str, int, int]]) -> bytes:
    for node in draft.nodes:
        for names in (node.input, node.output):
            names[:] = [renamed.get(name, name) for name in names]
    pictures = [_value(name, 3, "height", "width") for name in inputs]
    maps = [_value(name, channels, f"height/{by}", f"width/{by}") for name, channels, by in outputs]
    built = helper.make_graph(draft.nodes, "converted", pictures, maps, list(draft.weights.values()))
    model = helper.make_model(built, producer_name="airbeat", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _value(name: str, channels: int, height: str, width: str) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, height, width])


def _placeholder(draft: Draft, node: Node) -> None:
    """The picture itself: named by `inputs`."""


def _convolution(draft: Draft, node: Node) -> None:
    kernel = draft.constant(node.inputs[1])
    _convolve(draft, node, kernel.transpose(3, 2, 0, 1), group=1)


def _depthwise(draft: Draft, node: Node) -> None:
    kernel = draft.constant(node.inputs[1])
    height, width, channels, times = kernel.shape
    _convolve(draft, node, kernel.transpose(2, 3, 0, 1).reshape(channels * times, 1, height, width), group=channels)


def _convolve(draft: Draft, node: Node, kernel: Array, group: int) -> None:
    """`kernel`: out, in / group, height, width."""
    if node.text("data_format") != "NHWC" or any(rate != 1 for rate in node.integers("dilations")):
        raise UserError("only NHWC without dilation is converted", where=node.name)
    strides = node.integers("strides")[1:3]
    operands = [node.inputs[0], draft.weight(node.inputs[1], kernel)]
    fused = node.texts("fused_ops")
    if "BiasAdd" in fused:
        operands.append(draft.weight(node.inputs[2], draft.constant(node.inputs[2])))
    pads = _pads(node, list(kernel.shape[2:]), strides)
    activation = [name for name in fused if name != "BiasAdd"]
    raw = node.name if not activation else f"{node.name}/linear"
    shape = list(kernel.shape[2:])
    draft.add("Conv", operands, raw, kernel_shape=shape, strides=strides, pads=pads, group=group)
    for name in activation:
        if name not in FUSED:
            raise UserError(f"the converter does not know the activation {name}", where=node.name)
        draft.add(FUSED[name], [raw, *(draft.six() if name == "Relu6" else [])], node.name)


def _pads(node: Node, kernel: list[int], strides: list[int]) -> list[int]:
    """top, left, bottom, right. SAME pads the odd pixel below and right where the side is a multiple of the stride."""
    if node.text("padding") == "VALID":
        return [0, 0, 0, 0]
    total = [max(side - stride, 0) for side, stride in zip(kernel, strides, strict=True)]
    return [*(side // 2 for side in total), *(side - side // 2 for side in total)]


def _two(op: str) -> Callable[[Draft, Node], None]:
    def rule(draft: Draft, node: Node) -> None:
        draft.add(op, [draft.operand(name) for name in node.inputs], node.name)

    return rule


def _relu6(draft: Draft, node: Node) -> None:
    draft.add("Clip", [node.inputs[0], *draft.six()], node.name)


def _mean(draft: Draft, node: Node) -> None:
    if sorted(draft.constant(node.inputs[1]).tolist()) != [1, 2] or not node.flag("keep_dims"):
        raise UserError("only the mean of the whole picture is converted", where=node.name)
    draft.add("GlobalAveragePool", [node.inputs[0]], node.name)


def _concat(draft: Draft, node: Node) -> None:
    if draft.constant(node.inputs[-1]).item() not in (3, -1):
        raise UserError("only channels are joined", where=node.name)
    draft.add("Concat", list(node.inputs[:-1]), node.name, axis=1)


def _doubled(draft: Draft, node: Node) -> None:
    """ResizeBilinear to twice the size, as TensorFlow 1 did it: pixel 2i is the old i, 2i + 1 the mean of i and i + 1.

    Written as nearest-neighbour and a mean of 2 x 2, which every runtime computes alike; ONNX's "asymmetric" is not
    known to all of them. The target size is not read: with sides that are multiples of 32 it is the double.
    """
    if node.flag("align_corners") or node.flag("half_pixel_centers"):
        raise UserError("only TensorFlow 1's way of resizing is converted", where=node.name)
    scales = draft.weight("twice", np.array([1, 1, 2, 2], np.float32))
    near = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    draft.add("Resize", [node.inputs[0], "", scales], f"{node.name}/near", **near)
    edge = draft.weight("edge", np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64))
    draft.add("Pad", [f"{node.name}/near", edge], f"{node.name}/padded", mode="edge")
    draft.add("AveragePool", [f"{node.name}/padded"], node.name, kernel_shape=[2, 2], strides=[1, 1])


RULES: dict[str, Callable[[Draft, Node], None]] = {
    "Placeholder": _placeholder,
    "Conv2D": _convolution,
    "_FusedConv2D": _convolution,
    "DepthwiseConv2dNative": _depthwise,
    "FusedDepthwiseConv2dNative": _depthwise,
    "Add": _two("Add"),
    "AddV2": _two("Add"),
    "Mul": _two("Mul"),
    "Relu": _two("Relu"),
    "Relu6": _relu6,
    "Sigmoid": _two("Sigmoid"),
    "Identity": _two("Identity"),
    "Mean": _mean,
    "ConcatV2": _concat,
    "ResizeBilinear": _doubled,
}
"""Operation -> what it becomes."""
