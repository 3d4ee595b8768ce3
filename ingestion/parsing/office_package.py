r"""Mending the container of an office file, so that readers who are stricter than the office programs can open it.

Office programs open all of these: parts named with backslashes, relations to parts that are missing, macro-enabled
files and templates, and ISO 29500 Strict, which names the same elements otherwise.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from urllib.parse import unquote

from kb_service.domain.file_reports import NoteKind, Notes

_STYLES = "xl/styles.xml"
_TYPES = "[Content_Types].xml"
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_STRICT_PROPERTIES = ((b"extendedProperties", b"extended-properties"), (b"customProperties", b"custom-properties"))
_MAIN_TYPE = re.compile(
    rb"application/vnd\.(?:ms-word|openxmlformats-officedocument\.wordprocessingml)\."
    rb"(?:document|template)(?:\.macroEnabled)?(?:Template)?(?:\.macroEnabled)?\.main\+xml"
)
_DOCUMENT_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SLIDES_TYPE = re.compile(
    rb"application/vnd\.(?:ms-powerpoint|openxmlformats-officedocument\.presentationml)\."
    rb"(?:presentation|slideshow|template)(?:\.macroEnabled)?\.main\+xml"
)
_PRESENTATION_TYPE = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^<>]*?(?:/>|>\s*</(?:\w+:)?Relationship>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""\b(Target|TargetMode)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# A whole file of another format, which stands in the text as a part of it, is no part of this package.
_INNER_FILE = re.compile(
    rb"""<(?:\w+:)?Override\b[^>]*PartName\s*=\s*["'][^"']*\.(?:docx|docm|dotx|html?|mht|txt|rtf)["'][^>]*>"""
)
_PART_TYPE = re.compile(rb"""ContentType\s*=\s*["'][^"']*["']""")
_DEFAULT_TYPE = re.compile(rb"""<(?:\w+:)?Default\b[^>]*Extension\s*=\s*["'](\w+)["']""", re.IGNORECASE)

_TAKEN_OUT = re.compile(rb"(_?)x005F_")
_TEXTS_OF_CELLS = re.compile(r"xl/(?:sharedStrings|worksheets/[^/]+)\.xml")

_Change = Callable[[bytes], bytes]


def mended(data: bytes, notes: Notes) -> bytes:
    """The same file, or one that says the same and can be read. ``notes`` gets how many parts are missing."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        name_of = {entry.filename: entry.filename.replace("\\", "/").lstrip("/") for entry in archive.infolist()}
        parts = frozenset(name_of.values())
        is_strict = any(_STRICT in archive.read(each) for each, name in name_of.items() if name == "_rels/.rels")
        changed: dict[str, bytes] = {}
        for entry, name in name_of.items():
            change = _change_of(name, parts, is_strict, notes)
            if change is None:
                continue
            was = archive.read(entry)
            if (now := change(was)) != was:
                changed[name] = now
        if not changed and all(entry == name for entry, name in name_of.items()):
            return data
        return _written(archive, name_of, changed)


def with_underscores(data: bytes) -> bytes:
    """A workbook in which openpyxl finds no ``x005F_``: it takes them out wherever they stand, and ``_x005F_x0041_``,
    which shows ``_x0041_``, would become an A.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        texts = [each for each in archive.namelist() if _TEXTS_OF_CELLS.fullmatch(each)]
        read = ((each, archive.read(each)) for each in texts)
        changed = {each: _TAKEN_OUT.sub(_kept, xml) for each, xml in read if b"x005F_" in xml}
        return _written(archive, {each: each for each in archive.namelist()}, changed) if changed else data


def with_chinese_escapes(data: bytes) -> bytes:
    """A workbook that LibreOffice wrote, its number formats with ``!`` as Chinese editions of Excel mean it: the next
    character stands for itself. LibreOffice takes it for a letter and writes ``\\!``.
    """
    with zipfile.ZipFile(BytesIO(data)) as archive:
        name_of = {each: each for each in archive.namelist()}
        if _STYLES not in name_of or b"\\!" not in (styles := archive.read(_STYLES)):
            return data
        return _written(archive, name_of, {_STYLES: styles.replace(b"\\!", b"!")})


def _kept(found: re.Match[bytes]) -> bytes:
    return b"_x005f_" if found[1] else b"x_x0030_05F_"


def _change_of(name: str, parts: frozenset[str], is_strict: bool, notes: Notes) -> _Change | None:
    if name == _TYPES:
        return lambda xml: _types(xml, parts)
    if name.endswith(".rels"):
        return lambda xml: _relations(_transitional(xml) if is_strict else xml, name, parts, notes)
    if is_strict and name.endswith((".xml", ".vml")):
        return _transitional
    return None


def _transitional(xml: bytes) -> bytes:
    for strict, usual in _STRICT_PROPERTIES:
        xml = xml.replace(strict, usual) if _STRICT in xml else xml
    return _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", xml)


def _types(xml: bytes, parts: frozenset[str]) -> bytes:
    """The usual kinds of main part; and a type for every ending, without which a part counts as missing."""
    xml = _SLIDES_TYPE.sub(_PRESENTATION_TYPE, _MAIN_TYPE.sub(_DOCUMENT_TYPE, xml))
    xml = _INNER_FILE.sub(lambda found: _PART_TYPE.sub(b'ContentType="application/octet-stream"', found[0]), xml)
    known = {each.lower() for each in _DEFAULT_TYPE.findall(xml)}
    used = {posixpath.splitext(part)[1].lstrip(".").lower().encode() for part in parts if not part.endswith("/")}
    missing = sorted(each for each in used - known - {b""} if re.fullmatch(rb"\w{1,10}", each))
    defaults = b"".join(
        b'<Default Extension="%s" ContentType="%s"/>' % (each, _type_of_ending(each)) for each in missing
    )
    return re.sub(rb"(<(?:\w+:)?Types\b[^>]*>)", rb"\1" + defaults, xml, count=1) if defaults else xml


def _type_of_ending(ending: bytes) -> bytes:
    if ending == b"rels":
        return b"application/vnd.openxmlformats-package.relationships+xml"
    return b"application/xml" if ending == b"xml" else b"application/octet-stream"


def _relations(xml: bytes, name: str, parts: frozenset[str], notes: Notes) -> bytes:
    """Without those to parts that are not there, and with forward slashes."""
    folder = posixpath.dirname(posixpath.dirname(name))

    def kept(found: re.Match[bytes]) -> bytes:
        attributes = {key: one or other for key, one, other in _ATTRIBUTE.findall(found[0])}
        target = attributes.get(b"Target", b"")
        if attributes.get(b"TargetMode") == b"External":
            return found[0]
        straight = target.replace(b"\\", b"/")
        path = unquote(straight.decode("utf-8", "replace").partition("#")[0])
        whole = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path))
        if whole in parts:
            return found[0].replace(target, straight) if straight != target else found[0]
        if posixpath.basename(whole).upper() != "NULL":
            notes.add(NoteKind.MISSING_PARTS, posixpath.basename(whole)[:60])
        return b""

    return _RELATION.sub(kept, xml)


def _written(archive: zipfile.ZipFile, name_of: Mapping[str, str], changed: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as mended_archive:
        for entry, name in name_of.items():
            if not name.endswith("/"):
                mended_archive.writestr(name, changed[name] if name in changed else archive.read(entry))
    return made.getvalue()
