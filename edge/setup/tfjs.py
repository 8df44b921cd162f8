"""A TensorFlow.js graph model: model.json and its weights in, nodes and arrays out. Nothing is run.

Format: the `modelTopology` of tfjs-converter is a TensorFlow GraphDef in protobuf's JSON form (bytes in base64, 64-bit
numbers as text); `weightsManifest` says in which order and type the constants lie in the weight files.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wire.errors import UserError

Array = NDArray[Any]
STORED = {"float32": "<f4", "float16": "<f2", "int32": "<i4"}
"""How numbers lie in the weight files. Weights quantised to bytes are not read: no network of ours has them."""


@dataclass(frozen=True)
class Node:
    """One operation. `inputs`: names of nodes; `attributes`: as protobuf's JSON has them."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def text(self, key: str) -> str:
        return b64decode(self.attributes[key]["s"]).decode()

    def texts(self, key: str) -> list[str]:
        return [b64decode(text).decode() for text in self.attributes.get(key, {}).get("list", {}).get("s", [])]

    def integers(self, key: str) -> list[int]:
        return [int(number) for number in self.attributes.get(key, {}).get("list", {}).get("i", [])]

    def flag(self, key: str) -> bool:
        return bool(self.attributes.get(key, {}).get("b", False))


@dataclass(frozen=True)
class Graph:
    nodes: dict[str, Node]
    constants: dict[str, Array]
    """float32 or int32, in TensorFlow's order of axes."""

    def upstream(self, outputs: tuple[str, ...]) -> list[Node]:
        """The operations that `outputs` rest on, each after its inputs; constants left out."""
        order: dict[str, Node] = {}

        def visit(name: str) -> None:
            if name in order or name in self.constants:
                return
            node = self.nodes[name]
            for source in node.inputs:
                visit(source)
            order[name] = node

        for output in outputs:
            visit(output)
        return list(order.values())


def read_graph(model: bytes, weights: bytes, where: str) -> Graph:
    """`model`: model.json; `weights`: its weight files, one after the other. Raises UserError for anything else."""
    try:
        document = json.loads(model)
        nodes = [_node(written) for written in document["modelTopology"]["node"]]
        specs = [spec for group in document["weightsManifest"] for spec in group["weights"]]
        return Graph({node.name: node for node in nodes}, _constants(specs, weights))
    except (ValueError, KeyError, TypeError) as error:
        remedy = "Fetch the package again; it should hold what its version says"
        raise UserError(f"no TensorFlow.js graph model ({error})", where=where, remedy=remedy) from error


def _node(written: dict[str, Any]) -> Node:
    inputs = tuple(name for name in written.get("input", ()) if not name.startswith("^"))
    return Node(written["name"], written["op"], inputs, written.get("attr", {}))


def _constants(specs: list[dict[str, Any]], weights: bytes) -> dict[str, Array]:
    constants: dict[str, Array] = {}
    at = 0
    for spec in specs:
        stored = np.dtype(STORED[spec.get("quantization", spec)["dtype"]])
        count = prod(spec["shape"])
        flat = np.frombuffer(weights, stored, count, at)
        constants[spec["name"]] = flat.reshape(spec["shape"]).astype(spec["dtype"])
        at += count * stored.itemsize
    if at != len(weights):
        raise ValueError(f"{len(weights)} bytes of weights, {at} described")
    return constants
