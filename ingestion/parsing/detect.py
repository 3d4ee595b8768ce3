"""What a file is: by its first bytes where they tell, by its ending where they do not."""

import re
import zipfile
from enum import StrEnum
from io import BytesIO
from pathlib import PurePath

from ingestion.parsing.conversion import NEW_SUFFIX_OF, libreoffice, new_suffix
from ingestion.parsing.limits import ParsingLimits, require_safe_archive
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused


class Format(StrEnum):
    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    DOCX = "docx"
    PPTX = "pptx"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    SUBTITLES = "subtitles"
    PICTURE = "picture"
    OFD = "ofd"
    WEB_ARCHIVE = "web_archive"
    ODT = "odt"
    OLD_OFFICE = "old_office"


_BY_SUFFIX = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".txt": Format.TEXT,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".mht": Format.WEB_ARCHIVE,
    ".mhtml": Format.WEB_ARCHIVE,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".srt": Format.SUBTITLES,
    ".vtt": Format.SUBTITLES,
}
_WEB_PAGES = frozenset({".html", ".htm", ".mht", ".mhtml"})
_PICTURE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*")
_OLD_OFFICE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RICH_TEXT_START = b"{\\rtf"
_ARCHIVE_STARTS = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_TAR = slice(257, 262)
_ARCHIVE_SUFFIXES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst"})
# Containers of other programs, by a part that only they have.
_FOREIGN = {
    "META-INF/container.xml": ("an electronic book", "PDF", "electronic_book"),
    "Index/Document.iwa": ("a file of Apple's programs", "Word, Excel or PDF", "apple_file"),
}
_OFFICE_PART = {"word/": Format.DOCX, "ppt/": Format.PPTX, "xl/": Format.XLSX, "OFD.xml": Format.OFD}
_BINARY = ".pdf .ofd .docx .docm .dotx .pptx .pptm .odt .xlsx .xlsm .png .jpg .jpeg .webp .bmp .tif .tiff"
_BINARY_SUFFIXES = frozenset(_BINARY.split())


# Of a message, as saved pages are.
_HEADER = re.compile(rb"^(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){1,40}\r?\n", re.MULTILINE)
_TYPE = re.compile(rb"^content-type:\s*(?:multipart/|text/html)", re.IGNORECASE | re.MULTILINE)
_ENCODING = re.compile(rb"^(?:mime-version|content-transfer-encoding):", re.IGNORECASE | re.MULTILINE)
_HEADER_BYTES = 8192


def format_of(data: bytes, name: str, limits: ParsingLimits) -> Format:
    """The format to read as. Raises FileRefused for what is unsupported, encrypted, or not what its ending says."""
    suffix = PurePath(name.lower()).suffix
    start = data[:1024].lstrip(b"\x00\t\r\n ")
    if (b"%PDF-" in data[:1024] and suffix not in _BY_SUFFIX) or start.startswith(b"%PDF-"):
        return Format.PDF
    if data.startswith((_OLD_OFFICE_START, _RICH_TEXT_START)):
        return _old_office_format(data, name, suffix, limits)
    if data.startswith(b"PK"):
        return _office_format(data, name, limits)
    if data.startswith(_ARCHIVE_STARTS) or data[_TAR] == b"ustar" or suffix in _ARCHIVE_SUFFIXES:
        raise _archive(name)
    if _is_picture(data):
        return Format.PICTURE
    return _text_format(data, start, name, suffix)


