"""Knowledge in use, in SQL: which versions there are, what became of answers that cite them, what was handed over."""

from collections.abc import Collection, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, Integer, Row, Select, and_, case, cast, func, literal, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import cited_versions
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.remembered_weeks import RememberedWeeks
from kb_service.adapters.sql.resolution import last_word, with_last_word
from kb_service.adapters.sql.schedules import chunks, replacements_within, schedules_within
from kb_service.adapters.sql.tables import documents, versions
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.answers import Outcome, Reason
from kb_service.domain.days import Interval, shanghai_day
from kb_service.domain.documents import VersionState
from kb_service.domain.knowledge_use import CitedCounts, Damage, HandedOver, KnownVersion
from kb_service.domain.resolution import BACK_WITHIN, COUNTED, Period, Side

_KNOWN = and_(versions.c.state == VersionState.APPROVED, versions.c.published_at.is_not(None))
_SHOWN: tuple[Any, ...] = (
    versions.c.id,
    versions.c.document_id,
    versions.c.title,
    versions.c.matter_id,
    versions.c.department,
)


class SqlKnowledgeUse:
    """Implements `knowledge_use.Use`. Versions are read anew when a document changed; citations of weeks that nothing
    changes any more are remembered, see `RememberedWeeks`."""

    def __init__(self, database: Database, weeks: RememberedWeeks | None = None) -> None:
        self._database = database
        self._weeks = weeks or RememberedWeeks()
        self._texts: _Texts | None = None

    def known_versions(self) -> Sequence[KnownVersion]:
        with self._database.reading() as connection:
            return self._texts_now(connection).known

    def _texts_now(self, connection: Connection) -> "_Texts":
        mark = tuple(connection.execute(_MARK).one())
        held = self._texts
        if held is None or held.mark != mark:
            self._texts = held = _Texts(mark, _known_versions(connection), _newest(connection))
        return held

    def replacing(self, document_ids: Sequence[str]) -> Mapping[str, Collection[Interval]]:
        """The declared days of approved versions of other documents that replace these, by the document replaced."""
        found: dict[str, Collection[Interval]] = {}
        with self._database.reading() as connection:
            for some in chunks(document_ids):
                for document_id, following in replacements_within(connection, some).items():
                    found[document_id] = [each.interval for each in following]
        return found

    def damages(self, period: Period, *, now: datetime) -> Sequence[Damage]:
        """Of each document that answers of the period cite. An answer that cites two documents counts for both, one
        that cites two versions of one document once; answers whose words were erased cite nothing any more."""
        with self._database.reading() as connection:

            def count(days: Period) -> Mapping[date, dict[str, CitedCounts]]:
                found: dict[date, dict[str, CitedCounts]] = {}
                for week, document_id, *counts in connection.execute(_counts(days, now)).all():
                    found.setdefault(week, {})[document_id] = CitedCounts(*counts)
                return found

            counts_of: dict[str, CitedCounts] = {}
            for part in self._weeks.counted(connection, "damages", period, now, count):
                for document_id, counts in part.items():
                    counts_of[document_id] = counts_of.get(document_id, CitedCounts()) + counts
            newest = self._texts_now(connection).newest
        return [
            Damage(row.document_id, row.id, row.title, row.matter_id, row.department, counts)
            for document_id, counts in counts_of.items()
            if (row := newest.get(document_id)) is not None
        ]

    def cited_versions(self, period: Period, *, now: datetime) -> frozenset[str]:
        """Ids of the versions that answers of the period cite."""
        with self._database.reading() as connection:

            def count(days: Period) -> Mapping[date, Set[str]]:
                cited = select(outcomes.c.week, cited_versions.c.version_id).distinct()
                its = cited.join(outcomes, outcomes.c.id == cited_versions.c.answer_id).where(*_within(days)).subquery()
                # In one text a week: of thousands of rows the reading takes longer than the finding.
                ids = select(its.c.week, func.aggregate_strings(its.c.version_id, ",")).group_by(its.c.week)
                return {week: set(found.split(",")) for week, found in connection.execute(ids).all()}

            return frozenset().union(*self._weeks.counted(connection, "cited", period, now, count))

    def handed_over(self, period: Period, *, now: datetime) -> Sequence[HandedOver]:
        """By matter, those with the most lost questions first; matters that lost none are left out."""
        counted: dict[_Lost, int] = {}
        with self._database.reading() as connection:

            def count(days: Period) -> Mapping[date, list[tuple[_Lost, int]]]:
                lost_of: dict[date, list[tuple[_Lost, int]]] = {}
                for week, *lost, asked in connection.execute(_lost(days)).all():
                    lost_of.setdefault(week, []).append((_Lost(*lost), asked))
                return lost_of

            for part in self._weeks.counted(connection, "handed over", period, now, count):
                for one, number in part:
                    counted[one] = counted.get(one, 0) + number
        by_matter: dict[str | None, list[tuple[_Lost, int]]] = {}
        for one, number in counted.items():
            by_matter.setdefault(one.matter_id, []).append((one, number))
        found = [_handed_over(matter_id, its) for matter_id, its in by_matter.items()]
        listed = [each for each in found if each.lost.successes]
        return sorted(listed, key=lambda each: (-each.lost.successes, each.matter_id or ""))


class _Lost(NamedTuple):
    matter_id: str | None
    outcome: str
    reasons: str
    is_taken_over: int


