"""Makes slides say in plain text runs what they show, before unstructured reads them.

unstructured puts shapes into reading order and unfolds groups; it knows nothing of hidden slides, struck-out words,
raised digits, computed numbers, merged cells, SmartArt and formulas, and reads charts not at all.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block
from ingestion.parsing.charts import chart_block
from ingestion.parsing.drawn_runs import say_as_shown
from ingestion.parsing.formulas import formula_text
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.number_formats import written
from ingestion.parsing.smart_art import lines_of_diagram
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import NoteKind, Notes

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A14 = "{http://schemas.microsoft.com/office/drawing/2010/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ON = frozenset({"1", "true"})
_RUNNING = frozenset({"sldNum", "dt", "ftr", "hdr"})
_SHAPES = frozenset({f"{_P}{name}" for name in ("sp", "grpSp", "graphicFrame", "pic", "cxnSp")})
_MOST_REPEATED = 200_000
_NUMBERS = {
    "arabic": "decimal", "circleNum": "decimalEnclosedCircle", "ea1Chs": "chineseCountingThousand",
    "ea1Cht": "chineseCountingThousand", "ea1Jpn": "chineseCountingThousand", "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman",
}  # fmt: skip


@dataclass(slots=True)
class SlideContents:
    """``charts`` of each slide as tables, and its ``pictures``, by its number from 1."""

    notes: Notes
    limits: ParsingLimits
    charts: list[Block] = field(default_factory=list)
    pictures: list[tuple[int, bytes]] = field(default_factory=list)
    _repeated: int = 0
    _parts_shown: set[str] = field(default_factory=set)

    def presentation(self, data: bytes) -> Any:
        from pptx import Presentation

        presentation = Presentation(BytesIO(data))
        size = presentation.slide_width or 0, presentation.slide_height or 0
        for number, slide in enumerate(presentation.slides, start=1):
            self._notes_of(slide)
            if slide._element.get("show") in {"0", "false"}:
                self.notes.add(NoteKind.HIDDEN_SLIDES, str(number))
                for shape in list(slide._element.cSld.spTree):
                    self._drop(shape if shape.tag in _SHAPES or shape.tag.startswith(_MC) else None)
                self._empty_notes(slide)
                continue
            self._leave_out_beside(slide._element.cSld.spTree, size)
            self._slide(slide, number)
        return presentation

    def _leave_out_beside(self, tree: Any, size: tuple[int, int]) -> None:
        """Shapes that lie wholly beside the slide, where authors keep drafts: a show does not show them."""
        for shape in [each for each in tree if each.tag in _SHAPES]:
            place = next((each for each in shape.iter(f"{_A}xfrm", f"{_P}xfrm")), None)
            corner, extent = (None, None) if place is None else (place.find(f"{_A}off"), place.find(f"{_A}ext"))
            if corner is None or extent is None or not all(size):
                continue
            x, y, wide, high = (
                int(each.get(name) or 0)
                for each, name in ((corner, "x"), (corner, "y"), (extent, "cx"), (extent, "cy"))
            )
            if x + wide <= 0 or y + high <= 0 or x >= size[0] or y >= size[1]:
                self.notes.add(NoteKind.HIDDEN_TEXT, count=int(any(each.text for each in shape.iter(f"{_A}t"))))
                self._drop(shape)

    def _notes_of(self, slide: Any) -> None:
        if not self.limits.speaker_notes and slide.has_notes_slide:
            frame = slide.notes_slide.notes_text_frame
            if frame is not None and frame.text.strip():
                self.notes.add(NoteKind.SPEAKER_NOTES)

    def _empty_notes(self, slide: Any) -> None:
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            slide.notes_slide.notes_text_frame.text = ""

    def _slide(self, slide: Any, number: int) -> None:
        tree = slide._element.cSld.spTree
        for choice in list(tree.iter(f"{_MC}AlternateContent")):
            self._unwrap(choice)
        for formulas in list(tree.iter(f"{_A14}m")):
            self._replace(formulas, _formula_runs(formulas.iter(f"{_M}oMath")))
        for shape in [each for each in tree.iter() if each.tag in _SHAPES]:
            self._shape(shape, slide.part, number)
        for frame in list(tree.iter(f"{_P}graphicFrame")):
            self._frame(frame, slide.part, number)
        for run in list(tree.iter(f"{_A}r")):
            say_as_shown(run, self.notes)
        for body in [*tree.iter(f"{_P}txBody"), *tree.iter(f"{_A}txBody")]:
            self._number(body)
        for table in tree.iter(f"{_A}tbl"):
            self._fill_merged(table)

    def _drop(self, element: Any | None) -> None:
        if element is not None and element.getparent() is not None:
            element.getparent().remove(element)

    def _unwrap(self, alternatives: Any) -> None:
        """What this program knows of two ways to say a thing: shapes, and formulas among the words of one."""
        chosen = next((each for each in alternatives if any(child.tag in _SHAPES for child in each)), None)
        if chosen is not None:
            self._replace(alternatives, list(chosen))
        elif formulas := list(alternatives.iter(f"{_M}oMath")):
            self._replace(alternatives, _formula_runs(formulas))

    def _replace(self, element: Any, others: list[Any]) -> None:
        parent = element.getparent()
        place = parent.index(element)
        for offset, other in enumerate(others):
            parent.insert(place + offset, other)
        self._drop(element)

    def _shape(self, shape: Any, part: Any, number: int) -> None:
        properties = next(shape.iter(f"{_P}cNvPr"), None)
        if properties is not None and properties.get("hidden") in _ON:
            self.notes.add(
                NoteKind.HIDDEN_TEXT, count=int(any((each.text or "").strip() for each in shape.iter(f"{_A}t")))
            )
            return self._drop(shape)
        place = next(shape.iter(f"{_P}ph"), None) if shape.tag == f"{_P}sp" else None
        if place is not None and place.get("type") in _RUNNING:
            self.notes.add(NoteKind.RUNNING_HEADS)
            return self._drop(shape)
        if shape.tag == f"{_P}pic":
            for blip in shape.iter(f"{_A}blip"):
                picture = _related(part, blip.get(f"{_R}embed"))
                if picture is None:
                    self._drop(shape)  # python-pptx cannot open what is missing
                else:
                    self.pictures.append((number, picture.blob))
        return None

    def _frame(self, frame: Any, part: Any, number: int) -> None:
        for chart in frame.iter(f"{_C}chart"):
            found = self._part_once(part, chart.get(f"{_R}id"))
            block = None if found is None else chart_block(found.blob, page=number)
            self.charts.extend([block] if block else [])
        for diagram in frame.iter(f"{_DGM}relIds"):
            found = self._part_once(part, diagram.get(f"{_R}dm"))
            if found is not None:
                self._replace(frame, [_text_shape(frame, lines_of_diagram(found.blob))])
        if next(frame.iter(f"{_P}oleObj"), None) is not None:
            self.notes.add(NoteKind.EMBEDDED_FILES, str(number))

    def _part_once(self, part: Any, relation: str | None) -> Any | None:
        """However often the file shows it."""
        found = _related(part, relation)
        if found is None or str(found.partname) in self._parts_shown:
            return None
        self._parts_shown.add(str(found.partname))
        return found

    def _number(self, body: Any) -> None:
        """Numbers that the program counts: paragraphs of one kind and depth in a row."""
        counts: dict[int, tuple[str, int]] = {}
        for paragraph in body.findall(f"{_A}p"):
            properties = paragraph.find(f"{_A}pPr")
            depth = int(properties.get("lvl") or 0) if properties is not None else 0
            mark = None if properties is None else properties.find(f"{_A}buAutoNum")
            if not any((each.text or "").strip() for each in paragraph.iter(f"{_A}t")):
                continue
            counts = {
                level: count
                for level, count in counts.items()
                if level < depth or (level == depth and mark is not None)
            }
            if mark is None:
                continue
            kind, first = mark.get("type") or "arabicPeriod", int(mark.get("startAt") or 1)
            before = counts.get(depth)
            number = before[1] + 1 if before is not None and before[0] == kind else first
            counts[depth] = (kind, number)
            paragraph.insert(1, _text_run(_label(kind, number)))

    def _fill_merged(self, table: Any) -> None:
        """A merged cell is told in each place that it covers."""
        above: list[Any] = []
        for row in table.findall(f"{_A}tr"):
            cells = row.findall(f"{_A}tc")
            for column, cell in enumerate(cells):
                origin = None
                if cell.get("hMerge") in _ON and column:
                    origin = cells[column - 1]
                elif cell.get("vMerge") in _ON and column < len(above):
                    origin = above[column]
                if origin is not None:
                    self._copy_text(origin, cell)
            above = cells

    def _copy_text(self, origin: Any, cell: Any) -> None:
        body, covered = origin.find(f"{_A}txBody"), cell.find(f"{_A}txBody")
        if body is None or covered is None:
            return
        self._repeated += sum(len(each.text or "") for each in body.iter(f"{_A}t"))
        if self._repeated > _MOST_REPEATED:
            raise FileRefused(
                "the merged cells of a table multiply its text beyond what can be read; unmerge them.",
                Cause("merged_cells"),
            )
        self._replace(covered, [copy.deepcopy(body)])


def _related(part: Any, relation: str | None) -> Any | None:
    return part.related_part(relation) if relation in part.rels and not part.rels[relation].is_external else None


def _formula_runs(formulas: Iterable[Any]) -> list[Any]:
    return [_text_run(formula_text(each)) for each in formulas]


def _text_run(text: str) -> Any:
    from pptx.oxml import parse_xml

    run = parse_xml(f'<a:r xmlns:a="{_A[1:-1]}"><a:t/></a:r>')
    run.find(f"{_A}t").text = text
    return run


def _text_shape(frame: Any, lines: list[str]) -> Any:
    """A text box in the frame's place."""
    from pptx.oxml import parse_xml

    names = f'xmlns:p="{_P[1:-1]}" xmlns:a="{_A[1:-1]}"'
    place = frame.find(f"{_P}xfrm")
    corner = [("0", "0")] if place is None else [(each.get("x"), each.get("y")) for each in place.findall(f"{_A}off")]
    x, y = corner[0] if corner else ("0", "0")
    shape = parse_xml(
        f'<p:sp {names}><p:nvSpPr><p:cNvPr id="9999" name="diagram"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{int(x or 0)}" y="{int(y or 0)}"/><a:ext cx="1" cy="1"/></a:xfrm></p:spPr>'
        "<p:txBody><a:bodyPr/></p:txBody></p:sp>"
    )
    for line in lines or [""]:
        paragraph = shape.txBody._add_p()
        paragraph.append(_text_run(line))
    return shape


def _label(kind: str, number: int) -> str:
    name = next((each for each in sorted(_NUMBERS, key=len, reverse=True) if kind.startswith(each)), "arabic")
    figure = written(number, _NUMBERS[name])
    ending = kind.removeprefix(name)
    if name == "circleNum":
        return figure
    if "ParenBoth" in ending:
        return f"({figure})"
    if "ParenR" in ending:
        return f"{figure})"
    return f"{figure}、" if name.startswith("ea1") else f"{figure} " if "Plain" in ending else f"{figure}. "
