"""What a reader sees of a paragraph of an OpenDocument text."""

from collections.abc import Iterator
from typing import Any

from ingestion.parsing.odt.styles import OFFICE, TEXT, OdtStyles
from ingestion.parsing.raised_marks import lowered, raised
from ingestion.parsing.symbols import symbols
from kb_service.domain.file_reports import NoteKind, Notes

DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_FORM = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"
_MOST_SPACES = 100


class OdtTexts:
    def __init__(self, styles: OdtStyles, notes: Notes, body: Any | None) -> None:
        self._styles = styles
        self._notes = notes
        self._marks: dict[str, int] = {}
        self._met: list[tuple[str, str]] = []
        self._boxes: list[Any] = []
        forms = () if body is None else body.iter(f"{_FORM}checkbox", f"{_FORM}radio")
        self._control_of = {(each.get(f"{_FORM}id") or ""): each for each in forms}

    def text(self, element: Any) -> str:
        return "".join(self._texts(element))

    def taken_notes(self) -> list[tuple[str, str]]:
        """Mark and text of the foot- and endnotes that texts have referred to since this was asked last."""
        met, self._met = self._met, []
        return met

    def taken_boxes(self) -> list[Any]:
        boxes, self._boxes = self._boxes, []
        return boxes

    def _texts(self, element: Any) -> Iterator[str]:
        style = element.get(f"{TEXT}style-name")
        if self._styles.is_hidden(style):
            return self._notes.add(NoteKind.HIDDEN_TEXT)
        if self._styles.is_struck_out(style):
            return self._notes.add(NoteKind.STRUCK_OUT)
        place = self._styles.place(style) if element.tag == f"{TEXT}span" else 0
        text = "".join(self._pieces(element))
        if (font := self._styles.font(style)) is not None:
            text = symbols(font, text)
        yield raised(text) if place > 0 else lowered(text) if place < 0 else text
        return None

    def _pieces(self, element: Any) -> Iterator[str]:
        yield _words(element.text)
        for child in element:
            if isinstance(child.tag, str):
                yield from self._piece(child)
            yield _words(child.tail)

    def _piece(self, element: Any) -> Iterator[str]:
        match element.tag.removeprefix(TEXT).removeprefix(OFFICE).removeprefix(DRAW):
            case "s":
                yield " " * min(int(element.get(f"{TEXT}c") or 1), _MOST_SPACES)
            case "tab":
                yield " "
            case "line-break":
                yield "\n"
            case "note":
                yield self._mark(element)
            case "ruby":
                yield from (piece for base in element.findall(f"{TEXT}ruby-base") for piece in self._texts(base))
            case "annotation":
                self._notes.add(NoteKind.COMMENTS)
            case "hidden-text" | "hidden-paragraph":
                self._notes.add(NoteKind.HIDDEN_TEXT)
            case "frame" | "custom-shape" | "g":
                self._boxes.append(element)
            case "control":
                yield self._control(element)
            case "placeholder" | "annotation-end" | "bookmark" | "soft-page-break":
                return
            case _:
                yield from self._texts(element)

    def _mark(self, note: Any) -> str:
        kind = "尾注" if note.get(f"{TEXT}note-class") == "endnote" else "注"
        self._marks[kind] = self._marks.get(kind, 0) + 1
        mark = f"{kind}{self._marks[kind]}"
        body = note.find(f"{TEXT}note-body")
        parts = [] if body is None else [self.text(each) for each in body.iter(f"{TEXT}p")]
        if any(parts):
            self._met.append((mark, " ".join(filter(None, parts))))
        return raised(f"（{mark}）")

    def _control(self, element: Any) -> str:
        control = self._control_of.get(element.get(f"{DRAW}control") or "")
        if control is None:
            return ""
        state = control.get(f"{_FORM}current-state") or control.get(f"{_FORM}state")
        ticked = state == "checked" or control.get(f"{_FORM}current-selected") == "true"
        return ("☑" if ticked else "□") + (control.get(f"{_FORM}label") or "")


def _words(text: str | None) -> str:
    """White space of the file's own lines is none of the text's; a run of it is one space."""
    if not text:
        return ""
    lead, tail = text[0].isspace(), text[-1].isspace()
    inner = " ".join(text.split())
    return f"{' ' if lead else ''}{inner}{' ' if tail and inner else ''}"
