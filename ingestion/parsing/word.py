"""Word files to blocks: paragraphs with their computed numbers, tables with spans, text boxes, charts, pictures.

Read with python-docx: unstructured drops the computed numbers (第一条, 一、), text boxes and merged cells.
"""

import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.charts import chart_block
from ingestion.parsing.decode import clean
from ingestion.parsing.embedded import blocks_of_embedded
from ingestion.parsing.limits import ParsingLimits, counted, require_paragraphs
from ingestion.parsing.tables import Cell, table_block
from ingestion.parsing.word_numbering import Numbering
from ingestion.parsing.word_styles import Styles, is_larger
from ingestion.parsing.wrapping import display_width
from kb_service.domain.errors import FileRefused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_SHOWN = frozenset({f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK})
_WIDEST_LOOKED_HEADING = 80


def read_docx(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    from docx import Document

    try:
        document = Document(BytesIO(data))
        require_paragraphs(sum(1 for _ in document.element.body.iter(f"{_W}p")), name, limits)
        reader = _Reader(document)
        blocks = _with_joined_titles(list(counted(reader.blocks(document.element.body), name, limits)))
        metadata = _metadata(document, blocks)
        pictures = _pictures(data)
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # python-docx and lxml raise whatever a malformed part trips over (KeyError, XMLSyntaxError, ValueError, …).
        raise FileRefused(f"{name} is damaged and cannot be read as Word file; save it again and retry.") from error
    blocks.extend(blocks_of_embedded(pictures, blocks, name=name, limits=limits))
    return ParsedFile(tuple(blocks), metadata)


class _Reader:
    def __init__(self, document: Any) -> None:
        self._part = document.part
        related = {rel.reltype.rsplit("/", 1)[-1]: rel for rel in self._part.rels.values() if not rel.is_external}
        self._styles = Styles(_root(related.get("styles")))
        self._numbering = Numbering(_root(related.get("numbering")))
        self._body_size = self._most_common_size(document.element.body)
        self._has_pages = next(document.element.body.iter(f"{_W}lastRenderedPageBreak"), None) is not None
        self._page = 1
        self._charts_shown: set[str | None] = set()
        self._has_title = any(
            self._styles.heading_level(paragraph) == 0 for paragraph in document.element.body.iter(f"{_W}p")
        )

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in container:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield from self._table(element)
            elif element.tag == f"{_W}sdt":
                content = element.find(f"{_W}sdtContent")
                yield from () if content is None else self.blocks(content)
            elif element.tag in {f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"}:
                yield from self.blocks(element)

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        page = self._page if self._has_pages else None
        self._page += sum(1 for _ in paragraph.iter(f"{_W}lastRenderedPageBreak"))
        text = clean(_text(paragraph)).strip()
        if text and not self._styles.name(paragraph).lower().startswith("toc "):
            yield self._text_block(paragraph, text, page)
        for box in _own(paragraph, "txbxContent"):
            yield from self.blocks(box)
        for chart in paragraph.iter(f"{_C}chart"):
            yield from self._chart(chart.get(f"{_R}id"), page)

    def _chart(self, relation: str | None, page: int | None) -> Iterator[Block]:
        """Once, however often the file shows it."""
        part = None if relation in self._charts_shown else self._part.related_parts.get(relation)
        self._charts_shown.add(relation)
        block = None if part is None else chart_block(part.blob, page=page)
        if block is not None:
            yield block

    def _text_block(self, paragraph: Any, text: str, page: int | None) -> Block:
        numbered = self._styles.numbering(paragraph)
        label = "" if numbered is None else self._numbering.label(*numbered)
        level = self._styles.heading_level(paragraph)
        if level is not None:
            return Block(BlockKind.HEADING, label + text, level=max(1, level + self._has_title), page=page)
        if numbered is not None and not label:
            return Block(BlockKind.LIST_ITEM, text, page=page)
        look = self._styles.look(paragraph)
        is_short = display_width(text) <= _WIDEST_LOOKED_HEADING and not text.endswith(("。", "；", "，"))
        if is_short and is_larger(look, self._body_size) and look.is_centred:
            return Block(BlockKind.HEADING, label + text, level=1, page=page)
        if is_short and (look.is_bold or is_larger(look, self._body_size)):
            return Block(BlockKind.HEADING, label + text, page=page)
        is_item = numbered is not None and not label.startswith("第")
        return Block(BlockKind.LIST_ITEM if is_item else BlockKind.PARAGRAPH, label + text, page=page)

    def _table(self, table: Any) -> Iterator[Block]:
        rows = [list(_own(row, "tc")) for row in _own(table, "tr")]
        if sum(len(row) for row in rows) == 1:  # a frame around text
            yield from self.blocks(next(cell for row in rows for cell in row))
            return
        page = self._page if self._has_pages else None
        self._page += sum(1 for _ in table.iter(f"{_W}lastRenderedPageBreak"))
        block = table_block(_cells(table, rows), page=page)
        if block is not None:
            yield block

    def _most_common_size(self, body: Any) -> int:
        letters: Counter[int] = Counter()
        for paragraph in body.iter(f"{_W}p"):
            letters[self._styles.look(paragraph).half_points] += len(_text(paragraph))
        return letters.most_common(1)[0][0] if letters else 0


def _text(element: Any) -> str:
    """What a reader sees of a paragraph: insertions and formulas too; deletions, field codes and text boxes not."""
    parts: list[str] = []
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag in _NOT_SHOWN or child.tag == f"{_W}txbxContent":
            continue
        if child.tag in {f"{_W}t", f"{_M}t"}:
            parts.append(child.text or "")
        elif child.tag == f"{_W}tab":
            parts.append(" ")
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        else:
            stack.extend(reversed(child))
    return "".join(parts)


def _own(element: Any, name: str) -> Iterator[Any]:
    """The nearest elements of a name inside one: not those inside a table or text box of its own, or one not shown."""
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag not in {f"{_W}tbl", f"{_W}txbxContent", _FALLBACK}:
            stack.extend(reversed(child))


def _cells(table: Any, rows: list[list[Any]]) -> list[list[Cell]]:
    """Cells with spans. A cell merged downwards is stored again in each row, marked as a continuation."""
    placed: list[list[tuple[int, Any]]] = []
    for row, cells in zip(_own(table, "tr"), rows, strict=True):
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        column = 0 if before is None else int(before.get(f"{_W}val") or 0)
        line = []
        for cell in cells:
            line.append((column, cell))
            column += _columns(cell)
        placed.append(line)
    made: list[list[Cell]] = []
    spanned: dict[int, int] = {}  # column -> continuations directly below the row being made
    for line in reversed(placed):
        below, spanned = spanned, {}
        row_of_cells = []
        for column, cell in line:
            if _is_continuation(cell):
                spanned[column] = below.get(column, 0) + 1
            else:
                row_of_cells.append(Cell(_cell_text(cell), 1 + below.get(column, 0), _columns(cell)))
        made.append(row_of_cells)
    return made[::-1]


def _columns(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    return 1 if span is None else int(span.get(f"{_W}val") or 1)


def _is_continuation(cell: Any) -> bool:
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val") != "restart"


def _cell_text(cell: Any) -> str:
    return clean(" ".join(_text(paragraph) for paragraph in cell.iter(f"{_W}p")))


def _with_joined_titles(blocks: list[Block]) -> list[Block]:
    """A title set in two centred lines is one heading."""
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        is_title = block.kind is BlockKind.HEADING and block.level == 1
        if last is not None and len(joined) == 1 and is_title and last.kind is BlockKind.HEADING and last.level == 1:
            joined[-1] = Block(BlockKind.HEADING, last.text + block.text, level=1, page=last.page)
        else:
            joined.append(block)
    return joined


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
        names = [entry for entry in archive.namelist() if entry.startswith("word/media/")]
        return [archive.read(entry) for entry in sorted(names)]
