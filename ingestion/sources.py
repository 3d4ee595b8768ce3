"""From paths to drafts of versions: which files there are, what each says, and why one was refused."""

import hashlib
import json
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from ingestion.answered_rows import AnsweredRows
from ingestion.frontmatter import once_each
from ingestion.parsing.blocks import ParsedFile, QuestionAnswer, RefusedRow
from ingestion.parsing.limits import LIMITS, ParsingLimits, require_passages
from ingestion.parsing.parse import parse
from ingestion.records import EDITABLE, Record, derived_title, fields_of, metadata_of, read_record, require_clean
from ingestion.sidecars import sidecar_of, with_sidecar_chapters
from ingestion.splitting import split
from ingestion.structure import StructuredText, structure, structure_text
from kb_service.domain.causes import Cause
from kb_service.domain.documents import DraftPassage, Kind, PassageInVersion, Version, VersionDraft
from kb_service.domain.errors import FileRefused, InvalidInterval, InvalidRecord
from kb_service.domain.file_reports import FileReport
from kb_service.ports import ScriptConverter
from kb_service.publishing.duplicates import question_key
from kb_service.text.normalising import normalised

_CORPUS_FILES = ("departments.yaml", "matters.yaml")
_VIDEO_SUFFIXES = {".srt", ".vtt"}


