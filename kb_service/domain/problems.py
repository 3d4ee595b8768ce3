"""The problem ledger (问题台账): what was found while accompanying somebody through a matter (领导干部帮办), until it
is put right and looked back on. open → rectifying → closed → looked back; what was not put right is rectified again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kb_service.domain.errors import ReasonMissing
from kb_service.domain.learning_errors import LookedBackByCloser, ProblemStateWrong
from kb_service.domain.people import person_id

WORKING_DAYS = 5
# It is due at a midnight: at four in the afternoon somebody can still close it.
WARNS_BEFORE = timedelta(hours=8)


class ProblemState(StrEnum):
    OPEN = "open"
    RECTIFYING = "rectifying"
    CLOSED = "closed"
    LOOKED_BACK = "looked_back"


class ProblemMove(StrEnum):
    """RECTIFY: what is done about it, said once more as often as it changes. LOOK_BACK: it was put right, as somebody
    saw who looked; REOPEN: it was not."""

    RECTIFY = "rectify"
    CLOSE = "close"
    LOOK_BACK = "look_back"
    REOPEN = "reopen"


TO_DO = frozenset({ProblemState.OPEN, ProblemState.RECTIFYING})
_FROM = {
    ProblemMove.RECTIFY: TO_DO,
    ProblemMove.CLOSE: frozenset({ProblemState.RECTIFYING}),
    ProblemMove.LOOK_BACK: frozenset({ProblemState.CLOSED}),
    ProblemMove.REOPEN: frozenset({ProblemState.CLOSED, ProblemState.LOOKED_BACK}),
}
_TO = {
    ProblemMove.RECTIFY: ProblemState.RECTIFYING,
    ProblemMove.CLOSE: ProblemState.CLOSED,
    ProblemMove.LOOK_BACK: ProblemState.LOOKED_BACK,
    ProblemMove.REOPEN: ProblemState.RECTIFYING,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """``step``: of the matter at which it was met, in words. ``measures``: what is done about it; ``found``: what
    somebody saw who looked back, or why it was opened again. ``due_at``: when it is to be closed. Words are without
    personal data. ``gap_id``, ``document_id``: what it comes from, where that is known; ``department_id``: whose matter
    or gap it is. ``warned_at``, ``breached_at``: when other systems were told that it is due, and that it is late."""

    id: str
    state: ProblemState
    matter_id: str | None
    step: str
    description: str
    measures: str
    owner: str
    found_at: datetime
    found_by: str
    due_at: datetime
    gap_id: str | None = None
    document_id: str | None = None
    found: str = ""
    closed_at: datetime | None = None
    revision: int = 1
    department_id: str | None = None
    closed_by: str | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        return self.state in TO_DO and self.due_at <= now


@dataclass(frozen=True, slots=True)
class ProblemQuery:
    """Each narrows; empty is any. ``due_before``: to be closed before that moment, and not closed yet."""

    states: Sequence[ProblemState] = ()
    owner: str | None = None
    matter_id: str | None = None
    gap_id: str | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProblemList:
    """``total``: how many there are, listed or not."""

    problems: Sequence[Problem]
    total: int


def moves_of(state: ProblemState) -> Sequence[ProblemMove]:
    return [move for move in ProblemMove if state in _FROM[move]]


def state_after(move: ProblemMove, state: ProblemState) -> ProblemState:
    """Raises ProblemStateWrong where the move does not begin at ``state``."""
    if state not in _FROM[move]:
        raise ProblemStateWrong(f"the problem is {state}; to {move} it must be {' or '.join(sorted(_FROM[move]))}")
    return _TO[move]


def require_another(move: ProblemMove, held: Problem, actor: str) -> None:
    """Whoever closed it does not look back on it; persons are compared, not keys. Raises LookedBackByCloser."""
    if move is ProblemMove.LOOK_BACK and held.closed_by and person_id(held.closed_by) == person_id(actor):
        raise LookedBackByCloser(f"{actor} closed this problem, so somebody else has to look whether it was put right")


def require_said(move: ProblemMove, said: str) -> None:
    """Every move but closing says what is done or was seen. Raises ReasonMissing."""
    if move is not ProblemMove.CLOSE and not said.strip():
        raise ReasonMissing(f"to {move} a problem say what is done about it, or what was seen; give it in said")
