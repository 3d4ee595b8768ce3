"""The life of a version: draft → in review → approved or rejected; approved → withdrawn; draft → discarded.

Being in force is computed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from kb_service.domain.days import Interval
from kb_service.domain.documents import Version, VersionDraft, VersionState
from kb_service.domain.errors import (
    KbError,
    VersionNotApproved,
    VersionNotDraft,
    VersionNotInReview,
)


class Step(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RECALL = "recall"
    DISCARD = "discard"
    CONFIRM = "confirm"


_FROM_AND_TO = {
    Step.EDIT: (VersionState.DRAFT, VersionState.DRAFT),
    Step.SUBMIT: (VersionState.DRAFT, VersionState.IN_REVIEW),
    Step.APPROVE: (VersionState.IN_REVIEW, VersionState.APPROVED),
    Step.REJECT: (VersionState.IN_REVIEW, VersionState.REJECTED),
    Step.WITHDRAW: (VersionState.APPROVED, VersionState.WITHDRAWN),
    Step.RECALL: (VersionState.IN_REVIEW, VersionState.DRAFT),
    Step.DISCARD: (VersionState.DRAFT, VersionState.DISCARDED),
    Step.CONFIRM: (VersionState.APPROVED, VersionState.APPROVED),
}
_REFUSAL: dict[VersionState, type[KbError]] = {
    VersionState.DRAFT: VersionNotDraft,
    VersionState.IN_REVIEW: VersionNotInReview,
    VersionState.APPROVED: VersionNotApproved,
}


def state_after(step: Step, state: VersionState) -> VersionState:
    """Raises VersionNotDraft, VersionNotInReview or VersionNotApproved when the step cannot be taken from ``state``."""
    wanted, following = _FROM_AND_TO[step]
    if state is not wanted:
        raise _REFUSAL[wanted](f"to {step} a version it must be {wanted}, but this one is {state}")
    return following


# How a version became knowledge: by two people, or by the named exception of a trusted import.
REVIEW = "review"
BULK_IMPORT = "bulk_import"


class Phase(StrEnum):
    """Where an approved version stands on a day. Computed, never stored."""

    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    ENDED = "ended"


def phase_on(interval: Interval | None, day: date) -> Phase | None:
    """None for a version without an interval: not approved, or displaced for good."""
    if interval is None or interval.is_empty:
        return None
    if interval.starts_after(day):
        return Phase.SCHEDULED
    return Phase.ENDED if interval.has_ended_by(day) else Phase.IN_FORCE


@dataclass(frozen=True, slots=True)
class IntervalChange:
    """What an approval does to the days of one version; None before or after: it has no interval then."""

    document_id: str
    version_id: str
    title: str
    before: Interval | None
    after: Interval | None


@dataclass(frozen=True, slots=True)
class Held:
    """A version held for a change. ``interval_changes(without)``: what approving it now would do to all intervals,
    with the version ``without`` withdrawn at the same time."""

    version: Version
    contributors: frozenset[str]
    interval_changes: Callable[[str | None], Sequence[IntervalChange]]


@dataclass(frozen=True, slots=True)
class Transition:
    """What becomes of a held version: its state, columns, entry in the trail; and of another withdrawn with it."""

    state: VersionState
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)
    edited: VersionDraft | None = None
    withdrawn: str | None = None

    @property
    def of_the_withdrawn(self) -> "Transition":
        return Transition(VersionState.WITHDRAWN, Step.WITHDRAW, detail={"reason": self.detail.get("reason")})
