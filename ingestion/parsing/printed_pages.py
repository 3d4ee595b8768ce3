"""The pages of a pdf or OFD file, from the parts that stand on each to the blocks of the whole and its report."""

from collections.abc import Iterator
from typing import Any

from ingestion.parsing.aligned_tables import with_aligned_tables
from ingestion.parsing.blocks import Block
from ingestion.parsing.continued_tables import with_joined_tables
from ingestion.parsing.layout import Column, PrintedLine, columns_of
from ingestion.parsing.limits import ParsingLimits, counted, require_characters
from ingestion.parsing.paragraphs import paragraphs_of, without_running_heads
from ingestion.parsing.pdf_scans import Recognise, Scans
from ingestion.parsing.raised_marks import with_marks_told
from kb_service.domain.file_reports import FileReport, NoteKind, Notes


class PrintedPages:
    """Built up page by page. ``notes``: what the readers of the pages have to say."""

    def __init__(self, name: str, limits: ParsingLimits) -> None:
        self.notes = Notes()
        self._name, self._limits = name, limits
        self._scans = Scans(name, limits, self.notes)
        self._pages: list[list[PrintedLine]] = []
        self._sizes: list[tuple[float, float]] = []
        self._characters = 0

    def __bool__(self) -> bool:
        return bool(self._pages)

    def add(self, page: Any, parts: list[PrintedLine], recognise: Recognise) -> None:
        """The next page with the parts that were found on it. Raises FileRefused above the limits."""
        read = self._scans.lines_of(page, parts, len(self._pages) + 1, recognise)
        self._characters += sum(len(part.text) for part in read)
        require_characters(self._characters, self._name, self._limits)
        self._pages.append(sorted(read, key=lambda part: part.top))
        self._sizes.append((float(page.width), float(page.height)))

    def read(self) -> tuple[tuple[Block, ...], FileReport]:
        """Running heads are left out and noted."""
        bodies = without_running_heads(self._pages, [height for _, height in self._sizes])
        self.notes.add(NoteKind.RUNNING_HEADS, count=sum(map(len, self._pages)) - sum(map(len, bodies)))
        columns = list(self._columns(bodies))
        blocks = tuple(with_marks_told(counted(paragraphs_of(columns), self._name, self._limits)))
        return blocks, self._report()

    def _columns(self, bodies: list[list[PrintedLine]]) -> Iterator[Column]:
        widths = [width for width, _ in self._sizes]
        found = [
            parts if number in self._scans.recognised else with_aligned_tables(parts, width)
            for number, (parts, width) in enumerate(zip(bodies, widths, strict=True), start=1)
        ]
        for parts, width in zip(with_joined_tables(found), widths, strict=True):
            yield from columns_of(parts, width)

    def _report(self) -> FileReport:
        scans = self._scans
        by_picture = {*scans.recognised, *scans.unread}
        return FileReport(
            pictures=scans.pictures,
            pictures_unread=scans.pictures - scans.pictures_read,
            pages_read=tuple(number for number in range(1, len(self._pages) + 1) if number not in by_picture),
            pages_recognised=tuple(scans.recognised),
            pages_unread=tuple(scans.unread),
            notes=self.notes.all(),
        )
