"""One Answer from the parts of a message: marks in one row, reasons together, the text in the asker's script."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.replies import Part, SearchResult, summary
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import (
    EXTRACTIVE,
    Answer,
    Citation,
    Clarification,
    DepartmentRef,
    Drafting,
    Evidence,
    HandOver,
    MatterRef,
    Notice,
    Outcome,
    Possible,
    Question,
    Reason,
    UnderstoodAs,
)
from kb_service.domain.escalations import Availability, Escalation
from kb_service.domain.knobs import Knobs
from kb_service.ports import ScriptConverter

# A person is of no help with these, or is not to be kept from others by them.
_NOBODY_NEEDED = frozenset({Reason.ABUSE})

_NUMERALS = "〇一二三四五六七八九"


class Composer:
    """Holds no state between answers."""

    def __init__(
        self,
        *,
        lexicon: Lexicon,
        converter: ScriptConverter,
        knobs: Knobs,
        confidence_version: str,
        new_id: Callable[[], str],
        availability: Callable[[str | None, str | None], Availability | None] = lambda _department_id, _region: None,
    ) -> None:
        """``availability``: of the desk that takes what is of a department, by its id, in a district; None where no
        helpers are set up."""
        self._lexicon = lexicon
        self._converter = converter
        self._knobs = knobs
        self._confidence_version = confidence_version
        self._new_id = new_id
        self._availability = availability

    def compose(self, question: Question, parts: Sequence[Part], *, announced: Sequence[Notice] = ()) -> Answer:
        """An answer where one part was answered; the confidence is that of its least sure answered part.

        ``announced``: what stands before its own notices.
        """
        weakest = min(parts, key=lambda each: (each.reply.has_failed, each.result.confidence))
        leading = parts[0]
        reading = leading.understood
        return Answer(
            answer_id=self._new_id(),
            conversation_id=question.conversation_id or self._new_id(),
            question=question.text,
            asked_at=question.asked_at,
            as_of=reading.question.as_of,
            outcome=self._outcome(parts),
            text=self._in_script(self._text(parts), parts),
            citations=tuple(self._citations(parts)),
            evidence=self.evidence([each.result for each in parts]),
            notices=tuple(self._notices(announced, parts)),
            confidence=round(weakest.result.confidence, 4),
            confidence_applies=weakest.result.confidence_applies,
            confidence_version=self._confidence_version,
            features={name: round(value, 4) for name, value in (weakest.result.features or {}).items()},
            matter=MatterRef(reading.matter.id, reading.matter.name) if reading.matter else None,
            facet=reading.facet,
            understood_as=_understood(parts),
            clarification=self._clarification(parts),
            escalation=self._escalation(parts),
            related_questions=self._related(parts),
            possible=self._possible(parts),
            drafting=_drafting(parts),
            knobs=self._knobs,
        )

    def in_talk(self, question: Question, talk: Escalation, department: DepartmentRef) -> Answer:
        """What is said of a message that went to people: no answer, and not stored as one."""
        said = "in_talk" if talk.helper else "in_talk_waiting"
        text = self._lexicon.say(said, department=department.name)
        return Answer(
            answer_id=self._new_id(),
            conversation_id=talk.conversation.conversation_id,
            question=question.text,
            asked_at=question.asked_at,
            as_of=question.as_of,
            outcome=Outcome.IN_TALK,
            text=text,
            citations=(),
            evidence=(),
            notices=(),
            confidence=0.0,
            confidence_applies=False,
            confidence_version=self._confidence_version,
            features={},
            matter=None,
            facet=None,
            understood_as=UnderstoodAs(question.text, None, None, question.region, question.audience),
            clarification=None,
            escalation=HandOver(
                recommended=True,
                reasons=talk.subject.reasons,
                department=department,
                channel="online_helper",
                id=talk.id,
            ),
        )

    def evidence(self, found: Sequence[SearchResult]) -> tuple[Evidence, ...]:
        """The best passages of each part in turn, each once."""
        depth = max((len(each.candidates) for each in found), default=0)
        in_turn = [each.candidates[rank] for rank in range(depth) for each in found if rank < len(each.candidates)]
        once: dict[str, Candidate] = {}
        for each in in_turn:
            once.setdefault(each.source.passage.id, each)
        return tuple(
            Evidence(passage_id, each.document_id, each.source.passage.version_id, round(each.score, 4))
            for passage_id, each in list(once.items())[: self._knobs.evidence]
        )

    def _outcome(self, parts: Sequence[Part]) -> Outcome:
        if any(each.reply.outcome is Outcome.ANSWERED for each in parts):
            return Outcome.ANSWERED
        return parts[0].reply.outcome

    def _text(self, parts: Sequence[Part]) -> str:
        if len(parts) == 1:
            return parts[0].marked_text(1)
        said: list[str] = []
        first = 1
        for heading, each in zip(self._headings(parts), parts, strict=True):
            said.append(f"{heading}：{each.marked_text(first)}")
            first += len(each.reply.citations)
        return "\n\n".join(said)

    def _headings(self, parts: Sequence[Part]) -> list[str]:
        """What tells the parts apart: the name of each thing that was asked about, where the answer has it too; matter,
        facet or both; else their numbers.

        In our words: the asker's own may hold links and markup for the page to follow.
        """
        names = [each.name if each.name in each.marked_text(1) else "" for each in parts]
        matters = [each.understood.matter.name if each.understood.matter else "" for each in parts]
        facets = [self._lexicon.say(f"label_{facet}") if (facet := each.understood.facet) else "" for each in parts]
        both = ["，".join(filter(None, pair)) for pair in zip(matters, facets, strict=True)]
        for headings in (names, matters, facets, both):
            if all(headings) and len(set(headings)) == len(parts):
                return headings
        numbered = [self._lexicon.say("part", number=_NUMERALS[number]) for number in range(1, len(parts) + 1)]
        if len(set(matters)) == 1:
            return numbered
        return [number if not name else f"{number}，{name}" for number, name in zip(numbered, matters, strict=True)]

    def _citations(self, parts: Sequence[Part]) -> list[Citation]:
        found: list[Citation] = []
        for each in parts:
            before = len(found)
            found += [replace(citation, mark=citation.mark + before) for citation in each.reply.citations]
        return found

    def _notices(self, announced: Sequence[Notice], parts: Sequence[Part]) -> list[Notice]:
        found = {(each.kind, each.document_id): each for part in parts for each in part.reply.notices}
        return [replace(each, text=self._in_script(each.text, parts)) for each in (*announced, *found.values())]

    def _related(self, parts: Sequence[Part]) -> tuple[str, ...]:
        found = dict.fromkeys(question for part in parts for question in part.reply.related)
        return tuple(self._in_script(each, parts) for each in list(found)[: self._knobs.related])

    def _possible(self, parts: Sequence[Part]) -> tuple[Possible, ...]:
        """Of each part in turn, each passage once."""
        once = {each.passage_id: each for part in parts for each in part.reply.possible}
        return tuple(list(once.values())[: self._knobs.possible])

    def _clarification(self, parts: Sequence[Part]) -> Clarification | None:
        asked_back = parts[0].reply.clarification
        if asked_back is None:
            return None
        options = tuple(replace(each, label=self._in_script(each.label, parts)) for each in asked_back.options)
        return Clarification(self._in_script(asked_back.question, parts), options)

    def _in_script(self, text: str, parts: Sequence[Part]) -> str:
        return self._converter.to_traditional(text) if parts[0].understood.is_traditional else text

    def _escalation(self, parts: Sequence[Part]) -> HandOver:
        failed = next((each for each in parts if each.reply.reasons), None)
        if failed is None:
            return HandOver(recommended=False)
        reasons = tuple(dict.fromkeys(reason for part in parts for reason in part.reply.reasons))
        if _NOBODY_NEEDED.issuperset(reasons):
            return HandOver(recommended=False, reasons=reasons)
        titles = [each.source.metadata.title for each in failed.result.candidates[: self._knobs.evidence]]
        department = failed.reply.department
        is_ours = failed.reply.outcome is not Outcome.OUT_OF_SCOPE
        region = failed.understood.question.region
        helpers = self._availability(failed.reply.desk_id, region) if is_ours else None
        return HandOver(
            recommended=True,
            reasons=reasons,
            department=department,
            channel="online_helper" if is_ours else "12345",
            available_now=helpers.available_now if helpers else None,
            opens_at=helpers.opens_at if helpers else None,
            first_response_due=helpers.first_response_due if helpers else None,
            summary=summary(failed.understood, titles, self._lexicon),
            routed_by=failed.reply.routed_by,
        )


def _understood(parts: Sequence[Part]) -> UnderstoodAs:
    leading = parts[0].understood.as_stored()
    return replace(leading, parts=tuple(each.understood.as_stored() for each in parts)) if len(parts) > 1 else leading


def _drafting(parts: Sequence[Part]) -> Drafting | None:
    """Whose words the drafts have: the model's where it wrote any of them."""
    found = [each.reply.draft.drafting for each in parts if each.reply.draft]
    if not found:
        return None
    rejected = tuple(reason for each in found for reason in each.rejected)
    by = next((each.by for each in found if each.by != EXTRACTIVE), EXTRACTIVE)
    prompts = next((each.prompts for each in found if each.prompts), None)
    return Drafting(by, rejected, prompts, next((each.failure for each in found if each.failure), None))
