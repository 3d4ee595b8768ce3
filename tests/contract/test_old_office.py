"""Old office files: converted where LibreOffice is, refused with what to do where it is not."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from ingestion.parsing.conversion import converted
from ingestion.parsing.limits import LIMITS
from ingestion.parsing.parse import parse
from ingestion.reading_child import ReadingChildren
from kb_service.domain.errors import FileRefused
from kb_service.domain.file_reports import Note, NoteKind
from tests.conftest import LIBREOFFICE

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WITH = replace(LIMITS, libreoffice=LIBREOFFICE)


def stub(folder: Path, script: str) -> str:
    """A program in LibreOffice's place."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("name", "stream", "wanted"),
    [("a.doc", "WordDocument", ".docx"), ("a.wps", "WordDocument", ".docx"), ("a.doc", "Workbook", ".xlsx"),
     ("a.dps", "PowerPoint Document", ".pptx"), ("a.et", "x", ".xlsx")],
)  # fmt: skip
def test_without_libreoffice_an_old_file_is_refused_with_what_to_save_it_as(
    name: str, stream: str, wanted: str
) -> None:
    with pytest.raises(FileRefused, match=rf"no LibreOffice is installed here.* save it as \{wanted}"):
        parse(OLE + stream.encode("utf-16-le"), name, limits=replace(LIMITS, libreoffice="off"))


def test_a_program_that_makes_nothing_or_takes_too_long_refuses_the_file_alone(tmp_path: Path) -> None:
    limits = replace(LIMITS, libreoffice=stub(tmp_path, "exit 1"))
    with pytest.raises(FileRefused, match="could not be converted"):
        parse(OLE + b"x", "a.doc", limits=limits)
    endless = replace(LIMITS, libreoffice=stub(tmp_path, "sleep 60"), conversion_seconds=0.3)
    with pytest.raises(FileRefused, match=r"more than 0\.3 seconds"):
        parse(OLE + b"x", "a.doc", limits=endless)


def test_what_is_made_is_checked_like_any_other_file(tmp_path: Path) -> None:
    script = 'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; echo PK-nothing > "$2/source.docx"'
    limits = replace(LIMITS, libreoffice=stub(tmp_path, script))
    with pytest.raises(FileRefused, match=r"a\.doc"):
        parse(OLE + b"x", "a.doc", limits=limits)


@pytest.mark.libreoffice
def test_an_old_word_file_is_read_in_the_confined_child(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("第一条 补贴每月八百元。")
    buffer = io.BytesIO()
    document.save(buffer)
    old = converted(str(LIBREOFFICE), buffer.getvalue(), ".docx", "doc", name="a.docx", limits=WITH)
    assert old.startswith(OLE)
    (tmp_path / "a.doc").write_bytes(old)
    children = ReadingChildren(limits=WITH)
    try:
        parsed = children.parsed(tmp_path / "a.doc")
    finally:
        children.close()
    assert [block.text for block in parsed.blocks] == ["第一条 补贴每月八百元。"]
    assert parsed.report.notes == (Note(NoteKind.CONVERTED),)


@pytest.mark.libreoffice
def test_an_old_workbook_keeps_its_formats_and_hidden_rows() -> None:
    book = Workbook()
    sheet = book["Sheet"]
    for row in (("项目", "比例"), ("甲", 1), ("暗", 0)):
        sheet.append(row)
    sheet["B2"].number_format = "0%"
    sheet.row_dimensions[3].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    old = converted(str(LIBREOFFICE), buffer.getvalue(), ".xlsx", "xls", name="a.xlsx", limits=WITH)
    assert [block.text for block in parse(old, "a.et", limits=WITH).blocks] == ["项目 | 比例\n甲 | 100%"]


def test_a_sign_escaped_as_chinese_editions_do_is_read_so_where_libreoffice_took_it_for_a_letter(
    tmp_path: Path,
) -> None:
    book = Workbook()
    sheet = book["Sheet"]
    sheet.append(("上限", 25_000))
    sheet["B1"].number_format = '0\\!.0,"万元"'
    book.save(tmp_path / "made.xlsx")
    made = f'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; cp {tmp_path}/made.xlsx "$2/source.xlsx"'
    limits = replace(LIMITS, libreoffice=stub(tmp_path, made))
    assert [block.text for block in parse(OLE + b"x", "a.xls", limits=limits).blocks] == ["上限 | 2.5万元"]
