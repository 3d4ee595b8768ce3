"""Heeds what people decided in an emergency: what is switched off is handed over, and announcements go along."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb_service.asking.reading.lexicon import Lexicon
from kb_service.asking.replies import Part, Reply, hand_over_text
from kb_service.asking.routing import MAJORITY, Routed, Router
from kb_service.asking.search.retrieving import Candidate
from kb_service.domain.answers import (
    REASONS_OF_MESSAGES,
    Citation,
    Notice,
    NoticeKind,
    Outcome,
    Question,
    Reason,
)
from kb_service.domain.days import shanghai_day
from kb_service.domain.documents import PassageInVersion
from kb_service.domain.matters import Matter
from kb_service.domain.routing import RoutedBy
from kb_service.domain.switches import Standing, SwitchedOff
from kb_service.text.departments import DepartmentDirectory


@dataclass(frozen=True, slots=True)
class SwitchGuard:
    """Holds no state between questions. ``standing``: as of a second ago at most; ``matters``: by id."""

    standing: Callable[[], Standing]
    matters: Mapping[str, Matter]
    router: Router
    departments: DepartmentDirectory
    lexicon: Lexicon

    def hand_over_switched_off(self, parts: Sequence[Part]) -> list[Part]:
        """The parts as they may be said now."""
        off = self.standing().off
        return [self._handed_over(each) if off and self._is_of(off, each) else each for each in parts]

    def allowed(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Those of which something may be shown."""
        off = self.standing().off
        return [each for each in candidates if not self._covers(off, each.source)] if off else [*candidates]

    def is_switched_off(self, found: PassageInVersion) -> bool:
        return self._covers(self.standing().off, found)

    def announced(self, question: Question, parts: Sequence[Part]) -> list[Notice]:
        """Of the announcements that are on and concern what was asked or said, or where."""
        on = [each for each in self.standing().announcements if each.is_on(question.asked_at)]
        if not on:
            return []
        matters = {each.id: each for part in parts for each in self._matters(part)}
        departments = {each.department_id for each in matters.values()}
        departments |= {each.reply.department.id for each in parts if each.reply.department}
        departments |= {name for part in parts for each in part.reply.citations for name in self._department_ids(each)}
        return [
            Notice(NoticeKind.ANNOUNCEMENT, each.text, None, shanghai_day(each.starts_at))
            for each in on
            if each.concerns(channel=question.channel, matters=matters, departments=departments)
        ]

    def _is_of(self, off: SwitchedOff, part: Part) -> bool:
        reply = part.reply
        is_fixed = reply.outcome is not Outcome.ANSWERED and bool(reply.reasons)
        # Fixed words tell nothing of any matter, some of them are about people's safety: they are said whatever is off.
        if reply.outcome is Outcome.COURTESY or (is_fixed and REASONS_OF_MESSAGES.issuperset(reply.reasons)):
            return False
        matter = part.understood.matter
        is_of_matter = matter is not None and off.hands_over(matter_id=matter.id, departments=[matter.department_id])
        is_read = not off.documents.isdisjoint(reply.documents_read)
        is_cited = any(self._covers_citation(off, each) for each in reply.citations)
        return off.everything or is_of_matter or is_read or is_cited

    def _covers_citation(self, off: SwitchedOff, citation: Citation) -> bool:
        return off.hands_over(
            matter_id=citation.matter_id,
            departments=[*self._departments_of(citation.matter_id), *self._department_ids(citation)],
            document_id=citation.document_id,
        )

    def _covers(self, off: SwitchedOff, found: PassageInVersion) -> bool:
        matter_id, department = found.metadata.matter_id, found.metadata.department
        own = [self.departments.id(department)] if department else []
        return off.hands_over(
            matter_id=matter_id,
            departments=[*self._departments_of(matter_id), *own],
            document_id=found.document_id,
        )

    def _handed_over(self, part: Part) -> Part:
        """Nothing of what was found or drafted is left, and what went wrong before makes no difference."""
        found = self._responsible(part)
        department = found.department if found else None
        # Who may be in distress is told whom to call, whatever is off.
        reasons = (*(each for each in part.reply.reasons if each is Reason.DISTRESS), Reason.SWITCHED_OFF)
        text = hand_over_text(reasons[0], department, self.lexicon)
        steps = found.steps if found else ()
        reply = Reply(Outcome.HANDED_OVER, text, reasons, department, routed_by=steps)
        return replace(part, reply=reply)

    def _responsible(self, part: Part) -> Routed | None:
        region = part.understood.question.region
        matter = next(self._matters(part), None)
        if matter is not None:
            return self.router.of(matter.department_id, RoutedBy.MATTER, region)
        cited = next((each.department for each in part.reply.citations if each.department), None)
        if cited is not None:
            return self.router.of(cited, RoutedBy.PASSAGES, region)
        routed = self.router.route(part.understood, part.result.candidates)
        return routed[0] if routed and routed[0].score >= MAJORITY else None

    def _matters(self, part: Part) -> Iterator[Matter]:
        """That asked about, then those of the texts cited."""
        if part.understood.matter is not None:
            yield part.understood.matter
        cited = (self.matters.get(each.matter_id or "") for each in part.reply.citations)
        yield from (each for each in cited if each is not None)

    def _departments_of(self, matter_id: str | None) -> Iterable[str]:
        matter = self.matters.get(matter_id or "")
        return [matter.department_id] if matter else []

    def _department_ids(self, citation: Citation) -> Iterable[str]:
        return [self.departments.id(citation.department)] if citation.department else []
