"""What is worked out of a text when it is published: the days that it states, by when it has to be public, and what it
contradicts. Of made-up texts, against what was worked out by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path

from eval.gate.component_measures import Case, Measured
from kb_service.domain.calendar import CalendarDay, WorkingCalendar
from kb_service.domain.days import Interval
from kb_service.domain.documents import Audience, Kind, Metadata, Passage, PassageInVersion, VersionState
from kb_service.domain.errors import CalendarYearUnknown
from kb_service.domain.lead_time import LeadTime, lead_time_verdict, publish_by
from kb_service.ports import ScriptConverter
from kb_service.publishing.contradictions import common_from, differences, serve_the_same
from kb_service.publishing.contrasts import load_contrasts
from kb_service.publishing.stated_days import StatedField, load_stated_day_words, stated_days
from kb_service.publishing.statements import Stating


def of_published(prompts: Path, converter: ScriptConverter) -> list[Measured]:
    return [
        Measured("published.days", (*_of_stated_days(prompts), *_of_deadlines(), *_of_verdicts())),
        Measured("contradictions.rules", (*_of_differences(prompts, converter), *_of_what_meets())),
    ]


_JUNE, _JULY, _AUGUST = (date(2026, month, 1) for month in (6, 7, 8))
_FIRST, _LAST, _REPEALS = StatedField.FIRST_DAY, StatedField.LAST_DAY, StatedField.REPEALS
# The first and the last day that a text of the title 放飞办法, issued on 1 June 2026, states of itself.
_STATED: dict[str, tuple[str | None, str | None]] = {
    "本办法自2026年7月1日起施行，有效期至2031年6月30日。": ("2026-07-01", "2031-06-30"),
    "本办法自2026年7月1日起施行，有效期5年。": ("2026-07-01", "2031-06-30"),
    "本办法自2026年7月15日起施行，有效期三年。": ("2026-07-15", "2029-07-14"),
    "施行日期：2026年7月1日\n失效日期：2031年7月1日": ("2026-07-01", "2031-06-30"),
    "本办法自2026年7月1日起停止执行。": (None, "2026-06-30"),
    "本办法自2027年1月1日起废止。": (None, "2026-12-31"),
    "本办法自印发之日起施行。": ("2026-06-01", None),
    "本办法自印发之日起30日后施行。": ("2026-07-01", None),
    "《养犬办法》自2026年7月1日起施行。": (None, None),
    "放飞许可证有效期至2031年6月30日。": (None, None),
}


def _of_stated_days(prompts: Path) -> Iterator[Case]:
    words = load_stated_day_words(prompts)
    metadata = Metadata("放飞办法", Kind.REGULATION, issued_on=_JUNE)
    for text, expected in _STATED.items():
        day_of = {each.field: each.day.isoformat() for each in stated_days(text, metadata, words) if each.day}
        found = (day_of.get(_FIRST), day_of.get(_LAST))
        yield Case(text, text, float(found == expected), note=f"{found}, not {expected}")
    text = "本办法自2026年7月1日起施行。《风筝比赛规则》同时废止。"
    repealed = [each.titles for each in stated_days(text, metadata, words) if each.field is _REPEALS]
    yield Case(text, text, float(repealed == [("风筝比赛规则",)]), note=f"{repealed}")


_WORKS, _FREE = CalendarDay(is_working=True), CalendarDay(is_working=False)
# 1 June 2026 is a Monday. Friday 19 June is free, Sunday 28 June is worked; somebody knows of 31 August (a Monday) and,
# of a year not announced, of 1 March 2027.
_CALENDAR = WorkingCalendar(
    frozenset({2026}),
    {date(2026, 6, 19): _FREE, date(2026, 6, 28): _WORKS},
    {date(2026, 8, 31): _FREE, date(2027, 3, 1): _WORKS},
)
_PUBLISH_BY = {
    "星期三施行": (_JULY, date(2026, 6, 30)),
    "星期一施行": (date(2026, 6, 8), date(2026, 6, 5)),
    "星期天施行": (date(2026, 6, 14), date(2026, 6, 12)),
    "前一天补班": (date(2026, 6, 29), date(2026, 6, 28)),
    "补班那天施行": (date(2026, 6, 28), date(2026, 6, 26)),
    "星期五放假": (date(2026, 6, 22), date(2026, 6, 18)),
    "放假那天施行": (date(2026, 6, 19), date(2026, 6, 18)),
    "有人知道那天放假": (date(2026, 9, 1), date(2026, 8, 28)),
    "没有公布的年份，有人知道那天": (date(2027, 3, 2), date(2027, 3, 1)),
}


def _of_deadlines() -> Iterator[Case]:
    for name, (start, expected) in _PUBLISH_BY.items():
        try:
            found: date | str = publish_by(start, _CALENDAR)
        except CalendarYearUnknown as unknown:
            found = f"nobody knows {unknown.year}"
        yield Case(name, name, float(found == expected), note=f"{found}, not {expected}")


@dataclass(frozen=True, slots=True)
class _Came:
    """A text in force from a Wednesday, so that it has to be public by 30 June."""

    status: LeadTime
    today: date
    published: date | None = None
    start: date | None = _JULY
    issued: date | None = _JUNE
    received: date = _JUNE
    is_bulk: bool = False
    needs_reason: bool = False


_29, _30 = date(2026, 6, 29), date(2026, 6, 30)
_VERDICTS = {
    "限期前一天公开": _Came(LeadTime.ON_TIME, _AUGUST, _29),
    "限期当天公开": _Came(LeadTime.ON_TIME, _AUGUST, _30),
    "限期后一天公开": _Came(LeadTime.LATE, _AUGUST, _JULY, needs_reason=True),
    "还没公开，未到限期": _Came(LeadTime.ON_TIME, _29),
    "还没公开，今天到期": _Came(LeadTime.DUE_TODAY, _30),
    "还没公开，过了限期": _Came(LeadTime.LATE, _JULY, needs_reason=True),
    "限期当天印发": _Came(LeadTime.LATE, _AUGUST, _JULY, issued=_30, needs_reason=True),
    "施行当天印发": _Came(LeadTime.NOT_COUNTED, _AUGUST, _JULY, issued=_JULY),
    "限期之后才印发": _Came(LeadTime.NOT_ACHIEVABLE, _AUGUST, date(2026, 7, 6), date(2026, 7, 6), date(2026, 7, 4)),
    "没写印发日，限期之后才收到": _Came(LeadTime.NOT_ACHIEVABLE, _AUGUST, _JULY, issued=None, received=_JULY),
    "没写印发日，限期当天收到": _Came(LeadTime.LATE, _AUGUST, _JULY, issued=None, received=_30, needs_reason=True),
    "批量导入": _Came(LeadTime.NOT_COUNTED, _AUGUST, _AUGUST, is_bulk=True),
    "没写施行日": _Came(LeadTime.NOT_COUNTED, _AUGUST, _AUGUST, start=None),
    "没有公布的年份": _Came(LeadTime.UNKNOWN_CALENDAR, _AUGUST, _AUGUST, start=date(2028, 5, 5)),
}


def _of_verdicts() -> Iterator[Case]:
    for name, each in _VERDICTS.items():
        found = lead_time_verdict(
            effective_from=each.start,
            issued_on=each.issued,
            received_on=each.received,
            published_on=each.published,
            is_bulk=each.is_bulk,
            today=each.today,
            calendar=_CALENDAR,
        )
        is_right = (found.status, found.needs_reason) == (each.status, each.needs_reason)
        yield Case(name, name, float(is_right), note=f"{found.status}")


# Sections of guides on one matter, headed 收费, 条件, 时限; and the figures that conflict.
_FEE = ("收费", "放飞证工本费每本60元，申领时缴纳。")
_AGE = ("条件", "申请放飞证的人应当年满18周岁。")
_TIME = ("时限", "自受理之日起15日内发放放飞证。")
_DIFFERENCES: dict[str, tuple[tuple[str, str], tuple[str, str], set[str]]] = {
    "收费不同": (_FEE, ("收费", "放飞证工本费每本80元，申领时缴纳。"), {"60元", "80元"}),
    "收费相同": (_FEE, ("收费", "放飞证工本费每本六十元，申领时缴纳。"), set()),
    "收费和免费": (_FEE, ("收费", "放飞证免收工本费。"), {"60元", "免收"}),
    "年龄不同": (_AGE, ("条件", "申请放飞证的人应当年满20周岁。"), {"18周岁", "20周岁"}),
    "多说一个上限": (_AGE, ("条件", "申请放飞证的人应当年满18周岁、未满70周岁。"), set()),
    "时限不同": (_TIME, ("时限", "自受理之日起20日内发放放飞证。"), {"15日", "20日"}),
    "时限，中文数字": (_TIME, ("时限", "自受理之日起十五日内发放放飞证。"), set()),
    "多说一档": (_FEE, ("收费", "放飞证工本费每本60元或者80元，申领时缴纳。"), set()),
    "不是一回事": (_FEE, _AGE, set()),
    "另一处说得一样": (_FEE, ("收费", "放飞证工本费每本60元，申领时缴纳。\n补发的放飞证工本费每本80元。"), set()),
}


def _of_differences(prompts: Path, converter: ScriptConverter) -> Iterator[Case]:
    """Whichever of the two comes first."""
    stating = Stating(load_contrasts(prompts), converter)
    for name, (one, other, expected) in _DIFFERENCES.items():
        for ours, theirs in permutations((one, other)):
            stated, also_stated = (list(stating.statements(_section(*each))) for each in (ours, theirs))
            differing = differences(stated, also_stated, stating.groups)
            found = {word for each in differing for word in (*each.ours.written, *each.theirs.written)}
            words = f"{ours[1]} / {theirs[1]}"
            yield Case(f"{name}:{words}", words, float(found == expected), note=f"{sorted(found)}")


def _section(heading: str, text: str) -> PassageInVersion:
    metadata = Metadata("放飞证办事指南", Kind.PROCEDURE, matter_id="kites")
    passage = Passage(text, text, 0, text, 0, len(text), (metadata.title, heading))
    return PassageInVersion(passage, text, VersionState.APPROVED, metadata)


def _of_what_meets() -> Iterator[Case]:
    """Texts for the same people, in the same place, on some day that is still to come."""
    person, enterprise = Audience.PERSON, Audience.ENTERPRISE
    city, pudong = "上海市", "上海市/浦东新区"
    for one, other, expected in (
        ((None, None), (None, None), True),
        ((city, None), (None, None), True),
        ((city, person), (city, None), True),
        ((city, person), (city, person), True),
        ((city, person), (city, enterprise), False),
        ((city, None), (pudong, None), False),
        ((pudong, person), (pudong, None), True),
    ):
        for (region, audience), (their_region, their_audience) in ((one, other), (other, one)):
            ours = Metadata("放飞办法", Kind.REGULATION, region=region, audience=audience)
            theirs = Metadata("放飞条例", Kind.REGULATION, region=their_region, audience=their_audience)
            words = f"{region or '—'} {audience or '—'} / {their_region or '—'} {their_audience or '—'}"
            yield Case(f"meets:{words}", words, float(serve_the_same(ours, theirs) is expected))
    first = _JUNE.toordinal()
    for words, ours_from, theirs_from, since, expected in (
        ("前后相接", Interval(_JUNE, _JULY), Interval(_JULY), first, False),
        ("重叠一天", Interval(_JUNE, date(2026, 7, 2)), Interval(_JULY), first, True),
        ("重叠的日子已经过去", Interval(_JUNE, _AUGUST), Interval(_JULY), _AUGUST.toordinal(), False),
        ("还重叠最后一天", Interval(_JUNE, _AUGUST), Interval(_JULY), _AUGUST.toordinal() - 1, True),
        ("一直有效", Interval(), Interval(_AUGUST), first, True),
    ):
        both = common_from(ours_from, theirs_from, since), common_from(theirs_from, ours_from, since)
        yield Case(words, words, float(both == (expected, expected)), note=f"{both}")
