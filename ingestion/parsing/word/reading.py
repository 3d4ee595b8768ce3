"""Word files to blocks: paragraphs with their computed numbers, tables, text boxes, notes, charts, diagrams, pictures.

Read with python-docx: unstructured drops the computed numbers (第一条, 一、), text boxes and merged cells.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile, paragraph
from ingestion.parsing.charts import chart_block
from ingestion.parsing.decode import clean
from ingestion.parsing.embedded import read_embedded
from ingestion.parsing.inner_files import blocks_of_inner_file
from ingestion.parsing.limits import ParsingLimits, counted, require_paragraphs, unreadable
from ingestion.parsing.office_package import mended
from ingestion.parsing.raised_marks import with_marks_told
from ingestion.parsing.smart_art import lines_of_diagram
from ingestion.parsing.tables import table_block
from ingestion.parsing.word.names import DGM, C, R, W
from ingestion.parsing.word.notes import NoteTexts
from ingestion.parsing.word.numbering import Numbering
from ingestion.parsing.word.styles import Styles, is_larger
from ingestion.parsing.word.tables import cells_of, is_frame, own, rows_of
from ingestion.parsing.word.text import ParagraphTexts
from ingestion.parsing.word.title import MOST_LINES, TitleLine, with_joined_title
from ingestion.parsing.wrapping import display_width
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, NoteKind, Notes

_WIDEST_LOOKED_HEADING = 80
_WRAPPERS = frozenset({f"{W}ins", f"{W}moveTo", f"{W}smartTag", f"{W}customXml"})


def read_docx(data: bytes, name: str, limits: ParsingLimits, *, is_embedded: bool = False) -> ParsedFile:
    """``is_embedded``: it stands in another Word file, and none of what it holds itself is followed further."""
    from docx import Document

    notes = Notes()
    try:
        document = Document(BytesIO(mended(data, notes)))
        require_paragraphs(sum(1 for _ in document.element.body.iter(f"{W}p")), name, limits)
        reader = _Reader(document, _Source(name, limits, notes, is_embedded))
        blocks = with_marks_told(counted(reader.blocks(document.element.body), name, limits))
        blocks = reader.with_joined_title(blocks)
        metadata = _metadata(document, blocks)
        pictures = _pictures(data)
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # python-docx and lxml raise whatever a malformed part trips over (KeyError, XMLSyntaxError, ValueError, …).
        raise unreadable(error, name, "Word") from error
    found = read_embedded(pictures, blocks, name=name, limits=limits)
    blocks.extend(found.blocks)
    report = FileReport(pictures=found.pictures, pictures_unread=found.unread, notes=notes.all())
    return ParsedFile(tuple(blocks), metadata, report=report)


@dataclass(frozen=True, slots=True)
class _Source:
    """The file that is read, and where its reader says what it left out."""

    name: str
    limits: ParsingLimits
    notes: Notes
    is_embedded: bool


class _Reader:
    def __init__(self, document: Any, source: _Source) -> None:
        self._source = source
        self._part = document.part
        body = document.element.body
        related = {rel.reltype.rsplit("/", 1)[-1]: rel for rel in self._part.rels.values() if not rel.is_external}
        styles_root = _root(related.get("styles"))
        self._styles = Styles(styles_root)
        self._numbering = Numbering(_root(related.get("numbering")), styles_root)
        self._texts = ParagraphTexts(self._styles, source.notes)
        self._notes = NoteTexts(_root(related.get("footnotes")), _root(related.get("endnotes")))
        self._body_size = self._most_common_size(body)
        self._has_pages = next(body.iter(f"{W}lastRenderedPageBreak"), None) is not None
        self._page = 1
        self._parts_shown: set[str | None] = set()
        self._initial = ""
        self._title_lines: list[TitleLine] = []
        self._has_title = any(self._styles.heading_level(each) == 0 for each in body.iter(f"{W}p"))

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in container:
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{W}tbl":
                yield from self._table(element)
            elif element.tag == f"{W}sdt":
                content = element.find(f"{W}sdtContent")
                yield from () if content is None else self.blocks(content)
            elif element.tag == f"{W}altChunk":
                yield from self._chunk(element.get(f"{R}id"))
            elif element.tag in _WRAPPERS:
                yield from self.blocks(element)

    def with_joined_title(self, blocks: list[Block]) -> list[Block]:
        """A title set in lines that look alike is one heading."""
        return with_joined_title(blocks, self._title_lines)

    def _paragraph(self, element: Any) -> Iterator[Block]:
        page = self._page if self._has_pages else None
        self._page += sum(1 for _ in element.iter(f"{W}lastRenderedPageBreak"))
        label, text = self._label_and_text(element)
        if text and element.find(f"{W}pPr/{W}framePr[@{W}dropCap]") is not None:
            self._initial, text = text, ""
        elif text:
            self._initial, text = "", self._initial + text
        if text and not self._styles.name(element).lower().startswith("toc "):
            block = self._text_block(element, label, text, page)
            self._may_be_title(element, block)
            yield block
        yield from self._notes_below(page)
        for box in own(element, "txbxContent"):
            yield from self.blocks(box)
        for chart in element.iter(f"{C}chart"):
            yield from self._chart(chart.get(f"{R}id"), page)
        for diagram in element.iter(f"{DGM}relIds"):
            yield from self._diagram(diagram.get(f"{R}dm"), page)

    def _may_be_title(self, element: Any, block: Block) -> None:
        if len(self._title_lines) < MOST_LINES:
            look, level = self._styles.look(element), self._styles.heading_level(element)
            is_set_as_title = look.is_centred or level == 0
            alike = (level, look.half_points, look.is_bold)
            self._title_lines.append(TitleLine(block.text, alike if is_set_as_title else None))

    def _label_and_text(self, element: Any) -> tuple[str | None, str]:
        """The label is None outside lists. An empty paragraph counts like any other, a hidden or deleted one not."""
        text = clean(self._texts.text(element)).strip()
        numbered = self._styles.numbering(element, self._numbering.level_of_style)
        if numbered is None or (not text and _is_gone(element)):
            return None, text
        return self._numbering.label(*numbered), text

    def _notes_below(self, page: int | None) -> Iterator[Block]:
        """The foot- and endnotes that were just referred to, each once, under the paragraph or table of its mark."""
        for kind, note_id, label in self._texts.taken_notes():
            parts = [clean(self._texts.text(each)).strip() for each in self._notes.paragraphs(kind, note_id)]
            if any(parts):
                yield paragraph(f"{label}：{' '.join(filter(None, parts))}", page=page)

    def _chart(self, relation: str | None, page: int | None) -> Iterator[Block]:
        part = self._part_once(relation)
        block = None if part is None else chart_block(part.blob, page=page)
        if block is not None:
            yield block

    def _diagram(self, relation: str | None, page: int | None) -> Iterator[Block]:
        part = self._part_once(relation)
        for line in lines_of_diagram(part.blob) if part is not None else ():
            yield paragraph(clean(line), page=page)

    def _chunk(self, relation: str | None) -> Iterator[Block]:
        """A file of another format that stands in the text as a part of it."""
        part = self._part_once(relation)
        blocks = None
        if part is not None and not self._source.is_embedded:
            inner = partial(read_docx, is_embedded=True)
            name = str(part.partname)
            blocks = blocks_of_inner_file(part.blob, name, self._source.limits, read_docx=inner)
        if blocks is None:
            self._source.notes.add(NoteKind.EMBEDDED_FILES)
        else:
            yield from blocks

    def _part_once(self, relation: str | None) -> Any | None:
        """Once, however often the file shows it."""
        part = None if relation in self._parts_shown else self._part.related_parts.get(relation)
        self._parts_shown.add(relation)
        return part

    def _text_block(self, element: Any, label: str | None, text: str, page: int | None) -> Block:
        whole = (label or "") + text
        level = self._styles.heading_level(element)
        if level is not None:
            return Block(BlockKind.HEADING, whole, level=max(1, level + self._has_title), page=page)
        if label == "":
            return Block(BlockKind.LIST_ITEM, text, page=page)
        look = self._styles.look(element)
        is_short = display_width(text) <= _WIDEST_LOOKED_HEADING and not text.endswith(("。", "；", "，"))
        if is_short and is_larger(look, self._body_size) and look.is_centred:
            return Block(BlockKind.HEADING, whole, level=1, page=page)
        if is_short and (look.is_bold or is_larger(look, self._body_size)):
            return Block(BlockKind.HEADING, whole, page=page)
        is_item = label is not None and not label.startswith("第")
        return Block(BlockKind.LIST_ITEM if is_item else BlockKind.PARAGRAPH, whole, page=page)

    def _table(self, table: Any) -> Iterator[Block]:
        rows = rows_of(table)
        if is_frame(rows):
            for cell in (cell for _, cells in rows for cell in cells):
                yield from self.blocks(cell)
            return
        page = self._page if self._has_pages else None
        self._page += sum(1 for _ in table.iter(f"{W}lastRenderedPageBreak"))
        block = table_block(cells_of(rows, self._text_in_cell), page=page)
        if block is not None:
            yield block
        yield from self._notes_below(page)
        for diagram in table.iter(f"{DGM}relIds"):
            yield from self._diagram(diagram.get(f"{R}dm"), page)

    def _text_in_cell(self, element: Any) -> str:
        label, text = self._label_and_text(element)
        return f"{label or ''}{text}" if text else (label or "").strip().rstrip(".．、")

    def _most_common_size(self, body: Any) -> int:
        letters: Counter[int] = Counter()
        for element in body.iter(f"{W}p"):
            look, count = self._styles.look_and_letters(element)
            letters[look.half_points] += count
        return letters.most_common(1)[0][0] if letters else 0


def _is_gone(element: Any) -> bool:
    """Its mark is hidden or deleted, so that the paragraph stands in no list."""
    return any(element.find(f"{W}pPr/{W}rPr/{W}{name}") is not None for name in ("vanish", "del", "moveFrom"))


def _metadata(document: Any, blocks: list[Block]) -> Mapping[str, object]:
    metadata: dict[str, object] = {}
    if blocks and blocks[0].kind is BlockKind.HEADING and blocks[0].level == 1:
        metadata["title"] = " ".join(blocks[0].text.split())
    if title := (document.core_properties.title or "").strip():
        metadata["document_title"] = title
    return metadata


def _root(relation: Any | None) -> Any | None:
    from lxml import etree

    if relation is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(relation.target_part.blob, parser)


def _pictures(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = [entry for entry in archive.namelist() if entry.replace("\\", "/").startswith("word/media/")]
        return [archive.read(entry) for entry in sorted(names)]
