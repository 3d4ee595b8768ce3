"""Resolved talks that are no text yet, and which of them became one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select

from kb_service.adapters.sql.cases import IS_RESOLVED, SqlCases
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.kept_reviews import begin_review
from kb_service.adapters.sql.learning_tables import kept_cases
from kb_service.adapters.sql.library import SqlLibrary
from kb_service.adapters.sql.schedules import chunks
from kb_service.adapters.sql.seals import seals
from kb_service.adapters.sql.tables import answers, versions
from kb_service.adapters.sql.talk_tables import escalations, talk_messages
from kb_service.adapters.sql.trail import record
from kb_service.adapters.sql.upload_rows import one_at_a_time
from kb_service.domain.documents import GIVEN_UP, VersionDraft
from kb_service.domain.escalations import Author
from kb_service.domain.masking import masked
from kb_service.domain.recurring import ResolvedTalk
from kb_service.domain.suggestions import SuggestionUse

# A draft that was given up leaves the talk free for another one.
_KEPT = (
    select(kept_cases.c.escalation_id)
    .join(versions, versions.c.id == kept_cases.c.version_id)
    .where(kept_cases.c.escalation_id == escalations.c.id, versions.c.state.not_in(GIVEN_UP))
)


class SqlRecurring:
    """Implements `recurring.Talks` and `writing.Cases`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str]) -> None:
        self._database = database
        self._cases = SqlCases(database)
        self._library = SqlLibrary(database, new_id=new_id)

    def state(self) -> tuple[int, datetime | None]:
        """Another one whenever other talks may be there."""
        query = select(func.count(), func.max(escalations.c.changed_at)).where(IS_RESOLVED, ~_KEPT.exists())
        with self._database.reading() as connection:
            row = connection.execute(query).one()
            return row[0], row[1]

    def not_kept(self, *, limit: int) -> Sequence[ResolvedTalk]:
        """The newest resolved ones whose reply is no text yet."""
        query = select(escalations).where(IS_RESOLVED, ~_KEPT.exists()).order_by(escalations.c.closed_at.desc())
        return self._talks(query.limit(limit))

    def talk(self, escalation_id: str) -> ResolvedTalk | None:
        """One of them, kept or not; None where it was not resolved with a reply in words."""
        return next(iter(self._talks(select(escalations).where(IS_RESOLVED, escalations.c.id == escalation_id))), None)

    def _talks(self, query: Select[Any]) -> list[ResolvedTalk]:
        with self._database.reading() as connection:
            row_of = {row.id: row for row in connection.execute(query)}
            said, cited = _said_and_cited(connection, list(row_of))
            asked_before = _questions(connection, [row.answer_id for row in row_of.values() if row.answer_id])
        return [
            ResolvedTalk(
                escalation_id=each.escalation_id,
                question=masked(each.question),
                reply=masked(each.reply),
                matter_id=row_of[each.escalation_id].matter_id,
                department_id=row_of[each.escalation_id].department_id,
                region=row_of[each.escalation_id].region,
                asker=row_of[each.escalation_id].user_hash or row_of[each.escalation_id].conversation_id,
                closed_at=each.closed_at,
                said=tuple(map(masked, said.get(each.escalation_id, ()))),
                rests_on=tuple(dict.fromkeys(cited.get(each.escalation_id, ()))),
                asked_before=masked(asked_before.get(row_of[each.escalation_id].answer_id, "")),
            )
            for each in self._cases.cases(list(row_of))
        ]

    def write(
        self,
        draft: VersionDraft,
        escalation_ids: Sequence[str],
        *,
        rests_on: Sequence[str],
        actor: str,
        at: datetime,
        review_due_at: datetime,
    ) -> tuple[str, bool]:
        """Store the draft that these talks became, and its id; False: one of them had become a text already, whose id
        is given. The clock of its review runs at the first of them."""
        known = (
            select(kept_cases.c.version_id)
            .join(versions, versions.c.id == kept_cases.c.version_id)
            .where(kept_cases.c.escalation_id.in_(escalation_ids), versions.c.state.not_in(GIVEN_UP))
        )
        with self._database.writing() as connection:
            one_at_a_time(connection)
            if (there := connection.execute(known.limit(1)).scalar()) is not None:
                return str(there), False
            stored = self._library.store_within(connection, draft, actor=actor, at=at, approval=None)
            kept = {"version_id": stored.version_id, "kept_at": at, "rests_on": list(rests_on)}
            connection.execute(insert(kept_cases), [kept | {"escalation_id": each} for each in escalation_ids])
            first = escalation_ids[0]
            connection.execute(select(escalations.c.id).where(escalations.c.id == first).with_for_update())
            was = seals(connection, [("escalation", first)])
            begin_review(connection, first, at=at, due_at=review_due_at)
            record(
                connection,
                at=at,
                actor=actor,
                action="talks_kept",
                document_id=stored.document_id,
                version_id=stored.version_id,
                detail={"escalations": list(escalation_ids), "review_due_at": review_due_at.isoformat()},
                was=was,
            )
            return stored.version_id, True


def _questions(connection: Connection, answer_ids: Sequence[str]) -> dict[str, str]:
    """By the id of the answer; without those whose words were erased."""
    found: dict[str, str] = {}
    for ids in chunks(answer_ids):
        asked = answers.c.body["question"].as_string()
        for row in connection.execute(select(answers.c.id, asked.label("asked")).where(answers.c.id.in_(ids))):
            found[row.id] = row.asked or ""
    return found


def _said_and_cited(
    connection: Connection, escalation_ids: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Of each talk what the person wrote, and ids of the versions that replies were made from, in their order."""
    said: dict[str, list[str]] = {}
    cited: dict[str, list[str]] = {}
    columns = (talk_messages.c.escalation_id, talk_messages.c.author, talk_messages.c.text, talk_messages.c.suggestion)
    of_interest = or_(
        (talk_messages.c.author == Author.PERSON) & (talk_messages.c.text != ""),
        (talk_messages.c.author == Author.HELPER) & talk_messages.c.suggestion.is_not(None),
    )
    for ids in chunks(escalation_ids):
        query = select(*columns).where(talk_messages.c.escalation_id.in_(ids), of_interest)
        for row in connection.execute(query.order_by(talk_messages.c.escalation_id, talk_messages.c.number)):
            if row.author == Author.PERSON:
                said.setdefault(row.escalation_id, []).append(row.text)
            elif row.suggestion and row.suggestion["use"] != SuggestionUse.IGNORED:
                cited.setdefault(row.escalation_id, []).extend(row.suggestion.get("versions") or ())
    return said, cited
