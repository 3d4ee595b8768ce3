"""`/v1/knowledge-use`: what is never cited, what does damage, what ends, and what goes unanswered from which day on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query

from kb_service.api.access import ServiceOf, Watcher
from kb_service.api.csv_files import AS_CSV, CsvAsked, csv_file, csv_text
from kb_service.api.periods import AskedPeriod
from kb_service.api.resolution import share_cells
from kb_service.domain.answers import Reason
from kb_service.domain.knowledge_use import CitedCounts, Damage, HandedOver, KnownVersion, SwitchDay
from kb_service.domain.questions_ahead import DayAhead, QuestionAhead
from kb_service.domain.resolution import Share
from kb_service.measuring.knowledge_use import KnowledgeUse
from kb_service.service import Service

router = APIRouter(prefix="/v1", tags=["resolution"])

# Entries of a list in JSON; a CSV has them all.
_MOST = 200


class UseList(StrEnum):
    """A list of it, for a CSV."""

    NEVER_CITED = "never_cited"
    DAMAGES = "damages"
    HANDED_OVER = "handed_over"
    ENDING_SOON = "ending_soon"
    PAST_REVIEW = "past_review"
    WITHOUT = "without"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class NamedMatter:
    """``matter_id`` is None where nobody knows what it was about."""

    matter_id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class VersionInUse:
    """``effective_to`` is exclusive."""

    version_id: str
    document_id: str
    title: str
    matter: NamedMatter
    department: str | None
    published_on: date
    effective_from: date | None
    effective_to: date | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class DamageOf:
    """``failure``: of the answers whose seven days are over, those that did not help; ``expected_damage``: ``cited``
    times its lower end."""

    document_id: str
    version_id: str
    title: str
    matter: NamedMatter
    department: str | None
    cited: int
    unresolved: int
    returned: int
    failure: Share
    expected_damage: float


@dataclass(frozen=True, slots=True)
class HandedOverOf:
    """``lost``: ``handed_over`` and ``not_answered`` of ``questions``."""

    matter: NamedMatter
    questions: int
    handed_over: int
    not_answered: int
    lost: Share
    reasons: dict[Reason, int]


@dataclass(frozen=True, slots=True)
class AskedAhead:
    """Of the site's known questions, asked as of the day before and as of the day, those answered otherwise."""

    asked_at: datetime
    questions: int
    effects: list[QuestionAhead]


@dataclass(frozen=True, slots=True)
class SwitchDayOf:
    """``lost``: matters without a text in force from that day on; ``gained``: with one again; ``without``: how many
    have none that day. ``asked``: None until the known questions were asked for it."""

    day: date
    begin: list[VersionInUse]
    end: list[VersionInUse]
    lost: list[NamedMatter]
    gained: list[NamedMatter]
    without: int
    asked: AskedAhead | None


@dataclass(frozen=True, slots=True)
class UseReport:
    """``first`` to ``last``: the days of the citations. ``in_force``, ``without``, ``ending_soon`` and
    ``past_review`` are of ``today``, ``ahead`` of the 180 days after it. ``left_out``: by list, how many entries are
    not shown; a CSV has them."""

    first: date
    last: date
    at: datetime
    today: date
    in_force: int
    cited: int
    never_cited: list[VersionInUse]
    damages: list[DamageOf]
    handed_over: list[HandedOverOf]
    ending_soon: list[VersionInUse]
    past_review: list[VersionInUse]
    matters: int
    without: list[NamedMatter]
    ahead: list[SwitchDayOf]
    left_out: dict[UseList, int]


@router.get("/knowledge-use", responses=AS_CSV)
def knowledge_use(
    service: ServiceOf,
    _actor: Watcher,
    period: AskedPeriod,
    is_csv_asked: CsvAsked,
    part: Annotated[UseList, Query(description="Which list, as CSV.")] = UseList.DAMAGES,
) -> UseReport:
    """Nothing is asked for it: counts are of answers given, days of intervals. With `format=csv` one list, whole."""
    found = service.measuring_use.knowledge_use(period)
    name_of = names_of_matters(service)
    if is_csv_asked:
        name = f"knowledge-{part}-{found.period.first}-{found.period.last}.csv"
        return csv_file(name, csv_text(_rows(part, found, name_of)))  # type: ignore[return-value]
    return _report(found, name_of)


def names_of_matters(service: Service) -> Mapping[str, str]:
    return {each.id: each.name for each in service.catalogue.matter_names()}


def _report(found: KnowledgeUse, name_of: Mapping[str, str]) -> UseReport:
    whole: dict[UseList, Sequence[object]] = {each: getattr(found, each) for each in UseList}
    return UseReport(
        first=found.period.first,
        last=found.period.last,
        at=found.at,
        today=found.today,
        in_force=found.in_force,
        cited=found.cited,
        never_cited=_versions(found.never_cited[:_MOST], name_of),
        damages=[_damage(each, name_of) for each in found.damages[:_MOST]],
        handed_over=[_handed_over(each, name_of) for each in found.handed_over[:_MOST]],
        ending_soon=_versions(found.ending_soon[:_MOST], name_of),
        past_review=_versions(found.past_review[:_MOST], name_of),
        matters=found.matters,
        without=_matters(found.without[:_MOST], name_of),
        ahead=[_switch_day(each, found.asked_ahead.get(each.day), name_of) for each in found.ahead[:_MOST]],
        left_out={part: len(each) - _MOST for part, each in whole.items() if len(each) > _MOST},
    )


def _matter(matter_id: str | None, name_of: Mapping[str, str]) -> NamedMatter:
    return NamedMatter(matter_id, name_of.get(matter_id or "", matter_id))


