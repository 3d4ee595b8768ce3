"""The verb of editors and reviewers: a version's way from draft to knowledge, and out again. Nobody publishes alone."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.causes import Cause
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import Version, VersionDraft
from kb_service.domain.errors import (
    InvalidRecord,
    LateReasonMissing,
    NotTheAuthor,
    ReasonMissing,
    SecondPersonNeeded,
    TextMissing,
    VersionsContradict,
)
from kb_service.domain.lead_time import LeadTimeVerdict
from kb_service.domain.life import REVIEW, Held, IntervalChange, Step, Transition, state_after
from kb_service.domain.open_points import OpenPoint, kept, marks_left
from kb_service.domain.people import person_id
from kb_service.domain.rehearsals import Rehearsal
from kb_service.publishing.due import verdict_of
from kb_service.publishing.gate import points_of_rehearsal, require_confirmed, require_open


class VersionStates(Protocol):
    """Where versions are kept and changed, one transaction a change."""

    def change(
        self,
        version_id: str,
        *,
        actor: str,
        at: datetime,
        if_revision: int | None,
        decide: Callable[[Held], Transition],
    ) -> Version: ...

    def look(self, version_id: str, *, if_revision: int | None) -> Held: ...

    def copy(self, version_id: str, *, actor: str, at: datetime) -> Version: ...

    def interval_changes(self, version_id: str, *, without: str | None = None) -> Sequence[IntervalChange]: ...


# Until a text is to be looked at again, where a site has no usual time for it.
_REVIEW_DAYS = 180


class Publishing:
    """Every method gives the version as it is afterwards and raises the domain's errors; ``actor`` is a person's id.

    ``if_revision``: refuse with VersionChanged when the version is at another one.
    """

    def __init__(
        self,
        *,
        version_states: VersionStates,
        calendar: Callable[[], WorkingCalendar],
        rehearsed: Callable[[str], Rehearsal],
        points_of_version: Callable[[Version], Sequence[OpenPoint]],
        now: Callable[[], datetime],
        review_days: int = 0,
    ) -> None:
        """``rehearsed``: the rehearsal of a version as it is now. ``review_days``: from one review to the next, as a
        site has it; 0 where it has no usual time."""
        self._version_states = version_states
        self._rehearsed = rehearsed
        self._points_of_version = points_of_version
        self._calendar = calendar
        self._now = now
        self._review_days = review_days or _REVIEW_DAYS

    def next_review(self) -> date:
        """Where nobody says another day."""
        return shanghai_day(self._now()) + timedelta(days=self._review_days)

    def edit(self, version_id: str, draft: VersionDraft, *, actor: str, if_revision: int | None = None) -> Version:
        """Put ``draft`` in place of a draft's text and fields."""

        def decide(held: Held) -> Transition:
            return Transition(state_after(Step.EDIT, held.version.state), Step.EDIT, edited=draft)

        return self._change(version_id, actor, if_revision, decide)

    def open_points(self, version: Version, rehearsal: Rehearsal | None) -> list[OpenPoint]:
        """What has to be confirmed by name before the next step. ``rehearsal``: of the version as it is, if any."""
        found = [*self._points_of_version(version), *marks_left(version)]
        return found + (points_of_rehearsal(rehearsal) if rehearsal else [])

    def submit(
        self,
        version_id: str,
        *,
        actor: str,
        reason: str | None = None,
        confirmed: Collection[str] = (),
        if_revision: int | None = None,
    ) -> Version:
        """Ask for review. ``reason``: why it is late, where it is. ``confirmed``: the kinds of all its open points.

        Rehearsed first, as for an approval. Raises ConfirmationMissing, TextMissing.
        """

        def decide(held: Held) -> Transition:
            state = state_after(Step.SUBMIT, held.version.state)
            _require_text(held.version)
            values: dict[str, Any] = {"submitted_at": self._now(), "submitted_by": actor}
            if given := _given_reason(reason):
                values["late_reason"] = given["reason"]
            return Transition(state, Step.SUBMIT, values, given)

        return self._through_the_gate(version_id, actor, confirmed, if_revision, decide)

    def approve(
        self,
        version_id: str,
        *,
        actor: str,
        reason: str | None = None,
        withdraw: str | None = None,
        confirmed: Collection[str] = (),
        if_revision: int | None = None,
    ) -> Version:
        """Make it knowledge. ``withdraw``: a version of the same document that this one corrects, taken back at once.

        Rehearsed first, if that was not done since its last change; the verdict is kept with the approval. The reviewer
        confirms the open points for themselves: a submitter's confirmation does not count.
        Raises SecondPersonNeeded, VersionsContradict, LateReasonMissing, ConfirmationMissing.
        """

        def decide(held: Held) -> Transition:
            return self._approval(held, actor=actor, reason=reason, withdraw=withdraw)

        return self._through_the_gate(version_id, actor, confirmed, if_revision, decide)

    def _through_the_gate(
        self,
        version_id: str,
        actor: str,
        confirmed: Collection[str],
        if_revision: int | None,
        decide: Callable[[Held], Transition],
    ) -> Version:
        """What would be refused anyway is refused before the rehearsal, which takes seconds."""
        held = self._version_states.look(version_id, if_revision=if_revision)
        decide(held)
        require_confirmed(self.open_points(held.version, None), confirmed)
        rehearsal = self._rehearsed(version_id)
        points = self.open_points(held.version, rehearsal)
        require_confirmed(points, confirmed)
        require_open(points, confirmed)
        gate = {"rehearsal": _verdict(rehearsal)} | ({"confirmed": kept(points)} if points else {})

        def decide_with_record(now_held: Held) -> Transition:
            transition = decide(now_held)
            return replace(transition, detail={**transition.detail, **gate})

        return self._change(version_id, actor, held.version.revision, decide_with_record)

    def recall(self, version_id: str, *, actor: str, if_revision: int | None = None) -> Version:
        """Back from review to a draft, by who worked on it or submitted it. Raises NotTheAuthor."""

        def decide(held: Held) -> Transition:
            state = state_after(Step.RECALL, held.version.state)
            _require_author(held, actor)
            return Transition(state, Step.RECALL, {"submitted_at": None, "submitted_by": None})

        return self._change(version_id, actor, if_revision, decide)

    def discard(
        self, version_id: str, *, actor: str, reason: str | None = None, if_revision: int | None = None
    ) -> Version:
        """Out of the way, by who worked on it; text and trail stay, and it can be revised. Raises NotTheAuthor."""

        def decide(held: Held) -> Transition:
            state = state_after(Step.DISCARD, held.version.state)
            _require_author(held, actor)
            return Transition(state, Step.DISCARD, detail=_given_reason(reason))

        return self._change(version_id, actor, if_revision, decide)

    def _approval(self, held: Held, *, actor: str, reason: str | None, withdraw: str | None) -> Transition:
        state = state_after(Step.APPROVE, held.version.state)
        _require_second_person(held, actor)
        changes = held.interval_changes(withdraw)
        _require_sound(held.version, changes, withdraw)
        values = {
            "approved_at": self._now(),
            "approved_by": actor,
            "approval_rule": REVIEW,
            "late_reason": self._late_reason(held.version, reason),
        }
        detail = {
            "rule": REVIEW,
            "content_sha256": held.version.content_sha256,
            "intervals": [_days_of(each) for each in changes],
            **_given_reason(reason),
        }
        return Transition(state, Step.APPROVE, values, detail, withdrawn=withdraw)

    def reject(self, version_id: str, *, actor: str, reason: str, if_revision: int | None = None) -> Version:
        """Send it back with the reason; it can be revised."""
        _require_reason(reason, "a rejection")

        def decide(held: Held) -> Transition:
            state = state_after(Step.REJECT, held.version.state)
            return Transition(state, Step.REJECT, {"rejection_reason": reason}, _given_reason(reason))

        return self._change(version_id, actor, if_revision, decide)

    def withdraw(self, version_id: str, *, actor: str, reason: str, if_revision: int | None = None) -> Version:
        """It was wrong: take it out of every view, past days too. Its predecessor is in force again by itself."""
        _require_reason(reason, "a withdrawal")

        def decide(held: Held) -> Transition:
            return Transition(
                state_after(Step.WITHDRAW, held.version.state), Step.WITHDRAW, detail=_given_reason(reason)
            )

        return self._change(version_id, actor, if_revision, decide)

    def confirm(
        self,
        version_id: str,
        review_by: date | None,
        *,
        actor: str,
        reason: str | None = None,
        if_revision: int | None = None,
    ) -> Version:
        """Somebody looked, and it is still right: the next look is due by ``review_by``, or as `next_review` has it.
        Nothing that is in force changes, so one person suffices. ``reason``: what they saw. Raises InvalidRecord for a
        day that is not ahead.
        """
        review_by = review_by or self.next_review()
        if review_by <= shanghai_day(self._now()):
            raise InvalidRecord(
                f"the next review is to be on a day ahead; {review_by} is not",
                Cause("review_not_ahead", {"day": str(review_by)}),
            )

        def decide(held: Held) -> Transition:
            before = held.version.metadata.review_by
            moved = {"review_by": [before.isoformat() if before else None, review_by.isoformat()]}
            state = state_after(Step.CONFIRM, held.version.state)
            return Transition(state, Step.CONFIRM, {"review_by": review_by}, moved | _given_reason(reason))

        return self._change(version_id, actor, if_revision, decide)

    def revise(self, version_id: str, *, actor: str) -> Version:
        """A new draft from a version in any state; whoever worked on the old one has worked on the new one too."""
        return self._version_states.copy(version_id, actor=actor, at=self._now())

    def interval_changes(self, version_id: str, *, without: str | None = None) -> Sequence[IntervalChange]:
        """What its approval would do to every interval, for the approver to see first."""
        return self._version_states.interval_changes(version_id, without=without)

    def lead_time(self, version: Version) -> LeadTimeVerdict:
        return self.lead_times([version])[0]

    def lead_times(self, versions: Sequence[Version]) -> list[LeadTimeVerdict]:
        """A verdict a version, in order, by one look at the calendar."""
        today, calendar = shanghai_day(self._now()), self._calendar()
        return [verdict_of(each, today=today, calendar=calendar) for each in versions]

    def _late_reason(self, version: Version, reason: str | None) -> str | None:
        verdict = self.lead_time(version)
        given = version.late_reason or _given_reason(reason).get("reason")
        if verdict.needs_reason and not given:
            raise LateReasonMissing(
                f"it takes effect on {version.metadata.effective_from} and was due on {verdict.publish_by}; "
                "approve it with the reason for the delay"
            )
        return given if verdict.needs_reason else version.late_reason

    def _change(
        self, version_id: str, actor: str, if_revision: int | None, decide: Callable[[Held], Transition]
    ) -> Version:
        return self._version_states.change(
            version_id, actor=actor, at=self._now(), if_revision=if_revision, decide=decide
        )


