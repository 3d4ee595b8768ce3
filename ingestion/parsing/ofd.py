"""OFD (GB/T 33190), the state's page format: text by place, ruled tables, pictures; pages that are pictures recognised.

Read with our own reader: a page is XML with the place of each letter, which is what the readers of pdf pages need.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.decode import clean
from ingestion.parsing.layout import PrintedLine
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.ocr import lines_of_picture, recogniser
from ingestion.parsing.ofd_pages import OfdPage, laid_out
from ingestion.parsing.ofd_parts import Parts, name_of, text_of
from ingestion.parsing.ofd_tables import tables_of
from ingestion.parsing.pdf_letters import keep_shown_letters
from ingestion.parsing.pdf_scans import scaled
from ingestion.parsing.printed_pages import PrintedPages
from ingestion.parsing.printed_words import lines_of_words
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused


def read_ofd(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    with ZipFile(BytesIO(data)) as archive:
        if any(entry.lower().endswith("encryptions.xml") for entry in archive.namelist()):
            raise FileRefused(f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted"))
        parts = Parts(archive, name)
        root = parts.xml("OFD.xml")
        bodies = [each for each in root if name_of(each) == "DocBody"] if root is not None else []
        documents = [(parts.path("", text_of(body, "DocRoot")), body) for body in bodies]
        printed = PrintedPages(name, limits)
        laid = (page for path, _ in documents for page in laid_out(parts, path, printed.notes, limits))
        return _read(laid, printed, _metadata(documents), name)


def _read(laid: Iterator[OfdPage], printed: PrintedPages, metadata: Mapping[str, object], name: str) -> ParsedFile:
    for number, page in enumerate(laid, start=1):
        page.page_number = number
        keep_shown_letters(page, printed.notes)
        printed.add(page, _parts_of(page), _recognised)
    if not printed:
        raise FileRefused(
            f"{name} is an OFD file without a page that can be read; export it again, or as PDF.",
            Cause("ofd_without_page"),
        )
    blocks, report = printed.read()
    if blocks and blocks[0].level == 1:
        metadata = {"title": blocks[0].text} | dict(metadata)
    return ParsedFile(blocks, metadata, report=report)


def _parts_of(page: OfdPage) -> list[PrintedLine]:
    tables = tables_of(page)
    inside = {id(letter) for _, letters in tables for letter in letters}
    words = [letter for letter in page.chars if id(letter) not in inside and letter["text"].strip()]
    return [*(table for table, _ in tables), *lines_of_words(words, page.page_number)]


def _metadata(documents: list[tuple[str, Any]]) -> Mapping[str, object]:
    titles = [clean(text_of(body, "DocInfo", "Title")).strip() for _, body in documents]
    return {"document_title": titles[0]} if titles and titles[0] else {}


def _recognised(page: OfdPage, number: int, limits: ParsingLimits) -> list[PrintedLine]:
    """Each picture by itself, at its place on the page."""
    from ingestion.parsing.pictures import on_white, opened

    lines: list[PrintedLine] = []
    for place in page.images:
        try:
            picture = on_white(opened(place["data"](), "a picture", limits))
        except (FileRefused, OSError, ValueError, KeyError):  # of a kind that is not known here: told as unread
            continue
        factor = (place["x1"] - place["x0"]) / max(1, picture.width)
        for line in lines_of_picture(picture, number, recogniser()):
            small = scaled(line, factor)
            moved = replace(small, x0=small.x0 + place["x0"], x1=small.x1 + place["x0"])
            lines.append(replace(moved, top=small.top + place["top"], bottom=small.bottom + place["top"]))
    return lines
