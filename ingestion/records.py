"""What a file, a sheet's row or a line of `.jsonl` says of a version, checked and put into the domain's words."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kb_service.domain.addresses import fault_of_address
from kb_service.domain.causes import Cause
from kb_service.domain.days import cause_of_bad_day, checked_interval, declared_end, shanghai_day
from kb_service.domain.documents import Audience, Kind, Metadata
from kb_service.domain.errors import InvalidInterval, InvalidRecord
from kb_service.domain.privacy import is_storable

_LONGEST_DERIVED_TITLE = 40
# Each similar question is embedded and indexed as a passage is.
_MOST_LISTED = 200
_MOST_UNKNOWN = 100
_DAYS = frozenset({"effective_from", "effective_to", "valid_through", "issued_on", "review_by"})
_CHINESE_DATE = re.compile(r"\s*(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?\s*")
_AUDIENCES = {"个人": "person", "法人": "enterprise", "企业": "enterprise", "單位": "enterprise", "单位": "enterprise"}
_KINDS = {
    "办事指南": "procedure", "办理流程": "procedure", "业务口径": "interpretation", "问答": "interpretation",
    "规章制度": "regulation", "政策文件": "regulation", "系统操作指引": "operating_guide",
    "操作指引": "operating_guide", "视频": "video",
}  # fmt: skip


def _day(value: object) -> object:
    """A day from ISO, 2026/7/1 or 2026年7月1日; a moment is reduced to its day in Shanghai."""
    if isinstance(value, datetime):
        return shanghai_day(value) if value.tzinfo else value.date()
    if isinstance(value, date) or value is None:
        return value
    text = str(value).strip()
    if not text:
        return None
    if found := _CHINESE_DATE.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    return _day(datetime.fromisoformat(text))


def _text(value: object) -> object:
    """Blank is absent; a number is its digits."""
    return (str(value).strip() or None) if isinstance(value, (str, int, float)) else value


def _web_address(value: str | None) -> str | None:
    """Shown as a link. The error says why it cannot be."""
    if value is not None and (fault := fault_of_address(value)):
        raise PydanticCustomError("unsafe_address", "{fault}", {"fault": fault})
    return value


def _several(value: object) -> object:
    """A list, or one text with a question a line or between semicolons."""
    if isinstance(value, str):
        return [part.strip() for part in re.split(r"[\n;；]", value) if part.strip()]
    return value or []


def _at_most(length: int) -> Callable[[str | None], str | None]:
    def checked(value: str | None) -> str | None:
        if value is not None and len(value) > length:
            told = {"length": len(value), "limit": length}
            raise PydanticCustomError("too_long", "it has {length} characters; at most {limit} are kept", told)
        return value

    return checked


Day = Annotated[date | None, BeforeValidator(_day)]
Text = Annotated[str | None, BeforeValidator(_text)]
# As long as the columns of the database are: SQLite would take more, PostgreSQL fails.
Short = Annotated[Text, AfterValidator(_at_most(200))]
Long = Annotated[Text, AfterValidator(_at_most(400))]
Wordy = Annotated[Text, AfterValidator(_at_most(2000))]
Several = Annotated[list[Annotated[str, AfterValidator(_at_most(2000))]], BeforeValidator(_several)]
DocumentIds = Annotated[list[Annotated[str, AfterValidator(_at_most(400))]], BeforeValidator(_several)]


class Record(BaseModel):
    """One record of the bulk format; a file's front matter and sidecar use the same fields."""

    model_config = ConfigDict(extra="allow")

    id: Long = None
    kind: Annotated[Kind | None, BeforeValidator(lambda v: _KINDS.get(str(v), v) or None)] = None
    title: Wordy = None
    question: Wordy = None
    similar_questions: Several = []
    negative_questions: Several = []
    answer: Text = None
    text: Text = None
    file: Text = None
    matter: Short = None
    department: Short = None
    region: Short = None
    audience: Annotated[Audience | None, BeforeValidator(lambda v: _AUDIENCES.get(str(v), v) or None)] = None
    effective_from: Day = None
    effective_to: Day = None
    valid_through: Day = None
    issued_on: Day = None
    document_number: Short = None
    source_url: Annotated[Wordy, AfterValidator(_web_address)] = None
    replaces: Long = None
    repeals: DocumentIds = []
    amends: Long = None
    review_by: Day = None


