"""How records of uploads leave over HTTP, and what is told of their refusals."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.refusing import refused_line, sheet_of
from kb_service.api.messages import messages
from kb_service.domain.causes import Cause
from kb_service.domain.uploads import Batch, RecordOutcome, RecordReport
from kb_service.service import Service

_RECORDS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RecordView:
    """``line`` as its editor sees it: of a sheet the row; ``sheet`` of a refused one, in a workbook of several."""

    ordinal: int
    line: int | None
    outcome: RecordOutcome
    document_id: str | None
    reason: str | None
    message: str | None
    retryable: bool
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class RecordList:
    records: list[RecordView]
    next_cursor: int | None


def record_view(service: Service, report: RecordReport) -> RecordView:
    return RecordView(
        ordinal=report.ordinal,
        line=report.line,
        outcome=report.outcome,
        document_id=report.document_id,
        reason=report.reason,
        message=told(service, report.cause),
        retryable=report.cause is not None and report.cause.is_passing,
        sheet=sheet_of(report.content),
    )


def told(service: Service, cause: Cause | None) -> str | None:
    """The sentence in Chinese."""
    return messages(service.settings.prompts_dir).of_cause(cause) if cause else None


def refused_lines(service: Service, batch: Batch) -> Iterator[str]:
    """Each refused record of a batch as a line of `.jsonl`."""
    rows = service.records.uploads
    for upload in {each.id: each for each in rows.uploads_of(batch)}.values():
        after = -1
        while found := rows.records(upload.id, outcome=RecordOutcome.REFUSED, after=after, limit=_RECORDS_AT_ONCE):
            for report in found:
                if report.line is not None:
                    yield refused_line(
                        report.content,
                        file_name=upload.file_name,
                        line=report.line,
                        reason=report.reason,
                        message=told(service, report.cause),
                    )
            after = found[-1].ordinal
