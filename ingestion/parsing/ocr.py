"""Pictures of text to printed lines, with the PP-OCR models that rapidocr carries in its wheel."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from statistics import median
from threading import Lock
from typing import Any

from ingestion.parsing.decode import clean
from ingestion.parsing.layout import PrintedLine

# Below this the recogniser guesses at stains, seals and ornaments.
_LEAST_SCORE = 0.5
_CERTAIN = 0.9
_LONGEST_SIDE = 4_000
# The same text of an A4 scan as at 2,000 pixels and six lines at once, with 350 MB less memory at the peak.
_READ_AT_SIDE = 1_600
# Drawn out more than this a picture is a rule or an attack: the recogniser would make millions of pixels of it.
_MOST_DRAWN_OUT = 100
_TALLEST_TYPE, _GOOD_TYPE = 120, 64  # pixels
_TITLE_SIZE = 1.4  # times the median height of a page's lines

# The engine keeps state while it reads; several jobs may hold pictures at once.
_ONE_AT_A_TIME = Lock()

Recogniser = Callable[[Any], Any]


@cache
def recogniser() -> Recogniser:
    """The models, loaded once a process."""
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine: Recogniser = RapidOCR(
        params={"Global.log_level": "error", "Global.max_side_len": _READ_AT_SIDE, "Rec.rec_batch_num": 1}
    )
    return engine


def lines_of_picture(picture: Any, page: int, read: Recogniser) -> list[PrintedLine]:
    """The printed lines of an RGB picture, in its pixels; none of one that is no more than a stroke."""
    longest = max(picture.size)
    if longest > _MOST_DRAWN_OUT * min(picture.size):
        return []
    shrink = min(1.0, _LONGEST_SIDE / longest)
    if shrink < 1.0:
        picture = picture.resize((max(1, int(picture.width * shrink)), max(1, int(picture.height * shrink))))
    lines, certainty = _recognised(picture, shrink, page, read)
    height = median(line.size for line in lines) * shrink if lines else 0.0
    if height > _TALLEST_TYPE and certainty < _CERTAIN:  # letters this large can fall apart into strokes
        smaller = shrink * _GOOD_TYPE / height
        size = (max(1, int(picture.width * smaller / shrink)), max(1, int(picture.height * smaller / shrink)))
        again, certainty_again = _recognised(picture.resize(size), smaller, page, read)
        lines = again if certainty_again > certainty else lines
    return _with_even_sizes(lines)


def _recognised(picture: Any, scale: float, page: int, read: Recogniser) -> tuple[list[PrintedLine], float]:
    """The lines, and how sure the recogniser is of its least sure one (0–1)."""
    import numpy as np

    with _ONE_AT_A_TIME:
        found = read(np.asarray(picture)[:, :, ::-1])
    if found.boxes is None or found.txts is None:
        return [], 0.0
    lines = []
    for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        words = clean(text).strip()
        if score >= _LEAST_SCORE and words:
            lines.append(_line(box / scale, words, page))
    return lines, min(found.scores, default=0.0)


def _with_even_sizes(lines: list[PrintedLine]) -> list[PrintedLine]:
    """Heights of recognised boxes waver by a quarter: such lines get one size, so that only real titles stand out."""
    if not lines:
        return lines
    middle = median(line.size for line in lines)
    return [replace(line, size=middle) if line.size < _TITLE_SIZE * middle else line for line in lines]


def _line(box: Any, text: str, page: int) -> PrintedLine:
    xs, ys = [float(point[0]) for point in box], [float(point[1]) for point in box]
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    is_vertical = height > 1.5 * width and len(text) > 1
    return PrintedLine(text, min(xs), max(xs), min(ys), max(ys), width if is_vertical else height, page)
