"""The rows as they are, for counting resolution a second time without SQL."""

from collections.abc import Iterator

from sqlalchemy import select

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.measuring_tables import outcomes
from kb_service.adapters.sql.tables import answers, feedback
from kb_service.adapters.sql.talk_tables import escalations
from kb_service.domain.resolution import EVALUATION
from kb_service.measuring.recounting import KeptRow, RawAnswer, RawRows, RawTalk, RawWord

_ANSWERS_AT_ONCE = 500


class SqlResolutionRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> RawRows:
        """Of one moment."""
        with self._database.snapshot() as connection:
            words = select(feedback.c.id, feedback.c.answer_id, feedback.c.resolved)
            talks = select(escalations)
            kept = select(outcomes)

            def raw_answers() -> Iterator[RawAnswer]:
                last = 0
                query = select(answers).where(answers.c.channel.is_distinct_from(EVALUATION))
                query = query.order_by(answers.c.number).limit(_ANSWERS_AT_ONCE)
                while rows := connection.execute(query.where(answers.c.number > last)).all():
                    for row in rows:
                        yield RawAnswer(
                            row.id, row.asked_at, row.conversation_id, row.asked_by, row.channel, row.user_hash,
                            row.outcome, row.matter_id, row.body,
                        )  # fmt: skip
                    last = rows[-1].number

            return RawRows(
                answers=tuple(raw_answers()),
                talks=tuple(
                    RawTalk(
                        row.id, row.opened_at, row.conversation_id, row.asked_by, row.channel, row.user_hash,
                        row.state, row.matter_id, row.department_id, row.region, row.answer_id, row.closed_at,
                        row.verdict, row.verdict_of_person,
                    )
                    for row in connection.execute(talks)
                ),
                words=tuple(RawWord(*row) for row in connection.execute(words)),
                kept={
                    row.id: KeptRow(row.matter_id, row.department_id, row.district, row.is_followed, row.came_back_at)
                    for row in connection.execute(kept)
                },
            )  # fmt: skip