@dataclass(frozen=True, slots=True)
class Read:
    """A draft, or the reason there is none; ``line`` counts from 1 in files of many records.

    ``content``: a refused record as it came, a line as text; a sheet's row as a line with all its fields.
    ``report`` of the file stands at its first record. ``cause``: of the refusal.
    """

    source: str
    line: int | None
    draft: VersionDraft | None
    reason: str | None = None
    content: str | None = None
    report: FileReport | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """Bytes and the fields given with them. Without a folder, records name no files."""

    source: str
    name: str
    data: bytes
    fields: Mapping[str, Any]
    folder: Path | None

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()

    @property
    def default_kind(self) -> Kind:
        return Kind.VIDEO if self.suffix in _VIDEO_SUFFIXES else Kind.REGULATION


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
            raise FileRefused(f"{path} does not exist; check the path", Cause("no_such_file", {"file": path.name}))


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
        limits: ParsingLimits = LIMITS,
    ) -> None:
        """``matter_ids``, ``department_ids``: by id, name and alias. ``keep``: stores bytes, gives their SHA-256."""
        self._converter = converter
        self._matter_ids = matter_ids
        self._department_ids = department_ids
        self._keep = keep
        self._limits = limits

    def read(self, path: Path) -> Iterator[Read]:
        try:
            fields = {} if path.suffix.lower() == ".jsonl" else sidecar_of(path)
            file = _File(str(path), path.name, bytes_of(path), fields, path.parent.resolve())
        except FileRefused as error:
            yield Read(str(path), None, None, str(error), cause=error.cause)
            return
        yield from self._reads(file)

    def read_sent(self, data: bytes, name: str, fields: Mapping[str, Any]) -> Iterator[Read]:
        """What came without a folder around it. ``fields`` win over what the file says of itself, not over its records.

        A record that names a file is refused.
        """
        return self._reads(_File(name, name, data, fields, None))

    def record(self, fields: Mapping[str, Any]) -> VersionDraft:
        """One record of the bulk format with its text. Raises InvalidRecord, InvalidInterval, FileRefused."""
        return self._record(fields, _File("", "", b"", {}, None))

    def unwritten(self, fields: Mapping[str, Any]) -> VersionDraft:
        """A record of the bulk format whose text is still to be written. Raises InvalidRecord, InvalidInterval."""
        record = read_record(fields)
        return self._with_metadata(record, Kind.INTERPRETATION, record.question or "", "", ())

    def edited(self, version: Version, pieces: Sequence[PassageInVersion], fields: Mapping[str, Any]) -> VersionDraft:
        """A version with some fields of the bulk format changed; ``text`` or ``answer`` is its whole new text.

        Raises InvalidRecord for a field that is unknown or cannot be changed, InvalidInterval.
        """
        if fixed := sorted(set(fields) - EDITABLE):
            raise InvalidRecord(
                f"{', '.join(fixed)} cannot be edited; these can: {', '.join(sorted(EDITABLE))}",
                Cause("fields_not_editable", {"fields": "、".join(fixed)}),
            )
        known = fields_of(version.metadata)
        if {"effective_to", "valid_through"} & set(fields):
            known.pop("effective_to", None)
        record = read_record(known | dict(fields) | {"id": version.document_id})
        new_text = record.text or record.answer
        if new_text is not None:
            return self._draft(record, structure_text(new_text), version.metadata.kind, version.source_name, None)
        kept = tuple(
            DraftPassage(
                each.passage.start, each.passage.end, each.passage.heading_path, each.passage.page, each.passage.second
            )
            for each in pieces
        )
        return self._with_metadata(record, version.metadata.kind, version.metadata.title, version.text, kept)

    def _reads(self, file: _File) -> Iterator[Read]:
        try:
            yield from self._lines(file) if file.suffix == ".jsonl" else self._document(file)
        except (FileRefused, InvalidRecord, InvalidInterval) as error:
            yield Read(file.source, None, None, str(error), cause=error.cause)

    def _document(self, file: _File) -> Iterator[Read]:
        given = dict(file.fields)
        parsed = with_sidecar_chapters(
            parse(file.data, file.name, limits=self._limits), given.pop("chapters", None), file.name
        )
        fields = dict(parsed.metadata) | given
        blob = self._keep(file.data)
        if parsed.question_answers or parsed.refused_rows:
            self._require_records(len(parsed.question_answers) + len(parsed.refused_rows), file.name)
            answered = AnsweredRows(self._converter)
            for position, row in enumerate(_in_order(parsed)):
                read = (
                    self._row(file, row, fields, blob, answered)
                    if isinstance(row, QuestionAnswer)
                    else self._refused_row(file, row, fields)
                )
                yield read if position else replace(read, report=parsed.report)
            if not parsed.blocks:
                return
        record = read_record(fields | {"id": _id(file.name, fields)})
        draft = self._draft(record, structure(parsed.blocks), file.default_kind, file.name, blob)
        is_first = not (parsed.question_answers or parsed.refused_rows)
        yield Read(file.source, None, draft, report=parsed.report if is_first else None)

    def _row(
        self, file: _File, row: QuestionAnswer, fields: Mapping[str, Any], blob: str, answered: AnsweredRows
    ) -> Read:
        base = _id(file.name, fields)
        own = {"question": row.question, "answer": row.answer, "similar_questions": list(row.similar_questions)}
        raw = dict(fields) | own | dict(row.extra) | {"id": self._row_id(base, row)}
        try:
            record = read_record(raw)
            draft = self._draft(record, structure_text(row.answer), Kind.INTERPRETATION, file.name, blob)
            answered.require_the_same(row, draft)
            return Read(file.source, row.row, draft)
        except (InvalidRecord, InvalidInterval) as error:
            return Read(file.source, row.row, None, str(error), _written(raw | _place(row)), cause=error.cause)

    def _refused_row(self, file: _File, row: RefusedRow, fields: Mapping[str, Any]) -> Read:
        """With the id that it would have; without a question, one by what it says."""
        base = _id(file.name, fields)
        asked = row.fields.get("question") or row.fields.get("title") or " ".join(filter(None, row.cells))
        as_row = QuestionAnswer(row.row, asked, "", extra={"id": row.fields.get("id", "")})
        raw = dict(fields) | dict(row.fields) | {"id": self._row_id(base, as_row)}
        if row.is_cut:  # as it is, half of an answer would be taken in
            raw = {name: value for name, value in raw.items() if name != "answer"} | {"_cells": list(row.cells)}
        return Read(file.source, row.row, None, row.reason, _written(raw | _place(row)), cause=row.cause)

    def _row_id(self, base: str, row: QuestionAnswer) -> str:
        """Its own id, kept apart from other sheets' by the file's where it is a mere number.

        Without one, by the question and not the row: a row inserted above does not rename the others.
        """
        if given := str(row.extra.get("id") or "").strip():
            return f"{base}#{given}" if given.isdigit() else given
        key = normalised(row.question, self._converter).encode("utf-8", "surrogatepass")
        return f"{base}#{hashlib.sha256(key).hexdigest()[:10]}"

    def _lines(self, file: _File) -> Iterator[Read]:
        self._require_records(_lines_in(BytesIO(file.data)), file.name)
        blob = self._keep(file.data)
        for number, line in enumerate(BytesIO(file.data), start=1):
            if not line.strip():
                continue
            try:
                yield Read(file.source, number, self._record(_fields_of(line, file), file, blob))
            except (FileRefused, InvalidRecord, InvalidInterval) as error:
                content = line.decode("utf-8-sig", "replace").strip()
                yield Read(file.source, number, None, str(error), content, cause=error.cause)

    def _require_records(self, count: int, name: str) -> None:
        if count > self._limits.records:
            raise FileRefused(
                f"{name} holds {count:,} records, above the limit of {self._limits.records:,}; split it.",
                Cause("too_many_records", {"count": count, "limit": self._limits.records}),
            )

    def _record(self, fields: Mapping[str, Any], file: _File, blob: str | None = None) -> VersionDraft:
        record = read_record(fields)
        if not record.id:
            raise InvalidRecord("the field 'id' is missing", Cause("no_id"))
        given = [name for name in ("answer", "text", "file") if getattr(record, name)]
        if len(given) != 1:
            raise InvalidRecord(
                f"exactly one of answer, text and file must be given, not {given or 'none'}", Cause("one_text_needed")
            )
        if record.file:
            return self._named_file(record, file)
        text = record.answer or record.text or ""
        default = Kind.INTERPRETATION if record.answer else Kind.REGULATION
        return self._draft(record, structure_text(text), default, file.name or None, blob)

    def _named_file(self, record: Record, beside: _File) -> VersionDraft:
        if beside.folder is None:
            raise InvalidRecord(
                "a record that is sent may not name a file; send the file itself, or give its text",
                Cause("file_not_sent"),
            )
        path = (beside.folder / (record.file or "")).resolve()
        if not path.is_relative_to(beside.folder):
            raise FileRefused(
                f"file {record.file!r} lies outside the folder of {beside.name}",
                Cause("file_outside", {"file": record.file or ""}),
            )
        file = _File(str(path), path.name, bytes_of(path), {}, None)
        blocks = parse(file.data, file.name, limits=self._limits).blocks
        return self._draft(record, structure(blocks), file.default_kind, file.name, self._keep(file.data))

    def _draft(
        self, record: Record, structured: StructuredText, default_kind: Kind, source_name: str | None, blob: str | None
    ) -> VersionDraft:
        require_clean(structured.text)
        passages = split(structured)
        if not passages:
            raise InvalidRecord("there is no text in it", Cause("no_text"))
        require_passages(len(passages), self._limits)
        title = structured.title or derived_title(structured.text)
        return self._with_metadata(record, default_kind, title, structured.text, passages, source_name, blob)

    def _with_metadata(
        self,
        record: Record,
        default_kind: Kind,
        title: str,
        text: str,
        passages: tuple[DraftPassage, ...],
        source_name: str | None = None,
        blob: str | None = None,
    ) -> VersionDraft:
        matter_id = self._matter_ids.get(record.matter, record.matter) if record.matter else None
        department = self._department_ids.get(record.department, record.department) if record.department else None
        metadata = metadata_of(
            record, title=title, default_kind=default_kind, matter_id=matter_id, department=department
        )
        key = question_key(metadata.question, text, self._converter) if metadata.question else None
        return VersionDraft(str(record.id), metadata, text, passages, source_name, blob, key)


