"""Slides to blocks with unstructured, which puts shapes into reading order; `SlideContents` adds what it lacks."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.decode import clean
from ingestion.parsing.embedded import read_embedded
from ingestion.parsing.hypertext import blocks_of_html
from ingestion.parsing.limits import ParsingLimits, counted, unreadable
from ingestion.parsing.office_package import mended
from ingestion.parsing.raised_marks import with_marks_told
from ingestion.parsing.slide_contents import SlideContents
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, Notes

_LIST = "ppt/presentation.xml"
_LISTED = re.compile(rb"<(?:\w+:)?sldId[\s/>]")
_SLIDE = re.compile(r"ppt/slides/[^/]*\.xml")
_SHAPE = re.compile(rb"<(?:\w+:)?(?:sp|pic|cxnSp|graphicFrame|grpSp|tc|p)[\s/>]")
_MOST_SHAPES, _MOST_ON_A_SLIDE = 20_000, 2_000


def read_pptx(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    notes = Notes()
    try:
        data = mended(data, notes)
        _require_few_shapes(data, name)
        elements_of = _partitioner()
        contents = SlideContents(notes, limits)
        elements = elements_of(contents.presentation(data), limits.speaker_notes)
        shown = (block for element in elements for block in _blocks_of(element, name, limits))
        read = with_marks_told(counted(shown, name, limits))
        # A slide's notes come first, and belong under its title.
        read += contents.charts
        blocks = sorted(read, key=lambda block: (block.page or 0, block.kind is not BlockKind.HEADING))
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        # python-pptx and lxml raise whatever a malformed part trips over (KeyError, XMLSyntaxError, ValueError, …).
        raise unreadable(error, name, "PowerPoint") from error
    found = read_embedded([picture for _, picture in contents.pictures], blocks, name=name, limits=limits)
    blocks.extend(found.blocks)
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING), None)
    pages = {block.page for block in blocks}
    unread = () if found.blocks else tuple(sorted({page for page, _ in contents.pictures} - pages))
    report = FileReport(
        pictures=found.pictures,
        pictures_unread=found.unread,
        pages_unread=unread,
        notes=notes.all(),
        pages_read=tuple(sorted(page for page in pages if page is not None)),
    )
    return ParsedFile(tuple(blocks), {"title": title} if title else {}, report=report)


def _require_few_shapes(data: bytes, name: str) -> None:
    """Counted before any is read: a file may list a slide many times, and reading a shape takes a millisecond."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = set(archive.namelist())
        slides = [archive.read(entry) for entry in entries if _SLIDE.fullmatch(entry)]
        listed = archive.read(_LIST) if entries & {_LIST} else b""
    if len(_LISTED.findall(listed)) > len(slides):
        raise FileRefused(
            f"{name} lists a slide more than once, which no office program does; save it again and retry.",
            Cause("repeated_slides"),
        )
    shapes = [len(_SHAPE.findall(slide)) for slide in slides]
    if sum(shapes) > _MOST_SHAPES or max(shapes, default=0) > _MOST_ON_A_SLIDE:
        raise FileRefused(
            f"{name} has more than {_MOST_ON_A_SLIDE:,} shapes, paragraphs and cells on a slide, or {_MOST_SHAPES:,} "
            "in all; split it.",
            Cause("too_many_shapes", {"limit": _MOST_ON_A_SLIDE}),
        )


@cache
def _partitioner() -> Callable[[Any, bool], Iterator[Any]]:
    """unstructured's reader of a presentation that python-pptx has open, with or without its notes.

    It is kept from the network: it would fetch an English model, and report its use.
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("UNSTRUCTURED_DISABLE_NOTICE", "1")
    import spacy
    from unstructured.nlp import tokenize
    from unstructured.partition.pptx import PptxPartitionerOptions, _PptxPartitioner

    chinese = spacy.blank("zh")
    chinese.add_pipe("sentencizer", config={"punct_chars": ["。", "！", "？", "；"]})
    tokenize._get_nlp = cache(lambda: chinese)

    class Partitioner(_PptxPartitioner):
        _presentation: Any = None

    def elements_of(presentation: Any, with_notes: bool) -> Iterator[Any]:
        partitioner = Partitioner(
            PptxPartitionerOptions(
                file=None,
                file_path=None,
                include_page_breaks=False,
                include_slide_notes=with_notes,
                infer_table_structure=True,
                strategy="fast",
            )
        )
        partitioner._presentation = presentation
        elements: Iterator[Any] = partitioner._iter_presentation_elements()
        return elements

    return elements_of


def _blocks_of(element: Any, name: str, limits: ParsingLimits) -> Iterator[Block]:
    page = element.metadata.page_number
    text = clean((element.text or "").replace("\v", "\n")).strip()
    if element.category == "Table":
        for block in blocks_of_html(element.metadata.text_as_html or "", name, limits):
            yield Block(block.kind, block.text, page=page, html=block.html)
    elif not text or element.category == "PageBreak":
        return
    elif element.category == "Title" and not element.metadata.category_depth:
        yield Block(BlockKind.HEADING, " ".join(text.split()), level=1, page=page)
    else:
        # Short words outside the title shape are "titles" to unstructured as well; they are text.
        kind = BlockKind.LIST_ITEM if element.category == "ListItem" else BlockKind.PARAGRAPH
        yield Block(kind, text, page=page)
