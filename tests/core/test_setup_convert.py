"""TensorFlow.js graphs become ONNX that computes the same: each operation against loops over TensorFlow's rules."""

import json
from base64 import b64encode
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from edge.setup.convert import to_onnx
from edge.setup.tfjs import read_graph
from wire.errors import UserError

Array = NDArray[Any]


def _s(text: str) -> dict[str, str]:
    return {"s": b64encode(text.encode()).decode()}


def _conv(op: str, inputs: list[str], stride: int, padding: str, fused: tuple[str, ...] = ()) -> dict[str, Any]:
    steps = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
    attributes = {
        "strides": steps,
        "padding": _s(padding),
        "data_format": _s("NHWC"),
        "dilations": {"list": {"i": ["1"] * 4}},
    }
    attributes["fused_ops"] = {"list": {"s": [_s(part)["s"] for part in fused]}}
    return {"name": "out", "op": op, "input": inputs, "attr": attributes}


def _node(op: str, name: str, inputs: list[str], **attributes: Any) -> dict[str, Any]:
    return {"name": name, "op": op, "input": inputs, "attr": attributes}


def _file(nodes: list[dict[str, Any]], constants: dict[str, Array]) -> tuple[bytes, bytes]:
    """model.json and its weights: floats as float16, as tfjs-converter's --quantize_float16 writes them."""
    specs, data = [], b""
    for name, array in constants.items():
        spec: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": str(array.dtype)}
        halves = array.dtype == np.float32
        if halves:
            spec["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        specs.append(spec)
        data += (array.astype(np.float16) if halves else array).tobytes()
        nodes = [*nodes, _node("Const", name, [])]
    document = {"modelTopology": {"node": nodes}, "weightsManifest": [{"paths": ["x.bin"], "weights": specs}]}
    return json.dumps(document).encode(), data


def _run(nodes: list[dict[str, Any]], constants: dict[str, Array], picture: Array, channels: int, stride: int) -> Array:
    """What ONNX makes of `picture` (h, w, c), in the same order of axes."""
    start = _node("Placeholder", "in", [])
    graph = read_graph(*_file([start, *nodes], constants), "test")
    model = to_onnx(graph, {"in": "picture"}, {nodes[-1]["name"]: ("map", channels, stride)})
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    out: Array = session.run(None, {"picture": picture.transpose(2, 0, 1)[None]})[0]
    return out[0].transpose(1, 2, 0)


def _convolved(picture: Array, kernel: Array, stride: int, same: bool) -> Array:
    """TensorFlow's definition (tf.nn.conv2d): SAME pads the odd pixel at the end. `kernel`: h, w, in, out."""
    k = kernel.shape[0]
    side = [-(-n // stride) if same else (n - k) // stride + 1 for n in picture.shape[:2]]
    total = [max((m - 1) * stride + k - n, 0) if same else 0 for m, n in zip(side, picture.shape, strict=False)]
    padded = np.pad(
        picture, [(total[0] // 2, total[0] - total[0] // 2), (total[1] // 2, total[1] - total[1] // 2), (0, 0)]
    )
    out = np.zeros((*side, kernel.shape[3]), np.float32)
    for y in range(side[0]):
        for x in range(side[1]):
            window = padded[y * stride : y * stride + k, x * stride : x * stride + k]
            out[y, x] = np.tensordot(window, kernel, 3)
    return out


def _numbers(*shape: int) -> Array:
    """Halves of whole numbers: float16 holds them exactly."""
    return np.random.default_rng(sum(shape)).integers(-6, 7, shape).astype(np.float32) / 2


PICTURE = np.abs(_numbers(32, 64, 3))


@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_a_convolution_pads_as_tensorflow_does(size: int, stride: int, padding: str) -> None:
    kernel, bias = _numbers(size, size, 3, 4), _numbers(4)
    node = _conv("_FusedConv2D", ["in", "k", "b"], stride, padding, ("BiasAdd", "Relu"))
    expected = np.maximum(_convolved(PICTURE, kernel, stride, padding == "SAME") + bias, 0)
    np.testing.assert_allclose(_run([node], {"k": kernel, "b": bias}, PICTURE, 4, stride), expected, rtol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_a_depthwise_convolution_keeps_its_channels_apart(stride: int) -> None:
    kernel = _numbers(5, 5, 3, 2)
    node = _conv("DepthwiseConv2dNative", ["in", "k"], stride, "SAME")
    each = [_convolved(PICTURE[:, :, c : c + 1], kernel[:, :, c : c + 1], stride, True) for c in range(3)]
    out = _run([node], {"k": kernel}, PICTURE, 6, stride)
    np.testing.assert_allclose(out, np.concatenate(each, axis=2), rtol=1e-5)


def test_a_fused_depthwise_convolution_with_relu6() -> None:
    kernel, bias = _numbers(3, 3, 3, 1), _numbers(3)
    node = _conv("FusedDepthwiseConv2dNative", ["in", "k", "b"], 1, "SAME", ("BiasAdd", "Relu6"))
    each = [_convolved(PICTURE[:, :, c : c + 1], kernel[:, :, c : c + 1], 1, True) for c in range(3)]
    expected = np.clip(np.concatenate(each, axis=2) + bias, 0, 6)
    np.testing.assert_allclose(_run([node], {"k": kernel, "b": bias}, PICTURE, 3, 1), expected, rtol=1e-5)


def test_the_plain_operations_and_constants_a_channel() -> None:
    three, vector = np.array(3, np.float32), _numbers(3)
    nodes = [
        _node("Add", "more", ["in", "three"]),
        _node("Relu6", "six", ["more"]),
        _node("Mul", "times", ["six", "vector"]),
        _node("Relu", "up", ["times"]),
        _node("Sigmoid", "share", ["up"]),
        _node("Identity", "out", ["share"]),
    ]
    expected = 1 / (1 + np.exp(-np.maximum(np.clip(PICTURE + 3, 0, 6) * vector, 0)))
    out = _run(nodes, {"three": three, "vector": vector}, PICTURE, 3, 1)
    np.testing.assert_allclose(out, expected, rtol=1e-5)


def test_the_mean_of_the_picture_and_joined_channels() -> None:
    keep = {"keep_dims": {"b": True}}
    nodes = [
        _node("Mean", "mean", ["in", "axes"], **keep),
        _node("Mul", "weighed", ["in", "mean"]),
        _node("ConcatV2", "out", ["in", "weighed", "axis"]),
    ]
    constants = {"axes": np.array([1, 2], np.int32), "axis": np.array(3, np.int32)}
    expected = np.concatenate([PICTURE, PICTURE * PICTURE.mean((0, 1))], axis=2)
    np.testing.assert_allclose(_run(nodes, constants, PICTURE, 6, 1), expected, rtol=1e-5)


def test_a_doubled_picture_is_tensorflow_1s() -> None:
    """Pixel y of the new lies at y / 2 of the old (no half pixel), beyond the last the last."""
    node = _node("ResizeBilinear", "out", ["in", "size"], align_corners={"b": False}, half_pixel_centers={"b": False})
    old_y, old_x = np.minimum(np.arange(64) / 2, 31), np.minimum(np.arange(128) / 2, 63)
    rows = np.stack([[np.interp(old_y, np.arange(32), PICTURE[:, x, c]) for x in range(64)] for c in range(3)])
    expected = np.stack([[np.interp(old_x, np.arange(64), rows[c, :, y]) for c in range(3)] for y in range(64)])
    out = _run([node], {"size": np.array([64, 128], np.int32)}, PICTURE, 3, 1)
    np.testing.assert_allclose(out, expected.transpose(0, 2, 1), rtol=1e-5)


def test_only_what_the_outputs_rest_on_is_converted() -> None:
    nodes = [_node("TopKV2", "unknown", ["in"]), _node("Relu", "out", ["in"])]
    np.testing.assert_allclose(_run(nodes, {}, PICTURE, 3, 1), PICTURE)


REFUSED = {
    "does not know the operation TopKV2": [_node("TopKV2", "out", ["in"])],
    "does not know the activation Elu": [_conv("_FusedConv2D", ["in", "k", "b"], 1, "SAME", ("BiasAdd", "Elu"))],
    "only TensorFlow 1's way of resizing": [
        _node("ResizeBilinear", "out", ["in", "k"], half_pixel_centers={"b": True})
    ],
    "needs a constant": [_conv("Conv2D", ["in", "in"], 1, "SAME")],
    "is no channel vector": [_node("Mul", "out", ["in", "k"])],
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_converter_does_not_know_is_refused_by_name(what: str) -> None:
    with pytest.raises(UserError, match=what):
        _run(REFUSED[what], {"k": _numbers(3, 3, 3, 4), "b": _numbers(4)}, PICTURE, 4, 1)


@pytest.mark.parametrize("damage", ["text", "bytes", "short", "long"])
def test_a_damaged_model_is_refused(damage: str) -> None:
    model, weights = _file([_node("Placeholder", "in", [])], {"k": _numbers(3, 3)})
    broken = {
        "text": (b"<html>", weights),
        "bytes": (model.replace(b'"float16"', b'"uint8"'), weights),
        "short": (model, weights[:-1]),
        "long": (model, weights + b"\0"),
    }[damage]
    with pytest.raises(UserError, match=r"x: no TensorFlow\.js graph model"):
        read_graph(*broken, "x")
