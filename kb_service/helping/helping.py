"""The verb of helpers: a person answers in a talk that was opened, to the end of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from kb_service.domain.answers import Conversation, Question
from kb_service.domain.attachments import AttachedFile, contents_of
from kb_service.domain.calendar import WorkingCalendar
from kb_service.domain.clocks import Clock, ClockKind, OrderKind
from kb_service.domain.errors import EscalationStateWrong, HelperFull, HelperNotInCharge, NobodyToHelp
from kb_service.domain.escalations import Availability, Escalation, EscalationState, Helper, Message, Verdict, not_there
from kb_service.domain.matters import Department
from kb_service.domain.sent_once import ASKER, once
from kb_service.domain.suggestions import use_of
from kb_service.helping import approval, moves
from kb_service.helping.desks import (
    Desk,
    Staff,
    best_for,
    desk_for,
    first_reply,
    is_lead_of,
    require_serves,
    require_words_alone,
)
from kb_service.helping.moves import Change, Line
from kb_service.helping.stores import Escalations, Helpers

_ASSIGNED_AT_ONCE = 50
PERSON = "person"  # who asked, in the trail and in events
ASSIGNMENT = "assignment"  # who gives talks to helpers where they do not choose


class Helping:
    """Every method raises the domain's errors; ``helper`` and ``by`` are person ids."""

    def __init__(
        self,
        *,
        escalations: Escalations,
        helpers: Helpers,
        departments: Callable[[], Sequence[Department]],
        calendar: Callable[[], WorkingCalendar],
        general_desk: str | None,
        is_pushed: bool,
        now: Callable[[], datetime],
    ) -> None:
        """``general_desk``: the department that takes what no other has helpers for. ``is_pushed``: talks are given to
        a helper with the skill and the most room, instead of being taken from the queue."""
        self._escalations = escalations
        self._helpers = helpers
        self._departments = departments
        self._calendar = calendar
        self._general_desk = general_desk
        self._is_pushed = is_pushed
        self._now = now

    # Who could help

    def desk_for(self, department_id: str | None, region: str | None = None) -> Desk | None:
        """The department that would take it now; None where nobody is set up."""
        return desk_for(department_id, region, self._general_desk, self._staff())

    def availability(self, department_id: str | None, region: str | None = None) -> Availability | None:
        """Of the desk that would take it. None where no helpers are set up for it: then nothing is said of times."""
        staff = self._staff()
        desk = desk_for(department_id, region, self._general_desk, staff)
        return staff.availability(desk.department) if desk else None

    def availability_at(self, desk_id: str) -> Availability | None:
        """Of the desk that has it already."""
        staff = self._staff()
        desk = next((each for each in staff.departments if each.id == desk_id), None)
        return staff.availability(desk) if desk is not None and staff.is_set_up(desk) else None

    def _staff(self) -> Staff:
        return Staff(self._departments(), self._helpers.all(), self._calendar(), self._now())

    def departments_of(self, helper: str) -> Sequence[str]:
        """Of which a helper sees everything; a name that no department has for who is no helper."""
        found = self._helpers.helper(helper)
        return found.departments if found else ("",)

    def seen_by(self, escalation_id: str, helper: str) -> Escalation:
        """Raises EscalationNotThere for who helps for another department."""
        found = self._escalations.escalation(escalation_id)
        require_serves(self._helpers.helper(helper), found)
        return found

    def require_serves(self, helper: str, escalation_id: str, department_id: str) -> None:
        """Of a talk that this department has. Raises EscalationNotThere, as `seen_by` does."""
        who = self._helpers.helper(helper)
        if who is None or not who.serves(department_id):
            raise not_there(escalation_id)

    def read(self, escalation_id: str, helper: str) -> Escalation:
        """The same for its summary and its talk: who is not in charge of it leaves an entry in the trail."""
        found = self.seen_by(escalation_id, helper)
        if found.helper != helper:
            self._escalations.note_reading(escalation_id, actor=helper, at=self._now())
        return found

    # From asking to the end

    def talk_in(self, conversation: Conversation) -> Escalation | None:
        """What this conversation is in now."""
        return self._escalations.going_on_of(conversation)

    def hear(self, question: Question) -> Escalation | None:
        """Pass a message on to the person in charge of its conversation; None where nobody is."""
        conversation = question.conversation
        talk = self._escalations.going_on_of(conversation) if conversation else None
        if talk is None or conversation is None:
            return None
        try:
            return self.say(talk.id, conversation, "\n".join(filter(None, (question.text, question.seen))))[0]
        except EscalationStateWrong:  # closed just now
            return None

    def say(
        self,
        escalation_id: str,
        conversation: Conversation,
        text: str,
        *,
        files: Sequence[AttachedFile] = (),
        key: str | None = None,
    ) -> tuple[Escalation, Message]:
        """The person writes, or shows. ``key``: the same when a message is sent again, which is said once."""

        def require(held: Escalation) -> None:
            held.require_of(conversation)

        def line(held: Escalation) -> Line:
            require(held)
            return moves.said_by_person(held, text, files)

        sent = once(key, text, *contents_of(files), author=ASKER, require=require)
        return self._escalations.write(escalation_id, at=self._now(), decide=line, sent=sent)

    def note(self, escalation_id: str, helper: str, text: str, *, key: str | None = None) -> tuple[Escalation, Message]:
        """Helpers write to each other."""
        who = self._helpers.helper(helper)

        def require(held: Escalation) -> None:
            require_serves(who, held)

        def line(held: Escalation) -> Line:
            require(held)
            return moves.noted(held, helper, text)

        sent = once(key, "note", text, author=helper, require=require)
        return self._escalations.write(escalation_id, at=self._now(), decide=line, sent=sent)

    def claim(self, escalation_id: str, helper: str, *, by: str | None = None) -> Escalation:
        at, who = self._now(), self._helpers.helper(helper)

        def decide(held: Escalation) -> Change:
            require_serves(who, held)
            return moves.claimed(held, helper, at=at, by=by)

        return self._escalations.change(escalation_id, actor=by or helper, at=at, decide=decide)

    def reply(
        self,
        escalation_id: str,
        helper: str,
        text: str,
        *,
        suggested: str | None = None,
        versions: Sequence[str] = (),
        ignored: bool = False,
        files: Sequence[AttachedFile] = (),
        key: str | None = None,
    ) -> Escalation:
        """``suggested``: the text it was made from, of these ``versions``; whether it was changed is kept, or that what
        stood beside it was ``ignored``.

        A junior's is proposed instead, and sent once it is approved: `Proposing.approve`.
        """
        at = self._now()
        who = self._helpers.helper(helper)
        is_junior = who is not None and who.is_junior
        may = approval.ReplyApproval.of([who] if who else [], self._departments() if is_junior else [])
        use = use_of(text, suggested, is_ignored=ignored)
        made_from = {"use": use, "versions": list(versions)} if use else None

        def decide(held: Escalation) -> Change:
            if may.is_needed(helper, held.department_id):
                require_words_alone(files)
                return approval.proposed(held, helper, text, at=at, suggestion=made_from)
            change = moves.replied(held, helper, text, at=at, suggestion=made_from, files=files)
            return replace(change, settled=approval.superseded(held, helper))

        return self._moved(escalation_id, helper, decide, at, key=key, said=("reply", text, *contents_of(files)))

    def release(self, escalation_id: str, helper: str, reason: str) -> Escalation:
        at = self._now()
        again = self._again(at)
        changed = self._moved(
            escalation_id, helper, lambda held: moves.released(held, helper, reason, again=again(held)), at
        )
        return self.assigned(changed, not_to={escalation_id: helper})

    def let_go(self, helper: str, *, by: str) -> Sequence[str]:
        """Back into the queue with the talks of somebody who no longer helps their department; their ids.

        Work orders stay: others of the department may take them on.
        """
        now = self._helpers.helper(helper)
        gone = self._put_back(helper, lambda held: now is None or not now.serves(held.department_id), by=by)
        if gone:
            self.assign()
        return gone

    def _put_back(self, helper: str, is_wanted: Callable[[Escalation], bool], *, by: str) -> Sequence[str]:
        at = self._now()
        again = self._again(at)
        gone: list[str] = []
        for held in filter(is_wanted, self._escalations.held_by(helper)):
            try:
                self._change(held.id, by, lambda it: moves.released(it, helper, "", again=again(it)), at)
                gone.append(held.id)
            except (EscalationStateWrong, HelperNotInCharge):
                continue  # handed on or closed just now
        return gone

    def transfer(self, escalation_id: str, by: str, department_id: str, reason: str) -> Escalation:
        """By the helper in charge, or by a lead of the department. Raises NobodyToHelp where no helpers are set up."""
        staff = self._staff()
        desk = next((each for each in staff.departments if each.id == department_id), None)
        if desk is None or not staff.is_set_up(desk):
            raise NobodyToHelp(f"no helpers are set up for {department_id!r}; hand it to a department that has some")
        at, who, calendar = self._now(), self._helpers.helper(by), self._calendar()

        def decide(held: Escalation) -> Change:
            if held.helper != by and not is_lead_of(who, held):
                raise HelperNotInCharge("only the helper in charge, or a lead of the department, hands a talk on")
            again = first_reply(desk, at, calendar, round=held.next_round(ClockKind.FIRST_REPLY))
            return moves.transferred(held, by, department_id, reason, again=again)

        return self.assigned(self._moved(escalation_id, by, decide, at), not_to={escalation_id: by})

    def order(self, escalation_id: str, by: str, kind: OrderKind, reason: str) -> Escalation:
        """By the helper in charge; also by one of the department of what nobody has claimed."""
        at, calendar = self._now(), self._calendar()

        def decide(held: Escalation) -> Change:
            if held.helper not in (None, by):
                raise HelperNotInCharge(f"{held.helper} is in charge of it; only they make it an order")
            return moves.ordered(held, by, kind, reason, at=at, calendar=calendar)

        return self._moved(escalation_id, by, decide, at)

    def return_(self, escalation_id: str, helper: str, reason: str) -> Escalation:
        """Back to the assistant, by the helper in charge."""
        at = self._now()

        def decide(held: Escalation) -> Change:
            if held.helper != helper:
                raise HelperNotInCharge("only the helper in charge gives a talk back to the assistant; claim it first")
            return moves.returned(held, helper, reason, at=at)

        return self._closed(self._moved(escalation_id, helper, decide, at))

    def leave(self, escalation_id: str, conversation: Conversation) -> Escalation:
        """The person goes back to the assistant."""
        at = self._now()

        def decide(held: Escalation) -> Change:
            held.require_of(conversation)
            return moves.returned(held, PERSON, "", at=at)

        return self._closed(self._change(escalation_id, PERSON, decide, at))

    def resolve(self, escalation_id: str, helper: str, verdict: Verdict, reason: str) -> Escalation:
        at = self._now()
        return self._closed(
            self._moved(escalation_id, helper, lambda held: moves.resolved(held, helper, verdict, reason, at=at), at)
        )

    def reopen(self, escalation_id: str, conversation: Conversation, words: str) -> Escalation:
        """Raises EscalationStateWrong where the conversation is in another talk by now."""
        at = self._now()
        again = self._again(at)

        def decide(held: Escalation) -> Change:
            held.require_of(conversation)
            return moves.reopened(held, PERSON, words, at=at, again=again(held))

        return self.assigned(self._change(escalation_id, PERSON, decide, at))

    def judge(self, escalation_id: str, conversation: Conversation, verdict: Verdict) -> Escalation:
        """Whether it helped, in the person's own word."""
        at = self._now()

        def decide(held: Escalation) -> Change:
            held.require_of(conversation)
            return moves.judged(held, verdict, at=at)

        return self._change(escalation_id, PERSON, decide, at)

    # What happens by itself

    def assign(self, *, not_to: Mapping[str, str] | None = None) -> int:
        """Give open talks, who waits longest first, to a helper on duty: with the skill, then the most room; how many.

        Nothing where helpers choose themselves. ``not_to``: who has just given this one away.
        """
        if not self._is_pushed:
            return 0
        at = self._now()
        on_duty = [each for each in self._helpers.all() if each.is_on_duty(at)]
        served = {department for each in on_duty for department in each.departments}
        given = 0
        for waiting in self._escalations.waiting(served, limit=_ASSIGNED_AT_ONCE):
            able = [each for each in on_duty if (not_to or {}).get(waiting.id) != each.person_id]
            given += self._gave(waiting, [each for each in able if each.serves(waiting.department_id)])
        return given

    def reassign(self) -> int:
        """What was given to somebody who left before a first reply is given to another, then what waits; how many."""
        if not self._is_pushed:
            return 0
        holding = self._escalations.count_of_held()
        for each in self._helpers.all():
            if each.person_id in holding and not each.is_on_duty(self._now()):
                self._put_back(each.person_id, lambda held: held.state is EscalationState.CLAIMED, by=ASSIGNMENT)
        return self.assign()

    def _gave(self, waiting: Escalation, able: Sequence[Helper]) -> bool:
        best = best_for(waiting.subject, able, self._escalations.count_of_held())
        if best is None:
            return False
        try:
            self.claim(waiting.id, best.person_id, by=ASSIGNMENT)
        except (EscalationStateWrong, HelperFull, HelperNotInCharge):
            return False  # somebody was quicker
        return True

    def tell_clocks(self) -> Sequence[tuple[str, Clock, bool]]:
        """Note the clocks that warn or are over, and tell which: escalation id, clock, whether it is over."""
        at = self._now()
        told: list[tuple[str, Clock, bool]] = []
        for escalation_id, clock in self._escalations.running_out(at):
            is_over = clock.due_at <= at
            note = self._escalations.note_breach if is_over else self._escalations.note_warning
            if note(escalation_id, clock, at=at):
                told.append((escalation_id, clock, is_over))
        return told

    def _change(
        self, escalation_id: str, actor: str, decide: Callable[[Escalation], Change], at: datetime
    ) -> Escalation:
        return self._escalations.change(escalation_id, actor=actor, at=at, decide=decide)

    def _moved(
        self,
        escalation_id: str,
        helper: str,
        decide: Callable[[Escalation], Change],
        at: datetime,
        *,
        key: str | None = None,
        said: Sequence[str | bytes] = (),
    ) -> Escalation:
        """By a helper: one of another department is not even told that there is something, or in whose charge.

        ``key``: of the message that the move is, whose parts are ``said``.
        """
        who = self._helpers.helper(helper)

        def require(held: Escalation) -> None:
            require_serves(who, held)

        def of_department(held: Escalation) -> Change:
            require(held)
            return decide(held)

        sent = once(key, *said, author=helper, require=require)
        return self._escalations.change(escalation_id, actor=helper, at=at, decide=of_department, sent=sent)

    def _closed(self, closed: Escalation) -> Escalation:
        """Who closes one has room for the next."""
        self.assign()
        return closed

    def assigned(self, changed: Escalation, *, not_to: Mapping[str, str] | None = None) -> Escalation:
        """As it was changed, or as it is when somebody has been given it."""
        return self._escalations.escalation(changed.id) if self.assign(not_to=not_to) else changed

    def _again(self, at: datetime) -> Callable[[Escalation], Clock | None]:
        """The clock of who waits anew. Reads all it needs now: within a change that would take a second connection,
        and as many changes at once as there are connections would wait for each other for ever."""
        by_id, calendar = {each.id: each for each in self._departments()}, self._calendar()

        def clock(held: Escalation) -> Clock | None:
            desk = by_id.get(held.department_id)
            return first_reply(desk, at, calendar, round=held.next_round(ClockKind.FIRST_REPLY)) if desk else None

        return clock
