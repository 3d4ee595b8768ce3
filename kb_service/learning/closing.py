"""The verb of those who close gaps: a draft, a reason, other groups; and asking the questions again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb_service.domain.answers import Answer, Outcome
from kb_service.domain.documents import Version
from kb_service.domain.errors import ReasonMissing
from kb_service.domain.gaps import TO_DO, AskedQuestion, Gap, GapState
from kb_service.domain.learning_errors import GapStateWrong
from kb_service.learning.stores import Gaps, NewGap

# A gap is asked again with so many of its questions, the newest; more would say the same.
_ASKED_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What became of a gap's questions: ``answered`` of ``asked`` cite the new text, ``others``: those that do not."""

    asked: int
    answered: int
    others: tuple[str, ...]


@dataclass(slots=True)
class Closing:
    """``version``: by its id. ``is_found``: whether residents can find it today. ``ask``: a question for a region, as
    it would be answered now, stored nowhere. ``left_open``: a sentence for what is not answered yet, with {answered},
    {asked}, {question}."""

    gaps: Gaps
    version: Callable[[str], Version]
    is_found: Callable[[str], bool]
    ask: Callable[[str, str | None], Answer]
    left_open: str
    now: Callable[[], datetime]

    def draft(self, gap_id: str, version_id: str, *, actor: str) -> Gap:
        """This version is to close it. Raises GapNotFound, GapStateWrong, VersionNotFound."""
        version = self.version(version_id)
        if version.state.is_given_up:
            raise GapStateWrong(f"version {version_id} is {version.state}; name one that can still be published")

        def decide(held: Gap) -> Mapping[str, Any]:
            held.require_to_do()
            return {"state": GapState.DRAFTED, "version_id": version_id, "left_open": None}

        return self.gaps.change(gap_id, actor=actor, at=self.now(), action="gap_drafted", decide=decide)

    def refuse(self, gap_id: str, reason: str, *, actor: str) -> Gap:
        """Not ours, and why. Questions like these join it from now on. Raises ReasonMissing."""
        _require(reason, "what is not ours says whose it is, or why nobody can answer it; give a reason")

        def decide(held: Gap) -> Mapping[str, Any]:
            held.require_to_do()
            return {"state": GapState.NOT_OURS, "reason": reason, "closed_at": self.now()}

        return self.gaps.change(gap_id, actor=actor, at=self.now(), action="gap_not_ours", decide=decide)

    def reopen(self, gap_id: str, reason: str, *, actor: str) -> Gap:
        """What was closed or not ours is work again."""
        _require(reason, "what is opened again says why; give a reason")

        def decide(held: Gap) -> Mapping[str, Any]:
            if held.state not in (GapState.CLOSED, GapState.NOT_OURS):
                raise GapStateWrong(f"the gap is {held.state}; only what was closed or is not ours is opened again")
            return {"state": GapState.OPEN, "version_id": None, "closed_at": None, "reason": None}

        return self.gaps.change(gap_id, actor=actor, at=self.now(), action="gap_reopened", decide=decide)

    def merge(self, gap_id: str, into: str, *, actor: str) -> Gap:
        """All its questions go to the other one, which is due when the earlier of the two was."""
        if gap_id == into:
            raise GapStateWrong("a gap is not merged into itself; name another one")

        def decide(held: Gap, other: Gap) -> None:
            held.require_to_do()
            other.require_to_do()

        return self.gaps.merge(gap_id, into, actor=actor, at=self.now(), decide=decide)

    def split(self, gap_id: str, answer_ids: Collection[str], *, actor: str) -> Gap:
        """These of its questions are another gap, due on the same day."""

        def decide(held: Gap, count: int) -> NewGap:
            held.require_to_do()
            if not 0 < count < held.count or count < len(set(answer_ids)):
                raise GapStateWrong(
                    f"{count} of the {len(set(answer_ids))} questions named are in this gap, which has {held.count}: "
                    "name some of them, and not all"
                )
            return NewGap(held.matter_id, held.facet, held.department_id, self.now(), held.due_at)

        return self.gaps.split(gap_id, answer_ids, actor=actor, at=self.now(), decide=decide)

    def run_once(self) -> int:
        """What happens by itself: what is late is noted, a reply that a helper kept is to close the gap of its
        question, and what has its text is asked again; how many were closed."""
        self.gaps.note_breaches(self.now())
        for gap_id, version_id in self.gaps.kept().items():
            self.draft(gap_id, version_id, actor="gaps")
        closed = 0
        for gap_id, version_id in self.gaps.drafted().items():
            if self.is_found(version_id):
                closed += self.ask_again(gap_id, actor="gaps").state is GapState.CLOSED
        return closed

    def ask_again(self, gap_id: str, *, actor: str) -> Gap:
        """Its questions, as they would be answered now: it closes if all of them are, by the text that was written.

        Else it is open again, and says why.
        """
        gap = self.gaps.gap(gap_id)
        gap.require_to_do()
        document_id = self.version(gap.version_id).document_id if gap.version_id else None
        found = self._asked_again(self.gaps.questions(gap_id, limit=_ASKED_OF_ONE), document_id)
        is_closed = found.asked > 0 and not found.others

        def decide(held: Gap) -> Mapping[str, Any]:
            held.require_to_do()
            if is_closed:
                return {"state": GapState.CLOSED, "closed_at": self.now(), "left_open": None}
            said = self.left_open.format(
                answered=found.answered, asked=found.asked, question=found.others[0] if found.others else ""
            )
            return {"state": GapState.OPEN, "left_open": said}

        action = "gap_closed" if is_closed else "gap_left_open"
        return self.gaps.change(gap_id, actor=actor, at=self.now(), action=action, decide=decide)

    def _asked_again(self, questions: Sequence[AskedQuestion], document_id: str | None) -> AskedAgain:
        asked = list(dict.fromkeys((each.question, each.region) for each in questions if each.question))
        others = tuple(text for text, region in asked if not _answers(self.ask(text, region), document_id))
        return AskedAgain(len(asked), len(asked) - len(others), others)


def _answers(answer: Answer, document_id: str | None) -> bool:
    if answer.outcome is not Outcome.ANSWERED:
        return False
    return document_id is None or any(each.document_id == document_id for each in answer.citations)


def _require(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise ReasonMissing(sentence)


def worth(gap: Gap, *, closed: int, decided: int) -> float:
    """How many questions an answer to it would resolve, as far as the past tells: how often it was asked, times the
    share of gaps that a text could close (Laplace's rule of succession, so that the first ones count as one half)."""
    return gap.count * (closed + 1) / (decided + 2) if gap.state in TO_DO else 0.0
