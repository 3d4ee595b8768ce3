"""Writes the network as an ONNX file: embedding table, twelve layers of attention and feed-forward, no pooling.

A matrix of the network is stored and multiplied in 8 bits (fast with VNNI), in 4 bits as in the wheel, or as floats.
The embedding table stays in its four bits, in one file that the graphs of all precisions share.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from kb_service.adapters.embedding.model_folder import Precision
from model_build.wheel import BLOCK, Blocks, WheelWeights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

_MICROSOFT = "com.microsoft"  # the operators that onnxruntime adds to the standard
_OPSET, _IR_VERSION = 21, 10  # what onnxruntime 1.22, the oldest allowed, reads
TABLE_FILE = "words.bin"
_PAGE = 65536  # onnxruntime maps external data at multiples of the largest page size in use


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


class LinearOf(Protocol):
    """Adds ``states @ matrix.T + bias`` for one matrix, or for several side by side, and returns the output's name."""

    def __call__(
        self, graph: Graph, weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int
    ) -> str: ...


def write_graph(path: Path, weights: WheelWeights, *, words: Sequence["TensorProto"], linear: LinearOf) -> None:
    """``words``: the embedding table, see `write_word_table`. ``linear``: how matrices are stored, see `linear_of`.

    The file takes input_ids and attention_mask, int64 (batch, length), and gives last_hidden_state,
    float32 (batch, length, hidden). Any batch is right; int8 vectors move a little with their company, so that
    the texts of this product go in one by one.
    """
    graph = Graph()
    states = _embedded(graph, weights, words)
    graph.node("Cast", ["attention_mask"], "mask", to=_element_type("INT32"))
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
            domain=_MICROSOFT, gather_axis=0, quantize_axis=1, block_size=32,
        )  # fmt: skip
        graph.node("Cast", ["words16"], "words", to=_element_type("FLOAT"))
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
        "MultiHeadAttention", [*parts, "", "mask"], layer + "context", domain=_MICROSOFT, num_heads=shape.heads
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


def _element_type(name: str) -> int:
    from onnx import TensorProto

    return int(TensorProto.DataType.Value(name))


def _save(graph: Graph, path: Path, *, hidden: int) -> None:
    import onnx
    from onnx import helper

    inputs = [
        helper.make_tensor_value_info(name, _element_type("INT64"), ["batch", "length"])
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", _element_type("FLOAT"), ["batch", "length", hidden])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "multilingual-e5-small", inputs, [output], graph.weights),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)],
    )
    model.ir_version = _IR_VERSION
    onnx.save(model, str(path))


def linear_of(precision: Precision) -> LinearOf:
    match precision:
        case Precision.INT8:
            return _int8
        case Precision.Q4:
            return _q4
        case Precision.FLOAT32:
            return _float32
        case _:
            assert_never(precision)


def _int8(graph: Graph, weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int) -> str:
    matrix = _joined(weights, names, rows=rows, columns=columns).matrix()
    # One scale for each output; a matrix of zeros must not divide by zero.
    scales = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / np.float32(127)
    name = names[0]
    inputs = [
        states,
        graph.weight(name + ".levels", np.rint(matrix / scales[:, None]).astype(np.int8).T),
        graph.weight(name + ".scales", scales),
        "",
        _bias(graph, weights, names, rows=rows),
    ]
    return graph.node("DynamicQuantizeMatMul", inputs, name + ".linear", domain=_MICROSOFT)


def _q4(graph: Graph, weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int) -> str:
    blocks = _joined(weights, names, rows=rows, columns=columns)
    name = names[0]
    # Two neighbours share a byte, the first in the low nibble; the zero point of 8 is the operator's default.
    packed = blocks.levels[:, :, 0::2] | (blocks.levels[:, :, 1::2] << 4)
    inputs = [
        states,
        graph.weight(name + ".levels", packed),
        graph.weight(name + ".scales", blocks.scales.astype(np.float32)),
        "",
        "",
        _bias(graph, weights, names, rows=rows),
    ]
    # Accuracy level 4: activations in 8 bits, block by block.
    return graph.node(
        "MatMulNBits", inputs, name + ".linear",
        domain=_MICROSOFT, K=columns, N=len(packed), bits=4, block_size=BLOCK, accuracy_level=4,
    )  # fmt: skip


def _float32(graph: Graph, weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int) -> str:
    name = names[0]
    matrix = graph.weight(name + ".matrix", _joined(weights, names, rows=rows, columns=columns).matrix().T)
    product = graph.node("MatMul", [states, matrix], name + ".product")
    return graph.node("Add", [product, _bias(graph, weights, names, rows=rows)], name + ".linear")


def _joined(weights: WheelWeights, names: Sequence[str], *, rows: int, columns: int) -> Blocks:
    parts = [weights.blocks(name + ".w", rows=rows, columns=columns) for name in names]
    return Blocks(np.concatenate([part.levels for part in parts]), np.concatenate([part.scales for part in parts]))


def _bias(graph: Graph, weights: WheelWeights, names: Sequence[str], *, rows: int) -> str:
    bias = np.concatenate([weights.floats(name + ".b", rows) for name in names])
    return graph.weight(names[0] + ".bias", bias)


def write_word_table(folder: Path, weights: WheelWeights, kept: NDArray[np.int64]) -> Sequence["TensorProto"]:
    """Writes words.bin and returns the two tensors that point into it: levels, int4 (words, hidden), and scales."""
    blocks = _rows(weights, kept)
    # The file counts from 0 to 15 around 8; int4 counts around 0.
    signed = (blocks.levels ^ 8).reshape(len(kept), -1)
    packed = signed[:, 0::2] | (signed[:, 1::2] << 4)
    scales_at = -(-packed.nbytes // _PAGE) * _PAGE
    with (folder / TABLE_FILE).open("wb") as file:
        file.write(packed.tobytes())
        file.seek(scales_at)
        file.write(blocks.scales.tobytes())
    shape = (len(kept), signed.shape[1])
    return (
        _external("words.levels", "INT4", shape, offset=0, length=packed.nbytes),
        _external(
            "words.scales", "FLOAT16", (shape[0], shape[1] // BLOCK), offset=scales_at, length=blocks.scales.nbytes
        ),
    )


def float_word_table(weights: WheelWeights, kept: NDArray[np.int64]) -> Sequence["TensorProto"]:
    """One float32 tensor (words, hidden), to stand inside the graph's own file."""
    from onnx import numpy_helper

    return (numpy_helper.from_array(_rows(weights, kept).matrix(), "words.matrix"),)


def _rows(weights: WheelWeights, kept: NDArray[np.int64]) -> Blocks:
    shape = weights.shape
    return weights.blocks("emb.word", rows=shape.words, columns=shape.hidden).rows(kept)


def _external(name: str, kind: str, shape: tuple[int, int], *, offset: int, length: int) -> "TensorProto":
    from onnx import TensorProto

    tensor = TensorProto(name=name, data_type=TensorProto.DataType.Value(kind), dims=shape)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", TABLE_FILE), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor
