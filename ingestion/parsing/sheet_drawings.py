"""What stands on a sheet beside its cells: text boxes, diagrams, titles of charts, comments, pictures."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.parsing.charts import title_of_chart
from ingestion.parsing.decode import clean
from ingestion.parsing.drawn_runs import say_as_shown
from ingestion.parsing.formulas import formula_text
from ingestion.parsing.raised_marks import told
from ingestion.parsing.smart_art import lines_of_diagram
from kb_service.domain.file_reports import NoteKind, Notes

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BOOK = "xl/workbook.xml"
_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


@dataclass(frozen=True, slots=True)
class ChartSheet:
    """A sheet without cells, in the place of which a program shows one chart."""

    title: str
    path: str
    is_shown: bool


def chart_sheets(archive: Any) -> Iterator[ChartSheet]:
    path_of = {each.get("Id"): path for each, path in _relations(archive, _BOOK) if _kind(each) == "chartsheet"}
    for sheet in _parsed(archive.read(_BOOK)).iter(f"{_SHEET}sheet") if path_of else ():
        if path := path_of.get(sheet.get(f"{_R}id")):
            yield ChartSheet(sheet.get("name", ""), path, sheet.get("state", "visible") == "visible")


def has_chart(archive: Any, sheet_path: str) -> bool:
    drawings = [part for kind, part in _related(archive, sheet_path) if kind == "drawing"]
    return any(kind == "chart" for part in drawings for kind, _ in _related(archive, part))


def texts_beside_cells(archive: Any, sheet_path: str, notes: Notes) -> Iterator[str]:
    """Of text boxes, diagrams and charts, in the order of the file. Comments are left out and counted."""
    for kind, part in _related(archive, sheet_path):
        if kind == "drawing":
            yield from _boxes(archive.read(part), notes)
            for inner, diagram in _related(archive, part):
                if inner == "diagramData":
                    yield from lines_of_diagram(archive.read(diagram))
                elif inner == "chart" and (title := title_of_chart(_parsed(archive.read(diagram)))):
                    yield title  # its numbers are those of cells
        elif kind == "comments":
            notes.add(NoteKind.COMMENTS, count=len(re.findall(rb"<(?:\w+:)?comment\s", archive.read(part))))


def pictures_in(archive: Any) -> int:
    return sum(1 for entry in archive.namelist() if entry.startswith("xl/media/"))


def _boxes(drawing_xml: bytes, notes: Notes) -> Iterator[str]:
    root = _parsed(drawing_xml)
    for other in list(root.iter(f"{_MC}Fallback")):
        other.getparent().remove(other)
    for shape in root.iter(f"{_XDR}sp"):
        properties = shape.find(f"{_XDR}nvSpPr/{_XDR}cNvPr")
        if properties is not None and properties.get("hidden") == "1":
            continue
        for paragraph in shape.iter(f"{_A}p"):
            for run in list(paragraph.iter(f"{_A}r")):
                say_as_shown(run, notes)
            if text := told(clean(formula_text(paragraph)).strip()):
                yield text


def _related(archive: Any, part: str) -> Iterator[tuple[str, str]]:
    """Kind and path of the parts that one part names."""
    return ((_kind(relation), path) for relation, path in _relations(archive, part))


def _kind(relation: Any) -> str:
    return str(relation.get("Type", "")).rsplit("/", 1)[-1]


def _relations(archive: Any, part: str) -> Iterator[tuple[Any, str]]:
    folder, name = posixpath.split(part.lstrip("/"))
    entries = set(archive.namelist())
    listed = f"{folder}/_rels/{name}.rels"
    for relation in _parsed(archive.read(listed)) if listed in entries else ():
        target = relation.get("Target", "")
        path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        if path in entries:
            yield relation, path


def _parsed(xml: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
