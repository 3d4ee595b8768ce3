"""Old office files, read as what LibreOffice makes of them."""

from dataclasses import replace
from pathlib import Path

from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.conversion import converted, libreoffice, new_suffix
from ingestion.parsing.limits import ParsingLimits, require_safe_archive
from ingestion.parsing.office_package import with_chinese_escapes
from ingestion.parsing.sheets import read_xlsx
from ingestion.parsing.slides import read_pptx
from ingestion.parsing.word.reading import read_docx
from kb_service.domain.file_reports import Note, NoteKind


def read_old_office(data: bytes, name: str, limits: ParsingLimits) -> ParsedFile:
    suffix = Path(name.lower()).suffix
    new = new_suffix(data, suffix) or "docx"
    program = libreoffice(limits)
    assert program is not None, "`format_of` gives this format only where there is one"
    limits.page_recognised()  # it takes seconds: whoever waits for quick files first hears of it now
    made = converted(program, data, suffix, new, name=name, limits=limits)
    require_safe_archive(made, name, limits)
    if new == "xlsx":
        made = with_chinese_escapes(made)
    reader = {"docx": read_docx, "xlsx": read_xlsx, "pptx": read_pptx}[new]
    parsed = reader(made, name, limits)
    notes = (*parsed.report.notes, Note(NoteKind.CONVERTED))
    return replace(parsed, report=replace(parsed.report, notes=notes))
