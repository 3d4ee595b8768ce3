"""Slides to blocks with unstructured, which puts shapes into reading order and unfolds groups; charts are added."""

import os
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

from ingestion.parsing.blocks import Block, BlockKind, ParsedFile
from ingestion.parsing.charts import chart_block
from ingestion.parsing.decode import clean
from ingestion.parsing.embedded import blocks_of_embedded
from ingestion.parsing.hypertext import blocks_of_html
from ingestion.parsing.limits import ParsingLimits
from kb_service.domain.errors import FileRefused

_CHART = re.compile(r"ppt/charts/chart\d*\.xml")


def read_pptx(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    partition = _partition()
    try:
        elements = partition(file=BytesIO(data), include_slide_notes=True)
        read = [block for element in elements for block in _blocks_of(element, name)]
        # A slide's notes come first, and belong under its title.
        blocks = sorted(read, key=lambda block: (block.page or 0, block.kind is not BlockKind.HEADING))
        charts, pictures = _charts_and_pictures(data)
    except Exception as error:
        # python-pptx and lxml raise whatever a malformed part trips over (KeyError, XMLSyntaxError, ValueError, …).
        raise FileRefused(f"{name} is damaged and cannot be read as slides; save it again and retry.") from error
    blocks.extend(charts)
    blocks.extend(blocks_of_embedded(pictures, blocks, name=name, limits=limits))
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING), None)
    return ParsedFile(tuple(blocks), {"title": title} if title else {})


@cache
def _partition() -> Any:
    """unstructured's reader, kept from the network: it would fetch an English model, and report its use."""
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("UNSTRUCTURED_DISABLE_NOTICE", "1")
    import spacy
    from unstructured.nlp import tokenize
    from unstructured.partition.pptx import partition_pptx

    chinese = spacy.blank("zh")
    chinese.add_pipe("sentencizer", config={"punct_chars": ["。", "！", "？", "；"]})
    tokenize._get_nlp = cache(lambda: chinese)
    return partition_pptx


def _blocks_of(element: Any, name: str) -> Iterator[Block]:
    page = element.metadata.page_number
    text = clean(element.text or "").strip()
    if element.category == "Table":
        for block in blocks_of_html(element.metadata.text_as_html or "", name):
            yield Block(block.kind, block.text, page=page, html=block.html)
    elif not text or element.category == "PageBreak":
        return
    elif element.category == "Title" and not element.metadata.category_depth:
        yield Block(BlockKind.HEADING, " ".join(text.split()), level=1, page=page)
    else:
        # Short words outside the title shape are "titles" to unstructured as well; they are text.
        kind = BlockKind.LIST_ITEM if element.category == "ListItem" else BlockKind.PARAGRAPH
        yield Block(kind, text, page=page)


def _charts_and_pictures(data: bytes) -> tuple[list[Block], list[bytes]]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = sorted(archive.namelist())
        charts = [chart_block(archive.read(entry)) for entry in entries if _CHART.fullmatch(entry)]
        pictures = [archive.read(entry) for entry in entries if entry.startswith("ppt/media/")]
    return [chart for chart in charts if chart is not None], pictures
