"""The embedding table, kept in its four bits in one file that the graphs of all precisions share."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model_build.wheel_weights import BLOCK, Blocks, WheelWeights

if TYPE_CHECKING:
    from onnx import TensorProto

TABLE_FILE = "words.bin"
_PAGE = 65536  # onnxruntime maps external data at multiples of the largest page size in use


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
