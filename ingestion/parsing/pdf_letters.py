"""Which letters of a pdf page its readers see, and which of them are raised: settled before words are made of them."""

import re
from collections.abc import Sequence
from typing import Any

from ingestion.parsing.pdf_clips import Box
from ingestion.parsing.pdf_ink import Letter, lightness
from ingestion.parsing.pdf_raised import readings, sign_raised
from ingestion.parsing.pdf_struck import struck_letters
from ingestion.parsing.pdf_watermarks import watermark_letters
from ingestion.parsing.symbols import symbol
from kb_service.domain.file_reports import NoteKind, Notes

_WHITE = 0.97
# Of a hostile page: shapes looked at, and that may lie under letters.
_MOST_LOOKED_AT, _MOST_GROUNDS = 2_000, 200
INVISIBLE = "invisible"
# In the place of a letter that is struck out, so that what stands before and after it stays on one line.
_NOTHING = "\u2060"
_SMALLEST = 1.5  # points; nobody reads smaller type
_PICTURE_FONT = re.compile(r"wingdings(?!3)|dingbats", re.IGNORECASE)


def keep_shown_letters(page: Any, notes: Notes) -> None:
    """Takes out of the page what is not seen on it, and puts signs around raised and lowered letters."""
    letters: list[Letter] = page.chars
    if not letters:
        return
    grounds, frame = _grounds(page), _frame(page)
    shown = [letter for letter in letters if not _is_unseen(letter, frame, grounds)]
    if not _holds_text(shown) and _is_picture(page):
        shown = letters  # the text that a scanner put under its picture: compared with it later
    elif len(shown) < len(letters):
        notes.add(NoteKind.HIDDEN_TEXT, str(page.page_number))
    for out, kind in (
        (_artifacts(shown), NoteKind.RUNNING_HEADS),
        (watermark_letters(shown), NoteKind.WATERMARKS),
        (readings(shown), NoteKind.READINGS),
    ):
        if out:
            notes.add(kind, str(page.page_number))
            shown = [letter for letter in shown if id(letter) not in out]
    if struck := struck_letters(shown, page):
        notes.add(NoteKind.STRUCK_OUT, str(page.page_number))
        for letter in shown:
            if id(letter) in struck:
                letter["text"] = _NOTHING
    for letter in shown:
        if _PICTURE_FONT.search(letter["fontname"]) and len(letter["text"]) == 1:
            letter["text"] = _sign(letter["text"], letter["fontname"])
    sign_raised(shown)
    page.objects["char"] = shown


def _sign(letter: str, font: str) -> str:
    """What a letter of a picture font shows; fonts in a file have names like ABCDEF+Wingdings-Regular."""
    name = font.rpartition("+")[2].lower()
    family = "zapfdingbats" if "dingbats" in name else "wingdings 2" if name.startswith("wingdings2") else "wingdings"
    return symbol(family, ord(letter)) or letter


def _holds_text(letters: Sequence[Letter]) -> bool:
    return sum(not letter["text"].isspace() for letter in letters) >= 10


def _is_picture(page: Any) -> bool:
    area = float(page.width) * float(page.height)
    return any((each["x1"] - each["x0"]) * (each["bottom"] - each["top"]) > 0.5 * area for each in page.images)


def _frame(page: Any) -> Box:
    """What is left of the page when it is cut for its readers; all of it where nothing would be left."""
    (x0, top, x1, bottom), cut = page.bbox, page.cropbox
    within = max(x0, cut[0]), max(top, cut[1]), min(x1, cut[2]), min(bottom, cut[3])
    return within if within[0] < within[2] and within[1] < within[3] else (x0, top, x1, bottom)


def _is_unseen(letter: Letter, frame: Box, grounds: Sequence[Any]) -> bool:
    if letter["tag"] == INVISIBLE or letter["size"] < _SMALLEST:
        return True
    x0, top, x1, bottom = frame
    if letter["x1"] < x0 or letter["x0"] > x1 or letter["bottom"] < top or letter["top"] > bottom:
        return True
    return lightness(letter) >= _WHITE and not _has_ground(letter, grounds)


def _grounds(page: Any) -> list[Any]:
    """Pictures and filled shapes, on which white letters are seen."""
    shapes = [each for each in (*page.rects, *page.curves)[:_MOST_LOOKED_AT] if each["fill"] and _is_dark(each)]
    return [*page.images, *shapes][:_MOST_GROUNDS]


def _has_ground(letter: Letter, grounds: Sequence[Any]) -> bool:
    x, y = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return any(each["x0"] <= x <= each["x1"] and each["top"] <= y <= each["bottom"] for each in grounds)


def _is_dark(shape: Any) -> bool:
    return lightness(shape) < _WHITE


def _artifacts(letters: Sequence[Letter]) -> set[int]:
    """What a tagged file itself calls no part of its text: page headers and numbers, watermarks."""
    tagged = sum(letter["mcid"] is not None and letter["tag"] != "Artifact" for letter in letters)
    if tagged < len(letters) / 2:
        return set()
    return {id(letter) for letter in letters if letter["tag"] == "Artifact"}
