"""A saved web page (MHT): its parts unpacked, the page and the frames in it read as HTML."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import Message

from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.hypertext import page_text, read_page
from ingestion.parsing.limits import ParsingLimits, counted
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport

_MOST_PARTS, _MOST_FRAMES = 5_000, 20
_LONGEST_STYLES = 100_000  # characters; of more, too many rules would be left out
_HEAD = re.compile(r"<head\b[^>]{0,500}>", re.IGNORECASE)


def read_web_archive(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    if data.count(b"\n--") > 2 * _MOST_PARTS:
        raise FileRefused(
            f"{name} holds more than {_MOST_PARTS:,} parts; save the page again.",
            Cause("too_many_parts", {"limit": _MOST_PARTS}),
        )
    message = message_from_bytes(data.lstrip(b"\xef\xbb\xbf\r\n"), policy=policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    pages = [part for part in parts if part.get_content_type() in {"text/html", "application/xhtml+xml"}]
    if not pages:
        raise FileRefused(
            f"{name} is a saved page without the page itself; save it again as HTML.", Cause("page_missing")
        )
    styles = _styles(parts)
    read = [read_page(_styled(_text(page, name), styles), name, limits) for page in pages[:_MOST_FRAMES]]
    blocks: list[Block] = [block for page in read for block in page.blocks]
    pictures = sum(page.report.pictures for page in read)
    notes = tuple(note for page in read for note in page.report.notes)
    report = FileReport(pictures=pictures, pictures_unread=pictures, notes=notes)
    return ParsedFile(tuple(counted(blocks, name, limits)), read[0].metadata, report=report)


def _styles(parts: Sequence[Message]) -> str:
    """The style sheets saved beside the page, which decide what of it is shown."""
    sheets = (part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/css")
    texts = [sheet.decode("utf-8", "replace") for sheet in sheets if isinstance(sheet, bytes)]
    return "\n".join(texts).replace("<", "") if sum(map(len, texts)) <= _LONGEST_STYLES else ""


def _styled(page: str, styles: str) -> str:
    """Before the page's own styles, which win."""
    head = _HEAD.search(page) if styles else None
    at = head.end() if head else 0
    return f"{page[:at]}<style>{styles}</style>{page[at:]}" if head else page


def _text(page: Message, name: str) -> str:
    data = page.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        raise FileRefused(
            f"{name} is a saved page whose text cannot be unpacked; save it again as HTML.", Cause("page_missing")
        )
    return page_text(data, name, declared=page.get_content_charset())
