"""Answers that cited a version, in SQL, and what became of them after it was withdrawn."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select

from kb_service.adapters.sql import rows
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.learning_tables import affected_answers, cited_versions
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.tables import answers, versions
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.webhooks import tell
from kb_service.domain.affected import EFFECTS, Affected, AffectedAnswer, AffectedPage
from kb_service.domain.answers import Answer
from kb_service.domain.masking import masked
from kb_service.domain.rehearsals import Effect
from kb_service.domain.resolution import EVALUATION
from kb_service.domain.webhooks import WebhookEvent

_ANSWER = TypeAdapter(Answer)
# Talks that are named to other systems; more are read in the list.
_MOST_TALKS = 200


# To what `kb eval` asks nobody goes by the answer.
_OF_PEOPLE = answers.c.channel.is_distinct_from(EVALUATION)


class SqlAffected:
    """Implements `asking_again.AffectedAnswers`. Of answers whose words were erased nothing is left here."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def counts(self, version_ids: Sequence[str]) -> Mapping[str, int]:
        """How many answers cited each of them; those that none did are left out."""
        query = select(cited_versions.c.version_id, func.count()).where(cited_versions.c.version_id.in_(version_ids))
        query = query.join(answers, answers.c.id == cited_versions.c.answer_id).where(_OF_PEOPLE)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(cited_versions.c.version_id))}

    def affected(self, version_id: str) -> Affected:
        with self._database.reading() as connection:
            return _affected(connection, version_id)

    def list(self, version_id: str, *, limit: int, cursor: str | None = None) -> AffectedPage:
        """The newest first. Raises InvalidRecord for a cursor that is none of ours."""
        columns = (answers, affected_answers.c.effect, affected_answers.c.asked_again_at)
        query = _citing(select(*columns), version_id)
        with self._database.reading() as connection:
            found, following = page_of(connection, query, answers.c.asked_at, answers.c.id, limit, cursor)
        return AffectedPage([_shown(row) for row in found], following)

    def not_asked_again(self, version_id: str, *, limit: int) -> Sequence[Answer]:
        """The newest first."""
        query = _citing(select(answers.c.body), version_id).where(affected_answers.c.answer_id.is_(None))
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(answers.c.asked_at.desc()).limit(limit)).scalars()
            return [_ANSWER.validate_python(body) for body in found if body]

    def keep(self, version_id: str, effect_of: Mapping[str, Effect], *, at: datetime) -> None:
        """By the ids of answers. Those that were erased meanwhile are left out."""
        still = select(cited_versions.c.answer_id).where(
            cited_versions.c.version_id == version_id, cited_versions.c.answer_id.in_(effect_of)
        )
        with self._database.writing() as connection:
            kept = connection.execute(still).scalars().all()
            found = [{"answer_id": each, "effect": effect_of[each]} for each in kept]
            if found:
                values = [{"version_id": version_id, "asked_again_at": at, **each} for each in found]
                connection.execute(insert(affected_answers), values)

    def tell(self, version_id: str, *, at: datetime) -> Affected:
        """That all of them were asked again, to the trail and to other systems: by numbers, and by the talks that
        people opened who had got such an answer and would get another one, or none, now."""
        with self._database.writing() as connection:
            found = _affected(connection, version_id)
            effects = {str(each): found.effects.get(each, 0) for each in EFFECTS}
            row = connection.execute(select(versions).where(versions.c.id == version_id)).one()
            record(
                connection,
                at=at,
                actor="learning",
                action="answers_asked_again",
                document_id=row.document_id,
                version_id=version_id,
                detail={"answers": found.count, **effects},
            )
            tell(
                connection,
                WebhookEvent.ANSWERS_AFFECTED,
                department_id=row.department or "",
                at=at,
                new_id=self._new_id,
                body=lambda: {
                    "version": _told(row)
                    | {"answers": found.count, "effects": effects}
                    | {"escalations": _talks(connection, version_id)}
                },
            )
            return found


def _citing(query: Select[Any], version_id: str) -> Select[Any]:
    """Answers that cite it, with what became of them, if they were asked again."""
    again = and_(
        affected_answers.c.answer_id == answers.c.id, affected_answers.c.version_id == cited_versions.c.version_id
    )
    return (
        query.join(cited_versions, cited_versions.c.answer_id == answers.c.id)
        .outerjoin(affected_answers, again)
        .where(cited_versions.c.version_id == version_id, _OF_PEOPLE)
    )


def _affected(connection: Connection, version_id: str) -> Affected:
    total = select(func.count()).where(cited_versions.c.version_id == version_id, _OF_PEOPLE)
    total = total.join(answers, answers.c.id == cited_versions.c.answer_id)
    effects = (
        select(affected_answers.c.effect, func.count())
        .where(affected_answers.c.version_id == version_id)
        .group_by(affected_answers.c.effect)
    )
    counted = {Effect(row[0]): row[1] for row in connection.execute(effects)}
    return Affected(connection.execute(total).scalar_one(), counted)


def _talks(connection: Connection, version_id: str) -> list[str]:
    """Of the conversations in which such an answer was given, as far as it is not the same any more."""
    is_same = and_(
        escalations.c.conversation_id == answers.c.conversation_id,
        escalations.c.asked_by.is_not_distinct_from(answers.c.asked_by),
        escalations.c.channel.is_not_distinct_from(answers.c.channel),
        escalations.c.user_hash.is_not_distinct_from(answers.c.user_hash),
    )
    query = (
        select(escalations.c.id)
        .distinct()
        .join(answers, or_(escalations.c.answer_id == answers.c.id, and_(answers.c.conversation_id != "", is_same)))
        .join(affected_answers, affected_answers.c.answer_id == answers.c.id)
        .where(affected_answers.c.version_id == version_id, affected_answers.c.effect != Effect.UNCHANGED)
    )
    return list(connection.execute(query.order_by(escalations.c.id).limit(_MOST_TALKS)).scalars())


def _told(row: Row[Any]) -> dict[str, Any]:
    return {
        "version_id": row.id,
        "document_id": row.document_id,
        "title": rows.metadata(row).title,
        "department": row.department,
    }


def _shown(row: Row[Any]) -> AffectedAnswer:
    return AffectedAnswer(
        answer_id=row.id,
        asked_at=row.asked_at,
        channel=row.channel,
        question=masked(row.body.get("question", "")),
        effect=Effect(row.effect) if row.effect else None,
        asked_again_at=row.asked_again_at,
    )
