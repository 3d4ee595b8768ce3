"""Files of another format that stand in a document as a part of its text."""

from collections.abc import Callable

from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.detect import Format, format_of
from ingestion.parsing.hypertext import read_html
from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.plain_text import read_plain_text
from ingestion.parsing.web_archive import read_web_archive
from kb_service.domain.errors import FileRefused


def blocks_of_inner_file(
    data: bytes, name: str, limits: ParsingLimits, *, read_docx: Callable[[bytes, str, ParsingLimits], ParsedFile]
) -> tuple[Block, ...] | None:
    """None for a format that is not followed; its name may end in anything."""
    ending = ".html" if data[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"<") else ".txt"
    known = name if name.lower().endswith((".html", ".htm", ".xhtml", ".mht", ".txt", ".docx")) else f"{name}{ending}"
    if data.startswith(b"{\\rtf"):
        return None
    try:
        match format_of(data, known.replace(".xhtml", ".html"), limits):
            case Format.HTML:
                return read_html(data, name, limits).blocks
            case Format.TEXT:
                return read_plain_text(data, name, limits).blocks
            case Format.DOCX:
                return read_docx(data, name, limits).blocks
            case Format.WEB_ARCHIVE:
                return read_web_archive(data, name, limits).blocks
    except FileRefused:  # the text around it is read; the report says that this was not
        return None
    return None