def _in_order(parsed: ParsedFile) -> list[QuestionAnswer | RefusedRow]:
    """Rows as an editor goes through the file, whichever of them are refused."""
    rows: list[QuestionAnswer | RefusedRow] = [*parsed.question_answers, *parsed.refused_rows]
    sheets = {sheet: number for number, sheet in enumerate(dict.fromkeys(row.sheet for row in rows))}
    return sorted(rows, key=lambda row: (sheets[row.sheet], row.row))


def _place(row: QuestionAnswer | RefusedRow) -> dict[str, str]:
    """Beside the number of a refused row: of which sheet it is, where a workbook has several."""
    return {"_sheet": row.sheet} if row.sheet else {}


def _written(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, default=str)


def _fields_of(line: bytes, file: _File) -> dict[str, Any]:
    """A line's own fields over the file's. Names that begin with "_" are remarks, such as why it was refused before."""
    try:
        raw = json.loads(line.decode("utf-8-sig"), object_pairs_hook=once_each)
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, a number of thousands of digits
        cause = Cause("line_not_utf8" if isinstance(error, UnicodeDecodeError) else "not_json")
        raise InvalidRecord(f"not a JSON object in UTF-8: {error}", cause) from error
    if not isinstance(raw, dict):
        raise InvalidRecord("a line must be a JSON object", Cause("not_an_object"))
    shared = {name: value for name, value in file.fields.items() if name != "id"}
    return shared | {name: value for name, value in raw.items() if not name.startswith("_")}


def _id(file_name: str, fields: Mapping[str, Any]) -> str:
    """The field given for the file, else its name; a blank field counts as none."""
    return str(fields.get("id") or "").strip() or Path(file_name).stem


def lines_in(path: Path) -> int:
    """How many records a `.jsonl` holds; none where it cannot be read."""
    if not path.is_file():
        return 0
    try:
        with path.open("rb") as file:
            return _lines_in(file)
    except OSError:
        return 0


def _lines_in(file: BinaryIO) -> int:
    return sum(1 for line in file if line.strip())


def bytes_of(path: Path) -> bytes:
    """Raises FileRefused for what cannot be read, or is no file or larger than one may be."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FileRefused(f"{path} is no file; check the path", Cause("no_such_file", {"file": path.name}))
        if found.st_size > LIMITS.file_bytes:
            raise FileRefused(
                f"{path.name} is larger than {LIMITS.file_bytes // 2**20} MB; split it",
                Cause("file_too_large", {"limit": LIMITS.file_bytes // 2**20}),
            )
        return path.read_bytes()
    except OSError as error:
        raise FileRefused(
            f"{path} cannot be read: {error.strerror or error}", Cause("file_unreadable", {"file": path.name})
        ) from error
