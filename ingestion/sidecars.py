"""What stands beside a file: the YAML with its fields, the chapters of a video."""

from pathlib import Path

from ingestion.frontmatter import sidecar_fields
from ingestion.parsing.blocks import ParsedFile
from ingestion.parsing.subtitles import with_chapters
from kb_service.domain.causes import Cause
from kb_service.domain.errors import FileRefused

_LARGEST_BYTES = 400_000


def sidecar_of(path: Path) -> dict[str, object]:
    """The fields of ``name.ext.yaml`` beside a file; none without it. Raises FileRefused."""
    sidecar = path.with_name(path.name + ".yaml")
    if not sidecar.exists():
        return {}
    if sidecar.stat().st_size > _LARGEST_BYTES:
        raise FileRefused(
            f"{sidecar.name} has more than {_LARGEST_BYTES:,} bytes; write one `field: value` a line",
            Cause("sidecar_too_large", {"file": sidecar.name}),
        )
    try:
        return dict(sidecar_fields(sidecar.read_text(encoding="utf-8"), sidecar.name))
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"{sidecar.name} is not in UTF-8; save it again as UTF-8", Cause("sidecar_not_utf8", {"file": sidecar.name})
        ) from error


def with_sidecar_chapters(parsed: ParsedFile, chapters: object, name: str) -> ParsedFile:
    """Chapters of a video from its sidecar: a list of {start: "HH:MM:SS", title}. Raises FileRefused."""
    if not chapters:
        return parsed
    try:
        listed = [(_seconds(str(each["start"])), str(each["title"])) for each in chapters]  # type: ignore[attr-defined]
    except (TypeError, KeyError, ValueError) as error:
        raise FileRefused(
            f'the chapters of {name} must be a list of {{start: "HH:MM:SS", title: …}}', Cause("chapters")
        ) from error
    return with_chapters(parsed, listed)


def _seconds(clock: str) -> int:
    """Of HH:MM:SS, MM:SS or plain seconds."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds
