"""Knowledge in use, in SQL: which versions there are, what became of answers that cite them, what was handed over."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, Row, Select, and_, case, cast, func, literal, or_, select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import cited_versions
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.schedules import chunks, replacements_within, schedules_within
from kb_service.adapters.sql.tables import feedback, versions
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
    """Implements `knowledge_use.Use`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known_versions(self) -> Sequence[KnownVersion]:
        with self._database.reading() as connection:
            known: Select[Any] = select(*_SHOWN, versions.c.published_at, versions.c.review_by).where(_KNOWN)
            row_of = {row.id: row for row in connection.execute(known)}
            schedules = schedules_within(connection, sorted({row.document_id for row in row_of.values()}))
        return [
            _known(row_of[each.version_id], each.interval)
            for schedule in schedules.values()
            for each in schedule
            if each.version_id in row_of
        ]

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
        found: list[Damage] = []
        with self._database.reading() as connection:
            counts_of = {row.document_id: CitedCounts(*row[1:]) for row in connection.execute(_counts(period, now))}
            for some in chunks(counts_of):
                newest = {row.document_id: row for row in connection.execute(_public_versions(some))}
                found += [
                    Damage(document_id, row.id, row.title, row.matter_id, row.department, counts_of[document_id])
                    for document_id, row in newest.items()
                ]
        return found

    def handed_over(self, period: Period) -> Sequence[HandedOver]:
        """By matter, those with the most lost questions first; matters that lost none are left out."""
        is_taken_over = select(escalations.c.id).where(escalations.c.answer_id == outcomes.c.id).exists()
        facts = (
            select(
                outcomes.c.matter_id,
                outcomes.c.outcome,
                outcomes.c.reasons,
                case((is_taken_over, 1), else_=0).label("is_taken_over"),
            )
            .where(*_within(period), outcomes.c.outcome.in_(COUNTED))
            .cte("facts")
            .prefix_with("MATERIALIZED")
        )
        columns = (facts.c.matter_id, facts.c.outcome, facts.c.reasons, facts.c.is_taken_over)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns, func.count().label("asked")).group_by(*columns)).all()
        by_matter: dict[str | None, list[Row[Any]]] = {}
        for row in rows:
            by_matter.setdefault(row.matter_id, []).append(row)
        found = [_handed_over(matter_id, its) for matter_id, its in by_matter.items()]
        listed = [each for each in found if each.lost.successes]
        return sorted(listed, key=lambda each: (-each.lost.successes, each.matter_id or ""))


def _known(row: Row[Any], interval: Interval) -> KnownVersion:
    published_on = shanghai_day(row.published_at)
    shown = (row.id, row.document_id, row.title, row.matter_id, row.department, published_on, interval)
    return KnownVersion(*shown, row.review_by)


def _within(period: Period) -> Sequence[Any]:
    return (outcomes.c.side == Side.ASSISTANT, outcomes.c.day.between(period.first, period.last))


def _public_versions(document_ids: Sequence[str]) -> Select[Any]:
    """The newest of each document last."""
    is_public = versions.c.state.in_((VersionState.APPROVED, VersionState.WITHDRAWN))
    query: Select[Any] = select(*_SHOWN).where(versions.c.document_id.in_(document_ids), is_public)
    starts_at = func.coalesce(versions.c.effective_from, literal(date.min, Date()))
    return query.order_by(versions.c.created_at, starts_at, versions.c.id)


def _counts(period: Period, now: datetime) -> Any:
    """By document. What became of an answer is looked up once for each, before it is counted for what it cites."""
    said = select(feedback.c.resolved).where(feedback.c.answer_id == outcomes.c.id, feedback.c.resolved.is_not(None))
    last_word = said.order_by(feedback.c.id.desc()).limit(1).scalar_subquery()
    is_taken_over = select(escalations.c.id).where(escalations.c.answer_id == outcomes.c.id).exists()
    is_back = outcomes.c.came_back_at > outcomes.c.ended_at
    is_settled = and_(outcomes.c.is_followed == 1, outcomes.c.ended_at <= now - BACK_WITHIN)
    facts = (
        select(
            outcomes.c.id,
            outcomes.c.number,
            case((last_word == 0, 1), else_=0).label("is_unresolved"),
            case((or_(is_back, is_taken_over), 1), else_=0).label("is_returned"),
            case((is_settled, 1), else_=0).label("is_settled"),
        )
        .where(*_within(period), outcomes.c.outcome.in_(COUNTED))
        .cte("facts")
        .prefix_with("MATERIALIZED")
    )
    # The rows of an answer are looked up by its id: asked the other way round, SQLite has no index to go by.
    cited = (
        select(facts.c.number, facts.c.is_unresolved, facts.c.is_returned, facts.c.is_settled, versions.c.document_id)
        .select_from(facts.join(cited_versions, cited_versions.c.answer_id == facts.c.id))
        .join(versions, versions.c.id == cited_versions.c.version_id)
        .distinct()
        .cte("cited")
    )
    is_failed = case((or_(cited.c.is_unresolved == 1, cited.c.is_returned == 1), cited.c.is_settled), else_=0)
    return select(
        cited.c.document_id,
        func.count(),
        _sum(cited.c.is_unresolved),
        _sum(cited.c.is_returned),
        _sum(cited.c.is_settled),
        _sum(is_failed),
    ).group_by(cited.c.document_id)


def _sum(column: Any) -> Any:
    return cast(func.sum(column), Integer)


def _handed_over(matter_id: str | None, rows: Sequence[Row[Any]]) -> HandedOver:
    questions = handed_over = not_answered = 0
    reasons: dict[Reason, int] = {}
    for row in rows:
        questions += row.asked
        if row.is_taken_over or row.outcome == Outcome.HANDED_OVER:
            handed_over += row.asked
        elif row.outcome != Outcome.ANSWERED:
            not_answered += row.asked
        else:
            continue
        for each in filter(None, row.reasons.split(",")):
            reasons[Reason(each)] = reasons.get(Reason(each), 0) + row.asked
    ordered = dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
    return HandedOver(matter_id, questions, handed_over, not_answered, ordered)