def _matters(matter_ids: Iterable[str], name_of: Mapping[str, str]) -> list[NamedMatter]:
    return [_matter(each, name_of) for each in matter_ids]


def _versions(found: Iterable[KnownVersion], name_of: Mapping[str, str]) -> list[VersionInUse]:
    return [
        VersionInUse(
            version_id=each.version_id,
            document_id=each.document_id,
            title=each.title,
            matter=_matter(each.matter_id, name_of),
            department=each.department,
            published_on=each.published_on,
            effective_from=each.interval.start,
            effective_to=each.interval.end,
            review_by=each.review_by,
        )
        for each in found
    ]


def _damage(found: Damage, name_of: Mapping[str, str]) -> DamageOf:
    counts: CitedCounts = found.counts
    return DamageOf(
        document_id=found.document_id,
        version_id=found.version_id,
        title=found.title,
        matter=_matter(found.matter_id, name_of),
        department=found.department,
        cited=counts.cited,
        unresolved=counts.unresolved,
        returned=counts.returned,
        failure=counts.failure,
        expected_damage=round(counts.expected_damage, 2),
    )


def _handed_over(found: HandedOver, name_of: Mapping[str, str]) -> HandedOverOf:
    return HandedOverOf(
        matter=_matter(found.matter_id, name_of),
        questions=found.questions,
        handed_over=found.handed_over,
        not_answered=found.not_answered,
        lost=found.lost,
        reasons=dict(found.reasons),
    )


def _switch_day(found: SwitchDay, asked: DayAhead | None, name_of: Mapping[str, str]) -> SwitchDayOf:
    return SwitchDayOf(
        day=found.day,
        begin=_versions(found.begin[:_MOST], name_of),
        end=_versions(found.end[:_MOST], name_of),
        lost=_matters(found.lost[:_MOST], name_of),
        gained=_matters(found.gained[:_MOST], name_of),
        without=found.without,
        asked=AskedAhead(asked.asked_at, asked.questions, [*asked.effects]) if asked else None,
    )


_OF_VERSION = (
    "document_id", "version_id", "title", "matter_id", "matter", "department", "published_on", "effective_from",
    "effective_to", "review_by",
)  # fmt: skip
_OF_SHARE = ("n", "rate", "low", "high")


def _rows(part: UseList, found: KnowledgeUse, name_of: Mapping[str, str]) -> list[tuple[object, ...]]:
    names: tuple[str, ...]
    match part:
        case UseList.NEVER_CITED:
            return [_OF_VERSION, *_version_rows(found.never_cited, name_of)]
        case UseList.ENDING_SOON:
            return [_OF_VERSION, *_version_rows(found.ending_soon, name_of)]
        case UseList.PAST_REVIEW:
            return [_OF_VERSION, *_version_rows(found.past_review, name_of)]
        case UseList.WITHOUT:
            return [("matter_id", "matter"), *((each, name_of.get(each, each)) for each in found.without)]
        case UseList.AHEAD:
            return [("day", "what", *_OF_VERSION), *_ahead_rows(found, name_of)]
        case UseList.DAMAGES:
            names = (*_OF_VERSION[:6], "cited", "unresolved", "returned", "failed", *_OF_SHARE, "expected_damage")
            return [names, *(_damage_row(each, name_of) for each in found.damages)]
        case UseList.HANDED_OVER:
            names = ("matter_id", "matter", "questions", "handed_over", "not_answered", "lost", *_OF_SHARE, "reasons")
            return [names, *(_handed_over_row(each, name_of) for each in found.handed_over)]


def _version_rows(versions: Iterable[KnownVersion], name_of: Mapping[str, str]) -> list[tuple[object, ...]]:
    return [
        (
            each.document_id, each.version_id, each.title, each.matter_id or "", name_of.get(each.matter_id or "", ""),
            each.department or "", each.published_on, each.interval.start or "", each.interval.end or "",
            each.review_by or "",
        )
        for each in versions
    ]  # fmt: skip


def _ahead_rows(found: KnowledgeUse, name_of: Mapping[str, str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for each in found.ahead:
        rows += [(each.day, "begin", *row) for row in _version_rows(each.begin, name_of)]
        rows += [(each.day, "end", *row) for row in _version_rows(each.end, name_of)]
        for what, matter_ids in (("matter_lost", each.lost), ("matter_gained", each.gained)):
            rows += [(each.day, what, "", "", "", one, name_of.get(one, ""), "", "", "", "", "") for one in matter_ids]
        for one in found.asked_ahead[each.day].effects if each.day in found.asked_ahead else ():
            cited = (*one.after, *one.before, "")[0]
            rows.append((each.day, f"question_{one.effect}", "", cited, one.question, "", "", "", "", "", "", ""))
    return rows


def _damage_row(each: Damage, name_of: Mapping[str, str]) -> tuple[object, ...]:
    counts = each.counts
    return (
        each.document_id, each.version_id, each.title, each.matter_id or "", name_of.get(each.matter_id or "", ""),
        each.department or "", counts.cited, counts.unresolved, counts.returned, *share_cells(counts.failure),
        f"{counts.expected_damage:.2f}",
    )  # fmt: skip


def _handed_over_row(each: HandedOver, name_of: Mapping[str, str]) -> tuple[object, ...]:
    reasons = " ".join(f"{reason}:{count}" for reason, count in each.reasons.items())
    name = name_of.get(each.matter_id or "", "")
    return (
        each.matter_id or "", name, each.questions, each.handed_over, each.not_answered, *share_cells(each.lost),
        reasons,
    )  # fmt: skip
