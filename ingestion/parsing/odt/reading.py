"""OpenDocument texts to blocks, by a reader of our own: unstructured has them converted by pandoc, a program apart."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile, paragraph
from ingestion.parsing.decode import clean
from ingestion.parsing.embedded import read_embedded
from ingestion.parsing.limits import ParsingLimits, counted, require_paragraphs, unreadable
from ingestion.parsing.odt.styles import OFFICE, TEXT, OdtNumbers, OdtStyles
from ingestion.parsing.odt.texts import DRAW, TABLE, OdtTexts
from ingestion.parsing.raised_marks import with_marks_told
from ingestion.parsing.tables import Cell, table_block
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, NoteKind, Notes

_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_INDEXES = frozenset({"table-of-content", "alphabetical-index", "illustration-index", "table-index", "user-index"})
_MOST_REPEATED, _LONGEST_REPEATED = 100, 100


def read_odt(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    notes = Notes()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.namelist()
            content = _parsed(archive.read("content.xml"))
            others = {each: _parsed(archive.read(each)) for each in ("styles.xml", "meta.xml") if each in entries}
            pictures = [archive.read(each) for each in sorted(entries) if each.startswith("Pictures/")]
        require_paragraphs(sum(1 for _ in content.iter(f"{TEXT}p", f"{TEXT}h")), name, limits)
        styles = OdtStyles([*(root for each, root in others.items() if each == "styles.xml"), content])
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        reader = _Reader(styles, OdtTexts(styles, notes, body), notes)
        blocks = with_marks_told(counted(reader.blocks(body), name, limits)) if body is not None else []
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # lxml and zipfile raise whatever a malformed part trips over (KeyError, XMLSyntaxError, ValueError, …).
        raise unreadable(error, name, "OpenDocument") from error
    found = read_embedded(pictures, blocks, name=name, limits=limits)
    report = FileReport(pictures=found.pictures, pictures_unread=found.unread, notes=notes.all())
    return ParsedFile((*blocks, *found.blocks), _metadata(others.get("meta.xml"), blocks), report=report)


class _Reader:
    def __init__(self, styles: OdtStyles, texts: OdtTexts, notes: Notes) -> None:
        self._styles = styles
        self._texts = texts
        self._notes = notes
        self._numbers = OdtNumbers(styles)

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in container:
            kind = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if kind in {"p", "h"}:
                yield from self._paragraph(element, self._heading_number(element) if kind == "h" else None)
            elif kind == "list":
                yield from self._list(element, 1, None)
            elif kind == "table":
                yield from self._table(element)
            elif kind == "section" and element.get(f"{TEXT}display") == "none":
                self._notes.add(NoteKind.HIDDEN_TEXT)
            elif kind in {"section", "numbered-paragraph", "text-box"}:
                yield from self.blocks(element)
            elif kind == "tracked-changes":
                self._notes.add(NoteKind.STRUCK_OUT, count=sum(1 for _ in element.iter(f"{TEXT}deletion")))
            elif kind == "frame":
                yield from self._box(element)
            elif kind in _INDEXES:
                continue

    def _heading_number(self, element: Any) -> str | None:
        depth = int(element.get(f"{TEXT}outline-level") or 1)
        if self._styles.level(None, depth) is None or element.get(f"{TEXT}is-list-header") == "true":
            return None
        return self._numbers.label(None, depth, element.get(f"{TEXT}start-value"))

    def _paragraph(self, element: Any, label: str | None, *, is_item: bool = False) -> Iterator[Block]:
        text = clean(self._texts.text(element)).strip()
        style = element.get(f"{TEXT}style-name")
        whole = (label or "") + text
        if not text:
            pass
        elif element.tag == f"{TEXT}h":
            yield Block(BlockKind.HEADING, whole, level=int(element.get(f"{TEXT}outline-level") or 1))
        elif self._styles.is_title(style):
            yield Block(BlockKind.HEADING, whole, level=1)
        else:
            is_article = (label or "").startswith("第")
            yield Block(BlockKind.LIST_ITEM if is_item and not is_article else BlockKind.PARAGRAPH, whole)
        for mark, note in self._texts.taken_notes():
            yield paragraph(f"{mark}：{clean(note).strip()}")
        for box in self._texts.taken_boxes():
            yield from self._box(box)

    def _box(self, frame: Any) -> Iterator[Block]:
        for box in frame.iter(f"{DRAW}text-box"):
            yield from self.blocks(box)

    def _list(self, element: Any, depth: int, outer_style: str | None) -> Iterator[Block]:
        style = element.get(f"{TEXT}style-name") or outer_style
        first = next(element.iter(f"{TEXT}p", f"{TEXT}h"), None)
        if style is None and first is not None:
            style = self._styles.list_style(first.get(f"{TEXT}style-name"))
        goes_on = element.get(f"{TEXT}continue-numbering") == "true" or element.get(f"{TEXT}continue-list") is not None
        self._numbers.begin(style, depth, goes_on=goes_on)
        for item in element:
            label = None
            for inner in item:
                if inner.tag == f"{TEXT}list":
                    yield from self._list(inner, depth + 1, style)
                elif inner.tag in {f"{TEXT}p", f"{TEXT}h"}:
                    is_first = label is None and item.tag == f"{TEXT}list-item"
                    label = self._numbers.label(style, depth, item.get(f"{TEXT}start-value")) if is_first else ""
                    yield from self._paragraph(inner, label, is_item=True)
                else:
                    yield from self.blocks([inner])

    def _table(self, table: Any) -> Iterator[Block]:
        rows = [self._cells(row) for row in _rows(table, self._notes)]
        block = table_block(rows)
        if block is not None:
            yield block
        for mark, note in self._texts.taken_notes():
            yield paragraph(f"{mark}：{clean(note).strip()}")
        for box in self._texts.taken_boxes():
            yield from self._box(box)

    def _cells(self, row: Any) -> list[Cell]:
        cells = []
        for cell in row:
            if cell.tag != f"{TABLE}table-cell":
                continue
            made = Cell(self._cell_text(cell), _number(cell, "rows-spanned"), _number(cell, "columns-spanned"))
            repeated = min(_number(cell, "columns-repeated"), _MOST_REPEATED)
            cells.extend([made] * (repeated if len(made.text) <= _LONGEST_REPEATED else 1))
        return cells

    def _cell_text(self, cell: Any) -> str:
        """Its paragraphs in a row; the rows of a table in it stay apart."""
        parts = []
        for element in cell:
            if element.tag == f"{TABLE}table":
                lines = ["：".join(filter(None, (each.text for each in self._cells(row)))) for row in _rows(element)]
                parts.append("；".join(filter(None, lines)))
            else:
                parts.extend(block.text for block in self.blocks([element]))
        return " ".join(filter(None, parts))


def _rows(table: Any, notes: Notes | None = None) -> Iterator[Any]:
    for element in table:
        if element.tag in {f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"}:
            yield from _rows(element, notes)
        elif element.tag == f"{TABLE}table-row":
            if element.get(f"{TABLE}visibility") in {"collapse", "filter"}:
                if notes is not None:
                    notes.add(NoteKind.HIDDEN_ROWS)
                continue
            yield element


def _number(cell: Any, name: str) -> int:
    return int(cell.get(f"{TABLE}number-{name}") or 1)


def _metadata(meta: Any | None, blocks: list[Block]) -> dict[str, object]:
    found: dict[str, object] = {}
    if blocks and blocks[0].kind is BlockKind.HEADING and blocks[0].level == 1:
        found["title"] = " ".join(blocks[0].text.split())
    title = "" if meta is None else (next((each.text for each in meta.iter(_DC_TITLE)), "") or "").strip()
    return found | ({"document_title": title} if title else {})


def _parsed(xml: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