# Every change of a version is a new revision of its document, and every text that the index takes in is synced.
_MARK = select(func.count(), func.sum(documents.c.revision), func.sum(documents.c.synced_revision))


class _Texts(NamedTuple):
    """``newest``: of each document the row of its newest version that readers may see."""

    mark: tuple[Any, ...]
    known: Sequence[KnownVersion]
    newest: Mapping[str, Row[Any]]


def _known_versions(connection: Connection) -> Sequence[KnownVersion]:
    known: Select[Any] = select(*_SHOWN, versions.c.published_at, versions.c.review_by).where(_KNOWN)
    row_of = {row.id: row for row in connection.execute(known).all()}
    schedules = schedules_within(connection, sorted({row.document_id for row in row_of.values()}))
    return [
        _known(row_of[each.version_id], each.interval)
        for schedule in schedules.values()
        for each in schedule
        if each.version_id in row_of
    ]


def _lost(period: Period) -> Select[Any]:
    """By week, matter, outcome and reasons; whether a talk was opened on it is looked up once for each."""
    is_taken_over = select(escalations.c.id).where(escalations.c.answer_id == outcomes.c.id).exists()
    facts = (
        select(
            outcomes.c.week,
            outcomes.c.matter_id,
            outcomes.c.outcome,
            outcomes.c.reasons,
            case((is_taken_over, 1), else_=0).label("is_taken_over"),
        )
        .where(*_within(period), outcomes.c.outcome.in_(COUNTED))
        .cte("facts")
        .prefix_with("MATERIALIZED")
    )
    columns = (facts.c.week, facts.c.matter_id, facts.c.outcome, facts.c.reasons, facts.c.is_taken_over)
    return select(*columns, func.count().label("asked")).group_by(*columns)


def _known(row: Row[Any], interval: Interval) -> KnownVersion:
    published_on = shanghai_day(row.published_at)
    shown = (row.id, row.document_id, row.title, row.matter_id, row.department, published_on, interval)
    return KnownVersion(*shown, row.review_by)


def _within(period: Period) -> Sequence[Any]:
    return (outcomes.c.side == Side.ASSISTANT, outcomes.c.day.between(period.first, period.last))


def _newest(connection: Connection) -> Mapping[str, Row[Any]]:
    is_public = versions.c.state.in_((VersionState.APPROVED, VersionState.WITHDRAWN))
    starts_at = func.coalesce(versions.c.effective_from, literal(date.min, Date()))
    query: Select[Any] = select(*_SHOWN).where(is_public).order_by(versions.c.created_at, starts_at, versions.c.id)
    return {row.document_id: row for row in connection.execute(query).all()}  # the newest comes last


def _counts(period: Period, now: datetime) -> Any:
    """By week and document. What became of an answer is looked up once, before it is counted for what it cites."""
    is_taken_over = select(escalations.c.id).where(escalations.c.answer_id == outcomes.c.id).exists()
    is_back = outcomes.c.came_back_at > outcomes.c.ended_at
    is_settled = and_(outcomes.c.is_followed == 1, outcomes.c.ended_at <= now - BACK_WITHIN)
    facts = (
        select(
            outcomes.c.id,
            outcomes.c.number,
            outcomes.c.week,
            case((last_word.c.resolved == 0, 1), else_=0).label("is_unresolved"),
            case((or_(is_back, is_taken_over), 1), else_=0).label("is_returned"),
            case((is_settled, 1), else_=0).label("is_settled"),
        )
        .select_from(with_last_word())
        .where(*_within(period), outcomes.c.outcome.in_(COUNTED))
        .cte("facts")
        .prefix_with("MATERIALIZED")
    )
    # The rows of an answer are looked up by its id: asked the other way round, SQLite has no index to go by.
    cited = (
        select(
            facts.c.number,
            facts.c.week,
            facts.c.is_unresolved,
            facts.c.is_returned,
            facts.c.is_settled,
            versions.c.document_id,
        )
        .select_from(facts.join(cited_versions, cited_versions.c.answer_id == facts.c.id))
        .join(versions, versions.c.id == cited_versions.c.version_id)
        .distinct()
        .cte("cited")
    )
    is_failed = case((or_(cited.c.is_unresolved == 1, cited.c.is_returned == 1), cited.c.is_settled), else_=0)
    return select(
        cited.c.week,
        cited.c.document_id,
        func.count(),
        _sum(cited.c.is_unresolved),
        _sum(cited.c.is_returned),
        _sum(cited.c.is_settled),
        _sum(is_failed),
    ).group_by(cited.c.week, cited.c.document_id)


def _sum(column: Any) -> Any:
    return cast(func.sum(column), Integer)


def _handed_over(matter_id: str | None, counted: Sequence[tuple[_Lost, int]]) -> HandedOver:
    questions = handed_over = not_answered = 0
    reasons: dict[Reason, int] = {}
    for one, number in counted:
        questions += number
        if one.is_taken_over or one.outcome == Outcome.HANDED_OVER:
            handed_over += number
        elif one.outcome != Outcome.ANSWERED:
            not_answered += number
        else:
            continue
        for each in filter(None, one.reasons.split(",")):
            reasons[Reason(each)] = reasons.get(Reason(each), 0) + number
    ordered = dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
    return HandedOver(matter_id, questions, handed_over, not_answered, ordered)
