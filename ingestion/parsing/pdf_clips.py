"""Frames of a pdf page (clipping paths): what is drawn beyond them is not seen."""

from collections.abc import Sequence
from typing import Any

Box = tuple[float, float, float, float]


def cut_to(frame: Box | None, path: Sequence[Any], matrix: Any) -> Box | None:
    """The part of a frame (None: the page) within a path's outermost points, which ``matrix`` puts on the page."""
    from pdfminer.utils import apply_matrix_pt

    numbers = [segment[1:] for segment in path]
    points = [apply_matrix_pt(matrix, pair) for each in numbers for pair in zip(each[::2], each[1::2], strict=False)]
    if not points:
        return frame
    xs, ys = zip(*points, strict=True)
    x0, y0, x1, y1 = frame or (min(xs), min(ys), max(xs), max(ys))
    return max(x0, min(xs)), max(y0, min(ys)), min(x1, max(xs)), min(y1, max(ys))


def is_beyond(letter: Any, frame: Box | None) -> bool:
    """Whether nothing of a letter is within the frame."""
    if frame is None:
        return False
    x0, y0, x1, y1 = frame
    return bool(letter.x1 <= x0 or letter.x0 >= x1 or letter.y1 <= y0 or letter.y0 >= y1)
