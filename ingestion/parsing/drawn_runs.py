"""Runs of letters in slides and in the text boxes of sheets, which say how they look in the same words."""

from typing import Any

from ingestion.parsing.raised_marks import lowered, raised
from ingestion.parsing.symbols import is_symbol_font, symbols
from kb_service.domain.file_reports import NoteKind, Notes

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def say_as_shown(run: Any, notes: Notes) -> None:
    """Takes a struck-out run out, puts signs around raised and lowered letters, and reads picture fonts."""
    properties, text = run.find(f"{_A}rPr"), run.find(f"{_A}t")
    if properties is None or text is None or not text.text:
        return
    if properties.get("strike", "noStrike") != "noStrike":
        notes.add(NoteKind.STRUCK_OUT)
        run.getparent().remove(run)
        return
    was = text.text
    place = int(properties.get("baseline") or 0) if (properties.get("baseline") or "0").lstrip("-").isdigit() else 0
    text.text = raised(was) if place > 0 else lowered(was) if place < 0 else was
    fonts = [properties.find(f"{_A}sym"), properties.find(f"{_A}latin")]
    font = next(
        (each.get("typeface") for each in fonts if each is not None and is_symbol_font(each.get("typeface"))), None
    )
    if font is not None:
        text.text = symbols(font, was)
