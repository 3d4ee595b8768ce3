"""Writes the network as an ONNX file: embedding table, twelve layers of attention and feed-forward, no pooling."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model_build.linear_layers import LinearOf
from model_build.wheel_weights import WheelWeights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

CONTRIB = "com.microsoft"  # the operators that onnxruntime adds to the standard
_OPSET, _IR_VERSION = 21, 10  # what onnxruntime 1.22, the oldest allowed, reads


class Graph:
    """A growing list of nodes and weights. Each method returns the name of what it added."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.weights: list[TensorProto] = []

    def weight(self, name: str, values: NDArray[np.generic]) -> str:
        from onnx import numpy_helper

        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def stored_weight(self, tensor: "TensorProto") -> str:
        self.weights.append(tensor)
        return tensor.name

    def node(
        self, kind: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: int | float
    ) -> str:
        return self.nodes_with_outputs(kind, inputs, [output], domain=domain, **attributes)[0]

    def nodes_with_outputs(
        self, kind: str, inputs: Sequence[str], outputs: list[str], *, domain: str = "", **attributes: int | float
    ) -> list[str]:
        from onnx import helper

        node = helper.make_node(kind, list(inputs), outputs, domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self.nodes.append(node)
        return outputs


def write_graph(path: Path, weights: WheelWeights, *, words: Sequence["TensorProto"], linear: LinearOf) -> None:
    """``words``: the embedding table, see word_table.py. ``linear``: how matrices are stored, see linear_layers.py.

    The file takes input_ids and attention_mask, int64 (batch, length), and gives last_hidden_state,
    float32 (batch, length, hidden). Any batch is right; int8 vectors move a little with their company, so that
    the texts of this product go in one by one.
    """
    graph = Graph()
    states = _embedded(graph, weights, words)
    graph.node("Cast", ["attention_mask"], "mask", to=_type("INT32"))
    for layer in range(weights.shape.layers):
        last = layer == weights.shape.layers - 1
        states = _layer(graph, weights, states, f"l{layer}.", "last_hidden_state" if last else f"l{layer}.out", linear)
    _save(graph, path, hidden=weights.shape.hidden)


def _embedded(graph: Graph, weights: WheelWeights, words: Sequence["TensorProto"]) -> str:
    shape = weights.shape
    table = [graph.stored_weight(tensor) for tensor in words]
    if len(table) == 1:
        graph.node("Gather", [table[0], "input_ids"], "words")
    else:
        graph.node(
            "GatherBlockQuantized", [table[0], "input_ids", table[1]], "words16",
            domain=CONTRIB, gather_axis=0, quantize_axis=1, block_size=32,
        )  # fmt: skip
        graph.node("Cast", ["words16"], "words", to=_type("FLOAT"))
    positions = weights.floats("emb.pos", shape.positions, shape.hidden)
    # Every token is of type 0, so that the row of that type can be added once and for all.
    graph.weight("all_positions", positions + weights.floats("emb.type", shape.types, shape.hidden)[0])
    for name, value in (("zero", 0), ("one", 1), ("two", 2)):
        graph.weight(name, np.array([value], np.int64))
    graph.node("Shape", ["input_ids"], "shape")
    graph.node("Slice", ["shape", "one", "two", "zero"], "length")
    graph.node("Slice", ["all_positions", "zero", "length", "zero"], "positions")
    graph.node("Add", ["words", "positions"], "embedded")
    return _normalised(graph, weights, "embedded", "emb.ln", "states")


def _layer(graph: Graph, weights: WheelWeights, states: str, layer: str, output: str, linear: LinearOf) -> str:
    shape = weights.shape
    hidden, inner = shape.hidden, shape.inner
    joined = linear(graph, weights, states, [layer + part for part in "qkv"], rows=hidden, columns=hidden)
    parts = graph.nodes_with_outputs("Split", [joined], [layer + part for part in "qkv"], axis=-1, num_outputs=3)
    context = graph.node(
        "MultiHeadAttention", [*parts, "", "mask"], layer + "context", domain=CONTRIB, num_heads=shape.heads
    )
    mixed = linear(graph, weights, context, [layer + "ao"], rows=hidden, columns=hidden)
    attended = _added_and_normalised(graph, weights, [states, mixed], layer + "aln", layer + "attended")
    wide = linear(graph, weights, attended, [layer + "fi"], rows=inner, columns=hidden)
    narrow = linear(graph, weights, graph.node("Gelu", [wide], layer + "gelu"), [layer + "fo"],
                    rows=hidden, columns=inner)  # fmt: skip
    return _added_and_normalised(graph, weights, [attended, narrow], layer + "oln", output)


def _added_and_normalised(graph: Graph, weights: WheelWeights, terms: list[str], norm: str, output: str) -> str:
    # "Sum", not "Add": onnxruntime fuses Add and LayerNormalization into a kernel that is eight times slower
    # than the two (measured with 1.32: 9.2 against 1.7 ms of the 49 ms of a 190-token text).
    return _normalised(graph, weights, graph.node("Sum", terms, norm + ".sum"), norm, output)


def _normalised(graph: Graph, weights: WheelWeights, states: str, norm: str, output: str) -> str:
    hidden = weights.shape.hidden
    gain = graph.weight(norm + ".gain", weights.floats(norm + ".w", hidden))
    shift = graph.weight(norm + ".shift", weights.floats(norm + ".b", hidden))
    return graph.node("LayerNormalization", [states, gain, shift], output, axis=-1, epsilon=weights.shape.epsilon)


def _type(name: str) -> int:
    from onnx import TensorProto

    return int(TensorProto.DataType.Value(name))


def _save(graph: Graph, path: Path, *, hidden: int) -> None:
    import onnx
    from onnx import helper

    inputs = [
        helper.make_tensor_value_info(name, _type("INT64"), ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", _type("FLOAT"), ["batch", "length", hidden])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "multilingual-e5-small", inputs, [output], graph.weights),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(CONTRIB, 1)],
    )
    model.ir_version = _IR_VERSION
    onnx.save(model, str(path))
