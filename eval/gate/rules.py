"""What no text of a corpus may happen to speak of: days and citations of made-up versions, worked out by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from eval.gate.component_measures import Case, Measured
from kb_service.asking.checking.checking import cite
from kb_service.asking.drafting.drafts import Quote
from kb_service.domain.days import Interval, declared_end, shanghai_day
from kb_service.domain.documents import (
    Kind,
    Metadata,
    Passage,
    PassageInVersion,
    Timespan,
    VersionState,
    intervals_in_force,
)
from kb_service.ports import Scheduled
from kb_service.text.clauses import Span

_APPROVED_AT = datetime(2024, 1, 1, tzinfo=UTC)
_MAY, _JUNE, _JULY, _AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
_LAST_OF_JUNE = date(2026, 6, 30)


def of_rules() -> list[Measured]:
    return [Measured("days.rules", tuple(_of_days())), Measured("cited.rules", tuple(_of_citation()))]


def _of_days() -> Iterator[Case]:
    """Each version's end is the earliest of its own, the start of the next, and the day another replaces it."""
    first = _timespan("first", _MAY)
    schedules: dict[str, tuple[list[Timespan], date | None, date | None]] = {
        "一直有效": ([first], None, None),
        "自己写明的失效日": ([_timespan("first", _MAY, _JUNE)], None, _JUNE),
        "下一版施行": ([first, _timespan("next", _JULY)], None, _JULY),
        "另一份文件代替": ([first], _JUNE, _JUNE),
        "下一版先于代替": ([first, _timespan("next", _JUNE)], _JULY, _JUNE),
        "代替先于下一版": ([first, _timespan("next", _JULY)], _JUNE, _JUNE),
        "写明的先于下一版": ([_timespan("first", _MAY, _JUNE), _timespan("next", _JULY)], None, _JUNE),
        "下一版先于写明的": ([_timespan("first", _MAY, _AUGUST), _timespan("next", _JULY)], None, _JULY),
    }
    for name, (timespans, replaced_on, end) in schedules.items():
        found = intervals_in_force(timespans, replaced_on=replaced_on)["first"]
        yield Case(name, name, float((found.start, found.end) == (_MAY, end)), note=f"until {found.end}, not {end}")
        days = {_MAY: True, date(2026, 4, 30): False} | ({end: False} if end else {})
        is_right = all(found.contains(day) is is_in_force for day, is_in_force in days.items())
        yield Case(f"{name}:borders", f"{name}，头尾两天", float(is_right))
    unstated = Interval(None, _JULY, known_from=_MAY)
    borders = {date(2026, 4, 30): False, _MAY: True, _LAST_OF_JUNE: True, _JULY: False}
    is_right = all(unstated.contains(day) is is_in_force for day, is_in_force in borders.items())
    yield Case("known from", "没有写明施行日，5月1日起已知有效", float(is_right))
    yield Case(
        "through", "有效期至6月30日", float(declared_end(effective_to=None, valid_through=_LAST_OF_JUNE) == _JULY)
    )
    for name, at, day in (
        ("上海零点", datetime(2026, 6, 30, 16, tzinfo=UTC), _JULY),
        ("上海零点前", datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), _LAST_OF_JUNE),
        ("上海早晨", datetime(2026, 6, 30, 23, tzinfo=UTC), _JULY),
    ):
        found_day = shanghai_day(at)
        yield Case(name, name, float(found_day == day), note=f"{found_day}, not {day}")
    yield Case("to", "7月1日失效", float(declared_end(effective_to=_JULY, valid_through=None) == _JULY))


def _timespan(name: str, start: date, end: date | None = None) -> Timespan:
    return Timespan(name, VersionState.APPROVED, start, end, _APPROVED_AT)


def _of_citation() -> Iterator[Case]:
    """Of a quote within a passage within a version, whose interval is another than it declares."""
    metadata = Metadata(
        title="放飞办法", kind=Kind.REGULATION, matter_id="kites", department="park", source_url="https://example.org/a"
    )
    passage = Passage("p", "v", 3, "线长不超过八十米。", 40, 49, ("第二章", "第五条"), page=7, second=90)
    source = PassageInVersion(passage, "kite", VersionState.APPROVED, metadata)
    schedules = {"kite": [Scheduled("v", metadata.title, Interval(_MAY, _JULY))]}
    found = cite([Quote(source, Span(2, 8))], schedules, as_of=_JUNE, department_name=lambda name: f"{name}局")
    expected: dict[str, object] = {
        "mark": 1, "document_id": "kite", "version_id": "v", "passage_id": "p", "title": "放飞办法",
        "kind": Kind.REGULATION, "department": "park局", "heading_path": ("第二章", "第五条"), "page": 7, "second": 90,
        "quote": "不超过八十米", "start": 42, "end": 48, "effective_from": _MAY, "effective_to": _JULY,
        "source_url": "https://example.org/a", "matter_id": "kites",
    }  # fmt: skip
    given = found[0] if found else None
    for name, value in expected.items():
        yield Case(name, name, float(getattr(given, name, None) == value), note=f"{getattr(given, name, None)}")
    unknown = {"kite": [Scheduled("v", metadata.title, Interval(None, None, known_from=_MAY))]}
    held = cite([Quote(source, Span(2, 8)), Quote(source, Span(0, 2))], unknown, as_of=_JUNE, department_name=str) or []
    days = [(each.mark, each.effective_from, each.effective_to) for each in held]
    yield Case("no start stated", "没有写明的施行日", float(days == [(1, None, None), (2, None, None)]), note=f"{days}")
    early = cite([Quote(source, Span(2, 8))], unknown, as_of=date(2026, 4, 30), department_name=str)
    yield Case("not known to hold", "已知有效之前", float(early is None))
    after = cite([Quote(source, Span(2, 8))], schedules, as_of=_JULY, department_name=str)
    yield Case("not in force", "失效当天", float(after is None))
