"""How large a file may be, checked before anything unpacks or decodes it."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO

from ingestion.parsing.blocks import Block
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

MEGABYTE = 1024 * 1024
_PIECE_BYTES = 256 * 1024
# Also as UTF-16 writes it, which no office program does.
_DECLARED = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T|E\x00?N\x00?T\x00?I)", re.IGNORECASE)
_LONGEST_DECLARED = 12


def _nobody() -> None:
    return None


@dataclass(frozen=True, slots=True)
class ParsingLimits:
    """Upper bounds for one file. ``unpacked_ratio`` counts only from ``ratio_floor_bytes`` on: sheets compress well.

    ``characters`` and ``blocks`` are counted while they are made, so that what multiplies ends early. ``passages`` and
    ``records``: of one document, and documents of one file. ``page_recognised`` is called after each page of a scan.

    Beside them what a site has chosen: ``speaker_notes`` under slides are read; ``libreoffice`` is the program that
    old formats are converted with, if there is one.
    """

    file_bytes: int = 100 * MEGABYTE
    characters: int = 5_000_000
    pages: int = 2_000
    ocr_pages: int = 100
    ocr_seconds: float = 900.0
    image_pixels: int = 60_000_000
    archive_entries: int = 10_000
    unpacked_bytes: int = 400 * MEGABYTE
    unpacked_ratio: int = 200
    ratio_floor_bytes: int = 20 * MEGABYTE
    table_cells: int = 1_000_000
    blocks: int = 30_000
    passages: int = 5_000
    records: int = 200_000
    page_recognised: Callable[[], None] = _nobody
    speaker_notes: bool = False
    libreoffice: str | None = None
    # By the clock: under a load of 37 on two cores, small files took 12 to 26 seconds.
    conversion_seconds: float = 60.0


LIMITS = ParsingLimits()


def require_size(data: bytes, name: str, limits: ParsingLimits) -> None:
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileRefused(f"{name} is empty; upload the file that holds the text.", Cause("empty_file"))
    if len(data) > limits.file_bytes:
        raise FileRefused(
            f"{name} has {len(data) // MEGABYTE} MB, more than the {limits.file_bytes // MEGABYTE} MB allowed; "
            "split it or remove its pictures.",
            Cause("file_too_large", {"limit": limits.file_bytes // MEGABYTE}),
        )


def unreadable(error: Exception, name: str, kind: str) -> FileRefused:
    """What to raise where a reader of files of this ``kind`` tripped over something. libxml2 reads 256 levels of
    elements in elements, and raises for more."""
    if "xcessive depth" in str(error):
        return FileRefused(
            f"{name} nests its elements more than 256 levels deep; save it again and retry.", Cause("nested_too_deeply")
        )
    return FileRefused(
        f"{name} is damaged and cannot be read as {kind} file; save it again and retry.",
        Cause("damaged", {"kind": kind}),
    )


def require_safe_archive(data: bytes, name: str, limits: ParsingLimits) -> frozenset[str]:
    """The entry names of an office file's zip container. Raises FileRefused for bombs, odd paths and encryption.

    Stated sizes suffice: `zipfile`, which every reader of these files uses, never unpacks more than an entry states.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _require_sizes(entries, len(data), name=name, limits=limits)
            declares_entities = any(_declares_entities(archive, entry) for entry in entries)
    except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if isinstance(error, RuntimeError) and "password" in str(error):
            raise FileRefused(
                f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted")
            ) from error
        raise FileRefused(
            f"{name} is damaged (its zip container cannot be read); save it again and retry.",
            Cause("damaged", {"kind": "Office"}),
        ) from error
    for entry in entries:
        if _leads_outside(entry.filename):
            raise FileRefused(
                f"{name} holds a part named {entry.filename!r} that leads outside the file; do not use it.",
                Cause("leads_outside", {"part": entry.filename}),
            )
        if entry.flag_bits & 0x1:
            raise FileRefused(f"{name} is encrypted; remove the password and upload it again.", Cause("encrypted"))
    if declares_entities:
        raise FileRefused(
            f"{name} declares XML entities, which no office program writes; it is not read.", Cause("declares_entities")
        )
    return frozenset(entry.filename.replace("\\", "/") for entry in entries)


def require_characters(count: int, name: str, limits: ParsingLimits) -> None:
    if count > limits.characters:
        raise FileRefused(
            f"{name} holds {count:,} characters, above the limit of {limits.characters:,}; "
            "split it into several files.",
            Cause("too_many_characters", {"count": count, "limit": limits.characters}),
        )


def counted(blocks: Iterable[Block], name: str, limits: ParsingLimits) -> Iterator[Block]:
    """The blocks, as long as they keep within the limits. Raises FileRefused."""
    characters = 0
    for number, block in enumerate(blocks, start=1):
        characters += len(block.text)
        if number > limits.blocks:
            raise FileRefused(
                f"{name} holds more than {limits.blocks:,} paragraphs and tables; split it into several files.",
                Cause("too_many_blocks", {"limit": limits.blocks}),
            )
        require_characters(characters, name, limits)
        yield block


def require_paragraphs(count: int, name: str, limits: ParsingLimits) -> None:
    """Before anything is made of them. Those of table cells are more than the blocks that come of them."""
    if count > 2 * limits.blocks:
        raise FileRefused(
            f"{name} holds {count:,} paragraphs and lines, more than can be read; split it.",
            Cause("too_many_blocks", {"limit": limits.blocks}),
        )


def require_passages(count: int, limits: ParsingLimits) -> None:
    if count > limits.passages:
        raise FileRefused(
            f"it would make {count:,} passages, above the limit of {limits.passages:,} for a document; "
            "split it into several documents.",
            Cause("too_many_passages", {"count": count, "limit": limits.passages}),
        )


def _require_sizes(entries: list[zipfile.ZipInfo], packed: int, *, name: str, limits: ParsingLimits) -> None:
    """Before any of them is unpacked."""
    if len(entries) > limits.archive_entries:
        raise FileRefused(
            f"{name} holds {len(entries)} parts, which no real document has; save it again and retry.",
            Cause("too_many_parts", {"limit": limits.archive_entries}),
        )
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > limits.ratio_floor_bytes and unpacked > limits.unpacked_ratio * packed
    if is_bomb or unpacked > limits.unpacked_bytes:
        raise FileRefused(
            f"{name} unpacks to far more than its size, as a zip bomb does; it is not read.", Cause("unpacks_too_far")
        )


def _declares_entities(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Office files have no document type, entity bombs need one; a comment of any length may stand before it."""
    if not entry.filename.lower().endswith((".xml", ".rels")):
        return False
    end = b""
    with archive.open(entry) as part:
        while piece := part.read(_PIECE_BYTES):
            if _DECLARED.search(end + piece):
                return True
            end = piece[-_LONGEST_DECLARED:]
    return False


def _leads_outside(entry_name: str) -> bool:
    path = entry_name.replace("\\", "/")
    return path.startswith("/") or ".." in path.split("/") or path[1:2] == ":"
