"""What becomes of a question that is surely answered when its message is taken for another kind: what gives way to a
sure answer, and what goes to people or elsewhere all the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.gate.component_measures import Case, Measured
from eval.gate.seeing import Seen, Watching
from kb_service.asking.conversation.conversation_reader import ConversationReader, MessageInTalk
from kb_service.asking.reading.examples import Likeness, MessageClass
from kb_service.asking.tools import Tools
from kb_service.domain.answers import Answer, NoticeKind, Outcome, Question

_ASKED = 2
# So sure that the general rule is told to who asks about a case of their own.
_CLEARLY = 0.85
_ANSWERED, _HANDED, _ELSEWHERE = Outcome.ANSWERED, Outcome.HANDED_OVER, Outcome.OUT_OF_SCOPE
# By class: where it only sounds so, and where it is said word for word, which nothing overrules.
_BECOMES: dict[MessageClass, tuple[Outcome, Outcome]] = {
    MessageClass.DISTRESS: (_ANSWERED, _HANDED),
    MessageClass.ABUSE: (_ANSWERED, _ELSEWHERE),
    MessageClass.ORDERS: (_ELSEWHERE, _ELSEWHERE),
    MessageClass.COMPLAINT: (_ANSWERED, _ELSEWHERE),
    MessageClass.LITIGATION: (_ANSWERED, _ELSEWHERE),
    MessageClass.ERRAND: (_ANSWERED, _ELSEWHERE),
    MessageClass.ELSEWHERE: (_ELSEWHERE, _ELSEWHERE),
    MessageClass.PLATFORM_FAULT: (_HANDED, _HANDED),
    MessageClass.USER_REQUEST: (_HANDED, _HANDED),
}
# What only a person's own records say.
_OF_RECORDS = "进度"


@dataclass(frozen=True, slots=True)
class _Heard(ConversationReader):
    """Takes every message for one of a class; ``beside``: words that are said as well."""

    likeness: Likeness
    beside: str = ""

    def read(self, question: Question, turns: Sequence[Answer]) -> MessageInTalk:
        """As it would be read, but for the class."""
        scope = self.likeness.sure.reason
        message = ConversationReader.read(self, question, turns)
        return replace(
            message,
            questions=[
                tuple(
                    replace(each, likeness=self.likeness, scope=scope, text=f"{each.text}{self.beside}")
                    for each in readings
                )
                for readings in message.questions
            ],
        )


def of_classes(watching: Watching, seen: Sequence[Seen]) -> Measured:
    sure = [
        each
        for each in seen
        if each.row.is_resolved and each.answer.confidence > _CLEARLY and not each.answer.understood_as.parts
    ]
    chosen = sure[:: max(1, len(sure) // _ASKED)][:_ASKED]
    return Measured("signals.classes", tuple(case for each in chosen for case in _of_one(watching, each)))


def _of_one(watching: Watching, seen: Seen) -> Iterator[Case]:
    for kind, outcomes in _BECOMES.items():
        for is_word_for_word, outcome in zip((False, True), outcomes, strict=True):
            reply = _heard(watching, seen, Likeness(kind, kind, is_word_for_word))
            helps = any(each.kind is NoticeKind.HELP_LINES for each in reply.notices)
            is_right = reply.outcome is outcome and helps is (kind is MessageClass.DISTRESS and outcome is _ANSWERED)
            yield _case(seen, f"{kind}{' in so many words' if is_word_for_word else ''}", reply, is_right=is_right)
    own = Likeness(MessageClass.NEEDS_PERSONAL_DATA, MessageClass.NEEDS_PERSONAL_DATA)
    rule, records = _heard(watching, seen, own), _heard(watching, seen, own, _OF_RECORDS)
    yield _case(seen, "own case", rule, is_right=rule.outcome is _ANSWERED)
    yield _case(seen, "own records", records, is_right=records.outcome is _HANDED)


def _heard(watching: Watching, seen: Seen, likeness: Likeness, beside: str = "") -> Answer:
    def watch(tools: Tools) -> Tools:
        known = tools.messages
        return replace(tools, messages=_Heard(known.reader, known.following, likeness, beside))

    return watching.under(seen.question, watch)


def _case(seen: Seen, name: str, reply: Answer, *, is_right: bool) -> Case:
    return Case(
        f"{seen.question.id}:{name}", f"{seen.question.text}（{name}）", float(is_right), note=f"{reply.outcome}"
    )