def read_record(fields: Mapping[str, Any]) -> Record:
    """Raises InvalidRecord for a wrong value, or a name so close to a field's that it must be a slip of the pen.

    The texts of a record are clean: see `require_clean`.
    """
    unknown = set(fields) - set(Record.model_fields)
    if len(unknown) > _MOST_UNKNOWN:
        raise InvalidRecord(
            f"{len(unknown):,} of its fields are unknown; give those of the bulk format",
            Cause("unknown_fields", {"count": len(unknown)}),
        )
    for name in unknown:
        if near := difflib.get_close_matches(name, Record.model_fields, n=1, cutoff=0.85):
            raise InvalidRecord(
                f"unknown field {name!r}; did you mean {near[0]!r}?",
                Cause("unknown_field", {"name": name, "near": near[0]}),
            )
    try:
        record = Record.model_validate(fields)
    except ValidationError as error:
        raise _fault_of(error.errors()[0]) from error
    for name, value in record.model_dump().items():
        if name in Record.model_fields and isinstance(value, list) and len(value) > _MOST_LISTED:
            raise InvalidRecord(
                f"{name} holds {len(value):,} entries, above the limit of {_MOST_LISTED}; split it",
                Cause("too_many_entries", {"field": name, "count": len(value), "limit": _MOST_LISTED}),
            )
        for text in value if isinstance(value, list) else (value,):
            require_clean(str(text))
    return record


def metadata_of(
    record: Record, *, title: str, default_kind: Kind, matter_id: str | None, department: str | None
) -> Metadata:
    """Raises InvalidRecord or InvalidInterval."""
    try:
        end = declared_end(effective_to=record.effective_to, valid_through=record.valid_through)
        checked_interval(record.effective_from, end)
    except InvalidInterval as error:
        raise InvalidInterval(f"dates: {error}", _as_declared(error.cause, record)) from error
    return Metadata(
        title=record.title or record.question or title,
        kind=record.kind or default_kind,
        question=record.question,
        similar_questions=tuple(record.similar_questions),
        negative_questions=tuple(record.negative_questions),
        matter_id=matter_id,
        department=department,
        region=record.region,
        audience=record.audience,
        effective_from=record.effective_from,
        effective_to=end,
        issued_on=record.issued_on,
        document_number=record.document_number,
        source_url=record.source_url,
        replaces=record.replaces,
        repeals=tuple(dict.fromkeys(record.repeals)),
        amends=record.amends,
        review_by=record.review_by,
    )


# What may be changed of a draft: all but which document it is of.
EDITABLE = frozenset(Record.model_fields) - {"id", "file"}


def fields_of(metadata: Metadata) -> dict[str, Any]:
    """Metadata as fields of the bulk format."""
    fields = {name: value for name, value in asdict(metadata).items() if value not in (None, ())}
    if "matter_id" in fields:
        fields["matter"] = fields.pop("matter_id")
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def derived_title(text: str) -> str:
    """The first line, as far as a title may go."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= _LONGEST_DERIVED_TITLE else first[: _LONGEST_DERIVED_TITLE - 1] + "…"


def require_clean(text: str) -> None:
    """Raises InvalidRecord for text that no database takes: NUL characters, lone surrogates."""
    if not is_storable(text):
        raise InvalidRecord(
            "the text holds NUL characters or lone surrogates; it is probably not text", Cause("odd_characters")
        )


def _as_declared(cause: Cause, record: Record) -> Cause:
    """With the last day where the record gives that, and not the first day no longer valid."""
    if cause.name != "ends_before_start" or record.valid_through is None:
        return cause
    return Cause("last_day_before_start", {"start": cause.values["start"], "last": str(record.valid_through)})


def _fault_of(fault: ErrorDetails) -> InvalidRecord:
    field = str(next(iter(fault["loc"]), ""))  # none where the name itself is at fault
    written = str(fault.get("input"))[:60]
    place = ".".join(str(part) for part in fault["loc"])
    return InvalidRecord(f"{place}: {fault['msg']}, given {written!r}", _cause_of(field, written, fault))


def _cause_of(field: str, written: str, fault: ErrorDetails) -> Cause:
    if fault["type"] == "string_unicode":
        return Cause("odd_characters")
    if field in _DAYS:
        return cause_of_bad_day(field, written)
    if fault["type"] == "too_long":
        return Cause("field_too_long", {"field": field, **fault["ctx"]})
    if fault["type"] == "unsafe_address":
        return Cause("unsafe_address", {"field": field})
    if field in ("kind", "audience"):
        return Cause(f"unknown_{field}", {"value": written})
    return Cause("wrong_value", {"field": field, "value": written})
