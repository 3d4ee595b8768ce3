"""A saved web page (MHT): its parts unpacked, the page and the frames in it read as HTML."""

from email import message_from_bytes, policy
from email.message import Message

from ingestion.parsing.blocks import Block, ParsedFile
from ingestion.parsing.hypertext import page_text, read_page
from ingestion.parsing.limits import ParsingLimits, counted
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport

_MOST_PARTS, _MOST_FRAMES = 5_000, 20


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
    read = [read_page(_text(page, name), name, limits) for page in pages[:_MOST_FRAMES]]
    blocks: list[Block] = [block for page in read for block in page.blocks]
    pictures = sum(page.report.pictures for page in read)
    notes = tuple(note for page in read for note in page.report.notes)
    report = FileReport(pictures=pictures, pictures_unread=pictures, notes=notes)
    return ParsedFile(tuple(counted(blocks, name, limits)), read[0].metadata, report=report)


def _text(page: Message, name: str) -> str:
    data = page.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        raise FileRefused(
            f"{name} is a saved page whose text cannot be unpacked; save it again as HTML.", Cause("page_missing")
        )
    return page_text(data, name, declared=page.get_content_charset())
