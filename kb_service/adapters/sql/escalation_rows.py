"""Rows of escalations, their clocks and their talk, as the domain has them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select

from kb_service.adapters.sql import proposals
from kb_service.adapters.sql.attachments import add_files, attachment_in, attachments_of
from kb_service.adapters.sql.talk_chain import end_seal, linked
from kb_service.adapters.sql.talk_tables import clocks, escalations, message_keys, talk_messages
from kb_service.domain.answers import Conversation, Evidence, Reason
from kb_service.domain.attachments import Attachment
from kb_service.domain.clocks import Clock, ClockKind, OrderKind
from kb_service.domain.escalations import (
    Author,
    Escalation,
    EscalationState,
    Message,
    Move,
    Subject,
    Verdict,
    not_there,
)
from kb_service.domain.matters import Facet
from kb_service.domain.proposals import Proposal
from kb_service.domain.routing import HandOn, RoutedBy, RoutingStep
from kb_service.domain.sent_once import Once
from kb_service.helping.moves import Line

EVIDENCE = TypeAdapter(tuple[Evidence, ...])

# Statements of every message are made once: making one takes SQLAlchemy as long as running it.
_BY_ID = select(escalations).where(escalations.c.id == bindparam("escalation_id"))
_HELD = _BY_ID.with_for_update()
_CLOCKS = (
    select(clocks)
    .where(clocks.c.escalation_id.in_(bindparam("ids", expanding=True)))
    .order_by(clocks.c.started_at, clocks.c.kind, clocks.c.round)
)


def add_lines(
    connection: Connection, escalation_id: str, last: int, lines: Sequence[Line], *, at: datetime, most_files: int
) -> tuple[tuple[Attachment, ...], str]:
    """At least one, behind the line with this number; what goes along with them, and the seal of the chain's new end.
    ``most_files``: of the whole talk, whose row is held. Raises TooManyAttachments."""
    rows = [
        {
            "escalation_id": escalation_id,
            "number": number,
            "at": at,
            "author": each.author,
            "by": each.by,
            "text": each.text,
            "move": each.move,
            "suggestion": each.suggestion,
            "confirmed_by": each.confirmed_by,
            "is_by_assistant": int(each.is_by_assistant) or None,
        }
        for number, each in enumerate(lines, last + 1)
    ]
    files = {
        number: add_files(connection, escalation_id, number, each.files, most=most_files)
        for number, each in enumerate(lines, last + 1)
        if each.files
    }
    chained = linked(connection, rows, files)
    connection.execute(insert(talk_messages), chained)
    end = end_seal(connection, escalation_id, chained[-1]["number"], chained[-1]["hash"])
    return tuple(attachment_in(each) for its in files.values() for each in its), end


def escalation_of(connection: Connection, escalation_id: str, *, lock: bool = False) -> Escalation:
    row = connection.execute(_HELD if lock else _BY_ID, {"escalation_id": escalation_id}).first()
    if row is None:
        raise not_there(escalation_id)
    return with_clocks(connection, [row])[0]


def with_clocks(connection: Connection, found: Sequence[Row[Any]]) -> list[Escalation]:
    """One read for all of them."""
    of: dict[str, list[Clock]] = {row.id: [] for row in found}
    if found:
        for row in connection.execute(_CLOCKS, {"ids": list(of)}):
            of[row.escalation_id].append(clock_in(row))
    its_proposals = proposals.open_of(connection, list(of)) if found else {}
    return [_escalation_in(row, tuple(of[row.id]), its_proposals.get(row.id, ())) for row in found]


def _escalation_in(row: Row[Any], its_clocks: tuple[Clock, ...], its_proposals: tuple[Proposal, ...]) -> Escalation:
    return Escalation(
        id=row.id,
        conversation=Conversation(row.conversation_id, row.asked_by, row.channel, row.user_hash),
        subject=Subject(
            question=row.question,
            summary=row.summary,
            reasons=tuple(Reason(each) for each in row.reasons),
            matter_id=row.matter_id,
            facet=Facet(row.facet) if row.facet else None,
            region=row.region,
            answer_id=row.answer_id,
            evidence=EVIDENCE.validate_python(row.evidence),
        ),
        state=EscalationState(row.state),
        department_id=row.department_id,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        revision=row.revision,
        last_number=row.last_number,
        helper=row.helper,
        claimed_at=row.claimed_at,
        first_reply_at=row.first_reply_at,
        closed_at=row.closed_at,
        verdict=Verdict(row.verdict) if row.verdict else None,
        verdict_of_person=Verdict(row.verdict_of_person) if row.verdict_of_person else None,
        order_kind=OrderKind(row.order_kind) if row.order_kind else None,
        clocks=its_clocks,
        routed_by=routing_steps(row.routed_by),
        handed_on=hand_ons(row.handed_on),
        proposals=its_proposals,
        proposal_changes=row.proposal_changes or 0,
    )


def routing_steps(kept: Sequence[Mapping[str, str]] | None) -> tuple[RoutingStep, ...]:
    return tuple(RoutingStep(RoutedBy(each["by"]), each["department_id"]) for each in kept or ())


def hand_ons(kept: Sequence[Mapping[str, str]] | None) -> tuple[HandOn, ...]:
    return tuple(HandOn(**each) for each in kept or ())


def escalations_where(connection: Connection, which: ColumnElement[bool]) -> list[Escalation]:
    """With their clocks, in the order they were opened."""
    query = select(escalations).where(which).order_by(escalations.c.opened_at, escalations.c.id)
    return with_clocks(connection, connection.execute(query).all())


def message_of(connection: Connection, escalation_id: str, number: int) -> Message:
    is_it = (talk_messages.c.escalation_id == escalation_id, talk_messages.c.number == number)
    return messages_of(connection, escalation_id, [connection.execute(select(talk_messages).where(*is_it)).one()])[0]


def messages_of(connection: Connection, escalation_id: str, rows: Sequence[Row[Any]]) -> list[Message]:
    """In order, with what goes along with them."""
    if not rows:
        return []
    of = attachments_of(connection, escalation_id, after=rows[0].number - 1, up_to=rows[-1].number)
    return [message_in(row, of.get(row.number, ())) for row in rows]


def message_in(row: Row[Any], attached: tuple[Attachment, ...] = ()) -> Message:
    move = Move(row.move) if row.move else None
    return Message(
        number=row.number,
        at=row.at,
        author=Author(row.author),
        by=row.by,
        text=row.text,
        move=move,
        attachments=attached,
        confirmed_by=row.confirmed_by,
        is_by_assistant=bool(row.is_by_assistant),
    )


def clock_in(row: Row[Any]) -> Clock:
    return Clock(
        ClockKind(row.kind),
        row.round,
        row.started_at,
        row.due_at,
        row.met_at,
        row.warned_at,
        row.breached_at,
        row.stopped_at,
    )


def row_of_clock(escalation_id: str, clock: Clock) -> dict[str, Any]:
    return {
        "escalation_id": escalation_id,
        "kind": clock.kind,
        "round": clock.round,
        "started_at": clock.started_at,
        "warns_at": clock.warns_at,
        "due_at": clock.due_at,
    }


def number_of_first(connection: Connection, escalation_id: str, sent: Once) -> int | None:
    """Of the message that came with this key; None for a new key. The talk's row is held, so two at a time take turns.

    Raises MessageKeyReused.
    """
    query = select(message_keys).where(
        message_keys.c.escalation_id == escalation_id,
        message_keys.c.author == sent.author,
        message_keys.c.key == sent.key,
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    sent.require_same(row.digest)
    return int(row.message_number)


def keep_key(connection: Connection, escalation_id: str, sent: Once, message_number: int) -> None:
    row = {
        "escalation_id": escalation_id,
        "author": sent.author,
        "key": sent.key,
        "message_number": message_number,
        "digest": sent.digest,
    }
    connection.execute(insert(message_keys).values(row))
