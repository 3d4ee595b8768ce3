"""Escalations and their talks in SQL: every change in one transaction that holds the row, with its trail entry."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from kb_service.adapters.sql import proposals
from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.escalation_events import EVENT_OF, tell_of
from kb_service.adapters.sql.escalation_queries import (
    IS_RUNNING,
    clocks_running_out,
    conditions_of,
    count_ahead_of,
    held_by_helper,
    require_room,
    running,
)
from kb_service.adapters.sql.escalation_rows import (
    EVIDENCE,
    add_lines,
    escalation_of,
    keep_key,
    message_in,
    message_of,
    messages_of,
    number_of_first,
    row_of_clock,
    with_clocks,
)
from kb_service.adapters.sql.rows import page_of
from kb_service.adapters.sql.seals import new, seals
from kb_service.adapters.sql.talk_chain import ends_of_talks, last_told, written_since
from kb_service.adapters.sql.talk_tables import clocks, escalations, talk_messages
from kb_service.adapters.sql.trail import has_read, record
from kb_service.domain.answers import Conversation
from kb_service.domain.clocks import Clock
from kb_service.domain.errors import EscalationChanged, EscalationStateWrong
from kb_service.domain.escalations import (
    HELD,
    Author,
    Escalation,
    EscalationPage,
    EscalationQuery,
    EscalationStamp,
    EscalationState,
    Message,
    Subject,
    not_there,
)
from kb_service.domain.sent_once import Once
from kb_service.domain.trail import READ_TALK, TALKS, TALKS_TOLD
from kb_service.domain.webhooks import WebhookEvent
from kb_service.helping.moves import Change, Line

# Statements of every message are made once: making one takes SQLAlchemy as long as running it.
_LINES = (
    select(talk_messages)
    .where(
        talk_messages.c.escalation_id == bindparam("escalation_id"),
        talk_messages.c.number > bindparam("after"),
        talk_messages.c.author.not_in(bindparam("without", expanding=True)),
    )
    .order_by(talk_messages.c.number)
    .limit(bindparam("most"))
)
_CHANGED_SINCE = select(
    escalations.c.id, escalations.c.revision, escalations.c.last_number, escalations.c.proposal_changes
).where(escalations.c.changed_at >= bindparam("moment", type_=escalations.c.changed_at.type))
_STANDING = select(
    escalations.c.state, escalations.c.department_id, escalations.c.revision, escalations.c.proposal_changes
).where(escalations.c.id == bindparam("escalation_id"))
_SAID = (
    update(escalations)
    .where(escalations.c.id == bindparam("escalation"))
    .values(last_number=bindparam("last_number"), end_seal=bindparam("end_seal"), changed_at=bindparam("changed_at"))
)


class SqlEscalations:
    """Implements `helping.Escalations`."""

    def __init__(self, database: Database, *, new_id: Callable[[], str], most_attachments: int = 30) -> None:
        """``most_attachments``: of one talk."""
        self._database = database
        self._new_id = new_id
        self._most_attachments = most_attachments
        # Called in the writer's thread after each change, with its id and what `changed_since` gives of it, so that who
        # waits for it need not look for it.
        self.on_change: Callable[[str, tuple[int, ...]], None] = _nobody_waits

    @contextmanager
    def _changing(self) -> Iterator[tuple[Connection, Callable[[Escalation], Escalation]]]:
        """With what is to be called of each escalation that is changed; it is told of after the commit."""
        changed: list[Escalation] = []

        def noted(found: Escalation) -> Escalation:
            changed.append(found)
            return found

        with self._database.writing() as connection:
            yield connection, noted
        for each in changed:
            self.on_change(each.id, (each.revision, each.last_number, each.proposal_changes))

    def open(
        self,
        conversation: Conversation,
        subject: Subject,
        department_id: str,
        *,
        opened_by: str,
        at: datetime,
        change: Change,
    ) -> tuple[Escalation, bool]:
        """The escalation of this conversation, and whether it is new: a conversation has one at a time."""
        with self._changing() as (connection, noted):
            row = {
                "id": self._new_id(),
                "conversation_id": conversation.conversation_id,
                "talking_in": conversation.key,
                "asked_by": conversation.asked_by,
                "channel": conversation.channel,
                "user_hash": conversation.user_hash,
                "state": change.state,
                "department_id": department_id,
                "question": subject.question,
                "summary": subject.summary,
                "reasons": list(subject.reasons),
                "matter_id": subject.matter_id,
                "facet": subject.facet,
                "region": subject.region,
                "answer_id": subject.answer_id,
                "evidence": EVIDENCE.dump_python(subject.evidence, mode="json"),
                "opened_at": at,
                "opened_by": opened_by,
                "revision": 1,
                "last_number": len(change.lines),
                "changed_at": at,
                **change.values,
            }
            added = self._database.insert(escalations).values(row).on_conflict_do_nothing(index_elements=["talking_in"])
            known = select(escalations.c.id).where(escalations.c.talking_in == conversation.key)
            while connection.execute(added.returning(escalations.c.id)).first() is None:
                if (going_on := connection.execute(known).scalar()) is not None:  # else it was closed just now
                    return escalation_of(connection, going_on), False
            self._follow(connection, row["id"], 0, change, at=at)
            was = new(("escalation", row["id"]))
            detail = {"escalation": row["id"], "department": department_id, **change.detail}
            record(connection, at=at, actor=opened_by, action="escalate", detail=detail, was=was)
            opened = noted(escalation_of(connection, row["id"]))
            tell_of(connection, WebhookEvent.OPENED, opened, at=at, new_id=self._new_id)
            return opened, True

    def escalation(self, escalation_id: str) -> Escalation:
        """Raises EscalationNotThere."""
        with self._database.reading() as connection:
            return escalation_of(connection, escalation_id)

    def standing(self, escalation_id: str) -> EscalationStamp:
        """The little that says whether anything but words came. Raises EscalationNotThere."""
        with self._database.reading() as connection:
            row = connection.execute(_STANDING, {"escalation_id": escalation_id}).first()
        if row is None:
            raise not_there(escalation_id)
        return EscalationStamp(EscalationState(row.state), row.department_id, row.revision, row.proposal_changes or 0)

    def going_on_of(self, conversation: Conversation) -> Escalation | None:
        """The one that this conversation is in now; one indexed read."""
        with self._database.reading() as connection:
            row = connection.execute(select(escalations).where(escalations.c.talking_in == conversation.key)).first()
            return None if row is None else with_clocks(connection, [row])[0]

    def list(self, wanted: EscalationQuery, *, limit: int, cursor: str | None = None) -> EscalationPage:
        """The newest first. Raises InvalidRecord for a cursor that is none of ours."""
        with self._database.reading() as connection:
            query = select(escalations).where(*conditions_of(wanted))
            found, following = page_of(connection, query, escalations.c.opened_at, escalations.c.id, limit, cursor)
            return EscalationPage(with_clocks(connection, found), following)

    def waiting(self, departments: Collection[str], *, limit: int) -> Sequence[Escalation]:
        """Open ones of these departments, who waits longest first."""
        query = select(escalations).where(
            escalations.c.state == EscalationState.OPEN, escalations.c.department_id.in_(departments)
        )
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(escalations.c.opened_at, escalations.c.id).limit(limit)).all()
            return with_clocks(connection, found)

    def held_by(self, helper: str) -> Sequence[Escalation]:
        """What is in their charge and can go back into the queue."""
        is_held = and_(escalations.c.helper == helper, escalations.c.state.in_(HELD))
        with self._database.reading() as connection:
            return with_clocks(connection, connection.execute(select(escalations).where(is_held)).all())

    def ahead_of(self, waiting: Escalation) -> int:
        """How many open ones of the same department came before it."""
        with self._database.reading() as connection:
            return count_ahead_of(connection, waiting)

    def note_reading(self, escalation_id: str, *, actor: str, at: datetime) -> None:
        """Who reads another's talk leaves an entry in the trail, the same reader one in an hour: a page that reads it
        again and again writes nothing more. Raises EscalationNotThere."""
        with self._database.reading() as connection:
            if has_read(connection, escalation_id, actor=actor, at=at):
                return
        with self._database.writing() as connection:
            escalation_of(connection, escalation_id, lock=True)  # of several requests of a page, one writes
            if not has_read(connection, escalation_id, actor=actor, at=at):
                record(connection, at=at, actor=actor, action=READ_TALK, detail={"escalation": escalation_id})

    def count_of_held(self) -> Mapping[str, int]:
        """How many talks each helper holds, by person id."""
        with self._database.reading() as connection:
            return held_by_helper(connection)

    def change(
        self,
        escalation_id: str,
        *,
        actor: str,
        at: datetime,
        decide: Callable[[Escalation], Change],
        if_revision: int | None = None,
        sent: Once | None = None,
    ) -> Escalation:
        """Let ``decide`` say what becomes of it, write that and the trail, and give it as it is then. What was
        ``sent`` before changes nothing.

        What ``decide`` raises leaves everything as it was. It reads nothing: the connection is held meanwhile.
        Raises EscalationNotThere, EscalationChanged, HelperFull, MessageKeyReused; EscalationStateWrong where the
        conversation is in another talk.
        """
        with self._changing() as (connection, noted):
            held = escalation_of(connection, escalation_id, lock=True)
            if _number_sent_before(connection, held, sent) is not None:
                return held
            if if_revision is not None and held.revision != if_revision:
                raise EscalationChanged(
                    f"the escalation was changed meanwhile (it is at revision {held.revision}, you read "
                    f"{if_revision}); read it again and repeat what you meant to do"
                )
            change = decide(held)
            if change.only_says(held):
                return noted(self._say(connection, held, change.lines[0], at=at, sent=sent)[0])
            if change.takes is not None:
                require_room(connection, change.takes)
            subject = ("escalation", escalation_id)
            was = seals(connection, [subject])
            last = {"last_number": held.last_number + len(change.lines), "changed_at": at}
            values: dict[str, Any] = {"state": change.state, "revision": held.revision + 1} | last
            values |= change.values
            _update(connection, escalation_id, values)
            self._follow(connection, escalation_id, held.last_number, change, at=at)
            if sent is not None:
                keep_key(connection, escalation_id, sent, held.last_number + len(change.lines))
            told = proposals.follow(connection, held, change, at=at)
            detail = {"escalation": escalation_id, **change.detail, **told}
            record(connection, at=at, actor=actor, action=change.action, detail=detail, was=was)
            changed = noted(escalation_of(connection, escalation_id))
            if (event := EVENT_OF.get(change.action)) is not None:
                line = change.lines[-1] if change.lines else None
                tell_of(connection, event, changed, at=at, new_id=self._new_id, line=line)
            return changed

    def write(
        self, escalation_id: str, *, at: datetime, decide: Callable[[Escalation], Line], sent: Once | None = None
    ) -> tuple[Escalation, Message]:
        """Add a line that changes nothing else; the trail keeps moves, not talk. What was ``sent`` before is given
        as it was written then. Raises EscalationNotThere, MessageKeyReused."""
        with self._changing() as (connection, noted):
            held = escalation_of(connection, escalation_id, lock=True)
            if (number := _number_sent_before(connection, held, sent)) is not None:
                return held, message_of(connection, escalation_id, number)
            written, message = self._say(connection, held, decide(held), at=at, sent=sent)
            return noted(written), message

    def _say(
        self, connection: Connection, held: Escalation, line: Line, *, at: datetime, sent: Once | None
    ) -> tuple[Escalation, Message]:
        """Most of what is written: with as little work as it takes, while the row is held."""
        written = replace(held, last_number=held.last_number + 1)
        files, end = add_lines(connection, held.id, held.last_number, [line], at=at, most_files=self._most_attachments)
        if sent is not None:
            keep_key(connection, held.id, sent, written.last_number)
        last = {"last_number": written.last_number, "end_seal": end, "changed_at": at}
        connection.execute(_SAID, last | {"escalation": held.id})
        if line.author is not Author.NOTE:
            tell_of(connection, WebhookEvent.MESSAGE, written, at=at, new_id=self._new_id, line=line)
        return written, Message(written.last_number, at, line.author, line.by, line.text, line.move, files)

    def messages(
        self, escalation_id: str, *, after: int = 0, limit: int = 500, without: Collection[Author] = ()
    ) -> Sequence[Message]:
        """In order of their numbers, those greater than ``after``, at most ``limit``."""
        asked = {"escalation_id": escalation_id, "after": after, "without": list(without), "most": limit}
        with self._database.reading() as connection:
            rows = connection.execute(_LINES, asked).all()
            return messages_of(connection, escalation_id, rows)

    def last_of_person(self, escalation_id: str) -> Message | None:
        own = (talk_messages.c.escalation_id == escalation_id, talk_messages.c.author == Author.PERSON)
        query = select(talk_messages).where(*own).order_by(talk_messages.c.number.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else message_in(row)

    def changed_since(self, moment: datetime) -> Mapping[str, tuple[int, ...]]:
        """Revision, last number and changes of proposals of what was changed from then on, by id."""
        with self._database.reading() as connection:
            found = connection.execute(_CHANGED_SINCE, {"moment": moment})
            return {row.id: (row.revision, row.last_number, row.proposal_changes or 0) for row in found}

    def tell_lines(self, *, at: datetime) -> int:
        """Put into the trail how far the chains of talks are in which something was written since it was told last;
        how many. A line that is no move is covered by it."""
        with self._database.writing() as connection:
            ends = ends_of_talks(connection, written_since(connection, last_told(connection)))
            if ends:
                record(connection, at=at, actor="clock", action=TALKS_TOLD, detail={TALKS: ends})
        return len(ends)

    def running_out(self, at: datetime, *, limit: int = 200) -> Sequence[tuple[str, Clock]]:
        """Clocks of which somebody should be told now, by escalation id: those that warn, and those that are over."""
        with self._database.reading() as connection:
            return clocks_running_out(connection, at, limit=limit)

    def note_warning(self, escalation_id: str, clock: Clock, *, at: datetime) -> bool:
        """Whether this call was the one that noted it; a clock that ended meanwhile warns of nothing."""
        with self._database.writing() as connection:
            noted = (
                update(clocks).where(*running(escalation_id, clock), clocks.c.warned_at.is_(None)).values(warned_at=at)
            )
            if not connection.execute(noted).rowcount:
                return False
            held = escalation_of(connection, escalation_id)
            tell_of(connection, WebhookEvent.WARNED, held, at=at, new_id=self._new_id, clock=clock)
            return True

    def note_breach(self, escalation_id: str, clock: Clock, *, at: datetime) -> bool:
        """The same of one that is over, with an entry in the trail."""
        with self._database.writing() as connection:
            escalation_of(connection, escalation_id, lock=True)
            was = seals(connection, [("escalation", escalation_id)])
            noted = update(clocks).where(*running(escalation_id, clock), clocks.c.breached_at.is_(None))
            if not connection.execute(noted.values(breached_at=at)).rowcount:
                return False
            detail = {"escalation": escalation_id, "clock": clock.kind, "due_at": clock.due_at.isoformat()}
            record(connection, at=at, actor="clock", action="breach", detail=detail, was=was)
            held = escalation_of(connection, escalation_id)
            tell_of(connection, WebhookEvent.BREACHED, held, at=at, new_id=self._new_id, clock=clock)
            return True

    def _follow(self, connection: Connection, escalation_id: str, last: int, change: Change, *, at: datetime) -> None:
        """Lines and clocks of a change."""
        if change.lines:
            _, end = add_lines(connection, escalation_id, last, change.lines, at=at, most_files=self._most_attachments)
            connection.execute(update(escalations).where(escalations.c.id == escalation_id).values(end_seal=end))
        for column, kinds in (("met_at", change.met), ("stopped_at", change.stopped)):
            if kinds:
                its = and_(clocks.c.escalation_id == escalation_id, clocks.c.kind.in_(kinds))
                connection.execute(update(clocks).where(its, IS_RUNNING).values({column: at}))
        for each in change.started:
            connection.execute(insert(clocks).values(row_of_clock(escalation_id, each)))


def _nobody_waits(_escalation_id: str, _state: tuple[int, ...]) -> None:
    """As long as no server shows talks."""


def _number_sent_before(connection: Connection, held: Escalation, sent: Once | None) -> int | None:
    """Of the message that came with the same key; what became of the talk since then makes no difference."""
    if sent is None:
        return None
    sent.require(held)
    return number_of_first(connection, held.id, sent)


def _update(connection: Connection, escalation_id: str, values: Mapping[str, Any]) -> None:
    try:
        connection.execute(update(escalations).where(escalations.c.id == escalation_id).values(values))
    except IntegrityError as error:  # `talking_in` is unique: another talk of the conversation was quicker
        raise EscalationStateWrong("this conversation is in another talk already; write there") from error
