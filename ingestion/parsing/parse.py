"""A file's bytes to blocks: what it is by its first bytes, then the one reader for that format."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from ingestion.parsing.blocks import BlockKind, ParsedFile
from ingestion.parsing.detect import Format, format_of
from ingestion.parsing.limits import LIMITS, ParsingLimits, require_characters, require_size
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import FileReport, Note, NoteKind

_BROKEN = "\ufffd"

# Module and function of each reader; imported when first needed, since some bring heavy libraries.
_READER_OF = {
    Format.MARKDOWN: ("markdown_text", "read_markdown"),
    Format.TEXT: ("plain_text", "read_plain_text"),
    Format.HTML: ("hypertext", "read_html"),
    Format.DOCX: ("word.reading", "read_docx"),
    Format.PPTX: ("slides", "read_pptx"),
    Format.PDF: ("pdf", "read_pdf"),
    Format.XLSX: ("sheets", "read_xlsx"),
    Format.CSV: ("comma_separated", "read_csv"),
    Format.SUBTITLES: ("subtitles", "read_subtitles"),
    Format.PICTURE: ("pictures", "read_picture"),
    Format.OFD: ("ofd", "read_ofd"),
    Format.ODT: ("odt.reading", "read_odt"),
    Format.OLD_OFFICE: ("old_office", "read_old_office"),
    Format.WEB_ARCHIVE: ("web_archive", "read_web_archive"),
}


def parse(data: bytes, name: str, *, limits: ParsingLimits = LIMITS) -> ParsedFile:
    """The blocks, raw metadata and question-answer rows of one file; ``name`` tells its format where bytes do not.

    Raises FileRefused with one sentence when it cannot or must not be read, or holds no text.
    """
    require_size(data, name, limits)
    parsed = _read(data, name, limits)
    if not (parsed.blocks or parsed.question_answers or parsed.refused_rows):
        raise FileRefused(f"{name} holds no text; check that it is the right file.", Cause("no_text"))
    require_characters(sum(len(block.text) for block in parsed.blocks), name, limits)
    return replace(parsed, report=_counted(parsed))


def _counted(parsed: ParsedFile) -> FileReport:
    blocks, report = parsed.blocks, parsed.report
    characters = sum(len(block.text) for block in blocks)
    characters += sum(len(row.question) + len(row.answer) for row in parsed.question_answers)
    has_pages = report.pages_read or report.pages_recognised or report.pages_unread
    pages = tuple(sorted({block.page for block in blocks if block.page is not None}))
    broken = sum(block.text.count(_BROKEN) for block in blocks)
    notes = (*report.notes, Note(NoteKind.UNREADABLE_LETTERS, broken)) if broken else report.notes
    return replace(
        report,
        notes=notes,
        characters=characters,
        tables=sum(block.kind is BlockKind.TABLE for block in blocks),
        pages_read=report.pages_read if has_pages else pages,
    )


def _read(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    try:
        return _reader(format_of(data, name, limits))(data, name, limits)
    except FileRefused as error:
        if name in str(error):
            raise
        raise FileRefused(f"{name}: {error}", error.cause) from error  # what refused it knows a part of the file only
    except RecursionError as error:
        raise FileRefused(
            f"{name} is nested too deeply; save it again and retry.", Cause("nested_too_deeply")
        ) from error


def _reader(file_format: Format) -> Callable[[bytes, str, ParsingLimits], ParsedFile]:
    module, function = _READER_OF[file_format]
    reader: Callable[[bytes, str, ParsingLimits], ParsedFile] = getattr(
        import_module(f"ingestion.parsing.{module}"), function
    )
    return reader
