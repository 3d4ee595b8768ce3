"""How large a file may be, checked before anything unpacks or decodes it."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from kb_service.domain.errors import FileRefused

MEGABYTE = 1024 * 1024
_PROLOGUE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ParsingLimits:
    """Upper bounds for one file. ``unpacked_ratio`` counts only from ``ratio_floor_bytes`` on: sheets compress well."""

    file_bytes: int = 100 * MEGABYTE
    characters: int = 5_000_000
    pages: int = 2_000
    ocr_pages: int = 100
    ocr_seconds: float = 900.0
    image_pixels: int = 60_000_000
    archive_entries: int = 10_000
    unpacked_bytes: int = 400 * MEGABYTE
    unpacked_ratio: int = 200
    ratio_floor_bytes: int = 50 * MEGABYTE
    table_cells: int = 2_000_000


def require_size(data: bytes, name: str, limits: ParsingLimits) -> None:
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileRefused(f"{name} is empty; upload the file that holds the text.")
    if len(data) > limits.file_bytes:
        raise FileRefused(
            f"{name} has {len(data) // MEGABYTE} MB, more than the {limits.file_bytes // MEGABYTE} MB allowed; "
            "split it or remove its pictures."
        )


def require_safe_archive(data: bytes, name: str, limits: ParsingLimits) -> frozenset[str]:
    """The entry names of an office file's zip container. Raises FileRefused for bombs, odd paths and encryption.

    Stated sizes suffice: `zipfile`, which every reader of these files uses, never unpacks more than an entry states.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            declares_entities = any(_declares_entities(archive, entry) for entry in entries)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, RuntimeError) and "password" in str(error):
            raise FileRefused(f"{name} is encrypted; remove the password and upload it again.") from error
        raise FileRefused(f"{name} is damaged (its zip container cannot be read); save it again and retry.") from error
    if len(entries) > limits.archive_entries:
        raise FileRefused(f"{name} holds {len(entries)} parts, which no real document has; save it again and retry.")
    for entry in entries:
        if _leads_outside(entry.filename):
            raise FileRefused(
                f"{name} holds a part named {entry.filename!r} that leads outside the file; do not use it."
            )
        if entry.flag_bits & 0x1:
            raise FileRefused(f"{name} is encrypted; remove the password and upload it again.")
    if declares_entities:
        raise FileRefused(f"{name} declares XML entities, which no office program writes; it is not read.")
    _require_unpacked_size(sum(entry.file_size for entry in entries), len(data), name=name, limits=limits)
    return frozenset(entry.filename for entry in entries)


def require_characters(count: int, name: str, limits: ParsingLimits) -> None:
    if count > limits.characters:
        raise FileRefused(
            f"{name} holds {count:,} characters, above the limit of {limits.characters:,}; split it into several files."
        )


def _require_unpacked_size(unpacked: int, packed: int, *, name: str, limits: ParsingLimits) -> None:
    is_bomb = unpacked > limits.ratio_floor_bytes and unpacked > limits.unpacked_ratio * packed
    if is_bomb or unpacked > limits.unpacked_bytes:
        raise FileRefused(f"{name} unpacks to far more than its size, as a zip bomb does; it is not read.")


def _declares_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Document types stand before the root element; office files have none, entity bombs need one."""
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(entry) as part:
        return re.search(rb"<!DOCTYPE|<!ENTITY", part.read(_PROLOGUE_BYTES), re.IGNORECASE) is not None


def _leads_outside(entry_name: str) -> bool:
    path = entry_name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or path[1:2] == ":"