def _old_office_format(data: bytes, name: str, suffix: str, limits: ParsingLimits) -> Format:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise FileRefused(f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted"))
    if libreoffice(limits) is not None:
        return Format.OLD_OFFICE
    new = new_suffix(data, suffix)
    wanted = f".{new}" if new else ".docx, .pptx or .xlsx"
    raise FileRefused(
        f"{name} is in an old Office format, and no LibreOffice is installed here that could convert it; "
        f"open it and save it as {wanted}.",
        Cause("old_office", {"wanted": wanted}),
    )


def _archive(name: str) -> FileRefused:
    return FileRefused(f"{name} is an archive, not a document; unpack it and upload the files in it.", Cause("archive"))


def _office_format(data: bytes, name: str, limits: ParsingLimits) -> Format:
    try:
        entries = require_safe_archive(data, name, limits)
    except FileRefused as error:
        if PurePath(name.lower()).suffix in _ARCHIVE_SUFFIXES and error.cause.name in ("encrypted", "damaged"):
            raise _archive(name) from error  # a password or a missing end is for whoever unpacks it
        raise
    if "xl/workbook.bin" in entries:
        return _converted_format(name, "a binary workbook", ".xlsx", limits)
    if "content.xml" in entries and "mimetype" in entries:
        return _open_document_format(data, name, limits)
    for prefix, file_format in _OFFICE_PART.items():
        if any(entry.startswith(prefix) for entry in entries):
            return file_format
    for part, (kind, wanted, cause) in _FOREIGN.items():
        if part in entries:
            raise FileRefused(f"{name} is {kind}, which is not read; export it as {wanted}.", Cause(cause))
    raise _archive(name)


def _open_document_format(data: bytes, name: str, limits: ParsingLimits) -> Format:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        kind = archive.read("mimetype")[:100].decode("ascii", "replace").strip().rpartition("opendocument.")[2]
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
    if b"encryption-data" in manifest:
        raise FileRefused(f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted"))
    if kind.startswith("text"):
        return Format.ODT
    wanted = {"spreadsheet": ".xlsx", "presentation": ".pptx"}.get(kind.removesuffix("-template"), "PDF")
    return _converted_format(name, f"an OpenDocument {kind or 'file'}", wanted, limits)


def _converted_format(name: str, kind: str, wanted: str, limits: ParsingLimits) -> Format:
    if wanted != "PDF" and libreoffice(limits) is not None:
        return Format.OLD_OFFICE
    raise FileRefused(
        f"{name} is {kind}, which is not read here; open it and save it as {wanted}.",
        Cause("foreign_format", {"wanted": wanted}),
    )


def _is_picture(data: bytes) -> bool:
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or (data.startswith(_PICTURE_STARTS) and (data[:2] != b"BM" or b"\x00" in data[:32]))


def _text_format(data: bytes, start: bytes, name: str, suffix: str) -> Format:
    is_page = start[:15].lower().startswith((b"<!doctype html", b"<html"))
    if suffix in {*NEW_SUFFIX_OF, *_BINARY_SUFFIXES, *_WEB_PAGES} and _is_web_archive(data):
        return Format.WEB_ARCHIVE  # office programs save web pages under their own endings too
    if suffix in {*NEW_SUFFIX_OF, *_BINARY_SUFFIXES} and is_page:
        return Format.HTML
    if suffix in NEW_SUFFIX_OF:
        raise FileRefused(
            f"{name} has an old Office ending; open it and save it as .{NEW_SUFFIX_OF[suffix]}.",
            Cause("old_office", {"wanted": f".{NEW_SUFFIX_OF[suffix]}"}),
        )
    if suffix in _BINARY_SUFFIXES:
        raise FileRefused(
            f"{name} is not a {suffix} file although it is named so; export it again in that format.",
            Cause("wrong_ending", {"ending": suffix}),
        )
    if suffix in _WEB_PAGES:
        return Format.HTML
    if suffix not in _BY_SUFFIX:
        raise FileRefused(
            f"{name} is of an unknown format; upload md, txt, html, mht, docx, odt, pptx, pdf, ofd, xlsx, csv, "
            "srt, vtt, png or jpg.",
            Cause("unknown_format"),
        )
    return _BY_SUFFIX[suffix]


def _is_web_archive(data: bytes) -> bool:
    """By the header of a message, whatever the file is called."""
    start = data[:_HEADER_BYTES].replace(b"\r\n", b"\n").lstrip(b"\xef\xbb\xbf\n")
    header = _HEADER.match(start + b"\n")
    return bool(header and _TYPE.search(header[0]) and _ENCODING.search(header[0]))
