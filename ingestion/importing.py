"""Taking files and records in: read in child processes, stored in short transactions, reported one by one."""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingestion.reading_child import (
    FileInFolder,
    Reader,
    ReadingChildren,
    ReadingFailed,
    StillReading,
    read_in_folder,
)
from ingestion.sources import Read, files_in
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.domain.causes import Cause
from kb_service.domain.documents import VersionDraft
from kb_service.domain.life import BULK_IMPORT
from kb_service.ports import Approval

# Rows in one transaction, so that a question never waits long for the write lock.
_ROWS_AT_ONCE = 400
# A file of which nothing was told after the first of these seconds is read again after all others, then for longer.
_PATIENCE_SECONDS = (1.0, 4.0, math.inf)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file or record. ``status``: as `ports.Stored`, or would_add (dry run), refused.

    ``content``: a refused record as it came; ``cause``: of its refusal. ``notes``: what is to be told of the reading of
    its file, at the first of its records.
    """

    source: str
    line: int | None
    status: str
    document_id: str | None = None
    version_id: str | None = None
    passages: int = 0
    reason: str | None = None
    content: str | None = None
    notes: tuple[str, ...] = ()
    cause: Cause | None = None


class Importing:
    """Imports with or without publishing; what was reported as stored is committed."""

    def __init__(
        self,
        *,
        library: SqlLibrary,
        source: Callable[[Path], FileInFolder],
        children: Callable[[], ReadingChildren],
        now: Callable[[], datetime],
        reader: Reader = read_in_folder,
    ) -> None:
        self._library = library
        self._source = source
        self._children = children
        self._now = now
        self._reader = reader

    def dry_run(self, paths: list[Path]) -> Iterator[Imported]:
        """What an import would do, without storing anything."""
        for read in self._reads(paths):
            if read is not None:
                yield _refused(read) if read.draft is None else _would_add(read, read.draft)

    def run(self, paths: list[Path], *, actor: str, publish: bool) -> Iterator[Imported]:
        """Store what can be read; a bad file or record is refused alone, and what was read before does not wait."""
        waiting: list[tuple[Read, VersionDraft]] = []
        rows = 0
        for read in self._reads(paths):
            if read is not None and read.draft is not None:
                waiting.append((read, read.draft))
                rows += 3 + len(read.draft.passages)
                if rows < _ROWS_AT_ONCE:
                    continue
            yield from self._store(waiting, actor, publish)
            waiting, rows = [], 0
            if read is not None and read.draft is None:
                yield _refused(read)
        yield from self._store(waiting, actor, publish)

    def _reads(self, paths: list[Path]) -> Iterator[Read | None]:
        """What is read quickly first: files that take their whole time do not hold the others up.

        None where time went by without anything read: a file was put off, or all others come to be read for longer.
        """
        with closing(self._children()) as children:
            left: Iterable[Path] = files_in(paths)
            for seconds in _PATIENCE_SECONDS:
                slow: list[Path] = []
                for path in left:
                    try:
                        yield from self._read(children, path, put_off_after=seconds)
                    except StillReading:
                        slow.append(path)
                        yield None
                yield None
                left = slow

    def _read(self, children: ReadingChildren, path: Path, *, put_off_after: float) -> Iterator[Read]:
        source = str(path)
        try:
            for chunk in children.read(self._source(path), reader=self._reader, put_off_after=put_off_after):
                for each in chunk.records:
                    report = chunk.report if each.ordinal == 0 else None
                    yield Read(source, each.line, each.draft, each.reason, each.content, report, each.cause)
        except ReadingFailed as error:
            yield Read(source, None, None, f"{path.name}: {error}", cause=error.cause)

    def _store(self, waiting: list[tuple[Read, VersionDraft]], actor: str, publish: bool) -> Iterator[Imported]:
        if not waiting:
            return
        at = self._now()
        approval = Approval(actor, at, BULK_IMPORT) if publish else None
        stored = self._library.store([draft for _, draft in waiting], actor=actor, at=at, approval=approval)
        for (read, draft), each in zip(waiting, stored, strict=True):
            passages = len(draft.passages)
            yield Imported(
                read.source, read.line, each.status, each.document_id, each.version_id, passages, notes=_notes(read)
            )


def _refused(read: Read) -> Imported:
    return Imported(
        read.source,
        read.line,
        "refused",
        reason=read.reason,
        content=read.content,
        notes=_notes(read),
        cause=read.cause,
    )


def _notes(read: Read) -> tuple[str, ...]:
    return () if read.report is None else tuple(read.report.sentences())


def _would_add(read: Read, draft: VersionDraft) -> Imported:
    return Imported(
        read.source, read.line, "would_add", draft.document_id, None, len(draft.passages), notes=_notes(read)
    )
