"""From paths to drafts of versions: which files there are, what each says, and why one was refused."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.frontmatter import sidecar_fields
from ingestion.parsing.blocks import ParsedFile, QuestionAnswer
from ingestion.parsing.parse import parse
from ingestion.parsing.subtitles import with_chapters
from ingestion.records import Record, derived_title, metadata_of, read_record, require_clean
from ingestion.splitting import split
from ingestion.structure import StructuredText, structure, structure_text
from kb_service.answering.normalising import normalised
from kb_service.domain.documents import Kind, VersionDraft
from kb_service.domain.errors import FileRefused, InvalidInterval, InvalidRecord
from kb_service.ports import ScriptConverter

_LARGEST_FILE = 100 * 1024 * 1024
_CORPUS_FILES = ("departments.yaml", "matters.yaml")
_VIDEO_SUFFIXES = {".srt", ".vtt"}


@dataclass(frozen=True, slots=True)
class Read:
    """A draft, or the reason there is none; ``line`` counts from 1 in files of many records."""

    source: str
    line: int | None
    draft: VersionDraft | None
    reason: str | None = None


def files_in(paths: list[Path]) -> Iterator[Path]:
    """Files to read, in order of their names. Of a corpus folder (departments, matters, documents) its documents.

    Sidecars, hidden files and links are passed over. Raises FileRefused for a path that does not exist.
    """
    for path in paths:
        if path.is_dir():
            has_catalogue = any((path / name).exists() for name in _CORPUS_FILES)
            folder = path / "documents" if has_catalogue and (path / "documents").is_dir() else path
            yield from sorted(each for each in folder.rglob("*") if each.is_file() and _is_source(each, folder))
        elif path.exists():
            yield path
        else:
            raise FileRefused(f"{path} does not exist; check the path")


def _is_source(path: Path, folder: Path) -> bool:
    if path.is_symlink() or any(part.startswith(".") for part in path.relative_to(folder).parts):
        return False
    is_sidecar = path.suffix in {".yaml", ".yml"} and path.with_suffix("").exists()
    return not is_sidecar and path.name not in _CORPUS_FILES


class Reading:
    """Reads files and records into drafts. A bad one is reported and the rest goes on."""

    def __init__(
        self,
        *,
        converter: ScriptConverter,
        matter_ids: Mapping[str, str],
        department_ids: Mapping[str, str],
        keep: Callable[[bytes], str],
    ) -> None:
        """``matter_ids``, ``department_ids``: by id, name and alias. ``keep``: stores bytes, gives their SHA-256."""
        self._converter = converter
        self._matter_ids = matter_ids
        self._department_ids = department_ids
        self._keep = keep

    def read(self, path: Path) -> Iterator[Read]:
        try:
            data = _bytes_of(path)
            if path.suffix.lower() == ".jsonl":
                yield from self._lines(path, data)
            else:
                yield from self._file(path, data)
        except (FileRefused, InvalidRecord, InvalidInterval) as error:
            yield Read(str(path), None, None, str(error))

    def _file(self, path: Path, data: bytes) -> Iterator[Read]:
        fields = _sidecar(path)
        parsed = _with_chapters(parse(data, path.name), fields.pop("chapters", None), path.name)
        fields = dict(parsed.metadata) | fields
        blob = self._keep(data)
        if parsed.question_answers:
            for row in parsed.question_answers:
                yield self._row(path, row, fields, blob)
            return
        record = read_record(fields | {"id": _id(path, fields)})
        default = Kind.VIDEO if path.suffix.lower() in _VIDEO_SUFFIXES else Kind.REGULATION
        yield Read(str(path), None, self._draft(record, structure(parsed.blocks), default, path.name, blob))

    def _row(self, path: Path, row: QuestionAnswer, fields: Mapping[str, Any], blob: str) -> Read:
        base = _id(path, fields)
        own = {"question": row.question, "answer": row.answer, "similar_questions": list(row.similar_questions)}
        try:
            record = read_record(dict(fields) | own | dict(row.extra) | {"id": self._row_id(base, row)})
            draft = self._draft(record, structure_text(row.answer), Kind.INTERPRETATION, path.name, blob)
            return Read(str(path), row.row, draft)
        except (InvalidRecord, InvalidInterval) as error:
            return Read(str(path), row.row, None, str(error))

    def _row_id(self, base: str, row: QuestionAnswer) -> str:
        """Its own id, told from other sheets' by the file's where it is a mere number.

        Without one, by the question and not the row: a row inserted above does not rename the others.
        """
        if given := str(row.extra.get("id") or "").strip():
            return f"{base}#{given}" if given.isdigit() else given
        key = normalised(row.question, self._converter).encode("utf-8", "surrogatepass")
        return f"{base}#{hashlib.sha256(key).hexdigest()[:10]}"

    def _lines(self, path: Path, data: bytes) -> Iterator[Read]:
        blob = self._keep(data)
        for number, line in enumerate(data.split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                yield Read(str(path), number, self._line(path, line, blob))
            except (FileRefused, InvalidRecord, InvalidInterval) as error:
                yield Read(str(path), number, None, str(error))

    def _line(self, path: Path, line: bytes, blob: str) -> VersionDraft:
        try:
            fields = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, a number of thousands of digits
            raise InvalidRecord(f"not a JSON object in UTF-8: {error}") from error
        if not isinstance(fields, dict):
            raise InvalidRecord("a line must be a JSON object")
        record = read_record(fields)
        if not record.id:
            raise InvalidRecord("the field 'id' is missing")
        given = [name for name in ("answer", "text", "file") if getattr(record, name)]
        if len(given) != 1:
            raise InvalidRecord(f"exactly one of answer, text and file must be given, not {given or 'none'}")
        if record.file:
            return self._line_with_file(path, record)
        text = record.answer or record.text or ""
        default = Kind.INTERPRETATION if record.answer else Kind.REGULATION
        return self._draft(record, structure_text(text), default, path.name, blob)

    def _line_with_file(self, path: Path, record: Record) -> VersionDraft:
        folder = path.parent.resolve()
        file = (folder / (record.file or "")).resolve()
        if not file.is_relative_to(folder):
            raise FileRefused(f"file {record.file!r} lies outside the folder of {path.name}")
        data = _bytes_of(file)
        parsed: ParsedFile = parse(data, file.name)
        default = Kind.VIDEO if file.suffix.lower() in _VIDEO_SUFFIXES else Kind.REGULATION
        return self._draft(record, structure(parsed.blocks), default, file.name, self._keep(data))

    def _draft(
        self, record: Record, structured: StructuredText, default_kind: Kind, source_name: str, blob: str
    ) -> VersionDraft:
        require_clean(structured.text)
        passages = split(structured)
        if not passages:
            raise InvalidRecord("there is no text in it")
        matter_id = self._matter_ids.get(record.matter, record.matter) if record.matter else None
        department = self._department_ids.get(record.department, record.department) if record.department else None
        metadata = metadata_of(
            record,
            title=structured.title or derived_title(structured.text),
            default_kind=default_kind,
            matter_id=matter_id,
            department=department,
        )
        return VersionDraft(str(record.id), metadata, structured.text, passages, source_name, blob)


def _id(path: Path, fields: Mapping[str, Any]) -> str:
    """What is said of the file, else its name: a field left blank says nothing."""
    return str(fields.get("id") or "").strip() or path.stem


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise FileRefused(f"{path.name} is larger than {_LARGEST_FILE // 2**20} MB; split it")
        return path.read_bytes()
    except OSError as error:
        raise FileRefused(f"{path} cannot be read: {error.strerror or error}") from error


def _sidecar(path: Path) -> dict[str, object]:
    sidecar = path.with_name(path.name + ".yaml")
    if not sidecar.exists():
        return {}
    try:
        return dict(sidecar_fields(sidecar.read_text(encoding="utf-8"), sidecar.name))
    except UnicodeDecodeError as error:
        raise FileRefused(f"{sidecar.name} is not in UTF-8; save it again as UTF-8") from error


def _with_chapters(parsed: ParsedFile, chapters: object, name: str) -> ParsedFile:
    """Chapters of a video from its sidecar: a list of {start: "HH:MM:SS", title}."""
    if not chapters:
        return parsed
    try:
        told = [(_seconds(str(each["start"])), str(each["title"])) for each in chapters]  # type: ignore[attr-defined]
    except (TypeError, KeyError, ValueError) as error:
        raise FileRefused(f'the chapters of {name} must be a list of {{start: "HH:MM:SS", title: …}}') from error
    return with_chapters(parsed, told)


def _seconds(clock: str) -> int:
    """Of HH:MM:SS, MM:SS or plain seconds."""
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds
