"""Words and letters with their places, as pdf and OFD give them, to the parts of printed lines."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from ingestion.parsing.decode import clean
from ingestion.parsing.layout import PrintedLine
from ingestion.parsing.raised_marks import without_inner_marks

_BOLD = re.compile(r"Bold|Black|Heavy|Medi\b|Hei(?!ti)", re.IGNORECASE)
# Shares of the type size: TeX sets word spaces as narrow as this; Han and Latin next to each other get up to the second
# without a space being meant; a gap above the third separates columns or cells.
WORD_GAP, _MIXED_GAP, _COLUMN_GAP = 0.12, 0.4, 0.7
_HAN = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")
_LEAST_INITIAL = 1.8  # times the usual size
UNMAPPED = re.compile(r"\(cid:\d+\)")


def lines_of_words(words: Sequence[dict[str, Any]], number: int) -> Iterator[PrintedLine]:
    """The parts of a page's lines; ``words`` as pdfplumber names their text, place, size and font."""
    for row in _rows(with_initials_on_the_first_line(words)):
        yield from _segments(row, number)


def with_initials_on_the_first_line(words: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """A first character so large that two lines stand beside it belongs to the upper one."""
    usual = median([word["size"] for word in words]) if words else 0.0
    moved: dict[int, dict[str, Any]] = {}
    for word in [each for each in words if each["size"] >= _LEAST_INITIAL * usual and _HAN.fullmatch(each["text"])][
        :50
    ]:
        beside = sorted(
            (
                each
                for each in words
                if each["size"] < 1.3 * usual
                and 0 <= each["x0"] - word["x1"] <= word["size"]
                and word["top"] <= (each["top"] + each["bottom"]) / 2 <= word["bottom"]
            ),
            key=lambda each: float(each["top"]),
        )
        if len(beside) > 1 and beside[-1]["top"] > beside[0]["bottom"] - 0.3 * usual:
            first = beside[0]
            place = {"x0": first["x0"] - 0.05, "x1": first["x0"], "top": first["top"], "bottom": first["bottom"]}
            moved[id(word)] = {**word, **place, "size": first["size"], "fontname": first["fontname"]}
    return [moved.get(id(word), word) for word in words] if moved else words


def _rows(words: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = []
    tallest: dict[str, Any] = {}  # of the last row: raised and lowered signs overlap it only in part
    for word in sorted(words, key=lambda word: (word["bottom"], word["x0"])):
        overlap = min(word["bottom"], tallest["bottom"]) - max(word["top"], tallest["top"]) if tallest else 0.0
        if rows and overlap > 0.5 * min(word["bottom"] - word["top"], tallest["bottom"] - tallest["top"]):
            rows[-1].append(word)
            tallest = max(tallest, word, key=lambda word: float(word["size"]))
        else:
            rows.append([word])
            tallest = word
    return [sorted(row, key=lambda word: float(word["x0"])) for row in rows]


def _segments(row: Sequence[dict[str, Any]], number: int) -> Iterator[PrintedLine]:
    """A row cut where the gap is wider than a word space can be."""
    segment: list[dict[str, Any]] = []
    for word in row:
        if segment and word["x0"] - segment[-1]["x1"] > _COLUMN_GAP * word["size"]:
            yield _line(segment, number)
            segment = []
        segment.append(word)
    if segment:
        yield _line(segment, number)


def _line(words: Sequence[dict[str, Any]], number: int) -> PrintedLine:
    text = words[0]["text"]
    for before, word in pairwise(words):
        is_latin = not (_HAN.match(before["text"][-1]) or _HAN.match(word["text"][0]))
        is_apart = word["x0"] - before["x1"] > (WORD_GAP if is_latin else _MIXED_GAP) * word["size"]
        text += (" " if is_apart else "") + word["text"]
    text = " ".join(text.split())
    widest = max(words, key=lambda word: len(word["text"]))
    return PrintedLine(
        clean(UNMAPPED.sub("", without_inner_marks(text))),
        words[0]["x0"],
        words[-1]["x1"],
        min(word["top"] for word in words),
        max(word["bottom"] for word in words),
        float(widest["size"]),
        number,
        all(_BOLD.search(word["fontname"]) for word in words),
    )
