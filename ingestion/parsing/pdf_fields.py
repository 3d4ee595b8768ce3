"""What is filled into a pdf form, and boxes that are ticked or empty, as words at their places on the page."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from ingestion.parsing.decode import clean
from kb_service.domain.file_reports import NoteKind, Notes

_HIDDEN_FLAGS = 0b100010  # hidden, not shown on a screen
_RADIO_OR_BOX, _PUSH_BUTTON = "Btn", 1 << 16
_PASSWORD = 1 << 13
_MOST_FIELDS, _MOST_BOXES, _MOST_STROKES = 2_000, 300, 5_000
_LARGEST_TYPE = 12.0
_BOX_FROM, _BOX_TO = 5.0, 16.0
_LONGEST_LABEL_GAP = 8.0
_TICKS = frozenset("√✓✔✗✘×xXvV☑■●")

Word = dict[str, Any]


def words_of_fields(page: Any, notes: Notes) -> Iterator[Word]:
    for annotation in page.annots[:_MOST_FIELDS]:
        data = annotation["data"]
        kind = _name(data.get("Subtype"))
        if kind in {"Text", "Popup"}:
            notes.add(NoteKind.COMMENTS, str(page.page_number), count=int(kind == "Text"))
        elif int(_resolved(data.get("F")) or 0) & _HIDDEN_FLAGS:
            notes.add(NoteKind.HIDDEN_TEXT, str(page.page_number), count=int(bool(_value(data))))
        elif (kind == "Widget" and (text := _value(data))) or (
            kind == "FreeText" and (text := _text(data.get("Contents")))
        ):
            yield from _words(text, annotation)


def boxes_of(page: Any) -> Iterator[tuple[Word, set[int]]]:
    """Small squares drawn before words, each with the letters that are its tick."""
    strokes = (*page.lines, *page.curves, *page.rects)
    if not page.rects or len(strokes) > _MOST_STROKES:
        return
    letters_at: dict[int, list[Any]] = defaultdict(list)
    for letter in page.chars:
        letters_at[int(letter["top"] / _BOX_TO)].append(letter)
    for square in [each for each in page.rects if _is_square(each)][:_MOST_BOXES]:
        row = int(square["top"] / _BOX_TO)
        near = [letter for at in range(row - 2, row + 3) for letter in letters_at.get(at, ())]
        inside = [letter for letter in near if _is_within(letter, square) and not letter["text"].isspace()]
        is_before_words = any(
            0 <= letter["x0"] - square["x1"] <= _LONGEST_LABEL_GAP
            and letter["top"] < (square["top"] + square["bottom"]) / 2 < letter["bottom"]
            for letter in near
        )
        if not is_before_words or not all(letter["text"] in _TICKS for letter in inside):
            continue
        is_ticked = bool(inside) or any(each is not square and _is_within(each, square) for each in strokes)
        yield _word("☑" if is_ticked else "□", square, _size_of(square)), {id(letter) for letter in inside}


def _is_square(rect: Any) -> bool:
    wide, high = rect["x1"] - rect["x0"], rect["bottom"] - rect["top"]
    return bool(
        _BOX_FROM <= wide <= _BOX_TO and _BOX_FROM <= high <= _BOX_TO and abs(wide - high) < 2 and rect["stroke"]
    )


def _is_within(each: Any, square: Any) -> bool:
    x, y = (each["x0"] + each["x1"]) / 2, (each["top"] + each["bottom"]) / 2
    is_smaller = each["x1"] - each["x0"] <= square["x1"] - square["x0"] + 4
    return bool(is_smaller and square["x0"] < x < square["x1"] and square["top"] < y < square["bottom"])


def _words(text: str, annotation: Any) -> Iterator[Word]:
    lines = [line for line in text.split("\n") if line.strip()]
    size = min(_LARGEST_TYPE, (annotation["bottom"] - annotation["top"]) / max(1, len(lines)))
    if len(lines) == 1:
        yield _word(lines[0].strip(), annotation, size)
        return
    for number, line in enumerate(lines):
        top = annotation["top"] + number * size * 1.2
        yield _word(line.strip(), {**annotation, "top": top, "bottom": top + size}, size)


def _word(text: str, place: Any, size: float) -> Word:
    middle = (place["top"] + place["bottom"]) / 2
    return {
        "text": text,
        "x0": place["x0"],
        "x1": max(place["x1"], place["x0"] + 1) if len(text) < 2 else place["x0"] + 0.7 * size * len(text),
        "top": middle - size / 2,
        "bottom": middle + size / 2,
        "size": size,
        "fontname": "",
        "upright": True,
    }


def _size_of(square: Any) -> float:
    return float(square["bottom"] - square["top"])


def _value(data: Any) -> str:
    kind, flags, value = _name(_inherited(data, "FT")), int(_inherited(data, "Ff") or 0), _inherited(data, "V")
    if kind == _RADIO_OR_BOX:
        if flags & _PUSH_BUTTON:
            return ""
        state = _name(_resolved(data.get("AS"))) or _name(value)
        return "□" if state in {"", "Off"} else "☑"
    if kind == "Tx" and flags & _PASSWORD:
        return ""
    if kind in {"Tx", "Ch"}:
        chosen = value if isinstance(value, list) else [value]
        return "、".join(filter(None, map(_text, chosen)))
    return ""


def _inherited(data: Any, name: str) -> Any:
    """Of the field, or of the one that it is a part of."""
    for _ in range(8):
        if not isinstance(data, dict):
            return None
        if (value := _resolved(data.get(name))) is not None:
            return value
        data = _resolved(data.get("Parent"))
    return None


def _resolved(value: Any) -> Any:
    from pdfminer.pdftypes import resolve1

    return resolve1(value)


def _name(value: Any) -> str:
    from pdfminer.psparser import PSLiteral

    value = _resolved(value)
    return str(value.name) if isinstance(value, PSLiteral) else str(value or "").strip("/'")


def _text(value: Any) -> str:
    from pdfminer.psparser import PSLiteral
    from pdfminer.utils import decode_text

    value = _resolved(value)
    if isinstance(value, PSLiteral):
        return _name(value)
    return clean(decode_text(value) if isinstance(value, bytes) else str(value or "")).strip()


def letters_of_ticks(boxes: Sequence[tuple[Word, set[int]]]) -> set[int]:
    return {letter for _, letters in boxes for letter in letters}