def _require_text(version: Version) -> None:
    if not version.text.strip():
        raise TextMissing("it has no text yet; write the answer (PATCH …, field answer) and submit it then")


def _require_author(held: Held, actor: str) -> None:
    authors = {*held.contributors, held.version.created_by, held.version.submitted_by}
    if person_id(actor) not in {person_id(each) for each in authors if each}:
        raise NotTheAuthor(
            f"{actor} did not work on this version: only who uploaded, edited or submitted it takes it back"
        )


def _require_second_person(held: Held, actor: str) -> None:
    """沪府办发〔2021〕26号 asks for review; persons are compared, not keys, and an administrator is a person too."""
    if person_id(actor) in {person_id(each) for each in (*held.contributors, held.version.created_by)}:
        raise SecondPersonNeeded(
            f"{actor} uploaded or edited this version, so somebody else has to approve it; nobody publishes alone"
        )


def _require_sound(version: Version, changes: Sequence[IntervalChange], withdraw: str | None) -> None:
    """After the approval every approved version must still have a day on which it is in force."""
    if withdraw is not None and not any(
        each.version_id == withdraw and each.document_id == version.document_id and each.before for each in changes
    ):
        raise VersionsContradict(f"{withdraw} is no approved version of {version.document_id}; nothing was changed")
    for change in changes:
        if change.after is None or not change.after.is_empty or (change.before and change.before.is_empty):
            continue
        if change.version_id == version.id:
            raise VersionsContradict(
                f"it would never be in force: on {version.metadata.effective_from} another version of "
                f"{version.document_id}, or a document that replaces it, stands already; change its dates"
            )
        raise VersionsContradict(
            f"version {change.version_id} of {change.document_id} (《{change.title}》) would never be in force: "
            f"two texts would stand for {version.metadata.effective_from}; choose another first day, or approve "
            f'this one with "withdraw": "{change.version_id}" if it corrects that one'
        )


def _verdict(rehearsal: Rehearsal) -> dict[str, Any]:
    """What the trail keeps of a rehearsal."""
    return {
        "id": rehearsal.id,
        "as_of": rehearsal.as_of.isoformat(),
        "questions": rehearsal.questions,
        "counts": dict(rehearsal.counts),
    }


def _require_reason(reason: str, what: str) -> None:
    if not reason.strip():
        raise ReasonMissing(f"{what} says why; give a reason")


def _given_reason(reason: str | None) -> dict[str, Any]:
    """Blank is none."""
    return {"reason": reason.strip()} if reason and reason.strip() else {}


def _days_of(change: IntervalChange) -> dict[str, Any]:
    """Days as they were and as they become: [from, to), null for open or none."""

    def days(interval: Any) -> list[str | None] | None:
        if interval is None:
            return None
        return [day.isoformat() if day else None for day in (interval.start, interval.end)]

    return {"version_id": change.version_id, "before": days(change.before), "after": days(change.after)}
