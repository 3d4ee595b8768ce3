"""Proposed replies in SQL. They change with their escalation only, in its transaction, and are sealed with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, String, bindparam, cast, func, insert, select, update

from kb_service.adapters.sql.engine import Database
from kb_service.adapters.sql.redacting import PURGED, blanked
from kb_service.adapters.sql.talk_tables import escalations, proposals, talk_messages
from kb_service.domain.answers import Citation
from kb_service.domain.escalations import Escalation
from kb_service.domain.proposals import Proposal, ProposalState, Proposed, Settled
from kb_service.domain.suggestions import SuggestionUse
from kb_service.helping.approval import lapsed
from kb_service.helping.moves import Change

_CITATIONS = TypeAdapter(tuple[Citation, ...])
# What is left of one whose words were erased.
_NO_WORDS: Mapping[str, Any] = {"text": "", "reason": None, "suggestion": None, "citations": []}


class SqlProposals:
    """Implements `proposing.Proposals`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, escalation_id: str) -> Sequence[Proposal]:
        """In order of their numbers, settled ones too."""
        query = select(proposals).where(proposals.c.escalation_id == escalation_id).order_by(proposals.c.number)
        with self._database.reading() as connection:
            return [_proposal(row) for row in connection.execute(query)]

    def of_assistant(self) -> Mapping[str, int]:
        """What became of the assistant's: used, edited, rejected, lapsed, or still open."""
        query = select(proposals.c.state, proposals.c.use, func.count()).where(proposals.c.by.is_(None))
        counted: Counter[str] = Counter()
        with self._database.reading() as connection:
            for state, use, count in connection.execute(query.group_by(proposals.c.state, proposals.c.use)):
                counted[use or state] += count
        return counted


_OPEN = (
    select(proposals)
    .where(proposals.c.escalation_id.in_(bindparam("ids", expanding=True)), proposals.c.state == ProposalState.OPEN)
    .order_by(proposals.c.number)
)


def open_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, tuple[Proposal, ...]]:
    """The open ones by escalation id; one read for all."""
    found: dict[str, tuple[Proposal, ...]] = {}
    for row in connection.execute(_OPEN, {"ids": ids}):
        found[row.escalation_id] = (*found.get(row.escalation_id, ()), _proposal(row))
    return found


def follow(connection: Connection, held: Escalation, change: Change, *, at: datetime) -> Mapping[str, Any]:
    """Write what a change makes of them; what the trail tells of it."""
    told: dict[str, Any] = {}
    ended = lapsed(held, change)
    for each in (*change.settled, *ended):
        message = held.last_number + len(change.lines) if each.state is ProposalState.SENT else None
        _settle(connection, held.id, each, message, at=at)
    for name, settled in (("superseded", change.settled), ("lapsed", ended)):
        if numbers := [each.number for each in settled if each.state == name]:
            told[name] = numbers
    if change.proposed is not None:
        told["proposal"] = _add(connection, held.id, change.proposed, at=at)
    if told or change.settled:
        counted = {"proposal_changes": held.proposal_changes + 1}
        connection.execute(update(escalations).where(escalations.c.id == held.id).values(counted))
    return told


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """The words of these escalations' proposals; what is counted by stays."""
    its = proposals.c.escalation_id.in_(ids)
    connection.execute(update(proposals).where(its).values(_NO_WORDS))
    still_open = update(proposals).where(its, proposals.c.state == ProposalState.OPEN)
    connection.execute(still_open.values(state=ProposalState.LAPSED))


def citing(connection: Connection, version_id: str) -> list[tuple[str, int, int | None]]:
    """Escalation and number of those that quote a version, and the number of the line that each became."""
    named = cast(proposals.c.citations, String).contains(version_id, autoescape=True)
    query = select(*proposals.primary_key, proposals.c.message).where(named)
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def purge(connection: Connection, found: Sequence[tuple[str, int, int | None]]) -> None:
    """Their words, and those of the lines that they became. One that is still open cannot be sent: what it cites does
    not hold."""
    for escalation_id, number, message in found:
        is_it = (proposals.c.escalation_id == escalation_id, proposals.c.number == number)
        citations = connection.execute(select(proposals.c.citations).where(*is_it)).scalar_one()
        left = {"text": PURGED, "suggestion": None, "citations": [blanked(each) for each in citations]}
        connection.execute(update(proposals).where(*is_it).values(left))
        if message is not None:
            its_line = (talk_messages.c.escalation_id == escalation_id, talk_messages.c.number == message)
            connection.execute(update(talk_messages).where(*its_line).values(text=PURGED, salt=None))


def _add(connection: Connection, escalation_id: str, proposed: Proposed, *, at: datetime) -> int:
    newest = select(func.max(proposals.c.number)).where(proposals.c.escalation_id == escalation_id)
    number = (connection.execute(newest).scalar() or 0) + 1
    row = {
        "escalation_id": escalation_id,
        "number": number,
        "at": at,
        "by": proposed.by,
        "text": proposed.text,
        "state": ProposalState.OPEN,
        "suggestion": proposed.suggestion,
        "citations": _CITATIONS.dump_python(proposed.citations, mode="json"),
    }
    connection.execute(insert(proposals).values(row))
    return number


def _settle(connection: Connection, escalation_id: str, settled: Settled, message: int | None, *, at: datetime) -> None:
    values = {
        "state": settled.state,
        "settled_at": at,
        "settled_by": settled.by,
        "reason": settled.reason or None,
        "use": settled.use,
        "message": message,
    }
    is_it = (proposals.c.escalation_id == escalation_id, proposals.c.number == settled.number)
    connection.execute(update(proposals).where(*is_it).values(values))


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        escalation_id=row.escalation_id,
        number=row.number,
        at=row.at,
        by=row.by,
        text=row.text,
        state=ProposalState(row.state),
        suggestion=row.suggestion,
        citations=_CITATIONS.validate_python(row.citations),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        reason=row.reason or "",
        use=SuggestionUse(row.use) if row.use else None,
        message=row.message,
    )
