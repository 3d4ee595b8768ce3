"""Pages of a pdf to be recognised: pictures, letters drawn as curves or of codes that say nothing, whatever else is
printed on them.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from ingestion.parsing.layout import PrintedLine
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.pdf_codes import has_unreadable
from ingestion.parsing.pdf_letters import INVISIBLE
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind, Notes

_LEAST_LETTERS = 10
# A full page of text covers 15 to 40 % of it with letters, a header or a stamp 2 %.
_LETTERS_OF_A_HEADER = 0.05
_PICTURE_SHARE = 0.25
_SMALLEST_PICTURE_SHARE = 0.01
# Letters that are curves: so many small shapes, none wider than these points.
_LEAST_CURVES, _LARGEST_CURVE = 40, 40.0

# A layer of invisible text is that of the picture over it where so many of its letters and figures are the same; the
# rest is what two recognisers read otherwise.
_LETTERS_ALIKE, _FIGURES_ALIKE = 0.7, 0.75
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")

# What is recognised on a page of that number.
Recognise = Callable[[Any, int, ParsingLimits], list[PrintedLine]]


class Scans:
    """The pages of one file that are pictures, read within the limits of pages and seconds."""

    def __init__(self, name: str, limits: ParsingLimits, notes: Notes) -> None:
        self._name, self._limits, self._notes = name, limits, notes
        self._started = monotonic()
        self.recognised: list[int] = []
        self.unread: list[int] = []
        self.pictures = self.pictures_read = self._compared = 0

    def lines_of(self, page: Any, parts: list[PrintedLine], number: int, recognise: Recognise) -> list[PrintedLine]:
        """The parts of a page, with what is recognised where its letters are pictures or curves."""
        pictures = _pictures(page)
        self.pictures += len(pictures)
        if any(letter["tag"] == INVISIBLE for letter in page.chars):
            return self._compared_with_picture(page, parts, number, recognise)
        letters = sum(len("".join(part.text.split())) for part in parts)
        if not _needs_recognition(page, parts, pictures, letters):
            return parts
        if self._is_exhausted():
            if letters < _LEAST_LETTERS:
                raise FileRefused(
                    f"{self._name} has more scanned pages than are read at once ({self._limits.ocr_pages} pages or "
                    f"{self._limits.ocr_seconds:.0f} seconds); split it.",
                    Cause("too_many_scanned_pages", {"limit": self._limits.ocr_pages}),
                )
            self.unread.append(number)
            return parts
        found = recognise(page, number, self._limits)
        self._limits.page_recognised()
        self.pictures_read += len(pictures) if found else 0
        if letters < _LEAST_LETTERS or (not found and has_unreadable(page)):
            (self.recognised if found else self.unread).append(number)
            return found or parts
        self.recognised.append(number)
        return [*parts, *(line for line in found if not _is_printed(line, parts))]

    def _compared_with_picture(
        self, page: Any, layer: list[PrintedLine], number: int, recognise: Recognise
    ) -> list[PrintedLine]:
        """The invisible text of a page that is a picture, unless the picture shows something else."""
        if not self._is_exhausted():
            found = recognise(page, number, self._limits)
            self._limits.page_recognised()
            self._compared += 1
            if found and not _say_the_same(layer, found):
                self.recognised.append(number)
                self._notes.add(NoteKind.HIDDEN_TEXT, str(number))
                return found
        self._notes.add(NoteKind.INVISIBLE_LAYER, str(number))
        return layer

    def _is_exhausted(self) -> bool:
        is_late = monotonic() - self._started > self._limits.ocr_seconds
        return max(len(self.recognised), self._compared) + len(self.unread) >= self._limits.ocr_pages or is_late


def _say_the_same(layer: Sequence[PrintedLine], found: Sequence[PrintedLine]) -> bool:
    texts = ["".join("".join(part.text.split()) for part in parts) for parts in (layer, found)]
    figures = [_FIGURE.findall(text) for text in texts]
    return _alike(*texts) >= _LETTERS_ALIKE and _alike(*figures) >= _FIGURES_ALIKE


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    """Which share of the longer one is in the other too, wherever it stands."""
    shared = (Counter(one) & Counter(other)).total()
    return shared / max(len(one), len(other), 1) if one or other else 1.0


def _pictures(page: Any) -> list[tuple[float, float, float, float]]:
    """Their places on the page, without lines and icons."""
    area = float(page.width) * float(page.height)
    boxes = [
        (max(0.0, each["x0"]), max(0.0, each["top"]), min(page.width, each["x1"]), min(page.height, each["bottom"]))
        for each in page.images
    ]
    return [box for box in dict.fromkeys(boxes) if _area(box) >= _SMALLEST_PICTURE_SHARE * area]


def _needs_recognition(
    page: Any, parts: Sequence[PrintedLine], pictures: Sequence[tuple[float, float, float, float]], letters: int
) -> bool:
    if has_unreadable(page) or (letters < _LEAST_LETTERS and page.images):
        return True
    area = float(page.width) * float(page.height)
    printed = sum((part.x1 - part.x0) * (part.bottom - part.top) for part in parts)
    if printed > _LETTERS_OF_A_HEADER * area:
        return False
    if sum(map(_area, pictures)) > _PICTURE_SHARE * area:
        return not any(_is_inside(part, box) for part in parts for box in pictures if len(part.text) > 1)
    if len(page.curves) < _LEAST_CURVES:
        return False
    return sum(_is_as_large_as_a_letter(each) for each in page.curves) >= _LEAST_CURVES


def _is_as_large_as_a_letter(curve: Any) -> bool:
    wide, high = curve["x1"] - curve["x0"], curve["bottom"] - curve["top"]
    return bool(wide <= _LARGEST_CURVE and high <= _LARGEST_CURVE)


def _area(box: tuple[float, float, float, float]) -> float:
    x0, top, x1, bottom = box
    return max(0.0, x1 - x0) * max(0.0, bottom - top)


def _is_inside(part: PrintedLine, box: tuple[float, float, float, float]) -> bool:
    x, y = (part.x0 + part.x1) / 2, (part.top + part.bottom) / 2
    return box[0] < x < box[2] and box[1] < y < box[3]


def _is_printed(line: PrintedLine, parts: Sequence[PrintedLine]) -> bool:
    x, y = (line.x0 + line.x1) / 2, (line.top + line.bottom) / 2
    return any(part.x0 - 2 <= x <= part.x1 + 2 and part.top - 2 <= y <= part.bottom + 2 for part in parts)


def scaled(line: PrintedLine, factor: float) -> PrintedLine:
    return replace(
        line,
        x0=line.x0 * factor,
        x1=line.x1 * factor,
        top=line.top * factor,
        bottom=line.bottom * factor,
        size=line.size * factor,
    )
