"""Audited samples in SQL; each judgement in one transaction with its entry in the trail."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.measuring_tables import audit_items, audit_judgements, audit_strata, audit_weeks, outcomes
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.tables import answers, events
from kb_service.adapters.sql.trail import record
from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.audits import Judgement, Rating, Sample, SampledQuestion, is_answered, settled_rating
from kb_service.domain.learning_errors import SampledQuestionNotFound
from kb_service.domain.resolution import COUNTED, Side
from kb_service.domain.sampling import Band, Draw, DrawableQuestion, Stratum, band_of
from kb_service.measuring.auditing import AuditEntry, SampledAnswer

_ANSWER = TypeAdapter(Answer)
_Each = TypeVar("_Each")
DREW, JUDGED, KEPT = "audit_draw", "audit_judge", "audit_keep"


class SqlAudits:
    """Implements `auditing.Audits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def has(self, week: date) -> bool:
        with self._database.reading() as connection:
            found = connection.execute(select(audit_weeks.c.week).where(audit_weeks.c.week == week)).first()
            return found is not None

    def candidates(self, week: date) -> Sequence[DrawableQuestion]:
        """Questions of the week that count and whose words are kept."""
        confidence = answers.c.body["confidence"].as_float()
        query = (
            select(outcomes.c.id, outcomes.c.matter_id, outcomes.c.outcome, confidence.label("confidence"))
            .join(answers, answers.c.id == outcomes.c.id)
            .where(outcomes.c.side == Side.ASSISTANT, outcomes.c.day.between(week, week + timedelta(days=6)))
            .where(outcomes.c.outcome.in_(COUNTED), outcomes.c.asker.is_not(None))
        )
        with self._database.reading() as connection:
            return [
                DrawableQuestion(
                    row.id, row.matter_id, band_of(row.confidence or 0.0), is_answered(Outcome(row.outcome))
                )
                for row in connection.execute(query)
            ]

    def keep(self, drawn: Draw, *, at: datetime) -> bool:
        """Whether it was kept: of a week that another process drew meanwhile, or of nothing, it is not. An answer whose
        words were erased meanwhile is left out."""
        ids = [each.answer_id for each in drawn.items]
        with self._database.writing() as connection:
            week = {"week": drawn.week, "drawn_at": at, "wanted": drawn.wanted}
            placed = self._database.insert(audit_weeks).values(**week).on_conflict_do_nothing()
            if not ids or not connection.execute(placed).rowcount:
                return False
            there = {row.id for some in chunks(ids) for row in connection.execute(_with_words(some))}
            strata = [
                {"week": drawn.week, "number": each.number, "bands": ",".join(each.bands)}
                | {"matter_id": each.matter_id, "size": each.size, "drawn": each.drawn}
                for each in drawn.strata
            ]
            items = [
                {"week": drawn.week, "answer_id": each.answer_id, "stratum": each.stratum}
                | {"place": each.place, "is_answered": int(each.is_answered)}
                for each in drawn.items
                if each.answer_id in there
            ]
            connection.execute(insert(audit_strata), strata)
            connection.execute(insert(audit_items), items)
            detail = {
                "week": drawn.week.isoformat(),
                "seed": drawn.seed,
                "wanted": drawn.wanted,
                "sizes": [each.size for each in drawn.strata],
                "answers": {each.answer_id: each.stratum for each in drawn.items},
            }
            record(connection, at=at, actor="audit", action=DREW, detail=detail)
            return True

    def samples(self, first: date | None = None, last: date | None = None) -> Sequence[Sample]:
        """Of weeks that begin on these days or between them, the oldest first; of all without any."""
        query = select(audit_weeks).order_by(audit_weeks.c.week)
        if first is not None:
            query = query.where(audit_weeks.c.week >= first)
        if last is not None:
            query = query.where(audit_weeks.c.week <= last)
        with self._database.reading() as connection:
            weeks = connection.execute(query).all()
            wanted = [row.week for row in weeks]
            strata = select(audit_strata).where(audit_strata.c.week.in_(wanted)).order_by(audit_strata.c.number)
            strata_of = _by_week((row.week, _stratum(row)) for row in connection.execute(strata))
            items_of = _by_week((each.week, each) for each in _items(connection, audit_items.c.week.in_(wanted)))
        return [
            Sample(each.week, each.drawn_at, each.wanted, strata_of.get(each.week, ()), items_of.get(each.week, ()))
            for each in weeks
        ]

    def reading(self, question: SampledQuestion) -> SampledAnswer:
        """What a judge reads of it. Raises SampledQuestionNotFound where its words were erased meanwhile."""
        with self._database.reading() as connection:
            row = connection.execute(select(answers).where(answers.c.id == question.answer_id)).one()
            if not row.body:
                raise _not_found(question.answer_id)
            answer = _ANSWER.validate_python(row.body)
            before = _asked_before(connection, row) if answer.understood_as.carried_over else None
        return SampledAnswer(question, answer, before)

    def answers(self, answer_ids: Sequence[str]) -> Mapping[str, Answer]:
        """By their ids; those whose words were erased are left out."""
        with self._database.reading() as connection:
            return {
                row.id: _ANSWER.validate_python(row.body)
                for some in chunks(answer_ids)
                for row in connection.execute(select(answers.c.id, answers.c.body).where(answers.c.id.in_(some)))
                if row.body
            }

    def question(self, answer_id: str) -> SampledQuestion:
        """Raises SampledQuestionNotFound."""
        with self._database.reading() as connection:
            return _one(connection, answer_id)

    def judge(self, answer_id: str, rating: Rating, *, note: str | None, actor: str, at: datetime) -> SampledQuestion:
        """Raises SampledQuestionNotFound, AlreadyJudged, NothingToJudge, InvalidRecord."""
        with self._database.writing() as connection:
            held = _locked(connection, answer_id)
            held.require_judgeable(actor, rating)
            number = len(held.judgements) + 1
            row = {
                "answer_id": answer_id,
                "person_id": actor,
                "number": number,
                "rating": rating,
                "note": note,
                "at": at,
            }
            connection.execute(insert(audit_judgements).values(**row))
            detail = {"answer": answer_id, "number": number, "rating": rating}
            record(connection, at=at, actor=actor, action=JUDGED, detail=detail)
            return _one(connection, answer_id)

    def kept(self, answer_id: str, kept_as: str, *, actor: str, at: datetime) -> SampledQuestion:
        """Raises SampledQuestionNotFound."""
        with self._database.writing() as connection:
            _locked(connection, answer_id)
            its = audit_items.c.answer_id == answer_id
            connection.execute(update(audit_items).where(its).values(kept_as=kept_as))
            record(connection, at=at, actor=actor, action=KEPT, detail={"answer": answer_id, "question": kept_as})
            return _one(connection, answer_id)

    def entries(self) -> Sequence[AuditEntry]:
        """What the trail tells of drawing and judging, in its order."""
        query = select(events).where(events.c.action.in_((DREW, JUDGED))).order_by(events.c.id)
        with self._database.reading() as connection:
            return [AuditEntry(row.actor, row.action == DREW, row.detail) for row in connection.execute(query)]


def forget_audited(connection: Connection, answer_ids: Sequence[str]) -> None:
    """Of answers whose words are erased: what is settled is counted on, without its notes; the rest leaves the sample,
    since nobody could judge it any more."""
    found = _items(connection, audit_items.c.answer_id.in_(answer_ids))
    left = [each.answer_id for each in found if settled_rating([one.rating for one in each.judgements]) is None]
    settled = audit_judgements.c.answer_id.in_([each.answer_id for each in found])
    for table in (audit_judgements, audit_items):
        connection.execute(delete(table).where(table.c.answer_id.in_(left)))
    connection.execute(update(audit_judgements).where(settled).values(note=None))


def _with_words(answer_ids: Sequence[str]) -> Any:
    return select(answers.c.id).where(answers.c.id.in_(answer_ids), answers.c.conversation_id != "")


def _locked(connection: Connection, answer_id: str) -> SampledQuestion:
    """PostgreSQL lets one judge of a question at a time write; SQLite's writers take turns anyway."""
    mine = select(audit_items.c.answer_id).where(audit_items.c.answer_id == answer_id)
    connection.execute(mine.with_for_update())
    return _one(connection, answer_id)


def _one(connection: Connection, answer_id: str) -> SampledQuestion:
    found = _items(connection, audit_items.c.answer_id == answer_id)
    if not found:
        raise _not_found(answer_id)
    return found[0]


def _not_found(answer_id: str) -> SampledQuestionNotFound:
    return SampledQuestionNotFound(f"no sampled question has the answer {answer_id!r}, or its words were erased")


def _items(connection: Connection, which: Any) -> list[SampledQuestion]:
    judged: dict[str, list[Judgement]] = {}
    query = select(audit_judgements).join(audit_items, audit_items.c.answer_id == audit_judgements.c.answer_id)
    for row in connection.execute(query.where(which).order_by(audit_judgements.c.number)):
        judged.setdefault(row.answer_id, []).append(Judgement(row.person_id, Rating(row.rating), row.note, row.at))
    return [
        SampledQuestion(
            answer_id=row.answer_id,
            week=row.week,
            stratum=row.stratum,
            place=row.place,
            is_answered=bool(row.is_answered),
            judgements=tuple(judged.get(row.answer_id, ())),
            kept_as=row.kept_as,
        )
        for row in connection.execute(
            select(audit_items).where(which).order_by(audit_items.c.week, audit_items.c.place)
        )
    ]


def _stratum(row: Row[Any]) -> Stratum:
    return Stratum(row.number, tuple(map(Band, row.bands.split(","))), row.matter_id, row.size, row.drawn)


def _by_week(found: Iterable[tuple[date, _Each]]) -> Mapping[date, tuple[_Each, ...]]:
    by_week: dict[date, tuple[_Each, ...]] = {}
    for week, each in found:
        by_week[week] = (*by_week.get(week, ()), each)
    return by_week


def _asked_before(connection: Connection, row: Row[Any]) -> str | None:
    """The question before it in its conversation."""
    query = select(answers.c.body["question"].as_string()).where(
        answers.c.conversation_id == row.conversation_id,
        answers.c.channel.is_not_distinct_from(row.channel),
        answers.c.user_hash.is_not_distinct_from(row.user_hash),
        answers.c.asked_by.is_not_distinct_from(row.asked_by),
        answers.c.number < func.coalesce(row.number, 0),
    )
    return connection.execute(query.order_by(answers.c.number.desc()).limit(1)).scalar()
