"""What a reader sees of a paragraph: without what is hidden, struck out or a field's code; with marks and formulas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ingestion.parsing.formulas import formula_text
from ingestion.parsing.raised_marks import lowered, raised
from ingestion.parsing.symbols import is_symbol_font, symbol, symbols
from ingestion.parsing.word.field_codes import text_of_code
from ingestion.parsing.word.names import FALLBACK, OFF, W14, M, W
from ingestion.parsing.word.styles import Styles
from kb_service.domain.file_reports import NoteKind, Notes

_NOT_TEXT = frozenset(
    {f"{W}pPr", f"{W}rPr", f"{W}tbl", f"{W}txbxContent", f"{W}sdtPr", f"{W}rt", f"{W}instrText", FALLBACK}
)
# What is set off its line by so many half points, and is no word, is raised or lowered.
_MARK, _LEAST_MOVED = re.compile(r"[\d\s,，、*＊†‡+\-−–\[\]［］()（）①-⑳n]{1,8}"), 3
_WATERMARK = "WaterMark"  # as Word calls the shape
_LARGEST_UNSEEN = 2  # half points
_MAY_BE_GROUNDS = frozenset({f"{W}tbl", f"{W}txbxContent"})
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})


@dataclass(slots=True)
class _Field:
    """A field that is open: its code until its result begins, which the page shows."""

    code: list[str] = field(default_factory=list)
    shows_result: bool = False
    has_result: bool = False
    form_value: str | None = None


class ParagraphTexts:
    """``notes`` gets what is left out."""

    def __init__(self, styles: Styles, notes: Notes) -> None:
        self._styles = styles
        self._notes = notes
        self._fields: list[_Field] = []
        self._paragraph: Any = None
        self._label_of: dict[tuple[str, str], str] = {}
        self._met: list[tuple[str, str, str]] = []

    def text(self, paragraph: Any) -> str:
        self._paragraph = paragraph
        return "".join(self._texts(paragraph))

    def taken_notes(self) -> list[tuple[str, str, str]]:
        """Of the notes that texts have referred to since this was asked last: footnote or endnote, id, label."""
        met, self._met = self._met, []
        return met

    def _texts(self, container: Any) -> Iterator[str]:
        for element in container:
            if element.tag == f"{W}r":
                yield from self._run(element)
            elif element.tag in _NOT_TEXT or self._is_prompt(element):
                continue
            elif element.tag in _DELETED:
                self._notes.add(NoteKind.STRUCK_OUT)
            elif element.tag in {f"{M}oMath", f"{M}oMathPara"}:
                yield formula_text(element)
            elif element.tag == f"{W}sdt" and (box := element.find(f"{W}sdtPr/{W14}checkbox")) is not None:
                ticked = box.find(f"{W14}checked")
                yield "☑" if ticked is not None and ticked.get(f"{W14}val") not in OFF else "□"
            elif (piece := self._piece(element)) is not None:
                yield piece
            else:
                yield from self._texts(element)

    @staticmethod
    def _is_prompt(element: Any) -> bool:
        """A content control that nobody has filled in shows what to type there."""
        return element.tag == f"{W}sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None

    def _run(self, run: Any) -> Iterator[str]:
        for element in run.findall(f"{W}fldChar"):
            yield from self._field(element)
        if any(not each.shows_result for each in self._fields):
            self._fields[-1].code.extend(each.text or "" for each in run.findall(f"{W}instrText"))
            return
        properties = run.find(f"{W}rPr")
        if (left_out := self._left_out(properties)) is not None:
            if any((text.text or "").strip() for text in run.findall(f"{W}t")):
                self._notes.add(left_out)
            return
        text = "".join(self._texts(run))
        if not text:
            return
        for open_field in self._fields:
            open_field.has_result = True
        if is_symbol_font(font := self._styles.font(properties)):
            text = symbols(font, text)
        place = self._place(properties, text)
        yield raised(text) if place > 0 else lowered(text) if place < 0 else text

    def _place(self, properties: Any | None, text: str) -> int:
        """1 for raised letters, -1 for lowered ones, else 0; figures may be moved off the line by points as well."""
        aligned = self._styles.value(properties, "vertAlign")
        if aligned in {"superscript", "subscript"}:
            return 1 if aligned == "superscript" else -1
        moved = self._styles.value(properties, "position") if _MARK.fullmatch(text) else None
        half_points = int(moved) if moved and moved.lstrip("-").isdecimal() else 0
        return (half_points > _LEAST_MOVED) - (half_points < -_LEAST_MOVED)

    def _left_out(self, properties: Any | None) -> NoteKind | None:
        def is_on(name: str) -> bool:
            return self._styles.is_on(properties, self._paragraph, name)

        if is_on("vanish") or (is_on("webHidden") and self._is_number_of_a_page()) or self._is_unseen(properties):
            return NoteKind.HIDDEN_TEXT
        return NoteKind.STRUCK_OUT if is_on("strike") or is_on("dstrike") else None

    def _is_number_of_a_page(self) -> bool:
        """In a table of contents. Else only a view as a web page hides what is marked so; paper shows it."""
        return any("PAGEREF" in "".join(each.code) for each in self._fields)

    def _is_unseen(self, properties: Any | None) -> bool:
        """White on the page's white, or too small; in a table, the ground may be the table style's."""
        if properties is None:
            return False
        size = self._styles.value(properties, "sz")
        if size is not None and size.isdecimal() and int(size) <= _LARGEST_UNSEEN:
            return True
        if (self._styles.value(properties, "color") or "").upper() != "FFFFFF":
            return False
        grounds = (properties.find(f"{W}shd"), properties.find(f"{W}highlight"), self._paragraph.find(f"{W}pPr/{W}shd"))
        if any(each is not None for each in grounds) or self._styles.may_give_a_ground(self._paragraph):
            return False
        around = {each.tag for each in self._paragraph.iterancestors()}
        return not around & _MAY_BE_GROUNDS and self._paragraph.getroottree().find(f"{W}background") is None

    def _piece(self, element: Any) -> str | None:
        """None for what holds other elements: a picture, a reading over its characters, alternatives."""
        match element.tag.rpartition("}")[2]:
            case "t":
                return element.text or ""
            case "tab" | "ptab":
                return " "
            case "br" | "cr":
                return "\n"
            case "noBreakHyphen":
                return "-"
            case "sym":
                return self._symbol(element)
            case "symEx":
                return chr(int(next((value for key, value in element.items() if key.endswith("char")), "20"), 16))
            case "footnoteReference" | "endnoteReference":
                return self._reference(element)
            case (
                "delText"
                | "instrText"
                | "softHyphen"
                | "lastRenderedPageBreak"
                | "annotationRef"
                | "footnoteRef"
                | "endnoteRef"
            ):
                return ""
            case "textpath":
                return self._drawn_letters(element)
            case "commentReference":
                self._notes.add(NoteKind.COMMENTS)
                return ""
            case "OLEObject":
                self._notes.add(NoteKind.EMBEDDED_FILES)
                return ""
            case "fldChar" | "rubyPr":
                return ""
        return None

    def _drawn_letters(self, element: Any) -> str:
        """Of an old WordArt, unless it is a watermark across the page."""
        shape = element.getparent()
        if shape is not None and _WATERMARK in (shape.get("id") or ""):
            self._notes.add(NoteKind.WATERMARKS)
            return ""
        return element.get("string") or ""

    def _symbol(self, element: Any) -> str:
        code = int(element.get(f"{W}char") or "0", 16)
        shown = symbol(element.get(f"{W}font"), code)
        if shown is None:
            self._notes.add(NoteKind.UNKNOWN_SYMBOLS)
        return shown or "▯"

    def _reference(self, element: Any) -> str:
        kind = element.tag.rpartition("}")[2].removesuffix("Reference")
        key = (kind, element.get(f"{W}id") or "")
        if key not in self._label_of:
            number = 1 + sum(known == kind for known, _ in self._label_of)
            self._label_of[key] = f"{'注' if kind == 'footnote' else '尾注'}{number}"
            self._met.append((*key, self._label_of[key]))
        return raised(f"（{self._label_of[key]}）")

    def _field(self, character: Any) -> Iterator[str]:
        kind = character.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append(_Field(form_value=_form_value(character.find(f"{W}ffData"))))
        elif not self._fields:
            return
        elif kind == "separate":
            self._fields[-1].shows_result = True
        elif kind == "end":
            ended = self._fields.pop()
            if all(each.shows_result for each in self._fields):
                if ended.form_value is not None:
                    yield ended.form_value
                elif not ended.has_result:
                    yield text_of_code("".join(ended.code))


def _form_value(data: Any | None) -> str | None:
    """Of a check box or list of an old form; what was typed into a text field is the field's result."""
    if data is None:
        return None
    if (box := data.find(f"{W}checkBox")) is not None:
        state = box.find(f"{W}checked")
        state = box.find(f"{W}default") if state is None else state
        return "☑" if state is not None and state.get(f"{W}val", "1") not in OFF else "□"
    if (choices := data.find(f"{W}ddList")) is not None:
        entries = [entry.get(f"{W}val") or "" for entry in choices.findall(f"{W}listEntry")]
        result = choices.find(f"{W}result")
        chosen = int(result.get(f"{W}val") or 0) if result is not None else 0
        return entries[chosen] if chosen < len(entries) else ""
    return None
