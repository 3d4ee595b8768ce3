"""What is said where no document surely answers, and whom the person is told to turn to."""

from collections.abc import Sequence
from dataclasses import replace

from kb_service.asking.conversation.topics import failures_in_a_row
from kb_service.asking.reading.examples import MessageClass
from kb_service.asking.reading.understanding import Understanding
from kb_service.asking.replies import Context, Part, Reply, SearchResult, hand_over_text, help_lines
from kb_service.asking.routing import MAJORITY, Routed
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, Carried, Clarification, Notice, NoticeKind, Outcome, Possible, Reason
from kb_service.domain.days import shanghai_day
from kb_service.domain.routing import RoutedBy

# Of all other reasons a person takes over.
_OUTCOME_OF = {
    Reason.OUT_OF_SCOPE: Outcome.OUT_OF_SCOPE,
    Reason.ABUSE: Outcome.OUT_OF_SCOPE,
    Reason.NO_SOURCE: Outcome.NO_SOURCE,
    Reason.NOT_GROUNDED: Outcome.NOT_GROUNDED,
}


class HandingOver:
    """Makes the replies that are no answers; holds no state."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def reply(self, understood: Understanding, result: SearchResult, reason: Reason) -> Reply:
        responsible = self._responsible(understood, result)
        # Beside help lines the hours of an office help nobody, unless the message itself asks something of it.
        is_told = responsible and (reason is not Reason.DISTRESS or self._is_asked(understood, responsible))
        department = responsible.department if responsible and is_told else None
        text = hand_over_text(reason, department, self._tools.lexicon, understood=understood)
        related = self._tools.relating.after_hand_over(understood, self._tools.switches.allowed(result.candidates))
        return Reply(
            _OUTCOME_OF.get(reason, Outcome.HANDED_OVER),
            text,
            (reason,),
            department,
            related=related,
            routed_by=responsible.steps if responsible else (),
        )

    def without_sure_answer(
        self, understood: Understanding, result: SearchResult, reason: Reason, context: Context
    ) -> Reply:
        """Nothing sure to say: then 离婚官司 is a matter for other channels, though 打官司 may stand in a law."""
        asks = understood.phrasing.asks or "?" in understood.text
        if understood.likeness.likely is MessageClass.COURTESY and not asks:
            return Reply(Outcome.COURTESY, self._tools.lexicon.say("courtesy"))
        elsewhere = understood.scope_unless_answered
        if elsewhere is not None:
            return self.reply(understood, result, elsewhere)
        handed = self.reply(understood, result, reason)
        return replace(handed, possible=self._possible(understood, result, reason, context))

    def reason_for_doubt(self, understood: Understanding, result: SearchResult) -> Reason:
        """Two texts that say otherwise make each other unlikely: where people have confirmed it, that is the reason."""
        is_near = 2 * result.confidence >= self._tools.confidence.answer_threshold
        best = result.candidates[0].source.passage.version_id
        if is_near and self._tools.contradicted([best], understood.question.as_of):
            return Reason.CONFLICTING_SOURCES
        return Reason.LOW_CONFIDENCE

    def after_complaint(self, understood: Understanding, turns: Sequence[Answer]) -> Reply:
        """The last answer did not help: another try is offered once, then a person. Who cannot say more when asked back
        is not asked again."""
        last = turns[-1].clarification if turns else None
        is_none = understood.phrasing.reply.is_none and last is not None and bool(last.options)
        if failures_in_a_row(turns) or (last is not None and not is_none):
            return self.reply(understood, SearchResult(), Reason.REPEATED_FAILURE)
        text = self._tools.lexicon.say("none_of_options" if is_none else "dissatisfied")
        return Reply(Outcome.CLARIFY, text, clarification=Clarification(text, ()))

    def after_repeated_failure(self, part: Part, turns: Sequence[Answer]) -> Part:
        """Two failures in a row are enough: a person takes over."""
        reply = part.reply
        if not reply.has_failed or part.understood.scope is not None or failures_in_a_row(turns) < 1:
            return part
        handed = self.reply(part.understood, part.result, Reason.REPEATED_FAILURE)
        reasons = (*reply.reasons, Reason.REPEATED_FAILURE)
        return replace(part, reply=replace(handed, reasons=reasons, possible=reply.possible))

    def beside_help_lines(self, part: Part) -> Part:
        """To someone who may be in distress: whom to call comes first, and a person is recommended, but where something
        is asked back or nothing was asked. Whom to call is all that is said where nothing is asked or found."""
        understood, reply = part.understood, part.reply
        responsible = self._responsible(understood, part.result)
        is_of_office = responsible is not None and self._is_asked(understood, responsible)
        is_question = understood.phrasing.asks and understood.likeness.likely is MessageClass.KNOWLEDGE
        if reply.has_failed and understood.scope is None and not is_of_office:
            if not is_question:
                return replace(part, reply=self.reply(understood, part.result, Reason.DISTRESS))
            # What may have to do with the words, and whose hours, is of no use to them.
            text = hand_over_text(reply.reasons[0], None, self._tools.lexicon, understood=understood)
            reply = replace(reply, text=text, department=None, possible=(), related=())
        lines = help_lines(understood, self._tools.lexicon)
        today = shanghai_day(understood.question.asked_at)
        reply = replace(reply, notices=(Notice(NoticeKind.HELP_LINES, lines, None, today), *reply.notices))
        if reply.outcome in {Outcome.CLARIFY, Outcome.COURTESY}:
            return replace(part, reply=reply)
        # An office that nobody asked for is told beside an answer of its own alone.
        is_answered = reply.outcome is Outcome.ANSWERED
        reply = replace(
            reply,
            reasons=(*reply.reasons, Reason.DISTRESS),
            department=reply.department or (responsible.department if is_answered and responsible else None),
            routed_by=reply.routed_by or (responsible.steps if responsible else ()),
        )
        return replace(part, reply=reply)

    def _possible(
        self, understood: Understanding, result: SearchResult, reason: Reason, context: Context
    ) -> tuple[Possible, ...]:
        """What was found and is not sure enough; nothing of texts that are confirmed to contradict each other."""
        is_far_off = result.confidence < self._tools.possible.knobs.possible_confidence
        if reason is Reason.CONFLICTING_SOURCES or result.terms is None or is_far_off:
            return ()
        usable = self._tools.switches.allowed(self._tools.planted_orders.without(result.candidates))
        schedules = self._tools.library.schedules(
            sorted({each.document_id for each in usable}), as_if_approved=context.narrowing.include_version
        )
        return self._tools.possible.among(usable, schedules, result.terms.bigrams, as_of=understood.question.as_of)

    def _responsible(self, understood: Understanding, result: SearchResult) -> Routed | None:
        routed = self._tools.router.route(understood, result.candidates)
        return routed[0] if routed and routed[0].score >= MAJORITY else None

    def _is_asked(self, understood: Understanding, responsible: Routed) -> bool:
        """Whether the words themselves name the department or a matter of it."""
        first = responsible.steps[0]
        is_guess = understood.is_matter_inferred or understood.is_matter_of_wish
        is_of_matter = first.by is RoutedBy.MATTER and not is_guess and Carried.MATTER not in understood.carried
        return is_of_matter or self._tools.router.is_named(first.department_id, understood.text_compared)
