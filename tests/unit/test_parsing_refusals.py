"""Files that cannot or must not be read are refused in one sentence that names the file and the mend."""

import io
import zipfile

import pytest

from ingestion.parsing.limits import ParsingLimits
from ingestion.parsing.parse import parse
from kb_service.domain.errors import FileRefused


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in parts.items():
            container.writestr(name, data)
    return buffer.getvalue()


ENTITY_BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "空.txt", "空.txt is empty"),
        (b"\xef\xbb\xbf \n", "空.md", "空.md is empty"),
        (b"abc", "a.xyz", "unknown format"),
        (b"hello", "a.pdf", "a.pdf is not a .pdf file"),
        (b"\x00\x01\x02" * 50, "a.txt", "not a text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a.doc", "save it as .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "is encrypted"),
        (b"PK\x03\x04 truncated", "a.docx", "damaged"),
        (archive(**{"readme.txt": b"x"}), "a.zip", "is an archive"),
        (archive(**{"word/document.xml": b"<broken"}), "a.docx", "damaged"),
        (archive(**{"xl/workbook.xml": b"<broken"}), "a.xlsx", "damaged"),
        (archive(**{"word/document.xml": b"x", "../../etc/passwd": b"x"}), "a.docx", "leads outside"),
        (archive(**{"word/document.xml": ENTITY_BOMB}), "a.docx", "XML entities"),
        (b"%PDF-1.7\nnothing", "a.pdf", "damaged"),
        (b"\x89PNG\r\n\x1a\nnothing", "a.png", "damaged picture"),
        (b"---\ntitle: [\n---\ntext", "a.md", "not valid YAML"),
        (b"<html><script>alert(1)</script></html>", "a.html", "holds no text"),
        (b"1\nno times\ntext\n", "a.srt", "no subtitle"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(data: bytes, name: str, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(data, name)
    assert sentence in str(refused.value)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = archive(**{"word/document.xml": b"0" * 4_000_000})
    with pytest.raises(FileRefused, match="zip bomb"):
        parse(bomb, "a.docx", limits=ParsingLimits(ratio_floor_bytes=1_000_000))


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [(ParsingLimits(file_bytes=10), "MB allowed"), (ParsingLimits(characters=10), "above the limit of 10")],
)
def test_what_is_too_large_is_refused(limits: ParsingLimits, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        parse("一二三四五六七八九十甲乙丙丁。".encode(), "a.txt", limits=limits)


def test_a_picture_bomb_is_refused_by_its_stated_size() -> None:
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    png = start + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    with pytest.raises(FileRefused, match="60000 × 60000 pixels"):
        parse(png, "a.png")


def test_html_named_as_another_format_is_read_as_html() -> None:
    assert parse("<!DOCTYPE html><p>导出的表格</p>".encode(), "a.xlsx").blocks[0].text == "导出的表格"
